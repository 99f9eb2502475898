"""Protocol of bench_quality.py: data sets, sizes, code lengths, and what a search may change for each method."""

SETS = ["fashion_mnist", "ng20_text", "cifar100_mosaic_mnv2", "cifar100_coarse22k", "cifar100_fine22k"]
PIXELS = "cifar100_coarse22k_pixels"
IMAGES = "cifar100_coarse22k"  # the file of the last three
SIZES = 1000, 5000, 10000  # queries, training rows, database rows
TUNED_AT = 32
BITS = [16, 32, 64, 128]
# Where rows have several labels, sharing any one of them says little.
GRADED = {"cifar100_mosaic_mnv2"}
# Methods that learn from no labels; far below the others, they would squeeze the plot.
UNSUPERVISED = {"unsupervised_greedy_hash", "bihalf", "stochastic_neighbor", "lsh", "pca", "itq", "spectral"}
# What a search may change; every network also has the learning rate and weight decay, every pair loss the similarity.
NETWORK = {"lr": [5e-4, 1e-3, 2e-3], "optimizer__weight_decay": [0.0, 1e-5, 1e-4]}
PAIRS = {**NETWORK, "similarity": ["share", "jaccard", "cosine"]}
SPACES = {
    "dual_hinge": {
        **PAIRS,
        "alpha": [1.01, 1.05, 1.2],
        "criterion__shape": [1.0, 2.0],
        "class_weight": ["sqrt", "balanced", None],
        "quantization": [0.0, 0.1, 0.3],
    },
    "hashnet": {**PAIRS, "class_weight": ["balanced", None], "beta_end": [3.0, 7.0, 15.0]},
    "dhn": {**PAIRS, "quantization": [0.03, 0.1, 0.3, 1.0]},
    "dsh": {**PAIRS, "quantization": [0.001, 0.01, 0.1]},
    "dpsh": {**PAIRS, "quantization": [0.03, 0.1, 0.3, 1.0]},
    "dtsh": {**PAIRS, "quantization": [0.1, 0.5, 1.0]},
    "dch": {**PAIRS, "gamma": ["auto", 5.0, 20.0], "quantization": [0.01, 0.1, 0.3]},
    "idhn": {**PAIRS, "gamma": [1.0, 10.0], "quantization": [0.03, 0.1, 0.3]},
    "lcdsh": {**PAIRS, "alpha": ["auto", 0.5], "locality": [0.03, 0.3, 3.0]},
    "dbdh": {**PAIRS, "alpha": ["auto", 0.5], "balance": [0.01, 0.1, 1.0]},
    "qsmih": {**PAIRS, "quantization": [0.001, 0.01, 0.1]},
    "mihash": {**PAIRS, "beta": [2.0, 4.0, 8.0, 16.0]},
    "talr": {**PAIRS, "beta": [2.0, 4.0, 8.0, 16.0]},
    "mmhh": {**PAIRS, "gamma": ["auto", 10.0, 160.0], "inside": [0.0, 0.5, 1.0], "quantization": [0.01, 0.1]},
    "dsdh": {**NETWORK, "classification": [0.3, 1.0, 3.0], "quantization": [0.1, 0.5, 1.0]},
    "greedy_hash": {**NETWORK, "quantization": [0.01, 0.1, 0.3, 1.0]},
    "dfh": {**NETWORK, "centre_pull": [0.3, 1.0, 3.0], "quantization": [0.1, 1.0]},
    "csq": {**NETWORK, "quantization": [1e-4, 1e-2, 1e-1]},
    "dpn": {**NETWORK, "margin": [0.25, 0.5, 1.0]},
    "ortho_hash": {**NETWORK, "scale": [4.0, 8.0, 16.0], "margin": [0.2, 0.5, 0.8]},
    "cnnh": {**NETWORK, "sweeps": [1, 5]},
    "dshsd": {**NETWORK, "contrastive": [0.03, 0.1, 0.3, 1.0]},
    "hyp2": {**NETWORK, "pairs": [0.1, 0.5, 1.0]},
    "hhf": {**NETWORK, "alpha": [4.0, 8.0, 16.0], "delta": [0.1, 0.2, 0.3], "quantization": [0.01, 0.1]},
    "mdsh": {**NETWORK, "pairs": [0.01, 0.1, 1.0], "quantization": [1e-4, 1e-2, 1e-1]},
    "adsh": {**NETWORK, "quantization": [0.001, 0.01, 0.1]},
    "unsupervised_greedy_hash": {**NETWORK, "quantization": [0.01, 0.1, 0.3, 1.0]},
    "bihalf": {**NETWORK, "gamma": [1.0, 3.0, 6.0]},
    "stochastic_neighbor": {"lr": [1e-3, 3e-3], "temperature": [0.03, 0.05, 0.1], "noise": [0.3, 0.5, 1.0]},
    "lsh": {},
    "pca": {},
    "itq": {"n_iter": [10, 50, 200]},
    "spectral": {},
    "sdh": {"n_anchors": [300, 1000], "nu": [1e-5, 1e-3], "ridge": [1e-2, 1e-1]},
}
