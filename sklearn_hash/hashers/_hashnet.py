"""HashNet."""

from numbers import Real

from sklearn_hash._compat import Interval, StrOptions
from sklearn_hash.hashers._docs import document
from sklearn_hash.hashers._pairs import PairHasher
from sklearn_hash.losses import HashNetLoss
from sklearn_hash.training import Continuation

__all__ = ["HashNetHasher"]


@document(history=", the continuation's ``beta``")
class HashNetHasher(PairHasher):
    """HashNet: weighted pairwise cross-entropy, with codes that grow binary by continuation [1]_.

    Similar pairs are rare; their weight makes up for it. The relaxed codes tanh(beta z) become steeper by stages, so
    that training ends on nearly binary codes instead of rounding smooth ones.

    Parameters
    ----------
    {shared parameters}

    alpha : "auto" or float, default="auto"
        Scale of the inner product of two codes; "auto" is ``10 / n_bits``.

    class_weight : "balanced", None or float, default="balanced"
        Weight of similar pairs: as much in total as the dissimilar ones, as much each, or a factor.

    beta_end : float, default=7.0
        Steepness that the continuation ends with; it starts with 1.

    Attributes
    ----------
    {attributes}

    See Also
    --------
    DualHingeHasher : Concentrates on hard pairs.
    DHNHasher : Cross-entropy with a quantization loss.
    sklearn_hash.losses.HashNetLoss : The loss alone.

    References
    ----------
    .. [1] Z. Cao, M. Long, J. Wang, P. S. Yu, "HashNet: Deep Learning to Hash by Continuation", ICCV 2017.

    Examples
    --------
    >>> from sklearn.datasets import load_digits
    >>> from sklearn_hash import HashNetHasher
    >>> X, y = load_digits(return_X_y=True)
    >>> hasher = HashNetHasher(n_bits=16, max_epochs=5, random_state=0).fit(X, y)
    >>> hasher.transform(X).shape
    (1797, 16)
    """

    _loss_class = HashNetLoss
    _parameter_constraints: dict = {
        **PairHasher._parameter_constraints,
        "alpha": [StrOptions({"auto"}), Interval(Real, 0, None, closed="neither")],
        "class_weight": [StrOptions({"balanced"}), None, Interval(Real, 0, None, closed="neither")],
        "beta_end": [Interval(Real, 1, None, closed="left")],
    }

    # fmt: off
    def __init__(
        self, n_bits=32, *, encoder="auto", similarity="share", output="bits", lr=1e-3, max_epochs=30, batch_size=128,
        validation_fraction=None, images=None, device="auto", random_state=None, verbose=0, net_params=None,
        alpha="auto", class_weight="balanced", beta_end=7.0,
    ):
        super().__init__(
            n_bits=n_bits, encoder=encoder, similarity=similarity, output=output, lr=lr, max_epochs=max_epochs,
            batch_size=batch_size, validation_fraction=validation_fraction, images=images, device=device,
            random_state=random_state, verbose=verbose, net_params=net_params,
        )
        self.alpha = alpha
        self.class_weight = class_weight
        self.beta_end = beta_end
    # fmt: on

    def _make_callbacks(self):
        return [("continuation", Continuation(self.beta_end))]
