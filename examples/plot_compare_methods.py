"""
==========================
Comparing methods honestly
==========================

Three habits make figures of retrieval comparable: queries that training never sees, several seeds, and a rule for
ties. Codes of 12 bits have only 13 distances, so that most rows of a ranking are tied.
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
# Three seeds, three rules for ties
# ---------------------------------
# ``ties="expected"`` is the mean over all orders of tied rows. ``ties="index"`` keeps the order of the database, as a
# stable sort does. Where the database is stored by class, in the order of its labels, that order adds or takes
# away precision which has nothing to do with the codes.

order = np.argsort(split.y[split.database], kind="stable")
scores = {}
for method in METHODS:
    for seed in SEEDS:
        hasher = method(N_BITS, random_state=seed).fit(split.X[split.train], split.y[split.train])
        query = hasher.transform(split.X[split.query]), split.y[split.query]
        database = hasher.transform(split.X[split.database])[order], split.y[split.database][order]
        for ties in ("expected", "index"):
            scores.setdefault((method.__name__, ties), []).append(mean_average_precision(*query, *database, ties=ties))

print(f"{'':18}{'expected':>18}{'sorted by class':>18}")
for method in METHODS:
    cells = [np.array(scores[method.__name__, ties]) for ties in ("expected", "index")]
    print(f"{method.__name__:18}" + "".join(f"{c.mean():10.3f} +- {c.std(ddof=1):.3f}" for c in cells))

# %%
# Draw every seed
# ---------------
# Methods whose dots overlap are not told apart by three seeds.

figure, ax = plt.subplots(figsize=(8, 4), layout="constrained")
for position, method in enumerate(METHODS):
    for ties, marker, shift, fill in (("expected", "o", -0.12, "C0"), ("index", "D", 0.12, "none")):
        values = scores[method.__name__, ties]
        ax.scatter([position + shift] * len(values), values, marker=marker, facecolor=fill, edgecolor="C0", label=ties)
ax.set_xticks(range(len(METHODS)), [method.__name__.removesuffix("Hasher") for method in METHODS])
ax.set(ylabel="mAP", title=f"Handwritten digits, {N_BITS} bits, {len(SEEDS)} seeds")
handles, _ = ax.get_legend_handles_labels()
ax.legend(handles[:2], ["expected over ties", "ties in the order of a database sorted by class"])
plt.show()
