"""Convolutional neural network hashing."""

from numbers import Integral

from sklearn_hash._compat import Interval
from sklearn_hash.hashers._docs import document
from sklearn_hash.hashers._labels import LabelHasher
from sklearn_hash.losses import CNNHLoss

__all__ = ["CNNHHasher"]


@document()
class CNNHHasher(LabelHasher):
    """Convolutional neural network hashing, CNNH: codes first, then a network that gives them [1]_.

    The first of the deep methods, in two stages. Codes of the classes come from a factorisation of their similarity
    matrix; then the network learns to give each row the code of its class. The network may be any: the name is that of
    the paper.

    Parameters
    ----------
    {shared parameters}

    sweeps : int, default=5
        Sweeps of the factorisation.

    Attributes
    ----------
    {attributes}

    See Also
    --------
    CSQHasher : Codes of the classes that are far apart by construction.
    DSDHHasher : Codes and network learned together.
    sklearn_hash.losses.CNNHLoss : The loss alone.

    References
    ----------
    .. [1] R. Xia, Y. Pan, H. Lai, C. Liu, S. Yan, "Supervised Hashing for Image Retrieval via Image Representation
       Learning", AAAI 2014.

    Examples
    --------
    >>> from sklearn.datasets import load_digits
    >>> from sklearn_hash import CNNHHasher
    >>> X, y = load_digits(return_X_y=True)
    >>> hasher = CNNHHasher(n_bits=16, max_epochs=5, random_state=0).fit(X, y)
    >>> hasher.transform(X).shape
    (1797, 16)
    """

    _loss_class = CNNHLoss
    _parameter_constraints: dict = {
        **LabelHasher._parameter_constraints,
        "sweeps": [Interval(Integral, 1, None, closed="left")],
    }

    # fmt: off
    def __init__(
        self, n_bits=32, *, encoder="auto", output="bits", lr=1e-3, max_epochs=30, batch_size=128,
        validation_fraction=None, images=None, device="auto", random_state=None, verbose=0, net_params=None,
        sweeps=5,
    ):
        super().__init__(
            n_bits=n_bits, encoder=encoder, output=output, lr=lr, max_epochs=max_epochs, batch_size=batch_size,
            validation_fraction=validation_fraction, images=images, device=device, random_state=random_state,
            verbose=verbose, net_params=net_params,
        )
        self.sweeps = sweeps
    # fmt: on
