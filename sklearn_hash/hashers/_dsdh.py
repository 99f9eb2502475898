"""Deep supervised discrete hashing."""

from numbers import Real

from sklearn_hash._compat import Interval, StrOptions
from sklearn_hash.hashers._docs import document
from sklearn_hash.hashers._labels import LabelHasher
from sklearn_hash.losses import DSDHLoss

__all__ = ["DSDHHasher"]


@document()
class DSDHHasher(LabelHasher):
    """Deep supervised discrete hashing, DSDH: pairs, and binary codes that a linear classifier can read [1]_.

    Similar rows are to have similar outputs; besides, every row gets a binary code from which a linear classifier,
    trained along, tells its labels best, and its outputs are drawn to that code. So the binary codes are part of what
    is learned and not what rounding leaves. A row of several labels is to have each of them told.

    Parameters
    ----------
    {shared parameters}

    alpha : "auto" or float, default="auto"
        Scale of the inner product of two outputs; "auto" is ``5 / n_bits``. The paper has 0.5.

    classification : float, default=1.0
        Weight of the classifier's squared error.

    regularization : float, default=0.01
        Weight of the classifier's squared norm, beside that error.

    quantization : float, default=0.5
        Weight of the squared distance between outputs and codes, a mean over bits.

    Attributes
    ----------
    {attributes}

    See Also
    --------
    GreedyHashHasher : Gradients of a classifier pass straight through the signs.
    DFHHasher : Binary codes drawn to learned centres.
    sklearn_hash.losses.DSDHLoss : The loss alone.

    References
    ----------
    .. [1] Q. Li, Z. Sun, R. He, T. Tan, "Deep Supervised Discrete Hashing", NIPS 2017.

    Examples
    --------
    >>> from sklearn.datasets import load_digits
    >>> from sklearn_hash import DSDHHasher
    >>> X, y = load_digits(return_X_y=True)
    >>> hasher = DSDHHasher(n_bits=16, max_epochs=5, random_state=0).fit(X, y)
    >>> hasher.transform(X).shape
    (1797, 16)
    """

    _loss_class = DSDHLoss
    _parameter_constraints: dict = {
        **LabelHasher._parameter_constraints,
        "alpha": [StrOptions({"auto"}), Interval(Real, 0, None, closed="neither")],
        "classification": [Interval(Real, 0, None, closed="left")],
        "regularization": [Interval(Real, 0, None, closed="left")],
        "quantization": [Interval(Real, 0, None, closed="left")],
    }

    # fmt: off
    def __init__(
        self, n_bits=32, *, encoder="auto", output="bits", lr=1e-3, max_epochs=30, batch_size=128,
        validation_fraction=None, images=None, device="auto", random_state=None, verbose=0, net_params=None,
        alpha="auto", classification=1.0, regularization=0.01, quantization=0.5,
    ):
        super().__init__(
            n_bits=n_bits, encoder=encoder, output=output, lr=lr, max_epochs=max_epochs, batch_size=batch_size,
            validation_fraction=validation_fraction, images=images, device=device, random_state=random_state,
            verbose=verbose, net_params=net_params,
        )
        self.alpha = alpha
        self.classification = classification
        self.regularization = regularization
        self.quantization = quantization
    # fmt: on
