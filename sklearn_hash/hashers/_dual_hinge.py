"""Dual hinge hashing."""

from numbers import Real

from sklearn_hash._compat import Interval, StrOptions
from sklearn_hash.hashers._docs import document
from sklearn_hash.hashers._pairs import PairHasher
from sklearn_hash.losses import DualHingeLoss

__all__ = ["DualHingeHasher"]


@document(similarity='"jaccard"')
class DualHingeHasher(PairHasher):
    """Dual hinge hashing: exponential penalties on hard pairs, bounded ones on easy pairs [1]_.

    Pairs of different labels with near codes are what costs precision; their penalty grows exponentially as they come
    nearer and fades as they part. The loss is a reconstruction from the paper's abstract and the same authors' later
    work, not the published formula; see :class:`sklearn_hash.losses.DualHingeLoss`.

    Parameters
    ----------
    {shared parameters}

    alpha : float, default=1.05
        Skewness of the divergence, above 1; nearer to 1, a similar pair far apart costs more.

    beta : "auto" or float, default="auto"
        Rate at which a pair's probability of being similar falls with Hamming distance; "auto" is ``6 / n_bits``.

    shape : float, default=1.0
        Shape of the Gamma law behind that probability, at least 1; more makes a flatter toe at distance 0.

    distance : {"cosine", "inner"}, default="cosine"
        Relaxed Hamming distance: from the angle of two relaxed codes, or from their inner product.

    class_weight : {"sqrt", "balanced"} or None, default="sqrt"
        Weight of rarer kinds of pairs, similar or not: the square root of what would balance them, all of it, or none.

    quantization : float, default=0.1
        Weight of the mean squared distance of relaxed codes from -1 and +1.

    Attributes
    ----------
    {attributes}

    See Also
    --------
    HashNetHasher : Cross-entropy with continuation.
    DHNHasher : Cross-entropy with a quantization loss.
    sklearn_hash.losses.DualHingeLoss : The loss alone.

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

    _parameter_constraints: dict = {
        **PairHasher._parameter_constraints,
        "alpha": [Interval(Real, 1, None, closed="neither")],
        "beta": [StrOptions({"auto"}), Interval(Real, 0, None, closed="neither")],
        "shape": [Interval(Real, 1, None, closed="left")],
        "distance": [StrOptions({"cosine", "inner"})],
        "class_weight": [StrOptions({"sqrt", "balanced"}), None],
        "quantization": [Interval(Real, 0, None, closed="left")],
    }

    # fmt: off
    def __init__(
        self, n_bits=32, *, encoder="auto", hash_layer="linear", similarity="jaccard", absent="dissimilar",
        output="bits", optimizer="Adam", lr=1e-3, lr_schedule="cosine", max_epochs=30, batch_size=128,
        sampler="shuffle", memory=0, validation_fraction=None, n_iter_no_change=10, loader=None, channels="auto",
        normalize="auto", augment=None, callbacks=None, device="auto", precision="auto", encoder_lr_scale=1.0,
        random_state=None, verbose=0, net_params=None,
        alpha=1.05, beta="auto", shape=1.0, distance="cosine", class_weight="sqrt", quantization=0.1,
    ):
        super().__init__(
            n_bits=n_bits, encoder=encoder, hash_layer=hash_layer, similarity=similarity, absent=absent, output=output,
            optimizer=optimizer, lr=lr, lr_schedule=lr_schedule, max_epochs=max_epochs, batch_size=batch_size,
            sampler=sampler, memory=memory, validation_fraction=validation_fraction, n_iter_no_change=n_iter_no_change,
            loader=loader, channels=channels, normalize=normalize, augment=augment, callbacks=callbacks, device=device,
            precision=precision, encoder_lr_scale=encoder_lr_scale, random_state=random_state, verbose=verbose,
            net_params=net_params,
        )
        self.alpha = alpha
        self.beta = beta
        self.shape = shape
        self.distance = distance
        self.class_weight = class_weight
        self.quantization = quantization
    # fmt: on

    def _make_loss(self):
        return DualHingeLoss(
            alpha=self.alpha,
            beta=self.beta,
            shape=self.shape,
            distance=self.distance,
            class_weight=self.class_weight,
            quantization=self.quantization,
        )
