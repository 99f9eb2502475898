"""List of all methods: the module of each hasher, which is the method's name, and its class.

The estimators that this package exports, the methods of the main job, the checks of the tests and the pages of the
documentation all follow from it.
"""

__all__ = ["METHODS"]

METHODS = {
    "dual_hinge": "DualHingeHasher",
    "hashnet": "HashNetHasher",
    "dhn": "DHNHasher",
    "dsh": "DSHHasher",
    "dpsh": "DPSHHasher",
    "dtsh": "DTSHHasher",
    "dch": "DCHHasher",
    "idhn": "IDHNHasher",
    "lcdsh": "LCDSHHasher",
    "dbdh": "DBDHHasher",
    "qsmih": "QSMIHHasher",
    "mihash": "MIHashHasher",
    "talr": "TALRHasher",
    "mmhh": "MMHHHasher",
    "dsdh": "DSDHHasher",
    "greedy_hash": "GreedyHashHasher",
    "dfh": "DFHHasher",
    "csq": "CSQHasher",
    "dpn": "DPNHasher",
    "ortho_hash": "OrthoHashHasher",
    "cnnh": "CNNHHasher",
    "dshsd": "DSHSDHasher",
    "hyp2": "HyP2Hasher",
    "hhf": "HHFHasher",
    "mdsh": "MDSHHasher",
    "adsh": "ADSHHasher",
    "unsupervised_greedy_hash": "UnsupervisedGreedyHashHasher",
    "bihalf": "BiHalfHasher",
    "stochastic_neighbor": "StochasticNeighborHasher",
    "lsh": "LSHHasher",
    "pca": "PCAHasher",
    "itq": "ITQHasher",
    "spectral": "SpectralHasher",
    "sdh": "SDHHasher",
}
