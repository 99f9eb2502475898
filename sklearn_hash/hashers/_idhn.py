"""Improved deep hashing."""

from numbers import Real

from sklearn_hash._compat import Interval, StrOptions
from sklearn_hash.hashers._docs import document
from sklearn_hash.hashers._pairs import PairHasher
from sklearn_hash.losses import IDHNLoss

__all__ = ["IDHNHasher"]


@document(similarity='"cosine"')
class IDHNHasher(PairHasher):
    """Improved deep hashing: soft similarity of multi-label rows [1]_.

    Rows with the same labels and rows without a common one are told apart by cross-entropy; for pairs between, the
    share of equal bits should be their similarity. With one label a row it is pairwise cross-entropy alone.

    Parameters
    ----------
    {shared parameters}

    alpha : "auto" or float, default="auto"
        Scale of the inner product of two codes; "auto" is ``10 / n_bits``. The authors' code has 5 / n_bits.

    gamma : float, default=10.0
        Weight of the pairs between similar and dissimilar. The authors' code has ``0.1 * n_bits``.

    quantization : float, default=0.1
        Weight of the mean distance of relaxed codes from -1 and +1.

    Attributes
    ----------
    {attributes}

    See Also
    --------
    DHNHasher : Cross-entropy for pairs of any similarity.
    DualHingeHasher : Graded similarity as a divergence.
    sklearn_hash.losses.IDHNLoss : The loss alone.

    References
    ----------
    .. [1] Z. Zhang, Q. Zou, Y. Lin, L. Chen, S. Wang, "Improved Deep Hashing with Soft Pairwise Similarity for
       Multi-label Image Retrieval", IEEE Transactions on Multimedia 2020. https://arxiv.org/abs/1803.02987

    Examples
    --------
    >>> from sklearn.datasets import load_digits
    >>> from sklearn_hash import IDHNHasher
    >>> X, y = load_digits(return_X_y=True)
    >>> hasher = IDHNHasher(n_bits=16, max_epochs=5, random_state=0).fit(X, y)
    >>> hasher.transform(X).shape
    (1797, 16)
    """

    _loss_class = IDHNLoss
    _parameter_constraints: dict = {
        **PairHasher._parameter_constraints,
        "alpha": [StrOptions({"auto"}), Interval(Real, 0, None, closed="neither")],
        "gamma": [Interval(Real, 0, None, closed="left")],
        "quantization": [Interval(Real, 0, None, closed="left")],
    }

    # fmt: off
    def __init__(
        self, n_bits=32, *, encoder="auto", similarity="cosine", output="bits", lr=3e-3, max_epochs=30, batch_size=128,
        validation_fraction=None, images=None, device="auto", random_state=None, verbose=0, net_params=None,
        alpha="auto", gamma=10.0, quantization=0.1,
    ):
        super().__init__(
            n_bits=n_bits, encoder=encoder, similarity=similarity, output=output, lr=lr, max_epochs=max_epochs,
            batch_size=batch_size, validation_fraction=validation_fraction, images=images, device=device,
            random_state=random_state, verbose=verbose, net_params=net_params,
        )
        self.alpha = alpha
        self.gamma = gamma
        self.quantization = quantization
    # fmt: on
