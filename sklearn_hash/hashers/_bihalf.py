"""Bi-half hashing."""

from numbers import Real

from sklearn_hash._compat import Interval
from sklearn_hash.hashers._docs import document
from sklearn_hash.hashers._features import FeatureHasher
from sklearn_hash.losses import BiHalfLoss

__all__ = ["BiHalfHasher"]


@document()
class BiHalfHasher(FeatureHasher):
    """Bi-half hashing: every bit is set in half of the rows, cosines between codes follow those between rows [1]_.

    A bit says most where it is set in half of the rows. During training the upper half of a batch's outputs becomes +1
    and the lower half -1, bit by bit, the nearest codes that are balanced; outputs are drawn towards them, so that in
    the end their signs are balanced too. What the codes keep is the cosine of the input rows, less their mean: rows
    should come as features whose cosines mean something.

    Parameters
    ----------
    {shared parameters}

    gamma : float, default=3.0
        Weight of the pull of outputs towards the balanced codes. The authors' code has 6.

    Attributes
    ----------
    {attributes}

    See Also
    --------
    UnsupervisedGreedyHashHasher : The same without balance.
    sklearn_hash.losses.BiHalfLoss : The loss alone.

    References
    ----------
    .. [1] Y. Li, J. van Gemert, "Deep Unsupervised Image Hashing by Maximizing Bit Entropy", AAAI 2021.

    Examples
    --------
    >>> from sklearn.datasets import load_digits
    >>> from sklearn_hash import BiHalfHasher
    >>> X, _ = load_digits(return_X_y=True)
    >>> hasher = BiHalfHasher(n_bits=16, max_epochs=5, random_state=0).fit(X)
    >>> hasher.transform(X).shape
    (1797, 16)
    """

    _loss_class = BiHalfLoss
    _parameter_constraints: dict = {
        **FeatureHasher._parameter_constraints,
        "gamma": [Interval(Real, 0, None, closed="left")],
    }

    # fmt: off
    def __init__(
        self, n_bits=32, *, encoder="linear", output="bits", lr=1e-3, max_epochs=10, batch_size=128,
        validation_fraction=None, images=None, device="auto", random_state=None, verbose=0, net_params=None,
        gamma=3.0,
    ):
        super().__init__(
            n_bits=n_bits, encoder=encoder, output=output, lr=lr, max_epochs=max_epochs, batch_size=batch_size,
            validation_fraction=validation_fraction, images=images, device=device, random_state=random_state,
            verbose=verbose, net_params=net_params,
        )
        self.gamma = gamma
    # fmt: on
