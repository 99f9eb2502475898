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

    _loss_class = CSQLoss
    _parameter_constraints: dict = {
        **LabelHasher._parameter_constraints,
        "quantization": [Interval(Real, 0, None, closed="left")],
    }

    # fmt: off
    def __init__(
        self, n_bits=32, *, encoder="auto", output="bits", lr=1e-3, max_epochs=30, batch_size=128,
        validation_fraction=None, images=None, device="auto", random_state=None, verbose=0, net_params=None,
        quantization=1e-4,
    ):
        super().__init__(
            n_bits=n_bits, encoder=encoder, output=output, lr=lr, max_epochs=max_epochs, batch_size=batch_size,
            validation_fraction=validation_fraction, images=images, device=device, random_state=random_state,
            verbose=verbose, net_params=net_params,
        )
        self.quantization = quantization
    # fmt: on
