"""OrthoHash."""

from numbers import Real

from sklearn_hash._compat import Interval
from sklearn_hash.hashers._docs import document
from sklearn_hash.hashers._labels import LabelHasher
from sklearn_hash.losses import OrthoHashLoss

__all__ = ["OrthoHashHasher"]


@document()
class OrthoHashHasher(LabelHasher):
    """OrthoHash: one loss, of the cosines between outputs and the orthogonal codes of the classes [1]_.

    Every class has a binary code, orthogonal to the others where there are such. A softmax over the cosines to these
    codes, with a margin, makes outputs both discriminative and nearly binary, so that no quantization loss has to be
    balanced against another. The labels of a multi-label row share the target equally.

    Parameters
    ----------
    {shared parameters}

    scale : float, default=8.0
        Scale of the cosines before the softmax.

    margin : float, default=0.5
        What is taken off the cosines to a row's own classes. The authors' code has 0.2.

    Attributes
    ----------
    {attributes}

    See Also
    --------
    CSQHasher : Cross-entropy of every bit to such codes.
    DPNHasher : A hinge for every bit.
    sklearn_hash.losses.OrthoHashLoss : The loss alone.

    References
    ----------
    .. [1] J. T. Hoe, K. W. Ng, T. Zhang, C. S. Chan, Y.-Z. Song, T. Xiang, "One Loss for All: Deep Hashing with a
       Single Cosine Similarity based Learning Objective", NeurIPS 2021.

    Examples
    --------
    >>> from sklearn.datasets import load_digits
    >>> from sklearn_hash import OrthoHashHasher
    >>> X, y = load_digits(return_X_y=True)
    >>> hasher = OrthoHashHasher(n_bits=16, max_epochs=5, random_state=0).fit(X, y)
    >>> hasher.transform(X).shape
    (1797, 16)
    """

    _loss_class = OrthoHashLoss
    _parameter_constraints: dict = {
        **LabelHasher._parameter_constraints,
        "scale": [Interval(Real, 0, None, closed="neither")],
        "margin": [Interval(Real, 0, None, closed="left")],
    }

    # fmt: off
    def __init__(
        self, n_bits=32, *, encoder="auto", output="bits", lr=1e-3, max_epochs=30, batch_size=128,
        validation_fraction=None, images=None, device="auto", random_state=None, verbose=0, net_params=None,
        scale=8.0, margin=0.5,
    ):
        super().__init__(
            n_bits=n_bits, encoder=encoder, output=output, lr=lr, max_epochs=max_epochs, batch_size=batch_size,
            validation_fraction=validation_fraction, images=images, device=device, random_state=random_state,
            verbose=verbose, net_params=net_params,
        )
        self.scale = scale
        self.margin = margin
    # fmt: on
