"""Hashing as tie-aware learning to rank."""

from numbers import Real

from sklearn_hash._compat import Interval
from sklearn_hash.hashers._docs import document
from sklearn_hash.hashers._pairs import PairHasher
from sklearn_hash.losses import TALRLoss

__all__ = ["TALRHasher"]


@document()
class TALRHasher(PairHasher):
    """Tie-aware learning to rank, TALR: average precision itself as the loss [1]_.

    Hamming distances are few and ties many: the average precision over all orders of ties is what a search is worth,
    and what :func:`sklearn_hash.metrics.mean_average_precision` measures. Relaxed to histograms of distances it has a
    gradient.

    Parameters
    ----------
    {shared parameters}

    beta : float, default=8.0
        Steepness of the relaxed codes. The authors' code has 1, and 10 for ImageNet.

    Attributes
    ----------
    {attributes}

    See Also
    --------
    MIHashHasher : Mutual information from the same histograms.
    DTSHHasher : Ranks similar rows first by triplets.
    sklearn_hash.losses.TALRLoss : The loss alone.

    References
    ----------
    .. [1] K. He, F. Cakir, S. A. Bargal, S. Sclaroff, "Hashing as Tie-Aware Learning to Rank", CVPR 2018.

    Examples
    --------
    >>> from sklearn.datasets import load_digits
    >>> from sklearn_hash import TALRHasher
    >>> X, y = load_digits(return_X_y=True)
    >>> hasher = TALRHasher(n_bits=16, max_epochs=5, random_state=0).fit(X, y)
    >>> hasher.transform(X).shape
    (1797, 16)
    """

    _loss_class = TALRLoss
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
