"""Deep Fisher hashing."""

from numbers import Real

from sklearn_hash._compat import Interval, StrOptions
from sklearn_hash.hashers._docs import document
from sklearn_hash.hashers._labels import LabelHasher
from sklearn_hash.losses import DFHLoss

__all__ = ["DFHHasher"]


@document()
class DFHHasher(LabelHasher):
    """Deep Fisher hashing, DFH: pairs with a margin, and binary codes drawn to learned centres of their classes [1]_.

    Similar rows are to have similar outputs; besides, every class has a centre, and as in Fisher's linear discriminant
    the codes of a class are to be near it and the centres far apart. Centres are learned with the network. A row of
    several labels is drawn to the centres of each.

    Parameters
    ----------
    {shared parameters}

    alpha : "auto" or float, default="auto"
        Scale of the inner product of two outputs; "auto" is ``5 / n_bits``. The paper has 0.5.

    margin : float, default=0.0
        Margin of the pairs.

    centre_pull : float, default=1.0
        Weight of a class's centre, as against the outputs of a row, in the row's code.

    quantization : float, default=1.0
        Weight of the squared distance between outputs and codes, a mean over bits. The authors' code has 0.5.

    Attributes
    ----------
    {attributes}

    See Also
    --------
    DSDHHasher : Binary codes that serve a linear classifier.
    CSQHasher : Centres that are fixed.
    sklearn_hash.losses.DFHLoss : The loss alone.

    References
    ----------
    .. [1] Y. Li, W. Pei, Y. Zha, J. van Gemert, "Push for Quantization: Deep Fisher Hashing", BMVC 2019.

    Examples
    --------
    >>> from sklearn.datasets import load_digits
    >>> from sklearn_hash import DFHHasher
    >>> X, y = load_digits(return_X_y=True)
    >>> hasher = DFHHasher(n_bits=16, max_epochs=5, random_state=0).fit(X, y)
    >>> hasher.transform(X).shape
    (1797, 16)
    """

    _loss_class = DFHLoss
    _parameter_constraints: dict = {
        **LabelHasher._parameter_constraints,
        "alpha": [StrOptions({"auto"}), Interval(Real, 0, None, closed="neither")],
        "margin": [Interval(Real, 0, None, closed="left")],
        "centre_pull": [Interval(Real, 0, None, closed="left")],
        "quantization": [Interval(Real, 0, None, closed="left")],
    }

    # fmt: off
    def __init__(
        self, n_bits=32, *, encoder="auto", output="bits", lr=1e-3, max_epochs=30, batch_size=128,
        validation_fraction=None, images=None, device="auto", random_state=None, verbose=0, net_params=None,
        alpha="auto", margin=0.0, centre_pull=1.0, quantization=1.0,
    ):
        super().__init__(
            n_bits=n_bits, encoder=encoder, output=output, lr=lr, max_epochs=max_epochs, batch_size=batch_size,
            validation_fraction=validation_fraction, images=images, device=device, random_state=random_state,
            verbose=verbose, net_params=net_params,
        )
        self.alpha = alpha
        self.margin = margin
        self.centre_pull = centre_pull
        self.quantization = quantization
    # fmt: on
