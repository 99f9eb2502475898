"""
===========================================
Classification through a precomputed graph
===========================================

The ``transform`` method of :class:`~sklearn_hash.HammingNeighbors` returns a sparse graph of Hamming distances, which
estimators of scikit-learn with ``metric="precomputed"`` accept. A nearest-neighbour classifier then needs a few bytes
per row in place of the rows themselves.
"""

import warnings

import matplotlib.pyplot as plt
from sklearn.datasets import load_digits
from sklearn.exceptions import EfficiencyWarning
from sklearn.frozen import FrozenEstimator
from sklearn.manifold import TSNE
from sklearn.model_selection import train_test_split
from sklearn.neighbors import KNeighborsClassifier
from sklearn.pipeline import make_pipeline

from sklearn_hash import DualHingeHasher, HammingNeighbors, ITQHasher

X, y = load_digits(return_X_y=True)
X_train, X_test, y_train, y_test = train_test_split(X, y, stratify=y, random_state=0)

# %%
# A pipeline of three steps
# -------------------------
# The steps hash the rows, search the neighbours, and vote. Codes of 8 bits take one byte per row, the pixels 512 bytes.

pixels = KNeighborsClassifier(5).fit(X_train, y_train).score(X_test, y_test)
print(f"{'pixels':16}{X_train.shape[1] * X_train.itemsize:5} bytes a row: accuracy {pixels:.3f}")
lengths, accuracies = [8, 16, 32, 64], {}
for method in (DualHingeHasher, ITQHasher):
    for n_bits in lengths:
        vote = KNeighborsClassifier(5, metric="precomputed")
        pipeline = make_pipeline(method(n_bits, random_state=0), HammingNeighbors(5), vote).fit(X_train, y_train)
        accuracies.setdefault(method.__name__, []).append(pipeline.score(X_test, y_test))
        print(f"{method.__name__:16}{n_bits // 8:5} bytes a row: accuracy {accuracies[method.__name__][-1]:.3f}")

# %%
# The same graph draws a map
# --------------------------
# t-SNE accepts the graph too. Here it is the graph of codes of 64 bits that were learned without labels. With codes
# that were learned from labels, each digit would be a single dot.

hasher = ITQHasher(64, random_state=0).fit(X_train)
mapping = make_pipeline(
    FrozenEstimator(hasher), HammingNeighbors(91), TSNE(metric="precomputed", init="random", random_state=0)
)
warnings.simplefilter("ignore", EfficiencyWarning)  # t-SNE sorts the graph once more
points = mapping.fit_transform(X_test)

figure, (left, right) = plt.subplots(1, 2, figsize=(11, 4.5), layout="constrained")
for (name, values), marker in zip(accuracies.items(), "os", strict=True):
    left.plot(lengths, values, marker=marker, label=name)
left.axhline(pixels, color="grey", linestyle="--", label="pixels, 512 bytes a row")
left.set(xscale="log", xlabel="Code length (bits)", ylabel="Accuracy of 5 neighbours")
left.set_xticks(lengths, lengths)
left.minorticks_off()
left.legend()
scatter = right.scatter(*points.T, c=y_test, cmap="tab10", s=6)
right.legend(*scatter.legend_elements(), title="Digit", loc="center left", bbox_to_anchor=(1, 0.5))
right.set(title="t-SNE of the test rows by codes without labels", xticks=[], yticks=[])
plt.show()
