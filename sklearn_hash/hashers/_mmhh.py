"""Maximum-margin Hamming hashing."""

from numbers import Real

from sklearn_hash._compat import Interval, StrOptions
from sklearn_hash.hashers._docs import document
from sklearn_hash.hashers._pairs import PairHasher
from sklearn_hash.losses import MMHHLoss

__all__ = ["MMHHHasher"]


@document()
class MMHHHasher(PairHasher):
    """Maximum-margin Hamming hashing, MMHH: made for look-ups within a radius, robust to wrong labels [1]_.

    Inside the Hamming radius of a look-up every row is found, so similar pairs are drawn less once they are there. The
    penalty of a dissimilar pair is bounded: a wrong label does little.

    Parameters
    ----------
    {shared parameters}

    gamma : "auto" or float, default="auto"
        Distance scale of the probability of being similar; "auto" is ``n_bits / 4``.

    radius : float, default=2.0
        Hamming radius of a look-up.

    inside : float, default=0.5
        Weight of the similar pairs within the radius.

    quantization : float, default=0.1
        Weight of the quantization loss.

    Attributes
    ----------
    {attributes}

    See Also
    --------
    DCHHasher : Cauchy cross-entropy, without a margin.
    DualHingeHasher : Concentrates on hard pairs.
    sklearn_hash.losses.MMHHLoss : The loss alone.

    References
    ----------
    .. [1] R. Kang, Y. Cao, M. Long, J. Wang, P. S. Yu, "Maximum-Margin Hamming Hashing", ICCV 2019.

    Examples
    --------
    >>> from sklearn.datasets import load_digits
    >>> from sklearn_hash import MMHHHasher
    >>> X, y = load_digits(return_X_y=True)
    >>> hasher = MMHHHasher(n_bits=16, max_epochs=5, random_state=0).fit(X, y)
    >>> hasher.transform(X).shape
    (1797, 16)
    """

    _loss_class = MMHHLoss
    _parameter_constraints: dict = {
        **PairHasher._parameter_constraints,
        "gamma": [StrOptions({"auto"}), Interval(Real, 0, None, closed="neither")],
        "radius": [Interval(Real, 0, None, closed="left")],
        "inside": [Interval(Real, 0, None, closed="left")],
        "quantization": [Interval(Real, 0, None, closed="left")],
    }

    # fmt: off
    def __init__(
        self, n_bits=32, *, encoder="auto", similarity="share", output="bits", lr=1e-3, max_epochs=30, batch_size=128,
        validation_fraction=None, images=None, device="auto", random_state=None, verbose=0, net_params=None,
        gamma="auto", radius=2.0, inside=0.5, quantization=0.1,
    ):
        super().__init__(
            n_bits=n_bits, encoder=encoder, similarity=similarity, output=output, lr=lr, max_epochs=max_epochs,
            batch_size=batch_size, validation_fraction=validation_fraction, images=images, device=device,
            random_state=random_state, verbose=verbose, net_params=net_params,
        )
        self.gamma = gamma
        self.radius = radius
        self.inside = inside
        self.quantization = quantization
    # fmt: on
