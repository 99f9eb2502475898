"""Deep triplet-supervised hashing."""

from numbers import Real

from sklearn_hash._compat import Interval, StrOptions
from sklearn_hash.hashers._docs import document
from sklearn_hash.hashers._pairs import PairHasher
from sklearn_hash.losses import DTSHLoss

__all__ = ["DTSHHasher"]


@document()
class DTSHHasher(PairHasher):
    """Deep triplet-supervised hashing: likelihood of the triplets [1]_.

    Every row of a batch should prefer each row that is similar to it to each that is not, by a margin. All triplets of
    the batch take part; memory grows with its square only.

    Parameters
    ----------
    {shared parameters}

    margin : "auto" or float, default="auto"
        Lead of the similar row's half inner product; "auto" is the paper's ``n_bits / 2``, but at most 5.

    quantization : float, default=0.5
        Weight of the mean squared distance of the outputs from their signs.

    Attributes
    ----------
    {attributes}

    See Also
    --------
    DPSHHasher : Likelihood of pairs.
    DSHHasher : A contrastive loss with a margin.
    sklearn_hash.losses.DTSHLoss : The loss alone.

    References
    ----------
    .. [1] X. Wang, Y. Shi, K. M. Kitani, "Deep Supervised Hashing with Triplet Labels", ACCV 2016.

    Examples
    --------
    >>> from sklearn.datasets import load_digits
    >>> from sklearn_hash import DTSHHasher
    >>> X, y = load_digits(return_X_y=True)
    >>> hasher = DTSHHasher(n_bits=16, max_epochs=5, random_state=0).fit(X, y)
    >>> hasher.transform(X).shape
    (1797, 16)
    """

    _loss_class = DTSHLoss
    _parameter_constraints: dict = {
        **PairHasher._parameter_constraints,
        "margin": [StrOptions({"auto"}), Interval(Real, 0, None, closed="left")],
        "quantization": [Interval(Real, 0, None, closed="left")],
    }

    # fmt: off
    def __init__(
        self, n_bits=32, *, encoder="auto", similarity="share", output="bits", lr=1e-3, max_epochs=30, batch_size=128,
        validation_fraction=None, images=None, device="auto", random_state=None, verbose=0, net_params=None,
        margin="auto", quantization=0.5,
    ):
        super().__init__(
            n_bits=n_bits, encoder=encoder, similarity=similarity, output=output, lr=lr, max_epochs=max_epochs,
            batch_size=batch_size, validation_fraction=validation_fraction, images=images, device=device,
            random_state=random_state, verbose=verbose, net_params=net_params,
        )
        self.margin = margin
        self.quantization = quantization
    # fmt: on
