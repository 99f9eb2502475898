"""Deep supervised hashing."""

from numbers import Real

from sklearn_hash._compat import Interval, StrOptions
from sklearn_hash.hashers._docs import document
from sklearn_hash.hashers._pairs import PairHasher
from sklearn_hash.losses import DSHLoss

__all__ = ["DSHHasher"]


@document()
class DSHHasher(PairHasher):
    """Deep supervised hashing: a contrastive loss with a margin [1]_.

    Similar rows attract each other, dissimilar ones repel each other until a margin is between them, and a regulariser
    draws the outputs of the hash layer towards -1 and +1.

    Parameters
    ----------
    {shared parameters}

    margin : "auto" or float, default="auto"
        Squared distance of two outputs of the hash layer from which dissimilar rows are left alone; "auto" is the
        paper's ``2 * n_bits``.

    quantization : float, default=0.01
        Weight of the regulariser, the paper's alpha.

    Attributes
    ----------
    {attributes}

    See Also
    --------
    DPSHHasher : Likelihood of the pairs on inner products.
    DTSHHasher : Likelihood of triplets.
    sklearn_hash.losses.DSHLoss : The loss alone.

    References
    ----------
    .. [1] H. Liu, R. Wang, S. Shan, X. Chen, "Deep Supervised Hashing for Fast Image Retrieval", CVPR 2016.

    Examples
    --------
    >>> from sklearn.datasets import load_digits
    >>> from sklearn_hash import DSHHasher
    >>> X, y = load_digits(return_X_y=True)
    >>> hasher = DSHHasher(n_bits=16, max_epochs=5, random_state=0).fit(X, y)
    >>> hasher.transform(X).shape
    (1797, 16)
    """

    _loss_class = DSHLoss
    _parameter_constraints: dict = {
        **PairHasher._parameter_constraints,
        "margin": [StrOptions({"auto"}), Interval(Real, 0, None, closed="neither")],
        "quantization": [Interval(Real, 0, None, closed="left")],
    }

    # fmt: off
    def __init__(
        self, n_bits=32, *, encoder="auto", similarity="share", output="bits", lr=3e-3, max_epochs=30, batch_size=128,
        validation_fraction=None, images=None, device="auto", random_state=None, verbose=0, net_params=None,
        margin="auto", quantization=0.01,
    ):
        super().__init__(
            n_bits=n_bits, encoder=encoder, similarity=similarity, output=output, lr=lr, max_epochs=max_epochs,
            batch_size=batch_size, validation_fraction=validation_fraction, images=images, device=device,
            random_state=random_state, verbose=verbose, net_params=net_params,
        )
        self.margin = margin
        self.quantization = quantization
    # fmt: on
