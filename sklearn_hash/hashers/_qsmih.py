"""Quadratic spherical mutual information hashing."""

from numbers import Real

from sklearn_hash._compat import Interval
from sklearn_hash.hashers._docs import document
from sklearn_hash.hashers._pairs import PairHasher
from sklearn_hash.losses import QSMIHLoss

__all__ = ["QSMIHHasher"]


@document()
class QSMIHHasher(PairHasher):
    """Quadratic spherical mutual information hashing, QSMIH: cosines that tell what is similar [1]_.

    The information that the cosines of outputs have about the similarity of rows, in a form that is quadratic and has
    no scale to choose. Similar pairs are drawn to a cosine of 1, all pairs pushed towards -1, the harder the more of
    them are similar.

    Parameters
    ----------
    {shared parameters}

    quantization : float, default=0.01
        Weight of the quantization loss.

    Attributes
    ----------
    {attributes}

    See Also
    --------
    MIHashHasher : Mutual information of Hamming distances.
    DCHHasher : Cross-entropy of cosines.
    sklearn_hash.losses.QSMIHLoss : The loss alone.

    References
    ----------
    .. [1] N. Passalis, A. Tefas, "Deep Supervised Hashing Using Quadratic Spherical Mutual Information for Efficient
       Image Retrieval", Signal Processing: Image Communication 93, 2021.

    Examples
    --------
    >>> from sklearn.datasets import load_digits
    >>> from sklearn_hash import QSMIHHasher
    >>> X, y = load_digits(return_X_y=True)
    >>> hasher = QSMIHHasher(n_bits=16, max_epochs=5, random_state=0).fit(X, y)
    >>> hasher.transform(X).shape
    (1797, 16)
    """

    _loss_class = QSMIHLoss
    _parameter_constraints: dict = {
        **PairHasher._parameter_constraints,
        "quantization": [Interval(Real, 0, None, closed="left")],
    }

    # fmt: off
    def __init__(
        self, n_bits=32, *, encoder="auto", similarity="share", output="bits", lr=1e-3, max_epochs=30, batch_size=128,
        validation_fraction=None, images=None, device="auto", random_state=None, verbose=0, net_params=None,
        quantization=0.01,
    ):
        super().__init__(
            n_bits=n_bits, encoder=encoder, similarity=similarity, output=output, lr=lr, max_epochs=max_epochs,
            batch_size=batch_size, validation_fraction=validation_fraction, images=images, device=device,
            random_state=random_state, verbose=verbose, net_params=net_params,
        )
        self.quantization = quantization
    # fmt: on
