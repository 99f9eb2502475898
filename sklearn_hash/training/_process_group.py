"""Communication between the processes of a distributed fit, in the default process group of torch.

Every process computes the loss of the whole batch from the gathered outputs. The gradient of the weights is the sum of
the gradients through the rows of each process. Without a process group, all functions work as for a single process.
"""

import torch
from torch import distributed

__all__ = [
    "broadcast_from_first",
    "check_same",
    "gather_rows",
    "own_part",
    "rank",
    "sum_gradients",
    "sum_over_ranks",
    "world_size",
]


def world_size() -> int:
    """Return the number of processes, which is 1 without a process group."""
    return distributed.get_world_size() if _has_group() else 1


def rank() -> int:
    """Return the number of this process, which is 0 without a process group."""
    return distributed.get_rank() if _has_group() else 0


def _has_group():
    return distributed.is_available() and distributed.is_initialized()


def own_part(n, rank, world_size):
    """Return the contiguous rows of a batch of `n` that belong to a process; the sizes differ by at most one.

    Examples
    --------
    >>> from sklearn_hash.training._process_group import own_part
    >>> own_part(5, 0, 2), own_part(5, 1, 2)
    (slice(0, 3, None), slice(3, 5, None))
    """
    size, n_larger = divmod(n, world_size)
    start = rank * size + min(rank, n_larger)
    return slice(start, start + size + (rank < n_larger))


def gather_rows(x, n):
    """Return the rows of all processes in order; gradients are passed to the rows of this process.

    Parameters
    ----------
    x : tensor of shape (n_own, ...)
        Rows of this process, as given by :func:`own_part`.
    n : int
        Number of rows of all processes.

    Returns
    -------
    rows : tensor of shape (n, ...)
    """
    if world_size() == 1:
        return x
    return _GatherRows.apply(x, n)


class _GatherRows(torch.autograd.Function):
    @staticmethod
    def forward(ctx, x, n):
        parts = [own_part(n, i, world_size()) for i in range(world_size())]
        ctx.own = parts[rank()]
        sizes = [part.stop - part.start for part in parts]
        # All processes must send tensors of the same shape; the first process has the most rows.
        sent = x.new_zeros((sizes[0], *x.shape[1:]))
        sent[: len(x)] = x.detach()
        received = [torch.empty_like(sent) for _ in parts]
        distributed.all_gather(received, sent)
        return torch.cat([rows[:size] for rows, size in zip(received, sizes, strict=True)])

    @staticmethod
    def backward(ctx, grad):
        return grad[ctx.own], None


def sum_over_ranks(x):
    """Return the sum of a tensor over all processes; its gradients are also summed."""
    return _SumOverRanks.apply(x)


class _SumOverRanks(torch.autograd.Function):
    @staticmethod
    def forward(ctx, x):
        return _summed(x)

    @staticmethod
    def backward(ctx, grad):
        return _summed(grad)


def _summed(x):
    total = x.detach().clone(memory_format=torch.contiguous_format)
    if world_size() > 1:
        distributed.all_reduce(total)
    return total


def sum_gradients(parameters):
    """Replace the gradients of parameters by their sums over all processes, with one message per type."""
    by_type: dict[torch.dtype, list[torch.Tensor]] = {}
    for parameter in parameters:
        if parameter.grad is not None:
            by_type.setdefault(parameter.grad.dtype, []).append(parameter.grad)
    for gradients in by_type.values():
        total = _summed(torch.cat([gradient.flatten() for gradient in gradients]))
        for gradient, part in zip(gradients, total.split([gradient.numel() for gradient in gradients]), strict=True):
            gradient.copy_(part.view_as(gradient))


def broadcast_from_first(value):
    """Return the value of an object in the first process."""
    if world_size() == 1:
        return value
    values = [value]
    distributed.broadcast_object_list(values)
    return values[0]


def check_same(value, what):
    """Raise an error unless all processes have the same value.

    Parameters
    ----------
    value : object
    what : str
        Description of the value, for the message.

    Raises
    ------
    ValueError
        If the values differ.
    """
    if world_size() == 1:
        return
    values: list = [None] * world_size()
    distributed.all_gather_object(values, value)
    if any(other != value for other in values):
        raise ValueError(f"All processes of a distributed fit must have the same {what}; got {values!r:.200}.")
