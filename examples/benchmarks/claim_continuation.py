"""HashNet's claim on continuation: against a fixed beta, a sign with straight-through gradients, and quantization.

All have the pairwise cross-entropy of HashNet, its weights and its scale; only the relaxed codes h that it compares
differ. Continuation: tanh(beta z), with beta from 1 to 7 or another end. No continuation: beta stays 1, or stays 7.
Direct relaxation: sign(z), whose gradient is passed to z as it is, with the penalty of GreedyHash on ||z| - 1|.
Quantization: tanh(z) and a penalty (|h| - 1)^2. Ends and weights are chosen on a quarter of the training rows.

Measured are the mAP of the binary codes, that of the relaxed ones by inner products, and the mean distance of the
entries of relaxed codes from -1 or 1, after the last step.

    python examples/benchmarks/claim_continuation.py --data-home DIR --results claim_continuation.jsonl
"""

import sys

import numpy as np
import torch
from claims_protocol import (
    best_config,
    bits_map,
    difference,
    held_out,
    interval,
    main,
    measured,
    relaxed_measures,
    shown,
)
from torch.nn import functional as F

from sklearn_hash import HashNetHasher
from sklearn_hash.losses import HashNetLoss
from sklearn_hash.losses._pairs import pair_weights

N_BITS = 32
# What is tried of each on held-out training rows.
VARIANTS = {
    "continuation": [{"beta_end": end} for end in (3.0, 7.0, 15.0)],
    "beta 1": [{"beta": 1.0}],
    "beta 7": [{"beta": 7.0}],
    "straight-through": [{"sign": True, "penalty": weight} for weight in (0.0, 0.1, 1.0)],
    "tanh and quantization": [{"penalty": weight} for weight in (0.1, 1.0, 3.0)],
}


class RelaxationLoss(HashNetLoss):
    """HashNet's loss with constant beta, or of signs with straight-through gradients, and a penalty."""

    def __init__(self, sign=False, penalty=0.0, beta=1.0, alpha="auto", class_weight="balanced"):
        super().__init__(alpha=alpha, beta=beta, class_weight=class_weight)
        self.sign, self.penalty = sign, penalty

    def relaxed(self, z):
        return torch.where(z > 0, 1.0, -1.0) + (z - z.detach()) if self.sign else torch.tanh(self.beta * z)

    def _loss(self, z, similarity):
        h = self.relaxed(z)
        weights, similar = pair_weights(similarity, self.class_weight)
        loss = F.binary_cross_entropy_with_logits(10 / z.shape[1] * h @ h.T, similar, weights, reduction="sum")
        gap = (z.abs() - 1).abs().pow(3).mean() if self.sign else (h.abs() - 1).square().mean()
        return loss + self.penalty * gap


class RelaxationHasher(HashNetHasher):
    """A hasher without continuation."""

    _loss_class = RelaxationLoss

    def _make_callbacks(self):
        return []


def check_loss():
    """The loss of this script is HashNet's where both are defined."""
    z, similarity = torch.randn(20, 8, generator=torch.Generator().manual_seed(0)), torch.eye(2).repeat(10, 10)
    torch.testing.assert_close(RelaxationLoss(beta=3.0)(z, similarity), HashNetLoss(beta=3.0)(z, similarity))


def evaluate(job, split):
    config = job["config"]
    if job["stage"] == "tune":
        split = held_out(split)
    if job["method"] == "continuation":
        hasher = HashNetHasher(N_BITS, lr=1e-3, random_state=job["seed"], **config)
    else:
        nested = {f"criterion__{name}": value for name, value in config.items()}
        hasher = RelaxationHasher(N_BITS, lr=1e-3, random_state=job["seed"], net_params=nested)
    hasher.fit(split.X[split.train], split.y[split.train])
    score = {"map": bits_map(hasher, split)}
    if job["stage"] == "tune":
        return score
    beta = float(hasher.net_.criterion_.beta)
    z = (hasher.decision_function(split.X[rows]) for rows in (split.query, split.database))
    query, database = (np.tanh(beta * x) for x in z)
    # Signs are the codes themselves.
    of_signs = {"map_relaxed": score["map"], "gap": 0.0}
    return score | (of_signs if config.get("sign") else relaxed_measures(query, database, split))


def chosen(results, data, variant):
    return VARIANTS[variant][0] if len(VARIANTS[variant]) == 1 else best_config(results, data, variant)


def make_jobs(data, stage, seeds, results):
    """Every configuration with one seed, or the best of each variant with all."""
    if stage == "tune":
        tried = {variant: configs for variant, configs in VARIANTS.items() if len(configs) > 1}
    else:
        tried = {variant: [chosen(results, data, variant)] for variant in VARIANTS}
    return [
        {"data": data, "method": variant, "stage": stage, "bits": N_BITS, "seed": seed, "config": config}
        for seed in range(seeds)
        for variant, configs in tried.items()
        for config in configs
    ]


def report(results, sets):
    for data in sets:
        print(f"\n{data}, {N_BITS} bits")
        print(f"{'':<24}{'mAP':>19}{'less continuation':>20}{'mAP relaxed':>20}{'distance':>20}  chosen")
        continued = measured(results, data, "claim", "map", method="continuation")
        for variant in VARIANTS:
            cells = [measured(results, data, "claim", name, method=variant) for name in ("map", "map_relaxed", "gap")]
            if cells[0]:
                less = "{:+.4f} +- {:.4f}".format(*difference(cells[0], continued))
                text = f"{shown(cells[0]):>19}{less:>20}{shown(cells[1]):>20}{shown(cells[2]):>20}"
                print(f"{variant:<24}{text}  {chosen(results, data, variant)}")


def draw(results, sets, path):
    import matplotlib.pyplot as plt

    figure, axes = plt.subplots(1, len(sets), figsize=(4.5 * len(sets), 3.6), layout="constrained", squeeze=False)
    for ax, data in zip(axes.flat, sets, strict=True):
        for variant, marker in zip(VARIANTS, "os^vD", strict=True):
            (y, y_width), (x, x_width) = (
                interval(measured(results, data, "claim", name, method=variant)) for name in ("map", "gap")
            )
            ax.errorbar(x, y, y_width, x_width, marker=marker, capsize=2, linestyle="", label=variant)
        ax.set(title=data, xlabel="mean distance of relaxed codes from binary ones")
    axes[0, 0].set_ylabel(f"mAP, {N_BITS} bits")
    axes[0, 0].legend(fontsize=8)
    figure.savefig(path, dpi=110)


def stages(data, seeds, results):
    yield make_jobs(data, "tune", 1, results)
    yield make_jobs(data, "claim", seeds, results)


if __name__ == "__main__":
    check_loss()
    sys.exit(main(__doc__, "claim_continuation", stages, evaluate, report, draw))
