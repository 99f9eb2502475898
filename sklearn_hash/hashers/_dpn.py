"""Deep polarized network."""

from numbers import Real

from sklearn_hash._compat import Interval
from sklearn_hash.hashers._docs import document
from sklearn_hash.hashers._labels import LabelHasher
from sklearn_hash.losses import DPNLoss

__all__ = ["DPNHasher"]


@document()
class DPNHasher(LabelHasher):
    """Deep polarized network, DPN: every bit beyond a margin, on the side of its class [1]_.

    Every class has a target vector of -1 and +1, fixed from the start and far from the others. A hinge pushes each
    output of the hash layer beyond the margin on the side of the target, which bounds the Hamming distances within a
    class; outputs that are beyond it are left alone. A multi-label row pays for each of its labels.

    Parameters
    ----------
    {shared parameters}

    margin : float, default=0.5
        Output beyond which a bit costs nothing. The paper has 1.

    Attributes
    ----------
    {attributes}

    See Also
    --------
    CSQHasher : Cross-entropy to such targets.
    OrthoHashHasher : Cosines to such targets, one loss.
    sklearn_hash.losses.DPNLoss : The loss alone.

    References
    ----------
    .. [1] L. Fan, K. W. Ng, C. Ju, T. Zhang, C. S. Chan, "Deep Polarized Network for Supervised Learning of Accurate
       Binary Hashing Codes", IJCAI 2020.

    Examples
    --------
    >>> from sklearn.datasets import load_digits
    >>> from sklearn_hash import DPNHasher
    >>> X, y = load_digits(return_X_y=True)
    >>> hasher = DPNHasher(n_bits=16, max_epochs=5, random_state=0).fit(X, y)
    >>> hasher.transform(X).shape
    (1797, 16)
    """

    _loss_class = DPNLoss
    _parameter_constraints: dict = {
        **LabelHasher._parameter_constraints,
        "margin": [Interval(Real, 0, None, closed="neither")],
    }

    # fmt: off
    def __init__(
        self, n_bits=32, *, encoder="auto", output="bits", lr=1e-3, max_epochs=30, batch_size=128,
        validation_fraction=None, images=None, device="auto", random_state=None, verbose=0, net_params=None,
        margin=0.5,
    ):
        super().__init__(
            n_bits=n_bits, encoder=encoder, output=output, lr=lr, max_epochs=max_epochs, batch_size=batch_size,
            validation_fraction=validation_fraction, images=images, device=device, random_state=random_state,
            verbose=verbose, net_params=net_params,
        )
        self.margin = margin
    # fmt: on
