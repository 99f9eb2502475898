"""Deep balanced discrete hashing."""

from numbers import Real

from sklearn_hash._compat import Interval, StrOptions
from sklearn_hash.hashers._docs import document
from sklearn_hash.hashers._pairs import PairHasher
from sklearn_hash.losses import DBDHLoss

__all__ = ["DBDHHasher"]


@document()
class DBDHHasher(PairHasher):
    """Deep balanced discrete hashing, DBDH: bounded outputs, with as many bits set as not [1]_.

    Outputs count up to -1 and +1 only: once a bit is decided there is no force on it, and no activation flattens those
    that are not. In every code as many bits are to be set as not.

    Parameters
    ----------
    {shared parameters}

    alpha : "auto" or float, default="auto"
        Scale of the inner product of two outputs; "auto" is ``8 / n_bits``. Public code has 0.5.

    balance : float, default=0.1
        Weight of the balance of each code.

    Attributes
    ----------
    {attributes}

    See Also
    --------
    DPSHHasher : The same likelihood, with outputs drawn to their signs.
    BiHalfHasher : Balance of every bit over the rows, without labels.
    sklearn_hash.losses.DBDHLoss : The loss alone.

    References
    ----------
    .. [1] X. Zheng, Y. Zhang, X. Lu, "Deep Balanced Discrete Hashing for Image Retrieval", Neurocomputing 403, 2020.

    Examples
    --------
    >>> from sklearn.datasets import load_digits
    >>> from sklearn_hash import DBDHHasher
    >>> X, y = load_digits(return_X_y=True)
    >>> hasher = DBDHHasher(n_bits=16, max_epochs=5, random_state=0).fit(X, y)
    >>> hasher.transform(X).shape
    (1797, 16)
    """

    _loss_class = DBDHLoss
    _parameter_constraints: dict = {
        **PairHasher._parameter_constraints,
        "alpha": [StrOptions({"auto"}), Interval(Real, 0, None, closed="neither")],
        "balance": [Interval(Real, 0, None, closed="left")],
    }

    # fmt: off
    def __init__(
        self, n_bits=32, *, encoder="auto", similarity="share", output="bits", lr=3e-3, max_epochs=30, batch_size=128,
        validation_fraction=None, images=None, device="auto", random_state=None, verbose=0, net_params=None,
        alpha="auto", balance=0.1,
    ):
        super().__init__(
            n_bits=n_bits, encoder=encoder, similarity=similarity, output=output, lr=lr, max_epochs=max_epochs,
            batch_size=batch_size, validation_fraction=validation_fraction, images=images, device=device,
            random_state=random_state, verbose=verbose, net_params=net_params,
        )
        self.alpha = alpha
        self.balance = balance
    # fmt: on
