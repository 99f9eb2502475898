"""
=====================
Rows with many labels
=====================

A photograph often has several labels. Two photographs can have one label of five in common, or all five. With
``similarity="share"`` both pairs are similar; with ``"jaccard"`` their similarity is graded by the overlap of the label
sets. Graded relevance needs a graded measure such as NDCG.
"""

import matplotlib.pyplot as plt
import numpy as np
from sklearn.datasets import make_multilabel_classification

from sklearn_hash import DualHingeHasher, HammingNeighbors, IDHNHasher
from sklearn_hash.metrics import mean_average_precision, ndcg_at_k

X, Y = make_multilabel_classification(
    2500, n_features=200, n_classes=12, n_labels=3, allow_unlabeled=False, random_state=0
)
X = X.astype(np.float32)
X_database, Y_database, X_query, Y_query = X[:2000], Y[:2000], X[2000:], Y[2000:]
print(f"{Y.sum(axis=1).mean():.1f} labels a row; {(Y_query @ Y_database.T > 0).mean():.0%} of the pairs share one")

# %%
# Two similarities
# ----------------
# For mAP a row is relevant if it shares at least one label. NDCG of the first 100 rows takes the number of shared
# labels into account.

hashers = {
    "dual hinge, share": DualHingeHasher(32, similarity="share", random_state=0),
    "dual hinge, jaccard": DualHingeHasher(32, similarity="jaccard", random_state=0),
    "IDHN": IDHNHasher(32, random_state=0),
}
codes = {}
print(f"{'':20}{'mAP':>8}{'NDCG@100':>10}")
for name, hasher in hashers.items():
    hasher.fit(X_database, Y_database)
    codes[name] = hasher.transform(X_query), hasher.transform(X_database)
    args = codes[name][0], Y_query, codes[name][1], Y_database
    print(f"{name:20}{mean_average_precision(*args):8.3f}{ndcg_at_k(*args, k=100):10.3f}")

# %%
# How much is shared with the neighbours
# --------------------------------------
# The curves show the mean overlap of the label sets of a query and its n-th neighbour.

figure, ax = plt.subplots(figsize=(7, 4.2), layout="constrained")
shared = Y_query @ Y_database.T
jaccard = shared / (Y_query.sum(axis=1)[:, None] + Y_database.sum(axis=1) - shared)
for (name, (query, database)), style in zip(codes.items(), ("--", "-", ":"), strict=True):
    rows = HammingNeighbors(n_neighbors=500).fit(database).kneighbors(query, return_distance=False)
    overlap = np.take_along_axis(jaccard, rows, axis=1).mean(axis=0)
    ax.plot(np.arange(8, 494), np.convolve(overlap, np.ones(15) / 15, mode="valid"), style, label=name)
ax.axhline(jaccard.mean(), color="grey", linewidth=1, label="any two rows")
ax.set(xlabel="Neighbour (mean of 15)", ylabel="Overlap of the label sets", title="Twelve labels, 32 bits")
ax.legend()
plt.show()
