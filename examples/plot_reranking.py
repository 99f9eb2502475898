"""
===========================================
Embeddings re-ranked: recall against memory
===========================================

Codes of a few bytes are searched for candidates, and the candidates are re-ranked by their vectors. The recall depends
on the number of candidates, the code length and the stored vectors.

From a checkout, with matplotlib: ``python examples/plot_reranking.py``.
"""

# sphinx_gallery_thumbnail_number = 2

import matplotlib.pyplot as plt
import numpy as np
from sklearn.datasets import load_sample_images
from sklearn.feature_extraction.image import extract_patches_2d
from sklearn.frozen import FrozenEstimator

from sklearn_hash import ITQHasher, RerankedNeighbors
from sklearn_hash.metrics import true_neighbors
from sklearn_hash.plotting import NeighborRecallDisplay

# %%
# Vectors
# -------
# Patches of the two sample photographs of scikit-learn, at half their size, are used in place of the embeddings of a
# network. The mean of each patch is subtracted, and patches of plain sky are left out. The metric is the cosine.


def patches(image):
    """Patches of an image at half its size, as vectors."""
    height, width = (size // 2 for size in image.shape[:2])
    half = image[: 2 * height, : 2 * width].reshape(height, 2, width, 2, 3).mean(axis=(1, 3))
    return extract_patches_2d(half, (16, 16), max_patches=12_000, random_state=0).reshape(12_000, -1)


X = np.concatenate([patches(image) for image in load_sample_images().images]).astype(np.float32)
X -= X.mean(axis=1, keepdims=True)
X = X[X.std(axis=1) > 15]
X = X[np.random.default_rng(0).permutation(len(X))[:12_000]]
X_query, X_database = X[:500], X[500:]
true = true_neighbors(X_query, X_database, n_neighbors=10)
print(f"{len(X_database)} vectors of {X.shape[1]} features, {X_database.nbytes // len(X_database)} bytes each")

# %%
# Candidates
# ----------
# The curves show the fraction of the 10 true neighbours that are among the first candidates by Hamming distance. This
# is also the recall after re-ranking this number of candidates by their vectors. Longer codes need fewer candidates.

figure, ax = plt.subplots(figsize=(7, 4.5), layout="constrained")
hashers = {n_bits: ITQHasher(n_bits, random_state=0).fit(X_database) for n_bits in (32, 64, 128, 256)}
for n_bits, hasher in hashers.items():
    NeighborRecallDisplay.from_estimator(hasher, X_query, X_database, name=f"ITQ, {n_bits} bits", ax=ax)

# %%
# Memory
# ------
# Without vectors only the code of each row is stored, and the 100 candidates are re-ranked by the asymmetric distance,
# which is computed from the real-valued projection of the query. Vectors with one byte per value take a quarter of the
# memory of single precision and hardly change the result.

KEPT = {"code only": None, "int8": "int8", "float16": "float16", "float32": "given"}
figure, ax = plt.subplots(figsize=(7, 4.5), layout="constrained")
for marker, (label, vectors) in zip("osD^", KEPT.items(), strict=True):
    n_bytes, recalls = [], []
    for n_bits, hasher in hashers.items():
        search = RerankedNeighbors(FrozenEstimator(hasher), n_neighbors=10, oversample=10, vectors=vectors)
        found = search.fit(X_database).kneighbors(X_query, return_distance=False)
        n_bytes.append(search.nbytes_per_row_)
        recalls.append((found[:, :, None] == true[:, None, :]).any(axis=2).mean())
        print(f"{label:<10}{n_bits:>4} bits: {n_bytes[-1]:>5} bytes a row, recall {recalls[-1]:.3f}")
    ax.plot(n_bytes, recalls, marker=marker, label=label)
    if vectors is None or vectors == "int8":
        for n_bits, x, recall in zip(hashers, n_bytes, recalls, strict=True):
            ax.annotate(f"{n_bits} bits", (x, recall), (-8, 0), textcoords="offset points", ha="right", va="center")
ax.plot(X_database.nbytes / len(X_database), 1, "k*", markersize=10, label="all vectors, exact", linestyle="none")
ax.set(
    xscale="log", xlabel="Bytes per row", ylabel="Recall of the 10 true neighbours", ylim=(0, 1.04), xlim=(1.5, None)
)
ax.legend(title="100 candidates, re-ranked by", loc="upper left")
plt.show()

# %%
# Better candidates for the same vectors
# --------------------------------------
# If reading vectors is slow, for example from a disk, search for more candidates by their codes and keep those with the
# smallest asymmetric distances. ``fit`` also accepts the path of a ``.npy`` file. Only the rows of candidates are then
# read from the file.

for asymmetric_oversample in (1, 2, 4, 10):
    search = RerankedNeighbors(FrozenEstimator(hashers[64]), asymmetric_oversample=asymmetric_oversample)
    found = search.fit(X_database).kneighbors(X_query, return_distance=False)
    recall = (found[:, :, None] == true[:, None, :]).any(axis=2).mean()
    print(f"64 bits, {100 * asymmetric_oversample:>4} candidates by code, 100 vectors a query: recall {recall:.3f}")
