"""Base class of the losses between outputs and what is kept of every training row, and the label sets of rows."""

import torch
from torch import Tensor

from sklearn_hash.losses._base import BatchLoss
from sklearn_hash.losses._parameters import check_count


class AsymmetricLoss(BatchLoss):
    """Loss of a batch against a table with a line for each row of its set; the target is the numbers of the rows, (n,).

    Between epochs ``learn_codes`` finds the binary codes of all rows from their outputs and labels, and fills the
    table. There are two tables: in evaluation mode, rows are those of a set that is held out. They are no part of the
    state: outputs and labels tell them.
    """

    target = "numbers"

    def __init__(self, n_bits: int, n_classes: int):
        super().__init__()
        self.n_bits = check_count("n_bits", n_bits)
        self.n_classes = check_count("n_classes", n_classes)
        for name in ("trained_rows", "trained_shared", "held_out_rows", "held_out_shared"):
            self.register_buffer(name, None, persistent=False)

    def learn_codes(self, z: Tensor, labels: Tensor) -> Tensor:
        """Learn the codes of a set of rows, and remember what the loss of a batch of them needs.

        Parameters
        ----------
        z : tensor of shape (n, n_bits)
            Output of the hash layer for all rows of the set.
        labels : tensor
            Class numbers, (n,) int64, or an indicator, (n, n_classes).

        Returns
        -------
        codes : tensor of shape (n, n_bits)
            Of -1 and +1.
        """
        codes, rows, shared = self._learn(z.detach().float(), *label_sets(labels, self.n_classes))
        setattr(self, f"{self._part}_rows", rows)
        setattr(self, f"{self._part}_shared", shared)
        return codes

    def forget(self) -> None:
        """Let go of the tables."""
        self.trained_rows = self.trained_shared = self.held_out_rows = self.held_out_shared = None

    @property
    def shared(self) -> Tensor:
        """What the rows of the set have in common."""
        return getattr(self, f"{self._part}_shared")

    @property
    def _part(self) -> str:
        return "trained" if self.training else "held_out"

    def _learn(self, z: Tensor, numbers: Tensor, sets: Tensor) -> tuple[Tensor, Tensor, Tensor]:
        """Return the codes, the table, and what its lines have in common."""
        raise NotImplementedError

    def _check_target(self, z: Tensor, target: Tensor) -> Tensor:
        """Return the lines of the table."""
        if z.shape[1] != self.n_bits:
            raise ValueError(f"z must have the n_bits={self.n_bits} columns of the loss; got shape {tuple(z.shape)}.")
        if target.dtype != torch.int64 or target.shape != z.shape[:1]:
            raise ValueError(
                f"numbers must be those of the rows of z, ({len(z)},) int64; got {target.dtype} of shape "
                f"{tuple(target.shape)}."
            )
        rows = getattr(self, f"{self._part}_rows")
        if rows is None:
            raise ValueError("There are no codes yet: call learn_codes(z, labels) with all rows first.")
        return rows[target]


def label_sets(labels: Tensor, n_classes: int) -> tuple[Tensor, Tensor]:
    """Return the number of each row's label set, (n,), and the sets as an indicator, (n_sets, n_classes) float32."""
    if labels.ndim == 1:
        return labels, torch.eye(n_classes, device=labels.device)
    sets, numbers = torch.unique(labels != 0, dim=0, return_inverse=True)
    return numbers, sets.float()


def sums_by_set(values: Tensor, numbers: Tensor, n_sets: int) -> Tensor:
    """Return the sum of the values, (n, ...), over the rows of each label set."""
    return values.new_zeros(n_sets, *values.shape[1:]).index_add_(0, numbers, values)


def bitwise_codes(wanted: Tensor, coupling: Tensor, codes: Tensor) -> Tensor:
    """Return codes b, updated bit by bit, that raise ``<wanted, b> - <b, coupling b> / 2`` for each row.

    Discrete cyclic coordinate descent: each bit becomes the best one for the others as they are.
    """
    codes, others = codes.clone(), coupling - coupling.diag().diag()
    for k in range(codes.shape[1]):
        codes[:, k] = torch.where(wanted[:, k] > codes @ others[:, k], 1.0, -1.0)
    return codes
