"""Hashing-guided hinge function."""

from numbers import Real

from sklearn_hash._compat import Interval
from sklearn_hash.hashers._docs import document
from sklearn_hash.hashers._labels import LabelHasher
from sklearn_hash.losses import HHFLoss

__all__ = ["HHFHasher"]


@document()
class HHFHasher(LabelHasher):
    """Hashing-guided hinge function, HHF: proxies no farther apart than codes can be [1]_.

    Every class has a proxy, a direction learned along. Forces on a row end where codes of so many classes can follow,
    so that they do not work against quantization.

    Parameters
    ----------
    {shared parameters}

    alpha : float, default=2.0
        Sharpness of the choice of hard rows. The authors' code has 16.

    delta : float, default=0.2
        Cosine that the hinges leave for quantization.

    quantization : float, default=0.1
        Weight of the quantization loss.

    Attributes
    ----------
    {attributes}

    See Also
    --------
    HyP2Hasher : Proxies and pairs for label sets.
    OrthoHashHasher : Cosines to fixed codes of the classes.
    sklearn_hash.losses.HHFLoss : The loss alone.

    References
    ----------
    .. [1] C. Xu, Z. Chai, Z. Xu, H. Li, Q. Zuo, L. Yang, C. Yuan, "HHF: Hashing-guided Hinge Function for Deep
       Hashing Retrieval", IEEE Transactions on Multimedia, 2022.

    Examples
    --------
    >>> from sklearn.datasets import load_digits
    >>> from sklearn_hash import HHFHasher
    >>> X, y = load_digits(return_X_y=True)
    >>> hasher = HHFHasher(n_bits=16, max_epochs=5, random_state=0).fit(X, y)
    >>> hasher.transform(X).shape
    (1797, 16)
    """

    _loss_class = HHFLoss
    _parameter_constraints: dict = {
        **LabelHasher._parameter_constraints,
        "alpha": [Interval(Real, 0, None, closed="neither")],
        "delta": [Interval(Real, 0, None, closed="left")],
        "quantization": [Interval(Real, 0, None, closed="left")],
    }

    # fmt: off
    def __init__(
        self, n_bits=32, *, encoder="auto", output="bits", lr=3e-3, max_epochs=30, batch_size=128,
        validation_fraction=None, images=None, device="auto", random_state=None, verbose=0, net_params=None,
        alpha=2.0, delta=0.2, quantization=0.1,
    ):
        super().__init__(
            n_bits=n_bits, encoder=encoder, output=output, lr=lr, max_epochs=max_epochs, batch_size=batch_size,
            validation_fraction=validation_fraction, images=images, device=device, random_state=random_state,
            verbose=verbose, net_params=net_params,
        )
        self.alpha = alpha
        self.delta = delta
        self.quantization = quantization
    # fmt: on
