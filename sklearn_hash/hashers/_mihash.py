"""Hashing with mutual information."""

from numbers import Real

from sklearn_hash._compat import Interval
from sklearn_hash.hashers._docs import document
from sklearn_hash.hashers._pairs import PairHasher
from sklearn_hash.losses import MIHashLoss

__all__ = ["MIHashHasher"]


@document()
class MIHashHasher(PairHasher):
    """MIHash: Hamming distances with much mutual information about similarity [1]_.

    The histograms of the distances from a row to similar and to dissimilar rows are to overlap as little as they can.
    No pair is given a weight, and no distance a margin.

    Parameters
    ----------
    {shared parameters}

    beta : float, default=8.0
        Steepness of the relaxed codes. The authors' code has 1, and 10 or 30 for some data sets.

    Attributes
    ----------
    {attributes}

    See Also
    --------
    TALRHasher : Average precision from the same histograms.
    QSMIHHasher : Quadratic mutual information of cosines.
    sklearn_hash.losses.MIHashLoss : The loss alone.

    References
    ----------
    .. [1] F. Cakir, K. He, S. A. Bargal, S. Sclaroff, "Hashing with Mutual Information", IEEE TPAMI 41 (10), 2019.

    Examples
    --------
    >>> from sklearn.datasets import load_digits
    >>> from sklearn_hash import MIHashHasher
    >>> X, y = load_digits(return_X_y=True)
    >>> hasher = MIHashHasher(n_bits=16, max_epochs=5, random_state=0).fit(X, y)
    >>> hasher.transform(X).shape
    (1797, 16)
    """

    _loss_class = MIHashLoss
    _parameter_constraints: dict = {
        **PairHasher._parameter_constraints,
        "beta": [Interval(Real, 0, None, closed="neither")],
    }

    # fmt: off
    def __init__(
        self, n_bits=32, *, encoder="auto", similarity="share", output="bits", lr=1e-3, max_epochs=30, batch_size=128,
        validation_fraction=None, images=None, device="auto", random_state=None, verbose=0, net_params=None,
        beta=8.0,
    ):
        super().__init__(
            n_bits=n_bits, encoder=encoder, similarity=similarity, output=output, lr=lr, max_epochs=max_epochs,
            batch_size=batch_size, validation_fraction=validation_fraction, images=images, device=device,
            random_state=random_state, verbose=verbose, net_params=net_params,
        )
        self.beta = beta
    # fmt: on
