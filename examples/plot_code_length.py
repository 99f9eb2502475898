"""
=============================
Code lengths by a grid search
=============================

Longer codes rank better and need more memory. A grid search over a pipeline of a hasher and a search measures the
gain. Its score is the mean average precision of the validation rows as queries and the training rows as database.
"""

import matplotlib.pyplot as plt
from sklearn.datasets import load_digits
from sklearn.model_selection import GridSearchCV
from sklearn.pipeline import make_pipeline

from sklearn_hash import DualHingeHasher, HammingNeighbors, HashNetHasher

X, y = load_digits(return_X_y=True)
LENGTHS = [4, 8, 12, 16, 32]

# %%
# One grid for two methods
# ------------------------
# The hasher is a step of the pipeline, so the grid search can also compare hashers.

pipeline = make_pipeline(DualHingeHasher(), HammingNeighbors())
pipeline.steps[0] = ("hasher", pipeline[0])
methods = {"dual hinge": DualHingeHasher, "HashNet": HashNetHasher}
hashers = [method(random_state=0, max_epochs=20) for method in methods.values()]
grid = GridSearchCV(pipeline, {"hasher": hashers, "hasher__n_bits": LENGTHS}, cv=2).fit(X, y)

# %%
# What a bit is worth
# -------------------
# Four bits give 16 different codes, which would be enough for ten digits if each digit had its own code. Above 16 bits
# there is little gain.

results = grid.cv_results_
figure, ax = plt.subplots(figsize=(7, 4.5), layout="constrained")
for (name, method), marker in zip(methods.items(), "os", strict=True):
    chosen = [type(hasher) is method for hasher in results["param_hasher"]]
    means, deviations = results["mean_test_score"][chosen], results["std_test_score"][chosen]
    ax.errorbar(LENGTHS, means, deviations, marker=marker, capsize=3, label=name)
    for n_bits, mean, deviation in zip(LENGTHS, means, deviations, strict=True):
        print(f"{name:<12}{n_bits:3d} bits: mAP {mean:.3f} +- {deviation:.3f}")
ax.set(xscale="log", xlabel="Code length (bits)", ylabel="Validation mAP", title="Handwritten digits")
ax.set_xticks(LENGTHS, LENGTHS)
ax.minorticks_off()
ax.legend()
plt.show()
