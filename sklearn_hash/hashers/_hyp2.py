"""HyP2."""

from numbers import Real

from sklearn_hash._compat import Interval
from sklearn_hash.hashers._docs import document
from sklearn_hash.hashers._labels import LabelHasher
from sklearn_hash.losses import HyP2Loss

__all__ = ["HyP2Hasher"]


@document()
class HyP2Hasher(LabelHasher):
    """HyP²: proxies of the labels, and a force between rows that share none of their several labels [1]_.

    Every class has a proxy, a direction learned along. Where rows have several labels, proxies alone cannot keep rows
    apart that share none; a loss over such pairs does.

    Parameters
    ----------
    {shared parameters}

    pairs : float, default=0.5
        Weight of the pairs of rows that have several labels each and share none.

    Attributes
    ----------
    {attributes}

    See Also
    --------
    HHFHasher : Proxies under hinges that leave room for quantization.
    OrthoHashHasher : Cosines to fixed codes of the classes.
    sklearn_hash.losses.HyP2Loss : The loss alone.

    References
    ----------
    .. [1] C. Xu, Z. Chai, Z. Xu, C. Yuan, Y. Fan, J. Wang, "HyP² Loss: Beyond Hypersphere Metric Space for
       Multi-label Image Retrieval", ACM MM 2022.

    Examples
    --------
    >>> from sklearn.datasets import load_digits
    >>> from sklearn_hash import HyP2Hasher
    >>> X, y = load_digits(return_X_y=True)
    >>> hasher = HyP2Hasher(n_bits=16, max_epochs=5, random_state=0).fit(X, y)
    >>> hasher.transform(X).shape
    (1797, 16)
    """

    _loss_class = HyP2Loss
    _parameter_constraints: dict = {
        **LabelHasher._parameter_constraints,
        "pairs": [Interval(Real, 0, None, closed="left")],
    }

    # fmt: off
    def __init__(
        self, n_bits=32, *, encoder="auto", output="bits", lr=1e-3, max_epochs=30, batch_size=128,
        validation_fraction=None, images=None, device="auto", random_state=None, verbose=0, net_params=None,
        pairs=0.5,
    ):
        super().__init__(
            n_bits=n_bits, encoder=encoder, output=output, lr=lr, max_epochs=max_epochs, batch_size=batch_size,
            validation_fraction=validation_fraction, images=images, device=device, random_state=random_state,
            verbose=verbose, net_params=net_params,
        )
        self.pairs = pairs
    # fmt: on
