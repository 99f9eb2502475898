"""DHN's claim on its quantization loss: weights from 0 on, at 16, 32 and 64 bits.

Measured are the mAP of the binary codes, that of the relaxed ones tanh(z) by inner products, whose difference is what
the signs cost, and the mean distance of the entries of relaxed codes from -1 or 1.

    python examples/benchmarks/claim_quantization.py --data-home DIR --results claim_quantization.jsonl
"""

import sys

import numpy as np
from claims_protocol import bits_map, difference, interval, main, measured, relaxed_measures, shown

from sklearn_hash import DHNHasher

WEIGHTS = [0.0, 0.1, 1.0, 3.0]
BITS = [16, 32, 64]


def evaluate(job, split):
    hasher = DHNHasher(job["bits"], lr=1e-3, random_state=job["seed"], **job["config"])
    hasher.fit(split.X[split.train], split.y[split.train])
    query, database = (np.tanh(hasher.decision_function(split.X[rows])) for rows in (split.query, split.database))
    return {"map": bits_map(hasher, split), **relaxed_measures(query, database, split)}


def stages(data, seeds, results):
    yield [
        {"data": data, "method": "dhn", "stage": "claim", "bits": bits, "seed": seed, "config": {"quantization": w}}
        for seed in range(seeds)
        for bits in BITS
        for w in WEIGHTS
    ]


def values(results, data, measure, bits, weight):
    return measured(results, data, "claim", measure, bits=bits, config={"quantization": weight})


def report(results, sets):
    for data in sets:
        for bits in BITS:
            print(f"\n{data}, {bits} bits")
            print(f"{'weight':<8}{'mAP':>19}{'less weight 0':>20}{'mAP relaxed':>20}{'distance':>20}")
            for weight in WEIGHTS:
                cells = [values(results, data, measure, bits, weight) for measure in ("map", "map_relaxed", "gap")]
                if cells[0]:
                    without = values(results, data, "map", bits, 0.0)
                    less = "{:+.4f} +- {:.4f}".format(*difference(cells[0], without))
                    print(f"{weight:<8}{shown(cells[0]):>19}{less:>20}{shown(cells[1]):>20}{shown(cells[2]):>20}")


def draw(results, sets, path):
    import matplotlib.pyplot as plt

    figure, axes = plt.subplots(1, len(sets), figsize=(4.5 * len(sets), 3.6), layout="constrained", squeeze=False)
    for ax, data in zip(axes.flat, sets, strict=True):
        for bits, color in zip(BITS, ("tab:green", "tab:blue", "tab:purple"), strict=True):
            for measure, line in (("map", "-"), ("map_relaxed", ":")):
                mean, width = zip(*(interval(values(results, data, measure, bits, w)) for w in WEIGHTS), strict=True)
                label = f"{bits} bits" + (", relaxed codes" if line == ":" else "")
                ax.errorbar(range(len(WEIGHTS)), mean, width, color=color, linestyle=line, capsize=2, label=label)
        ax.set(title=data, xticks=range(len(WEIGHTS)), xticklabels=WEIGHTS, xlabel="weight of the quantization loss")
    axes[0, 0].set_ylabel("mAP")
    axes[0, 0].legend(fontsize=8)
    figure.savefig(path, dpi=110)


if __name__ == "__main__":
    sys.exit(main(__doc__, "claim_quantization", stages, evaluate, report, draw))
