"""
=============================
The dual hinge and hard pairs
=============================

Classes of the same family are similar to each other, and rows of two such classes are hard dissimilar pairs. The
gradient of the dual hinge loss is larger for dissimilar pairs at smaller distances, so that training concentrates on
hard pairs.
"""

import matplotlib.pyplot as plt
import numpy as np

from sklearn_hash import DHNHasher, DualHingeHasher, HashNetHasher
from sklearn_hash.datasets import make_hash_blobs
from sklearn_hash.losses import DHNLoss, DualHingeLoss, HashNetLoss
from sklearn_hash.plotting import LossShapeDisplay

# %%
# Classes in families
# -------------------
# There are 20 classes in 5 families. :func:`~sklearn_hash.datasets.make_hash_blobs` places the classes of a family
# close together.

X, y, families = make_hash_blobs(3000, 32, super_class_std=4.0, class_std=1.2, cluster_std=1.0, random_state=0)
X_train, y_train, X_test, y_test, family = X[:2000], y[:2000], X[2000:], y[2000:], families[2000:]

# %%
# The gradients
# -------------
# For dissimilar pairs the gradients of HashNet and DHN saturate: they are nearly constant at small distances. The
# gradient of the dual hinge keeps increasing and is largest for a dissimilar pair with equal codes.

figure, ax = plt.subplots(figsize=(7, 4), layout="constrained")
for loss in (DualHingeLoss(), HashNetLoss(), DHNLoss()):
    LossShapeDisplay.from_loss(loss, kind="gradient", ax=ax)

# %%
# Distances of the pairs
# ----------------------
# Pairs of different families have large distances with every loss. The losses differ in the distances of hard pairs,
# whose rows are of the same family but of different classes. Where the distances of hard pairs overlap with those of
# similar pairs, the ranking of a search has errors.

figure, axes = plt.subplots(1, 3, figsize=(12, 3.6), sharey=True, layout="constrained")
same_class, same_family = y_test[:, None] == y_test, family[:, None] == family
off_diagonal = ~np.eye(len(y_test), dtype=bool)
kinds = {
    "similar": same_class & off_diagonal,
    "hard: same family": same_family & ~same_class,
    "easy: other family": ~same_family,
}
for ax, method in zip(axes, (DualHingeHasher, HashNetHasher, DHNHasher), strict=True):
    hasher = method(16, random_state=0, output="signs").fit(X_train, y_train)
    signs = hasher.transform(X_test).astype(int)
    distances = (16 - signs @ signs.T) // 2
    for (kind, pairs), style in zip(kinds.items(), ("-", "--", ":"), strict=True):
        ax.plot(np.bincount(distances[pairs], minlength=17) / pairs.sum(), style, marker=".", label=kind)
    hard = kinds["hard: same family"]
    score = hasher.score(X_test, y_test)
    print(f"{method.__name__:16} mAP {score:.3f}, mean distance of hard pairs {distances[hard].mean():4.1f} of 16")
    ax.set(title=f"{method.__name__}, mAP {score:.3f}", xlabel="Hamming distance", xticks=range(0, 17, 4))
axes[0].set_ylabel("Fraction of pairs")
axes[0].legend()
plt.show()
