"""GreedyHash without labels."""

from numbers import Real

from sklearn_hash._compat import Interval
from sklearn_hash.hashers._docs import document
from sklearn_hash.hashers._features import FeatureHasher
from sklearn_hash.losses import UnsupervisedGreedyHashLoss

__all__ = ["UnsupervisedGreedyHashHasher"]


@document()
class UnsupervisedGreedyHashHasher(FeatureHasher):
    """GreedyHash without labels: cosines between binary codes follow those between rows [1]_.

    The binary codes themselves are compared; in the backward pass the sign function hands on the gradient as it is, and
    a penalty keeps the outputs of the hash layer near -1 and +1, where that is least wrong. What the codes keep is the
    cosine of the input rows, less their mean: rows should come as features whose cosines mean something.

    Parameters
    ----------
    {shared parameters}

    quantization : float, default=0.01
        Weight of the penalty, the mean of ``||z| - 1| ** 3``. The authors' code has 0.1.

    Attributes
    ----------
    {attributes}

    See Also
    --------
    BiHalfHasher : The same with balanced bits.
    GreedyHashHasher : With labels.
    sklearn_hash.losses.UnsupervisedGreedyHashLoss : The loss alone.

    References
    ----------
    .. [1] S. Su, C. Zhang, K. Han, Y. Tian, "Greedy Hash: Towards Fast Optimization for Accurate Hash Coding in CNN",
       NeurIPS 2018.

    Examples
    --------
    >>> from sklearn.datasets import load_digits
    >>> from sklearn_hash import UnsupervisedGreedyHashHasher
    >>> X, _ = load_digits(return_X_y=True)
    >>> hasher = UnsupervisedGreedyHashHasher(n_bits=16, max_epochs=5, random_state=0).fit(X)
    >>> hasher.transform(X).shape
    (1797, 16)
    """

    _loss_class = UnsupervisedGreedyHashLoss
    _parameter_constraints: dict = {
        **FeatureHasher._parameter_constraints,
        "quantization": [Interval(Real, 0, None, closed="left")],
    }

    # fmt: off
    def __init__(
        self, n_bits=32, *, encoder="linear", output="bits", lr=1e-3, max_epochs=30, batch_size=128,
        validation_fraction=None, images=None, device="auto", random_state=None, verbose=0, net_params=None,
        quantization=0.01,
    ):
        super().__init__(
            n_bits=n_bits, encoder=encoder, output=output, lr=lr, max_epochs=max_epochs, batch_size=batch_size,
            validation_fraction=validation_fraction, images=images, device=device, random_state=random_state,
            verbose=verbose, net_params=net_params,
        )
        self.quantization = quantization
    # fmt: on
