"""Hashing with minimal-distance-separated centres."""

from numbers import Real

from sklearn_hash._compat import Interval
from sklearn_hash.hashers._docs import document
from sklearn_hash.hashers._labels import LabelHasher
from sklearn_hash.losses import MDSHLoss

__all__ = ["MDSHHasher"]


@document()
class MDSHHasher(LabelHasher):
    """Deep hashing with minimal-distance-separated hash centres, MDSH [1]_.

    The cosines to all hash centres make a classification: a row is drawn to its own centre and away from the others.
    Besides, similar rows are drawn to one another.

    Parameters
    ----------
    {shared parameters}

    pairs : float, default=0.1
        Weight of the pull between similar rows. The authors' code has 1.

    quantization : float, default=0.0001
        Weight of the quantization loss.

    Attributes
    ----------
    {attributes}

    See Also
    --------
    CSQHasher : Every bit by itself drawn to that of the centre.
    OrthoHashHasher : Cosines to the centres, with a margin.
    sklearn_hash.losses.MDSHLoss : The loss alone.

    References
    ----------
    .. [1] L. Wang, Y. Pan, C. Liu, H. Lai, J. Yin, Y. Liu, "Deep Hashing with Minimal-Distance-Separated Hash
       Centers", CVPR 2023.

    Examples
    --------
    >>> from sklearn.datasets import load_digits
    >>> from sklearn_hash import MDSHHasher
    >>> X, y = load_digits(return_X_y=True)
    >>> hasher = MDSHHasher(n_bits=16, max_epochs=5, random_state=0).fit(X, y)
    >>> hasher.transform(X).shape
    (1797, 16)
    """

    _loss_class = MDSHLoss
    _parameter_constraints: dict = {
        **LabelHasher._parameter_constraints,
        "pairs": [Interval(Real, 0, None, closed="left")],
        "quantization": [Interval(Real, 0, None, closed="left")],
    }

    # fmt: off
    def __init__(
        self, n_bits=32, *, encoder="auto", output="bits", lr=1e-3, max_epochs=30, batch_size=128,
        validation_fraction=None, images=None, device="auto", random_state=None, verbose=0, net_params=None,
        pairs=0.1, quantization=0.0001,
    ):
        super().__init__(
            n_bits=n_bits, encoder=encoder, output=output, lr=lr, max_epochs=max_epochs, batch_size=batch_size,
            validation_fraction=validation_fraction, images=images, device=device, random_state=random_state,
            verbose=verbose, net_params=net_params,
        )
        self.pairs = pairs
        self.quantization = quantization
    # fmt: on
