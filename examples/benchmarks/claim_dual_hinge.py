"""The dual hinge's parts, each replaced or left out.

With t = beta d, the loss gives a dissimilar pair the penalty C exp(-t), which grows steeply where the codes are near
(hard pairs), and a similar one a penalty that stays below C. Replaced are

- the exponential one by C (1 - t / t_max): the same values at both ends, and the same gradient for all pairs;
- the bounded one by t, the cross-entropy -log u, which the divergence approaches with alpha near 1: unbounded in d;
- both.

The class weights of these four are chosen on a quarter of the training rows, as a linear penalty has another total.
Left out or changed of the whole loss, whose alpha is 1.05 and whose quantization loss has weight 0.1, are the class
weights and the quantization loss, and alpha brought nearer to 1. The learning rate is 1e-3 throughout.

    python examples/benchmarks/claim_dual_hinge.py --data-home DIR --results claim_dual_hinge.jsonl
"""

import math
import sys

import torch
from claims_protocol import best_config, bits_map, difference, held_out, interval, main, measured, shown
from torch.nn import functional as F

from sklearn_hash import DualHingeHasher
from sklearn_hash.losses import DualHingeLoss
from sklearn_hash.losses._pairs import pair_weights

N_BITS = 16
LR = 1e-3
ALPHA, QUANTIZATION = 1.05, 0.1  # of the whole loss
WHOLE = "both hinges"
REPLACED = {
    WHOLE: {},
    "linear dissimilar": {"linear": True},
    "unbounded similar": {"unbounded": True},
    "both replaced": {"linear": True, "unbounded": True},
}
# Changes of the whole loss, with the class weights that were chosen for it.
CHANGED = {
    "no class weights": {"class_weight": None},
    "balanced classes": {"class_weight": "balanced"},
    "no quantization": {"quantization": 0.0},
    "alpha 1.001": {"alpha": 1.001},
}


class PartsLoss(DualHingeLoss):
    """The dual hinge of similarities 0 and 1, with parts that can be replaced."""

    def __init__(self, linear=False, unbounded=False, alpha=ALPHA, class_weight="sqrt", quantization=QUANTIZATION):
        super().__init__(alpha=alpha, class_weight=class_weight, quantization=quantization)
        self.linear, self.unbounded = linear, unbounded

    def _loss(self, z, similarity):
        h = torch.tanh(z)
        r = F.normalize(h, eps=1e-4)
        t = 3 * (1 - r @ r.T)  # beta d, from 0 to 6
        u, bound = torch.exp(-t), math.log(self.alpha / (self.alpha - 1))
        far = bound * (1 - t / 6 if self.linear else u)
        skewed = u * torch.log(self.alpha * u / ((self.alpha - 1) * u + 1))
        near = t if self.unbounded else skewed + torch.log(self.alpha / (self.alpha - 1 + u))
        weights, similar = pair_weights(similarity, self.class_weight)
        penalties = (weights * torch.where(similar > 0, near, far)).sum()
        return penalties + self.quantization * (h.abs() - 1).square().mean()


class PartsHasher(DualHingeHasher):
    _loss_class = PartsLoss


def check_loss():
    """The whole loss of this script is the package's, in value and gradient."""
    z = torch.randn(20, 8, dtype=torch.float64, generator=torch.Generator().manual_seed(0), requires_grad=True)
    similarity = torch.eye(2, dtype=torch.float64).repeat(10, 10)
    for changed in ({}, {"alpha": 1.3, "class_weight": None, "quantization": 0.0}):
        arguments = {"alpha": ALPHA, "quantization": QUANTIZATION, **changed}
        values = [loss(**arguments)(z, similarity) for loss in (PartsLoss, DualHingeLoss)]
        torch.testing.assert_close(*values)
        torch.testing.assert_close(*(torch.autograd.grad(value, z)[0] for value in values))


def evaluate(job, split):
    config = {"alpha": ALPHA, "quantization": QUANTIZATION, **job["config"]}
    if job["stage"] == "tune":
        split = held_out(split)
    nested = {f"criterion__{name}": config.pop(name) for name in ("linear", "unbounded") if name in config}
    hasher = PartsHasher(N_BITS, lr=LR, random_state=job["seed"], net_params=nested, **config)
    hasher.fit(split.X[split.train], split.y[split.train])
    return {"map": bits_map(hasher, split)}


def make_jobs(data, stage, seeds, results):
    if stage == "tune":
        weights = ("sqrt", "balanced", None)
        tried = {name: [{**part, "class_weight": w} for w in weights] for name, part in REPLACED.items()}
    else:
        tried = {name: [best_config(results, data, name)] for name in REPLACED}
        whole = best_config(results, data, WHOLE)
        tried |= {name: [{**whole, **change}] for name, change in CHANGED.items()}
    return [
        {"data": data, "method": name, "stage": stage, "bits": N_BITS, "seed": seed, "config": config}
        for seed in range(seeds)
        for name, configs in tried.items()
        for config in configs
    ]


def report(results, sets):
    for data in sets:
        print(f"\n{data}, {N_BITS} bits\n{'':<20}{'mAP':>19}{'less both':>20}  class weights")
        for name in (*REPLACED, *CHANGED):
            values, others = (measured(results, data, "claim", "map", method=method) for method in (name, WHOLE))
            if values:
                less = "{:+.4f} +- {:.4f}".format(*difference(values, others)) if name != WHOLE else ""
                chosen = best_config(results, data, name)["class_weight"] if name in REPLACED else ""
                print(f"{name:<20}{shown(values):>19}{less:>20}  {chosen}")


def draw(results, sets, path):
    import matplotlib.pyplot as plt

    names = [*REPLACED, *CHANGED]
    figure, axes = plt.subplots(1, len(sets), figsize=(4.5 * len(sets), 3.2), layout="constrained", squeeze=False)
    for ax, data in zip(axes.flat, sets, strict=True):
        for place, name in enumerate(reversed(names)):
            mean, width = interval(measured(results, data, "claim", "map", method=name))
            color = "black" if name == WHOLE else "tab:blue"
            ax.errorbar(mean, place, xerr=width, marker="o", color=color, capsize=2)
        ax.set(title=data, yticks=range(len(names)), yticklabels=names[::-1], xlabel=f"mAP, {N_BITS} bits")
    for ax in axes.flat[1:]:
        ax.set_yticklabels([])
    figure.savefig(path, dpi=110)


def stages(data, seeds, results):
    yield make_jobs(data, "tune", 1, results)
    yield make_jobs(data, "claim", seeds, results)


if __name__ == "__main__":
    check_loss()
    sys.exit(main(__doc__, "claim_dual_hinge", stages, evaluate, report, draw))
