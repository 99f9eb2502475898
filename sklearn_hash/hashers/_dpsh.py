"""Deep pairwise-supervised hashing."""

from numbers import Real

from sklearn_hash._compat import Interval, StrOptions
from sklearn_hash.hashers._docs import document
from sklearn_hash.hashers._pairs import PairHasher
from sklearn_hash.losses import DPSHLoss

__all__ = ["DPSHHasher"]


@document()
class DPSHHasher(PairHasher):
    """Deep pairwise-supervised hashing: likelihood of the pairs [1]_.

    The inner product of two outputs of the hash layer, which are not squashed, says how likely the rows are similar. A
    quantization loss draws the outputs towards their signs.

    Parameters
    ----------
    {shared parameters}

    alpha : "auto" or float, default="auto"
        Scale of the inner product of two outputs; "auto" is ``8 / n_bits``. The paper has 0.5.

    quantization : float, default=0.1
        Weight of the mean squared distance of the outputs from their signs.

    Attributes
    ----------
    {attributes}

    See Also
    --------
    DHNHasher : The same likelihood of squashed outputs.
    DTSHHasher : Likelihood of triplets.
    sklearn_hash.losses.DPSHLoss : The loss alone.

    References
    ----------
    .. [1] W.-J. Li, S. Wang, W.-C. Kang, "Feature Learning based Deep Supervised Hashing with Pairwise Labels",
       IJCAI 2016.

    Examples
    --------
    >>> from sklearn.datasets import load_digits
    >>> from sklearn_hash import DPSHHasher
    >>> X, y = load_digits(return_X_y=True)
    >>> hasher = DPSHHasher(n_bits=16, max_epochs=5, random_state=0).fit(X, y)
    >>> hasher.transform(X).shape
    (1797, 16)
    """

    _loss_class = DPSHLoss
    _parameter_constraints: dict = {
        **PairHasher._parameter_constraints,
        "alpha": [StrOptions({"auto"}), Interval(Real, 0, None, closed="neither")],
        "quantization": [Interval(Real, 0, None, closed="left")],
    }

    # fmt: off
    def __init__(
        self, n_bits=32, *, encoder="auto", similarity="share", output="bits", lr=2e-3, max_epochs=30, batch_size=128,
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
