"""
==========================
Comparing methods honestly
==========================

Retrieval results are comparable only if the queries are not used in training, if several seeds are reported, and if
the treatment of ties is stated. Codes of 12 bits have only 13 different distances, so most rows of a ranking are tied.
The mean average precision of this package is the exact mean over all orders of tied rows.
"""

import matplotlib.pyplot as plt
import numpy as np

from sklearn_hash import CSQHasher, DHNHasher, DualHingeHasher, HashNetHasher, ITQHasher, LSHHasher
from sklearn_hash.datasets import load_digits_retrieval
from sklearn_hash.metrics import mean_average_precision

split = load_digits_retrieval()
N_BITS, SEEDS = 12, range(3)
METHODS = [DualHingeHasher, HashNetHasher, DHNHasher, CSQHasher, ITQHasher, LSHHasher]
print(f"{len(split.train)} training rows, {len(split.query)} queries, {len(split.database)} database rows")

# %%
# Queries and training rows
# -------------------------
# Methods that learn from labels have higher scores on the rows on which they were trained. Methods without labels
# hardly overfit to these rows.

scores = {}
for method in METHODS:
    for seed in SEEDS:
        hasher = method(N_BITS, random_state=seed).fit(split.X[split.train], split.y[split.train])
        query = hasher.transform(split.X[split.query]), split.y[split.query]
        database = hasher.transform(split.X[split.database]), split.y[split.database]
        scores.setdefault((method, "queries"), []).append(mean_average_precision(*query, *database))
        trained_on = hasher.score(split.X[split.train], split.y[split.train])
        scores.setdefault((method, "training rows"), []).append(trained_on)

print(f"{'mAP':18}{'queries':>18}{'training rows':>18}")
for method in METHODS:
    cells = [np.array(scores[method, rows]) for rows in ("queries", "training rows")]
    print(f"{method.__name__:18}" + "".join(f"{c.mean():10.3f} +- {c.std(ddof=1):.3f}" for c in cells))

# %%
# Draw every seed
# ---------------
# If the dots of two methods overlap, three seeds are not enough to decide which of them is better.

figure, ax = plt.subplots(figsize=(8, 4.2), layout="constrained")
for rows, marker, colour, shift in (("queries", "o", "C0", -0.12), ("training rows", "D", "lightgrey", 0.12)):
    values = np.array([scores[method, rows] for method in METHODS])
    positions = np.repeat(np.arange(len(METHODS)) + shift, len(SEEDS))
    ax.scatter(positions, values.ravel(), marker=marker, facecolor=colour, edgecolor="black", label=rows)
ax.set_xticks(range(len(METHODS)), [method.__name__.removesuffix("Hasher") for method in METHODS])
ax.set(ylabel="mAP", ylim=(0, 1.03), title=f"Handwritten digits, {N_BITS} bits, {len(SEEDS)} seeds")
ax.legend()
plt.show()
