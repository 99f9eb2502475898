"""Hash centres: a binary code for each class, far from one another."""

import torch
from torch import Tensor


def hash_centres(n_bits: int, n_classes: int) -> Tensor:
    """Draw hash centres, -1 and +1, (n_classes, n_bits), from torch's default generator.

    If there is a Hadamard matrix of order n_bits, the centres are its rows in random order, then those of its negative:
    any two differ in half of the bits, or in all. Further centres are chosen greedily from random codes, each the
    farthest from the centres chosen before.
    """
    rows = hadamard(n_bits)
    rows = rows[torch.randperm(len(rows))]
    centres = torch.cat([rows, -rows])[:n_classes]
    return torch.cat([centres, _farthest(centres, n_bits, n_classes - len(centres))])


def vote(indicator: Tensor, centres: Tensor, tie_break: Tensor) -> Tensor:
    """Return the centre of each row: per bit the majority of the centres of its labels, or `tie_break` at a tie."""
    votes = indicator @ centres
    return torch.where(votes == 0, tie_break, votes.sign())


def random_codes(n: int, n_bits: int) -> Tensor:
    """Draw codes of uniform bits, -1 and +1, (n, n_bits), from torch's default generator."""
    return torch.randint(2, (n, n_bits)).float().mul_(2).sub_(1)


def hadamard(size: int) -> Tensor:
    """Return a Hadamard matrix by Sylvester's or Paley's construction; without rows if there is none of this size."""
    if size == 1:
        return torch.ones(1, 1, dtype=torch.float32)
    half = hadamard(size // 2) if size % 2 == 0 else torch.empty(0, 0)
    if len(half):
        return torch.cat([torch.cat([half, half], dim=1), torch.cat([half, -half], dim=1)])
    return _paley(size) if size % 4 == 0 and _is_prime(size - 1) else torch.empty(0, size, dtype=torch.float32)


def _paley(size: int) -> Tensor:
    """Return Paley's first construction, from the squares modulo a prime ``size - 1`` that is 3 modulo 4."""
    prime = size - 1
    numbers = torch.arange(prime)
    character = torch.full((prime,), -1.0, dtype=torch.float32)
    character[numbers.square() % prime] = 1.0
    character[0] = 0.0
    matrix = torch.ones(size, size, dtype=torch.float32)
    matrix[1:, 1:] = character[(numbers[:, None] - numbers) % prime] - torch.eye(prime, dtype=torch.float32)
    return matrix


def _is_prime(number: int) -> bool:
    return number > 1 and all(number % divisor for divisor in range(2, int(number**0.5) + 1))


def _farthest(centres: Tensor, n_bits: int, n_more: int) -> Tensor:
    """Choose greedily, from many random codes, the one farthest from its nearest centre."""
    pool = random_codes(4 * n_more + 4096, n_bits)
    overlap = (pool @ centres.T).amax(dim=1) if len(centres) else pool.new_full((len(pool),), -torch.inf)
    chosen: list[int] = []
    for _ in range(n_more):
        chosen.append(int(overlap.argmin()))
        overlap = torch.maximum(overlap, pool @ pool[chosen[-1]])
        overlap[chosen] = torch.inf  # never the same row twice, even if every code is taken
    return pool[chosen]
