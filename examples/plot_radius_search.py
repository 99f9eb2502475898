"""
=======================
Search within a radius
=======================

A radius search returns all codes within a given Hamming distance of the query, and none if the query is not similar to
any row. The radius determines the trade-off between precision and recall.
"""

import matplotlib.pyplot as plt
import numpy as np

from sklearn_hash import DualHingeHasher, HammingNeighbors
from sklearn_hash.datasets import load_digits_retrieval
from sklearn_hash.metrics import hamming_precision_recall_curve
from sklearn_hash.plotting import HammingPrecisionRecallDisplay

split = load_digits_retrieval()
X_query, y_query = split.X[split.query], split.y[split.query]
X_database, y_database = split.X[split.database], split.y[split.database]
hasher = DualHingeHasher(32, random_state=0).fit(split.X[split.train], split.y[split.train])
query_codes, database_codes = hasher.transform(X_query), hasher.transform(X_database)

# %%
# Choose the radius on the training rows
# --------------------------------------
# The curve contains precision and recall for every radius from 0 to the number of bits. The values for training rows
# are too optimistic, but the radius must not be chosen on the queries.

train_codes = hasher.transform(split.X[split.train])
precision, recall, radii = hamming_precision_recall_curve(train_codes, split.y[split.train])
radius = int(radii[np.argmax(2 * precision * recall / (precision + recall))])
print(f"radius {radius}: best harmonic mean of precision and recall among the training rows")

# %%
# Search
# ------
# The number of rows found differs between queries.

search = HammingNeighbors(radius=radius).fit(database_codes, y_database)
distances, rows = search.radius_neighbors(query_codes)
sizes = np.array([len(found) for found in rows])
print(f"{len(database_codes)} codes; found per query: {sizes.min()} to {sizes.max()}, median {np.median(sizes):.0f}")
print(f"{'radius':>7}{'precision':>11}{'recall':>8}")
precision, recall, radii = hamming_precision_recall_curve(query_codes, y_query, database_codes, y_database)
for r in (0, 1, 2, 4, 6, 8, 10, 12):
    print(f"{r:7}{precision[r]:11.3f}{recall[r]:8.3f}" + ("   <- chosen" if r == radius else ""))

# %%
# The whole curve, for three code lengths
# ---------------------------------------
# Papers on learning to hash report lookups in hash tables with radius 2. With longer codes fewer rows are within this
# radius, and the recall at radius 2 decreases.

figure, (left, right) = plt.subplots(1, 2, figsize=(11, 4.3), layout="constrained")
for n_bits in (16, 32, 64):
    other = DualHingeHasher(n_bits, random_state=0).fit(split.X[split.train], split.y[split.train])
    rows = other, X_query, y_query, X_database, y_database
    HammingPrecisionRecallDisplay.from_estimator(*rows, name=f"{n_bits} bits", ax=left)
    codes = other.transform(X_query), y_query, other.transform(X_database), y_database
    _, recall, radii = hamming_precision_recall_curve(*codes)
    right.plot(radii[:17], recall[:17], marker=".", label=f"{n_bits} bits")
right.axvline(2, color="grey", linewidth=1)
right.set(xlabel="Hamming radius", ylabel="Recall")
right.legend()
plt.show()
