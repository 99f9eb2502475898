"""Deep hashing network."""

from numbers import Real

from sklearn_hash._compat import Interval, StrOptions
from sklearn_hash.hashers._docs import document
from sklearn_hash.hashers._pairs import PairHasher
from sklearn_hash.losses import DHNLoss

__all__ = ["DHNHasher"]


@document()
class DHNHasher(PairHasher):
    """Deep hashing network: pairwise cross-entropy with a quantization loss [1]_.

    The quantization loss draws the outputs of the hash layer towards -1 and +1, so that little is lost by rounding.

    Parameters
    ----------
    {shared parameters}

    alpha : "auto" or float, default="auto"
        Scale of the inner product of two codes; "auto" is ``5 / n_bits``. The authors' code has 1.

    quantization : float, default=0.1
        Weight of the quantization loss, a mean over bits. The authors' code has 0.3 for the sum, ``0.3 * n_bits`` here.

    Attributes
    ----------
    {attributes}

    See Also
    --------
    DualHingeHasher : Concentrates on hard pairs.
    HashNetHasher : Cross-entropy with continuation.
    sklearn_hash.losses.DHNLoss : The loss alone.

    References
    ----------
    .. [1] H. Zhu, M. Long, J. Wang, Y. Cao, "Deep Hashing Network for Efficient Similarity Retrieval", AAAI 2016.

    Examples
    --------
    >>> from sklearn.datasets import load_digits
    >>> from sklearn_hash import DHNHasher
    >>> X, y = load_digits(return_X_y=True)
    >>> hasher = DHNHasher(n_bits=16, max_epochs=5, random_state=0).fit(X, y)
    >>> hasher.transform(X).shape
    (1797, 16)
    """

    _loss_class = DHNLoss
    _parameter_constraints: dict = {
        **PairHasher._parameter_constraints,
        "alpha": [StrOptions({"auto"}), Interval(Real, 0, None, closed="neither")],
        "quantization": [Interval(Real, 0, None, closed="left")],
    }

    # fmt: off
    def __init__(
        self, n_bits=32, *, encoder="auto", similarity="share", output="bits", lr=3e-3, max_epochs=30, batch_size=128,
        validation_fraction=None, images=None, device="auto", random_state=None, verbose=0, net_params=None,
        alpha="auto", quantization=0.1,
    ):
        super().__init__(
            n_bits=n_bits, encoder=encoder, similarity=similarity, output=output, lr=lr, max_epochs=max_epochs,
            batch_size=batch_size, validation_fraction=validation_fraction, images=images, device=device,
            random_state=random_state, verbose=verbose, net_params=net_params,
        )
        self.alpha = alpha
        self.quantization = quantization
    # fmt: on
