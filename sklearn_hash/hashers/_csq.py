"""Central similarity quantization."""

from numbers import Real

from sklearn_hash._compat import Interval
from sklearn_hash.hashers._docs import document
from sklearn_hash.hashers._labels import LabelHasher
from sklearn_hash.losses import CSQLoss

__all__ = ["CSQHasher"]


@document()
class CSQHasher(LabelHasher):
    """Central similarity quantization, CSQ: bit by bit to the hash centre of a row's class [1]_.

    Every class has a binary code, its centre, fixed from the start and far from the others: a row of a Hadamard matrix
    where there are enough. The network learns each row's centre, so a batch need not hold similar pairs, which suits
    many classes. The labels of a multi-label row vote for every bit of its centre.

    Parameters
    ----------
    {shared parameters}

    quantization : float, default=0.0001
        Weight of the quantization loss, a mean over bits.

    Attributes
    ----------
    {attributes}

    See Also
    --------
    OrthoHashHasher : Cosines to such centres, one loss.
    DPNHasher : A hinge for every bit.
    sklearn_hash.losses.CSQLoss : The loss alone.

    References
    ----------
    .. [1] L. Yuan, T. Wang, X. Zhang, F. E. H. Tay, Z. Jie, W. Liu, J. Feng, "Central Similarity Quantization for
       Efficient Image and Video Retrieval", CVPR 2020.

    Examples
    --------
    >>> from sklearn.datasets import load_digits
    >>> from sklearn_hash import CSQHasher
    >>> X, y = load_digits(return_X_y=True)
    >>> hasher = CSQHasher(n_bits=16, max_epochs=5, random_state=0).fit(X, y)
    >>> hasher.transform(X).shape
    (1797, 16)
    """

    _parameter_constraints: dict = {
        **LabelHasher._parameter_constraints,
        "quantization": [Interval(Real, 0, None, closed="left")],
    }

    # fmt: off
    def __init__(
        self, n_bits=32, *, encoder="auto", hash_layer="linear", output="bits", optimizer="Adam", lr=1e-3,
        lr_schedule="cosine", max_epochs=30, batch_size=128, sampler="shuffle", validation_fraction=None,
        n_iter_no_change=10, loader=None, channels="auto", normalize="auto", augment=None, callbacks=None,
        device="auto", precision="auto", encoder_lr_scale=1.0, random_state=None, verbose=0, net_params=None,
        quantization=1e-4,
    ):
        super().__init__(
            n_bits=n_bits, encoder=encoder, hash_layer=hash_layer, output=output, optimizer=optimizer, lr=lr,
            lr_schedule=lr_schedule, max_epochs=max_epochs, batch_size=batch_size, sampler=sampler,
            validation_fraction=validation_fraction, n_iter_no_change=n_iter_no_change, loader=loader,
            channels=channels, normalize=normalize, augment=augment, callbacks=callbacks, device=device,
            precision=precision, encoder_lr_scale=encoder_lr_scale, random_state=random_state, verbose=verbose,
            net_params=net_params,
        )
        self.quantization = quantization
    # fmt: on

    def _make_loss(self):
        return CSQLoss(self.n_bits, len(self.classes_), quantization=self.quantization)
