"""Asymmetric deep supervised hashing."""

from numbers import Real

from sklearn_hash._compat import Interval
from sklearn_hash.hashers._asymmetric import AsymmetricHasher
from sklearn_hash.hashers._docs import document
from sklearn_hash.losses import ADSHLoss

__all__ = ["ADSHHasher"]


@document()
class ADSHHasher(AsymmetricHasher):
    """Asymmetric deep supervised hashing, ADSH: codes of the training rows learned directly, a network for others [1]_.

    The rows of a database that can be trained on need no hash function: their codes are learned directly, and the
    network is trained so that the inner products of its outputs with all these codes tell the similarities. Codes and
    network take turns, epoch by epoch. Search for ``transform(queries)`` in ``train_codes_``.

    Parameters
    ----------
    {shared parameters}

    quantization : float, default=0.01
        Weight of the squared distance between relaxed codes and codes, a mean over bits.

    Attributes
    ----------
    {attributes}

    train_codes_ : ndarray of shape (n, n_bits) or (n, ceil(n_bits / 8))
        Codes learned for the rows last trained on, in the form that `output` says. The network gives these rows similar
        codes, but not the same.

    See Also
    --------
    DSDHHasher : Discrete codes that a classifier can read.
    DPSHHasher : Pairs of outputs only.
    sklearn_hash.losses.ADSHLoss : The loss alone.

    References
    ----------
    .. [1] Q.-Y. Jiang, W.-J. Li, "Asymmetric Deep Supervised Hashing", AAAI 2018.

    Examples
    --------
    >>> from sklearn.datasets import load_digits
    >>> from sklearn_hash import ADSHHasher
    >>> X, y = load_digits(return_X_y=True)
    >>> hasher = ADSHHasher(n_bits=16, max_epochs=5, random_state=0).fit(X, y)
    >>> hasher.transform(X).shape
    (1797, 16)
    """

    _loss_class = ADSHLoss
    _parameter_constraints: dict = {
        **AsymmetricHasher._parameter_constraints,
        "quantization": [Interval(Real, 0, None, closed="left")],
    }

    # fmt: off
    def __init__(
        self, n_bits=32, *, encoder="auto", output="bits", lr=1e-3, max_epochs=30, batch_size=128,
        validation_fraction=None, images=None, device="auto", random_state=None, verbose=0, net_params=None,
        quantization=0.01,
    ):
        super().__init__(
            n_bits=n_bits, encoder=encoder, output=output, lr=lr, max_epochs=max_epochs, batch_size=batch_size,
            validation_fraction=validation_fraction, images=images, device=device, random_state=random_state,
            verbose=verbose, net_params=net_params,
        )
        self.quantization = quantization
    # fmt: on
