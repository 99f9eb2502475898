"""The two ideas of HashNet: weights against imbalance, and continuation towards binary codes.

The first table shows the mAP on synthetic classes with and without class weights. The number of classes increases, so
that a smaller share of the pairs is similar. The second table shows, on the digits, how far the relaxed codes
tanh(beta z) are from -1 and +1 during the continuation.

    python examples/hashnet_imbalance.py
"""

import numpy as np
import torch
from sklearn.datasets import make_blobs
from skorch.callbacks import Callback

from sklearn_hash import HashNetHasher
from sklearn_hash.datasets import load_digits_retrieval

SEEDS = range(3)


class BinaryGap(Callback):
    """Record mean | |h| - 1 | over the batches of every epoch."""

    def on_epoch_begin(self, net, **kwargs):
        self.gaps_ = []

    def on_batch_end(self, net, batch=None, training=None, y_pred=None, **kwargs):
        h = torch.tanh(net.criterion_.beta * y_pred.detach())
        self.gaps_.append((h.abs() - 1).abs().mean().item())

    def on_epoch_end(self, net, **kwargs):
        net.history.record("binary_gap", float(np.mean(self.gaps_)))


def blobs_map(n_classes, seed, **params):
    """mAP among held-out rows of Gaussian classes."""
    X, y = make_blobs(3000, 64, centers=n_classes, cluster_std=4.0, random_state=seed)
    hasher = HashNetHasher(16, random_state=seed, **params).fit(X[:2000], y[:2000])
    return hasher.score(X[2000:], y[2000:])


def main():
    print(f"16 bits, tie-aware mAP among 1000 held-out rows, leave-one-out, mean of {len(SEEDS)} seeds")
    print(f"{'similar pairs':>14} {'balanced':>9} {'unweighted':>11}")
    for n_classes in (10, 30, 50, 100):
        balanced, unweighted = (
            np.mean([blobs_map(n_classes, seed, class_weight=weight) for seed in SEEDS])
            for weight in ("balanced", None)
        )
        print(f"{1 / n_classes:14.1%} {balanced:9.3f} {unweighted:11.3f}")
    digits = load_digits_retrieval()
    hasher = HashNetHasher(16, random_state=0, net_params={"callbacks": [BinaryGap()]})
    hasher.fit(digits.X[digits.train], digits.y[digits.train])
    print(f"\n{'epoch':>6} {'beta':>6} {'mean ||h| - 1|':>15}")
    for epoch in hasher.history_[2::3]:
        print(f"{epoch['epoch']:6d} {epoch['beta']:6.2f} {epoch['binary_gap']:15.3f}")


if __name__ == "__main__":
    main()
