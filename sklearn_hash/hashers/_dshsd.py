"""Deep supervised hashing based on stable distribution."""

from numbers import Real

from sklearn_hash._compat import Interval
from sklearn_hash.hashers._docs import document
from sklearn_hash.hashers._labels import LabelHasher
from sklearn_hash.losses import DSHSDLoss

__all__ = ["DSHSDHasher"]


@document()
class DSHSDHasher(LabelHasher):
    """Deep supervised hashing based on stable distribution, DSHSD: contrastive pairs and a classifier [1]_.

    Similar rows are to have near codes and dissimilar ones codes beyond a margin, while a linear classifier tells the
    labels from the relaxed codes.

    Parameters
    ----------
    {shared parameters}

    contrastive : float, default=0.1
        Weight of the contrastive loss, beside that of the classifier.

    Attributes
    ----------
    {attributes}

    See Also
    --------
    DSHHasher : The contrastive loss alone.
    GreedyHashHasher : A classifier of binary codes.
    sklearn_hash.losses.DSHSDLoss : The loss alone.

    References
    ----------
    .. [1] L. Wu, H. Ling, P. Li, J. Chen, Y. Fang, F. Zou, "Deep Supervised Hashing Based on Stable Distribution",
       IEEE Access 7, 2019.

    Examples
    --------
    >>> from sklearn.datasets import load_digits
    >>> from sklearn_hash import DSHSDHasher
    >>> X, y = load_digits(return_X_y=True)
    >>> hasher = DSHSDHasher(n_bits=16, max_epochs=5, random_state=0).fit(X, y)
    >>> hasher.transform(X).shape
    (1797, 16)
    """

    _loss_class = DSHSDLoss
    _parameter_constraints: dict = {
        **LabelHasher._parameter_constraints,
        "contrastive": [Interval(Real, 0, None, closed="left")],
    }

    # fmt: off
    def __init__(
        self, n_bits=32, *, encoder="auto", output="bits", lr=1e-3, max_epochs=30, batch_size=128,
        validation_fraction=None, images=None, device="auto", random_state=None, verbose=0, net_params=None,
        contrastive=0.1,
    ):
        super().__init__(
            n_bits=n_bits, encoder=encoder, output=output, lr=lr, max_epochs=max_epochs, batch_size=batch_size,
            validation_fraction=validation_fraction, images=images, device=device, random_state=random_state,
            verbose=verbose, net_params=net_params,
        )
        self.contrastive = contrastive
    # fmt: on
