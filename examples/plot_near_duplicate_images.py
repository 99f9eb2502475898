"""
=======================
Near-duplicate images
=======================

Copies of an image that were resized, brightened or compressed differ from it in every pixel. An image hash is a code
that changes little under such modifications. This example uses a difference hash, whose bits say where the image gets
brighter from left to right or from top to bottom. Copies then have nearly the same code, and
:func:`~sklearn_hash.neighbors.near_duplicates` finds all codes within a Hamming radius of each other.

Hashes of the imagehash package can be used in the same way. Convert them with
:func:`~sklearn_hash.codes.packed_from_imagehash`.

From a checkout, with matplotlib: ``python examples/plot_near_duplicate_images.py``.
"""

import matplotlib.pyplot as plt
import numpy as np
from scipy.ndimage import gaussian_filter, zoom
from sklearn.datasets import load_sample_images
from sklearn.metrics import adjusted_rand_score
from sklearn.utils import check_random_state

from sklearn_hash.codes import hex_from_packed, pack_codes
from sklearn_hash.neighbors import NearDuplicates, near_duplicates

# %%
# Images and their copies
# -----------------------
# The originals are pieces of the two sample photographs of scikit-learn. Half of them get one to three copies, which
# are brightened, noisy, blurred, or scaled down and up again.

PIECE = 64


def originals():
    """Pieces of the sample photographs that do not overlap, in grey."""
    pieces = []
    for image in load_sample_images().images:
        grey = image.mean(axis=2)
        rows, columns = grey.shape[0] // PIECE, grey.shape[1] // PIECE
        grid = grey[: rows * PIECE, : columns * PIECE].reshape(rows, PIECE, columns, PIECE)
        pieces.append(grid.swapaxes(1, 2).reshape(-1, PIECE, PIECE))
    pieces = np.concatenate(pieces)
    return pieces[pieces.std(axis=(1, 2)) > 20]  # of a piece of plain sky, the bits of a hash are noise


def changed(image, rng):
    """Return a copy of the image that differs from it in every pixel."""
    kind = rng.randint(4)
    if kind == 0:
        return np.clip(1.2 * image + 10, 0, 255)
    if kind == 1:
        return np.clip(image + rng.normal(scale=4, size=image.shape), 0, 255)
    if kind == 2:
        return gaussian_filter(image, 1)
    return zoom(zoom(image, 0.5, order=1), 2, order=1)


rng = check_random_state(0)
images = list(originals())
sources = list(range(len(images)))
for source in rng.permutation(len(images))[: len(images) // 2]:
    for _ in range(rng.randint(1, 4)):
        images.append(changed(images[source], rng))
        sources.append(source)
images, sources = np.array(images), np.array(sources)

# %%
# Difference hash
# ---------------
# The image is averaged over 8 x 9 blocks, and 64 bits say whether a block is brighter than its left neighbour. It is
# also averaged over 9 x 8 blocks, and another 64 bits say whether a block is brighter than the one above.


def shrunk(images, height, width):
    """Means over the blocks of a grid of height x width."""
    edges = [np.linspace(0, size, n + 1).astype(int) for size, n in zip(images.shape[1:], (height, width), strict=True)]
    sums = np.add.reduceat(np.add.reduceat(images, edges[0][:-1], axis=1), edges[1][:-1], axis=2)
    return sums / np.outer(np.diff(edges[0]), np.diff(edges[1]))


def difference_hash(images):
    """Codes of 128 bits."""
    across = np.diff(shrunk(images, 8, 9), axis=2) > 0
    down = np.diff(shrunk(images, 9, 8), axis=1) > 0
    return np.concatenate([across.reshape(len(images), 64), down.reshape(len(images), 64)], axis=1)


codes = pack_codes(difference_hash(images))
print(
    f"{len(images)} images, {len(np.unique(sources))} of them originals; the first code is {hex_from_packed(codes)[0]}"
)

# %%
# Groups within a radius
# ----------------------
# With a small radius copies are missed; with a large radius different images are grouped. The adjusted Rand index
# compares the groups with the true groups. Connected components may connect two images through other images. In leader
# groups, each image is within the radius of the image that is kept.

for method in ("components", "leader"):
    for radius in (0, 4, 8, 12, 16, 24):
        labels = NearDuplicates(radius, method=method, packed=True).fit_predict(codes)
        print(
            f"{method:<11} radius {radius:2d}: {labels.max() + 1:4d} groups, "
            f"adjusted Rand index {adjusted_rand_score(sources, labels):.3f}"
        )

# %%
# One image of each group
# -----------------------
# ``kept`` holds the first row of every group. To keep the best image instead, sort the images from best to worst first.

labels, kept, graph = near_duplicates(codes, 12, packed=True, return_graph=True)
print(f"{len(kept)} images kept; {graph.nnz // 2} pairs of images are within radius 12")


# %%
# The largest groups
# ------------------
# The image that is kept is the first of its group. The numbers are the distances of the copies to it.

largest = np.argsort(-np.bincount(labels), kind="stable")[:10]
figure, axes = plt.subplots(5, 8, figsize=(9, 6.2), layout="constrained")
for axis in axes.flat:
    axis.axis("off")
for line, group in zip(axes.reshape(10, 4), largest, strict=True):
    for axis, row in zip(line, np.flatnonzero(labels == group), strict=False):
        distance = np.bitwise_count(codes[row] ^ codes[kept[group]]).sum()
        axis.imshow(images[row], cmap="gray", vmin=0, vmax=255)
        axis.set_title("kept" if row == kept[group] else f"{distance} bits", fontsize=8)
plt.show()
