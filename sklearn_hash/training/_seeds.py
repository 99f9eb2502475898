"""Random streams of an estimator, which leave the caller's random state unchanged."""

from contextlib import contextmanager

import numpy as np
import torch
from sklearn.utils import check_random_state

from sklearn_hash.training._process_group import broadcast_from_first

__all__ = ["draw_seed", "isolated", "seed_torch"]

_LARGEST_SEED = 2**31 - 1


def draw_seed(random_state) -> int:
    """Draw the integer that seeds a fit; ``None`` asks the operating system, not numpy's global stream.

    The processes of a distributed fit all have the seed that the first one drew.

    Parameters
    ----------
    random_state : int, RandomState instance or None

    Returns
    -------
    seed : int
    """
    if random_state is None:
        return broadcast_from_first(int(np.random.default_rng().integers(_LARGEST_SEED)))
    return int(check_random_state(random_state).randint(_LARGEST_SEED))


@contextmanager
def isolated(device: torch.device, *seeds: int):
    """Run a block on separate torch random streams, seeded where ``seeds`` are given.

    Initial weights, dropout and shuffling all draw from torch's default generator. Forking it keeps the caller's
    stream untouched without passing a generator through every module.

    Parameters
    ----------
    device : torch.device
        The device whose stream is separate, beside that of the CPU.
    *seeds : int
        Together they make one seed; without them the streams go on from where they are.
    """
    on_cpu = device.type == "cpu"
    with torch.random.fork_rng(devices=[] if on_cpu else [device], device_type="cuda" if on_cpu else device.type):
        if seeds:
            seed_torch(device, int(np.random.SeedSequence(seeds).generate_state(1)[0]))
        yield


def seed_torch(device: torch.device, seed: int):
    """Seed torch's generators of the CPU and of a device; :func:`torch.manual_seed` would seed all devices."""
    torch.default_generator.manual_seed(seed)
    if device.type == "cuda":
        with torch.cuda.device(device):
            torch.cuda.manual_seed(seed)
    elif device.type != "cpu":
        getattr(torch, device.type).manual_seed(seed)
