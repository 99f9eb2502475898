"""GreedyHash."""

from numbers import Real

from sklearn_hash._compat import Interval
from sklearn_hash.hashers._docs import document
from sklearn_hash.hashers._labels import LabelHasher
from sklearn_hash.losses import GreedyHashLoss

__all__ = ["GreedyHashHasher"]


@document()
class GreedyHashHasher(LabelHasher):
    """GreedyHash: the binary codes themselves are classified, gradients pass straight through their signs [1]_.

    A linear classifier, which is trained along and then no longer needed, sees nothing but the codes: there is no
    relaxed code to be rounded later. In the backward pass the sign function hands on the gradient as it is; a penalty
    keeps the outputs of the hash layer near -1 and +1, where that is least wrong. The labels of a multi-label row share
    the target equally.

    Parameters
    ----------
    {shared parameters}

    quantization : float, default=0.1
        Weight of the penalty, the mean of ``||z| - 1| ** 3``.

    Attributes
    ----------
    {attributes}

    See Also
    --------
    UnsupervisedGreedyHashHasher : The same codes without labels.
    OrthoHashHasher : Classes with fixed codes.
    sklearn_hash.losses.GreedyHashLoss : The loss alone.

    References
    ----------
    .. [1] S. Su, C. Zhang, K. Han, Y. Tian, "Greedy Hash: Towards Fast Optimization for Accurate Hash Coding in CNN",
       NeurIPS 2018.

    Examples
    --------
    >>> from sklearn.datasets import load_digits
    >>> from sklearn_hash import GreedyHashHasher
    >>> X, y = load_digits(return_X_y=True)
    >>> hasher = GreedyHashHasher(n_bits=16, max_epochs=5, random_state=0).fit(X, y)
    >>> hasher.transform(X).shape
    (1797, 16)
    """

    _loss_class = GreedyHashLoss
    _parameter_constraints: dict = {
        **LabelHasher._parameter_constraints,
        "quantization": [Interval(Real, 0, None, closed="left")],
    }

    # fmt: off
    def __init__(
        self, n_bits=32, *, encoder="auto", output="bits", lr=1e-3, max_epochs=30, batch_size=128,
        validation_fraction=None, images=None, device="auto", random_state=None, verbose=0, net_params=None,
        quantization=0.1,
    ):
        super().__init__(
            n_bits=n_bits, encoder=encoder, output=output, lr=lr, max_epochs=max_epochs, batch_size=batch_size,
            validation_fraction=validation_fraction, images=images, device=device, random_state=random_state,
            verbose=verbose, net_params=net_params,
        )
        self.quantization = quantization
    # fmt: on
