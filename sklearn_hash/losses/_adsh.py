"""ADSH: inner products of outputs with the binary codes of all training rows."""

import torch
from torch import Tensor

from sklearn_hash.losses._asymmetric import AsymmetricLoss, bitwise_codes, sums_by_set
from sklearn_hash.losses._labels import binary_codes
from sklearn_hash.losses._parameters import check_number


class ADSHLoss(AsymmetricLoss):
    r"""Similarities as inner products of outputs and codes, asymmetric deep supervised hashing, ADSH [1]_.

    Every row j of the training set has a binary code :math:`v_j`, learned directly. With relaxed codes
    :math:`h = \tanh(z)` of a batch, the number N of rows, and S, which is 1 for two rows that share a label and else
    :math:`-r`, the number of similar pairs over that of dissimilar ones,

    .. math:: L = \operatorname{mean}_i \left( \frac{1}{N} \sum_{j=1}^N
                  \Bigl( \tfrac{1}{K} \langle h_i, v_j \rangle - S_{ij} \Bigr)^2
                  + \frac{\lambda}{K} |h_i - v_i|^2 \right).

    ``learn_codes`` minimises the sum of this over all rows by the codes, bit by bit: the codes start as the signs of
    the outputs, and each bit becomes the best one for the others as they are.

    Parameters
    ----------
    n_bits : int
        Code length.
    n_classes : int
        Number of classes, or of columns of an indicator.
    quantization : float, default=0.01
        Weight :math:`\lambda` of the distance between relaxed codes and codes.

    Raises
    ------
    ValueError
        If a parameter is out of range, the shapes of `z` and `numbers` do not agree, or no codes have been learned.

    Notes
    -----
    ``loss(z, numbers)`` takes the output `z` of the hash layer, (n, n_bits), and the numbers of its rows, (n,) int64,
    in the set that ``learn_codes(z, labels)`` was called with. No (N, N) matrix is built, and the time of a batch does
    not depend on N: the sum over j needs the codes' Gram matrix and their sums over similar rows.

    The authors' code has ``quantization=200 / (N * n_bits)``. It trains on a sample of 2,000 rows for three epochs
    before the codes of all rows are updated, one sweep from where they were; here an epoch is one over all rows, and
    the sweep starts from the signs.

    References
    ----------
    .. [1] Q.-Y. Jiang and W.-J. Li, "Asymmetric Deep Supervised Hashing", AAAI 2018.

    Examples
    --------
    >>> import torch
    >>> from sklearn_hash.losses import ADSHLoss
    >>> loss = ADSHLoss(n_bits=2, n_classes=2)
    >>> z = torch.tensor([[1.0, -1.0], [2.0, -0.5], [-1.0, 1.0]])
    >>> loss.learn_codes(z, torch.tensor([0, 0, 1]))
    tensor([[ 1., -1.],
            [ 1., -1.],
            [-1.,  1.]])
    >>> loss(z[:2], torch.tensor([0, 1]))
    tensor(0.1352)
    """

    def __init__(self, n_bits, n_classes, quantization=0.01):
        super().__init__(n_bits, n_classes)
        self.quantization = check_number("quantization", quantization, least=0)

    def _learn(self, z: Tensor, numbers: Tensor, sets: Tensor) -> tuple[Tensor, Tensor, Tensor]:
        n, h = len(z), torch.tanh(z)
        alike = (sets @ sets.T > 0).float()
        n_similar = alike @ sums_by_set(h.new_ones(n), numbers, len(sets))
        total = n_similar[numbers].sum()
        r = total / (n * n - total).clamp(min=1)

        def aims(values):
            """Mean over all rows j of S_ij times the values of j, for each row i."""
            sums = sums_by_set(values, numbers, len(sets))
            return ((1 + r) * alike @ sums - r * values.sum(dim=0))[numbers] / n

        wanted = aims(h) + self.quantization * h
        codes = bitwise_codes(wanted, h.T @ h / (n * self.n_bits), binary_codes(h))
        squares = (n_similar + r.square() * (n - n_similar))[numbers] / n
        return codes, torch.cat([codes, aims(codes), squares[:, None]], dim=1), codes.T @ codes / n

    def _loss(self, z: Tensor, rows: Tensor) -> Tensor:
        h = torch.tanh(z)
        codes, aims, squares = rows.split([self.n_bits, self.n_bits, 1], dim=1)
        products = (h @ self.shared.to(h) * h).sum(dim=1) / self.n_bits**2
        error = products - 2 / self.n_bits * (h * aims).sum(dim=1) + squares[:, 0]
        return error.mean() + self.quantization * (codes - h).square().mean()
