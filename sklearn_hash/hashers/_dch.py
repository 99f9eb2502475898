"""Deep Cauchy hashing."""

from numbers import Real

from sklearn_hash._compat import Interval, StrOptions
from sklearn_hash.hashers._docs import document
from sklearn_hash.hashers._pairs import PairHasher
from sklearn_hash.losses import DCHLoss

__all__ = ["DCHHasher"]


@document()
class DCHHasher(PairHasher):
    """Deep Cauchy hashing: Cauchy cross-entropy and Cauchy quantization [1]_.

    A pair's probability of being similar falls fast with its Hamming distance, which draws similar rows within a small
    radius of each other, where a look-up in a table of codes finds them.

    Parameters
    ----------
    {shared parameters}

    gamma : "auto" or float, default="auto"
        Hamming distance at which a pair is as likely similar as not; "auto" is ``n_bits``. The authors' code has 20.

    quantization : float, default=0.1
        Weight of the quantization loss.

    Attributes
    ----------
    {attributes}

    See Also
    --------
    DualHingeHasher : Concentrates on hard pairs.
    HashNetHasher : Cross-entropy with continuation.
    sklearn_hash.losses.DCHLoss : The loss alone.

    References
    ----------
    .. [1] Y. Cao, M. Long, B. Liu, J. Wang, "Deep Cauchy Hashing for Hamming Space Retrieval", CVPR 2018.

    Examples
    --------
    >>> from sklearn.datasets import load_digits
    >>> from sklearn_hash import DCHHasher
    >>> X, y = load_digits(return_X_y=True)
    >>> hasher = DCHHasher(n_bits=16, max_epochs=5, random_state=0).fit(X, y)
    >>> hasher.transform(X).shape
    (1797, 16)
    """

    _loss_class = DCHLoss
    _parameter_constraints: dict = {
        **PairHasher._parameter_constraints,
        "gamma": [StrOptions({"auto"}), Interval(Real, 0, None, closed="neither")],
        "quantization": [Interval(Real, 0, None, closed="left")],
    }

    # fmt: off
    def __init__(
        self, n_bits=32, *, encoder="auto", similarity="share", output="bits", lr=1e-3, max_epochs=30, batch_size=128,
        validation_fraction=None, images=None, device="auto", random_state=None, verbose=0, net_params=None,
        gamma="auto", quantization=0.1,
    ):
        super().__init__(
            n_bits=n_bits, encoder=encoder, similarity=similarity, output=output, lr=lr, max_epochs=max_epochs,
            batch_size=batch_size, validation_fraction=validation_fraction, images=images, device=device,
            random_state=random_state, verbose=verbose, net_params=net_params,
        )
        self.gamma = gamma
        self.quantization = quantization
    # fmt: on
