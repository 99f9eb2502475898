"""Losses of pytorch-metric-learning and the sign, as a user would pick them, against three methods of this package.

Every loss has the defaults of its library, but for the dual hinge: alpha 1.05 and quantization 0.1. All train the same
network with the same batches, optimizer, learning rate and epochs on the output of the hash layer; the codes are the
signs. NTXentLoss compares every similar pair with every dissimilar one of a batch, 1.5 s a step here, and is left out
for SupConLoss. Proxies are trained by the same optimizer. Needs
``pip install pytorch-metric-learning``; measured with version 2.9.0.

    python examples/benchmarks/claim_peers.py --data-home DIR --results claim_peers.jsonl --plot peers.png
"""

import sys

from claims_protocol import bits_map, difference, interval, main, measured, shown

from sklearn_hash import DHNHasher, DualHingeHasher, HashNetHasher
from sklearn_hash.hashers._labels import LabelHasher
from sklearn_hash.losses._labels import LabelLoss

N_BITS = 32
OURS = {
    "dual_hinge": (DualHingeHasher, {"alpha": 1.05, "quantization": 0.1}),
    "hashnet": (HashNetHasher, {}),
    "dhn": (DHNHasher, {}),
}
PEERS = ["ContrastiveLoss", "TripletMarginLoss", "SupConLoss", "ProxyAnchorLoss", "MultiSimilarityLoss"]


class PeerLoss(LabelLoss):
    """A loss of pytorch-metric-learning, by its name, on the output of the hash layer."""

    def __init__(self, n_bits, n_classes, name="ContrastiveLoss"):
        super().__init__(n_bits, n_classes)
        try:
            from pytorch_metric_learning import losses
        except ImportError as error:
            raise SystemExit(
                "claim_peers.py compares with pytorch-metric-learning: pip install pytorch-metric-learning"
            ) from error
        sizes = {"num_classes": n_classes, "embedding_size": n_bits} if name == "ProxyAnchorLoss" else {}
        self.loss = getattr(losses, name)(**sizes)

    def _loss(self, z, indicator):
        return self.loss(z, indicator.argmax(dim=1))


class PeerHasher(LabelHasher):
    """A hasher with a PeerLoss and the defaults of this package for everything else."""

    _loss_class = PeerLoss

    # fmt: off
    def __init__(
        self, n_bits=32, *, encoder="auto", output="bits", lr=1e-3, max_epochs=30, batch_size=128,
        validation_fraction=None, images=None, device="auto", random_state=None, verbose=0, net_params=None,
    ):
        super().__init__(
            n_bits=n_bits, encoder=encoder, output=output, lr=lr, max_epochs=max_epochs, batch_size=batch_size,
            validation_fraction=validation_fraction, images=images, device=device, random_state=random_state,
            verbose=verbose, net_params=net_params,
        )
    # fmt: on


def evaluate(job, split):
    if job["method"] in OURS:
        method, settings = OURS[job["method"]]
        hasher = method(job["bits"], lr=1e-3, random_state=job["seed"], **settings)
    else:
        hasher = PeerHasher(job["bits"], random_state=job["seed"], net_params={"criterion__name": job["method"]})
    hasher.fit(split.X[split.train], split.y[split.train])
    return {"map": bits_map(hasher, split)}


def stages(data, seeds, results):
    yield [
        {"data": data, "method": method, "stage": "claim", "bits": N_BITS, "seed": seed, "config": {}}
        for seed in range(seeds)
        for method in (*OURS, *PEERS)
    ]


def values(results, data, method):
    return measured(results, data, "claim", "map", method=method)


def report(results, sets):
    for data in sets:
        found = {method: values(results, data, method) for method in (*OURS, *PEERS)}
        print(f"\n{data}, {N_BITS} bits\n{'':<22}{'mAP':>19}{'less dual_hinge':>20}")
        for method in sorted(found, key=lambda method: -interval(found[method])[0]):
            less = "{:+.4f} +- {:.4f}".format(*difference(found[method], found["dual_hinge"]))
            print(f"{method:<22}{shown(found[method]):>19}{'' if method == 'dual_hinge' else less:>20}")


def draw(results, sets, path):
    import matplotlib.pyplot as plt

    methods = [*OURS, *PEERS]
    figure, axes = plt.subplots(1, len(sets), figsize=(4.5 * len(sets), 3.4), layout="constrained", squeeze=False)
    for ax, data in zip(axes.flat, sets, strict=True):
        for place, method in enumerate(reversed(methods)):
            mean, width = interval(values(results, data, method))
            color = "black" if method in OURS else "tab:blue"
            ax.errorbar(mean, place, xerr=width, marker="o", color=color, capsize=2)
        ax.set(title=data, yticks=range(len(methods)), yticklabels=methods[::-1], xlabel=f"mAP, {N_BITS} bits")
    for ax in axes.flat[1:]:
        ax.set_yticklabels([])
    figure.savefig(path, dpi=110)


if __name__ == "__main__":
    sys.exit(main(__doc__, "claim_peers", stages, evaluate, report, draw))
