"""Dual hinge hashing."""

from numbers import Real

import numpy as np

from sklearn_hash._compat import Interval, StrOptions
from sklearn_hash.hashers._docs import document
from sklearn_hash.hashers._pairs import PairHasher
from sklearn_hash.losses import DualHingeLoss, DualHingeProxyLoss
from sklearn_hash.training import LabelTargets

__all__ = ["DualHingeHasher"]

# The loss of a batch of 128 takes about six times as long with so many proxies; with more, training would be slow.
_MOST_PROXIES = 1000


@document(similarity='"jaccard"')
class DualHingeHasher(PairHasher):
    """Dual hinge hashing: exponential penalties on hard pairs, bounded ones on easy pairs [1]_.

    Pairs of different labels with near codes are what costs precision; their penalty grows exponentially as they come
    nearer and fades as they part. The loss is a reconstruction from the paper's abstract and the same authors' later
    work, not the published formula; see :class:`sklearn_hash.losses.DualHingeLoss`.

    Parameters
    ----------
    {shared parameters}

    alpha : float, default=1.01
        Skewness of the divergence, above 1; nearer to 1, a similar pair far apart costs more.

    class_weight : {"sqrt", "balanced"} or None, default="sqrt"
        Weight of rarer kinds of pairs, similar or not: the square root of what would balance them, all of it, or none.

    quantization : float, default=0.03
        Weight of the mean squared distance of relaxed codes from -1 and +1.

    proxy_weight : "auto" or float, default="auto"
        Weight of the same loss between rows of one label and a learned proxy of every class, an addition of this
        package; 0 is :class:`~sklearn_hash.losses.DualHingeLoss` alone. "auto" is 3 for codes of more than 32 bits, if
        at least half of the rows have one label and there are at most 1,000 classes or columns of an indicator, and
        else 0. ``partial_fit`` has no proxies, since calls to come may bring other classes.

    Attributes
    ----------
    {attributes}

    See Also
    --------
    HashNetHasher : Cross-entropy with continuation.
    DHNHasher : Cross-entropy with a quantization loss.
    sklearn_hash.losses.DualHingeLoss : The loss alone.
    sklearn_hash.losses.DualHingeProxyLoss : The loss with class proxies.

    References
    ----------
    .. [1] C. Yan, G. Pang, X. Bai, C. Shen, J. Zhou, E. Hancock, "Deep Hashing by Discriminating Hard Examples",
       ACM Multimedia 2019. https://doi.org/10.1145/3343031.3350927

    Examples
    --------
    >>> from sklearn.datasets import load_digits
    >>> from sklearn_hash import DualHingeHasher
    >>> X, y = load_digits(return_X_y=True)
    >>> hasher = DualHingeHasher(n_bits=16, max_epochs=5, random_state=0).fit(X, y)
    >>> hasher.transform(X).shape
    (1797, 16)
    """

    _loss_class = DualHingeLoss
    _parameter_constraints: dict = {
        **PairHasher._parameter_constraints,
        "alpha": [Interval(Real, 1, None, closed="neither")],
        "class_weight": [StrOptions({"sqrt", "balanced"}), None],
        "quantization": [Interval(Real, 0, None, closed="left")],
        "proxy_weight": [StrOptions({"auto"}), Interval(Real, 0, None, closed="left")],
    }

    # fmt: off
    def __init__(
        self, n_bits=32, *, encoder="auto", similarity="jaccard", output="bits", lr=3e-3, max_epochs=30, batch_size=128,
        validation_fraction=None, images=None, device="auto", random_state=None, verbose=0, net_params=None,
        alpha=1.01, class_weight="sqrt", quantization=0.03, proxy_weight="auto",
    ):
        super().__init__(
            n_bits=n_bits, encoder=encoder, similarity=similarity, output=output, lr=lr, max_epochs=max_epochs,
            batch_size=batch_size, validation_fraction=validation_fraction, images=images, device=device,
            random_state=random_state, verbose=verbose, net_params=net_params,
        )
        self.alpha = alpha
        self.class_weight = class_weight
        self.quantization = quantization
        self.proxy_weight = proxy_weight
    # fmt: on

    def _choose_loss(self, targets):
        if self.proxy_weight not in ("auto", 0) and self.classes_ is None:
            raise ValueError(
                f"proxy_weight={self.proxy_weight!r} needs class labels: a similarity matrix or function has no "
                'classes to learn proxies of. Use proxy_weight="auto" or 0.'
            )
        if targets is None:
            return super()._choose_loss(targets)
        wanted = self._gains_by_proxies(targets) if self.proxy_weight == "auto" else self.proxy_weight > 0
        return DualHingeProxyLoss if wanted else super()._choose_loss(targets)

    def _gains_by_proxies(self, targets):
        if self.classes_ is None:
            return False
        return self.n_bits > 32 and len(self.classes_) <= _MOST_PROXIES and _mostly_one_label(targets)

    def _loss_arguments(self, loss_class, targets):
        arguments = super()._loss_arguments(loss_class, targets)
        if arguments.get("proxy_weight") == "auto":
            del arguments["proxy_weight"]  # the default of the loss
        if targets is None:
            arguments.pop("n_classes", None)  # the first call of partial_fit may lack classes of those that follow
        return arguments

    def _after_fit(self, net):
        # Without proxies, as if loaded: calls of partial_fit may bring other classes.
        net.replace_loss(self._make_loss())


def _mostly_one_label(targets):
    """Return whether at least half of the rows have one label."""
    if isinstance(targets, LabelTargets):
        return True
    return 2 * np.count_nonzero(np.asarray(targets.labels.sum(axis=1)) == 1) >= len(targets)
