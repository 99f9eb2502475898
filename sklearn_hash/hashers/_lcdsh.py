"""Locality-constrained deep supervised hashing."""

from numbers import Real

from sklearn_hash._compat import Interval, StrOptions
from sklearn_hash.hashers._docs import document
from sklearn_hash.hashers._pairs import PairHasher
from sklearn_hash.losses import LCDSHLoss

__all__ = ["LCDSHHasher"]


@document()
class LCDSHHasher(PairHasher):
    """Locality-constrained deep supervised hashing, LCDSH: similarities that rounding does not change [1]_.

    Similar rows are to have similar outputs; besides, the similarity that two outputs stand for is to be the one that
    their codes stand for. That is milder than drawing every output to -1 or +1: only what changes a similarity counts.

    Parameters
    ----------
    {shared parameters}

    alpha : "auto" or float, default="auto"
        Scale of the inner product of two outputs; "auto" is ``8 / n_bits``. Public code has 0.5.

    locality : float, default=0.3
        Weight of the difference between similarities by outputs and by codes.

    Attributes
    ----------
    {attributes}

    See Also
    --------
    DPSHHasher : The same likelihood, with outputs drawn to their signs.
    DHNHasher : Cross-entropy with a quantization loss.
    sklearn_hash.losses.LCDSHLoss : The loss alone.

    References
    ----------
    .. [1] H. Zhu, S. Gao, "Locality-Constrained Deep Supervised Hashing for Image Retrieval", IJCAI 2017.

    Examples
    --------
    >>> from sklearn.datasets import load_digits
    >>> from sklearn_hash import LCDSHHasher
    >>> X, y = load_digits(return_X_y=True)
    >>> hasher = LCDSHHasher(n_bits=16, max_epochs=5, random_state=0).fit(X, y)
    >>> hasher.transform(X).shape
    (1797, 16)
    """

    _loss_class = LCDSHLoss
    _parameter_constraints: dict = {
        **PairHasher._parameter_constraints,
        "alpha": [StrOptions({"auto"}), Interval(Real, 0, None, closed="neither")],
        "locality": [Interval(Real, 0, None, closed="left")],
    }

    # fmt: off
    def __init__(
        self, n_bits=32, *, encoder="auto", similarity="share", output="bits", lr=3e-3, max_epochs=30, batch_size=128,
        validation_fraction=None, images=None, device="auto", random_state=None, verbose=0, net_params=None,
        alpha="auto", locality=0.3,
    ):
        super().__init__(
            n_bits=n_bits, encoder=encoder, similarity=similarity, output=output, lr=lr, max_epochs=max_epochs,
            batch_size=batch_size, validation_fraction=validation_fraction, images=images, device=device,
            random_state=random_state, verbose=verbose, net_params=net_params,
        )
        self.alpha = alpha
        self.locality = locality
    # fmt: on
