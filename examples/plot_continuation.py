"""
=======================
Continuation in HashNet
=======================

The sign function has no useful gradient. HashNet trains with tanh(beta z) instead and increases beta during training,
so that the relaxed codes become binary.
"""

# sphinx_gallery_thumbnail_number = 2

import matplotlib.pyplot as plt
import numpy as np
import torch
from skorch.callbacks import Callback

from sklearn_hash import HashNetHasher
from sklearn_hash.datasets import load_digits_retrieval
from sklearn_hash.plotting import HashOutputDisplay

split = load_digits_retrieval()
X, y = split.X[split.train], split.y[split.train]

# %%
# Record how far relaxed codes are from -1 and +1
# -----------------------------------------------
# A skorch callback is called for every batch.


class BinaryGap(Callback):
    """Record the mean of 1 - |tanh(beta z)| over the batches of an epoch."""

    def on_epoch_begin(self, net, **kwargs):
        self.gaps_ = []

    def on_batch_end(self, net, training=None, y_pred=None, **kwargs):
        relaxed = torch.tanh(net.criterion_.beta * y_pred.detach())
        self.gaps_.append(1 - relaxed.abs().mean().item())

    def on_epoch_end(self, net, **kwargs):
        net.history.record("binary_gap", float(np.mean(self.gaps_)))


hashers = {
    f"beta up to {beta_end:g}": HashNetHasher(
        16, beta_end=beta_end, random_state=0, net_params={"callbacks": [BinaryGap()]}
    ).fit(X, y)
    for beta_end in (1.0, 7.0)
}

# %%
# Beta and the gap
# ----------------
# Without continuation (beta stays 1) the gap decreases only because the outputs grow.

figure, (left, right) = plt.subplots(1, 2, figsize=(11, 4.2), layout="constrained")
for (name, hasher), style in zip(hashers.items(), ("--", "-"), strict=True):
    epochs = [row["epoch"] for row in hasher.history_]
    left.plot(epochs, [row["beta"] for row in hasher.history_], style, label=name)
    right.plot(epochs, [row["binary_gap"] for row in hasher.history_], style, label=name)
left.set(xlabel="Epoch", ylabel="beta", title="Continuation")
right.set(xlabel="Epoch", ylabel="Mean of 1 - |tanh(beta z)|", ylim=(0, None), title="Distance from binary codes")
right.legend()

# %%
# Relaxed codes of the queries
# ----------------------------
# At the end of the continuation nearly all values are close to -1 or +1, so taking the sign changes them little. This
# does not imply a better ranking. The printed mAP is that of the signs.

figure, ax = plt.subplots(figsize=(7, 4.2), layout="constrained")
for name, hasher in hashers.items():
    HashOutputDisplay.from_estimator(hasher, split.X[split.query], name=name, ax=ax)
    print(
        f"{name:14} mAP of the queries among themselves {hasher.score(split.X[split.query], split.y[split.query]):.3f}"
    )
plt.show()
