"""Hashing by stochastic neighbor embedding, from ITQ on."""

from numbers import Real

import torch

from sklearn_hash._compat import Interval
from sklearn_hash.hashers._docs import document
from sklearn_hash.hashers._features import FeatureHasher
from sklearn_hash.hashers._itq import ITQHasher
from sklearn_hash.losses import StochasticNeighborLoss
from sklearn_hash.training import HashingDataset

__all__ = ["StochasticNeighborHasher"]

# Rows that the rotation is learned from; more make no difference that one could measure, and need memory.
_ITQ_ROWS = 20_000


@document()
class StochasticNeighborHasher(FeatureHasher):
    """Stochastic neighbor embedding in binary codes, with ITQ as the starting point.

    The hash layer starts as iterative quantization [2]_ of the encoder's output. It is then trained so that a row
    chooses its neighbors by codes as it does by the cosines of the input rows, less their mean, where near rows count
    most: the loss of stochastic neighbor embedding [1]_. Both are published; their combination is this package's own.

    Parameters
    ----------
    {shared parameters}

    temperature : float, default=0.05
        Temperature of the choice of neighbors. The lower it is, the more the nearest rows count.

    noise : float, default=0.5
        Standard deviation of the noise added to outputs in training, which drives them away from 0.

    Attributes
    ----------
    {attributes}

    See Also
    --------
    ITQHasher : The starting point alone; needs no training and no torch.
    UnsupervisedGreedyHashHasher : Compares all cosines, near or far.
    sklearn_hash.losses.StochasticNeighborLoss : The loss alone.

    References
    ----------
    .. [1] G. Hinton, S. Roweis, "Stochastic Neighbor Embedding", NIPS 2002.
    .. [2] Y. Gong, S. Lazebnik, "Iterative Quantization: A Procrustean Approach to Learning Binary Codes", CVPR 2011.

    Examples
    --------
    >>> from sklearn.datasets import load_digits
    >>> from sklearn_hash import StochasticNeighborHasher
    >>> X, _ = load_digits(return_X_y=True)
    >>> hasher = StochasticNeighborHasher(n_bits=16, max_epochs=5, random_state=0).fit(X)
    >>> hasher.transform(X).shape
    (1797, 16)
    """

    _loss_class = StochasticNeighborLoss
    _parameter_constraints: dict = {
        **FeatureHasher._parameter_constraints,
        "temperature": [Interval(Real, 0, None, closed="neither")],
        "noise": [Interval(Real, 0, None, closed="left")],
    }

    # fmt: off
    def __init__(
        self, n_bits=32, *, encoder="linear", output="bits", lr=3e-3, max_epochs=30, batch_size=512,
        validation_fraction=None, images=None, device="auto", random_state=None, verbose=0, net_params=None,
        temperature=0.05, noise=0.5,
    ):
        super().__init__(
            n_bits=n_bits, encoder=encoder, output=output, lr=lr, max_epochs=max_epochs, batch_size=batch_size,
            validation_fraction=validation_fraction, images=images, device=device, random_state=random_state,
            verbose=verbose, net_params=net_params,
        )
        self.temperature = temperature
        self.noise = noise
    # fmt: on

    def _build_net(self, train, device, loss, validation=None):
        net = super()._build_net(train, device, loss, validation)
        chosen = torch.randperm(len(train))[:_ITQ_ROWS].sort().values
        rows = HashingDataset(train.rows.select(chosen.numpy())).to(device)
        start_from_itq(net.module_.hash_layer, features_of(net, rows), self._seed)
        return net


def features_of(net, rows):
    """Return the input of the hash layer, (n, n_features)."""
    inputs = []
    hook = net.module_.hash_layer.register_forward_pre_hook(lambda _, args: inputs.append(args[0].cpu()))
    net.forward(rows)
    hook.remove()
    return torch.cat(inputs).numpy()


def start_from_itq(layer, features, seed):
    """Set a linear layer to the ITQ of features."""
    itq = ITQHasher(layer.out_features, random_state=seed).fit(features)
    weight = itq.rotation_.T @ itq.components_
    with torch.no_grad():
        layer.weight.copy_(torch.from_numpy(weight))
        layer.bias.copy_(torch.from_numpy(-itq.mean_ @ weight.T))
