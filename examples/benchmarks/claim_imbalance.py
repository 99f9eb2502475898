"""HashNet's claim on imbalance: weighted pairs against equal ones, with class ratios of 1:1 to 1:1000.

The paper weights similar pairs, which are fewer, so that they count as much in total as dissimilar ones. Training rows
are drawn with class sizes that fall geometrically from the largest to the smallest, the same number of rows for every
ratio; which class is how large is drawn with the seed. They are rows that are neither queries nor in the database,
whose classes stay as they are. Scored are all queries, and those of the rarest 30 % of the classes.

    python examples/benchmarks/claim_imbalance.py --data-home DIR --results claim_imbalance.jsonl --plot imbalance.png
"""

import sys

import numpy as np
from claims_protocol import difference, interval, main, measured, shown

from sklearn_hash import HashNetHasher
from sklearn_hash.metrics import mean_average_precision

RATIOS = [1, 10, 100, 1000]
WEIGHTS = ["balanced", None]
N_BITS = 32
# Rows to train on, as many as the largest class allows at 1:1000, and epochs for about as many steps on both sets.
SIZES = {"fashion_mnist": (5000, 30), "cifar100_coarse22k": (1500, 100)}
RARE_SHARE = 0.3
MEASURES = {"map": "all queries", "map_rare": "queries of the rarest 30 % of the classes"}


def long_tailed(y, pool, n_rows, ratio, rng):
    """Rows of the pool with geometric class sizes, at least 2 each, and the classes from the largest to the rarest."""
    classes = rng.permutation(np.unique(y))
    share = ratio ** -np.linspace(0, 1, len(classes))
    sizes = np.maximum(np.round(n_rows * share / share.sum()).astype(int), 2)
    rows = [rng.permutation(pool[y[pool] == c])[:size] for c, size in zip(classes, sizes, strict=True)]
    return rng.permutation(np.concatenate(rows)), classes


def evaluate(job, split):
    ratio, class_weight = job["config"]["ratio"], job["config"]["class_weight"]
    n_rows, epochs = SIZES[job["data"]]
    n_rows = min(n_rows, len(split.train))
    X, y, query, database = split.X, split.y, split.query, split.database
    pool = np.setdiff1d(np.arange(len(y)), np.concatenate([query, database]))
    train, classes = long_tailed(y, pool, n_rows, ratio, np.random.default_rng(job["seed"]))
    hasher = HashNetHasher(N_BITS, lr=1e-3, class_weight=class_weight, max_epochs=epochs, random_state=job["seed"])
    hasher.fit(X[train], y[train])
    rare = query[np.isin(y[query], classes[-round(RARE_SHARE * len(classes)) :])]
    codes = {name: hasher.transform(X[rows]) for name, rows in (("all", query), ("rare", rare), ("database", database))}
    shares = np.bincount(y[train]) / len(train)
    return {
        "map": mean_average_precision(codes["all"], y[query], codes["database"], y[database]),
        "map_rare": mean_average_precision(codes["rare"], y[rare], codes["database"], y[database]),
        "similar": float(np.square(shares).sum()),
        "smallest": int(np.bincount(y[train]).min()),
    }


def stages(data, seeds, results):
    yield [
        {"data": data, "method": "hashnet", "stage": "claim", "bits": N_BITS, "seed": seed,
         "config": {"ratio": ratio, "class_weight": class_weight}}
        for seed in range(seeds)
        for ratio in RATIOS
        for class_weight in WEIGHTS
    ]  # fmt: skip


def values(results, data, measure, ratio, class_weight):
    return measured(results, data, "claim", measure, config={"ratio": ratio, "class_weight": class_weight})


def report(results, sets):
    for data in sets:
        for measure, name in MEASURES.items():
            print(f"\n{data}, mAP of {name}")
            print(f"{'ratio':<8}{'similar pairs':>14}{'balanced':>20}{'equal':>20}{'gain':>20}")
            for ratio in RATIOS:
                weighted, equal = (values(results, data, measure, ratio, weight) for weight in WEIGHTS)
                if equal:
                    similar = np.mean(values(results, data, "similar", ratio, None))
                    gain = "{:+.4f} +- {:.4f}".format(*difference(weighted, equal))
                    print(f"1:{ratio:<6}{similar:>13.1%} {shown(weighted):>20}{shown(equal):>20}{gain:>20}")


def draw(results, sets, path):
    import matplotlib.pyplot as plt

    figure, axes = plt.subplots(1, len(sets), figsize=(4.5 * len(sets), 3.6), layout="constrained", squeeze=False)
    for ax, data in zip(axes.flat, sets, strict=True):
        for measure, line in (("map", "-"), ("map_rare", "--")):
            for weight, color in zip(WEIGHTS, ("tab:blue", "tab:orange"), strict=True):
                mean, width = zip(*(interval(values(results, data, measure, r, weight)) for r in RATIOS), strict=True)
                label = f"{weight or 'equal'}, {'all' if measure == 'map' else 'rarest'} classes"
                ax.errorbar(RATIOS, mean, width, color=color, linestyle=line, marker="o", capsize=2, label=label)
        ax.set(xscale="log", xticks=RATIOS, xticklabels=[f"1:{r}" for r in RATIOS], title=data, xlabel="class ratio")
    axes[0, 0].set_ylabel("mAP")
    axes[0, 0].legend(fontsize=8)
    figure.savefig(path, dpi=110)


if __name__ == "__main__":
    sys.exit(main(__doc__, "claim_imbalance", stages, evaluate, report, draw))
