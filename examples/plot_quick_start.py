"""
===========
Quick start
===========

Learn codes of handwritten digits, search them, and plot the neighbours found.

From a checkout, with matplotlib: ``python examples/plot_quick_start.py``.
"""

import matplotlib.pyplot as plt
from sklearn.datasets import load_digits
from sklearn.model_selection import train_test_split

from sklearn_hash import DualHingeHasher, HammingNeighbors
from sklearn_hash.plotting import NeighborsDisplay

X, y = load_digits(return_X_y=True)
X_database, X_query, y_database, y_query = train_test_split(X, y, test_size=300, stratify=y, random_state=0)

# %%
# Learn and encode
# ----------------
# A hasher is a transformer. It trains a network on pairs of similar and dissimilar rows, here those with the same and
# with different labels, and ``transform`` returns the bits.

hasher = DualHingeHasher(n_bits=32, random_state=0).fit(X_database, y_database)
codes = hasher.transform(X_database)
print(f"{len(X_database)} images of 64 values, {codes.shape[1]} bits each")
print("the first code:", "".join(map(str, codes[0])))

# %%
# Search
# ------
# :class:`~sklearn_hash.HammingNeighbors` finds the codes that differ in the fewest bits. Its score is the mean average
# precision of the queries: 1 if every query finds all images of its own digit first.

search = HammingNeighbors(n_neighbors=8).fit(codes, y_database)
distances, rows = search.kneighbors(hasher.transform(X_query[:3]))
print("labels of three queries:    ", y_query[:3])
print("labels of their neighbours: ", *y_database[rows])
print(f"mAP of 300 queries:          {search.score(hasher.transform(X_query), y_query):.3f}")

# %%
# Look
# ----
# The queries are on the left. A neighbour that shows another digit has a dashed frame. The numbers are Hamming
# distances.

NeighborsDisplay.from_codes(
    hasher.transform(X_query[:5]),
    y_query[:5],
    codes,
    y_database,
    images=X_query[:5].reshape(-1, 8, 8),
    database_images=X_database.reshape(-1, 8, 8),
)
plt.show()
