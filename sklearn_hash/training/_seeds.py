"""Random streams of an estimator that leave the random state of the caller unchanged."""

from contextlib import contextmanager

import numpy as np
import torch
from sklearn.utils import check_random_state

from sklearn_hash.training._process_group import broadcast_from_first

__all__ = ["draw_seed", "isolated", "seed_torch"]

_LARGEST_SEED = 2**31 - 1


def draw_seed(random_state) -> int:
    """Draw the integer seed of a fit; for None, from the operating system and not from the global stream of numpy.

    All processes of a distributed fit get the seed of the first process.

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
    """Run a block with separate random streams of torch, which are seeded if ``seeds`` are given.

    Initial weights, dropout and shuffling draw from the default generator of torch. Forking it leaves the stream of the
    caller unchanged without passing a generator through every module.

    Parameters
    ----------
    device : torch.device
        Device whose stream is forked in addition to that of the CPU.
    *seeds : int
        Integers that together make one seed; without them, the streams continue from their current states.
    """
    on_cpu = device.type == "cpu"
    with torch.random.fork_rng(devices=[] if on_cpu else [device], device_type="cuda" if on_cpu else device.type):
        if seeds:
            seed_torch(device, int(np.random.SeedSequence(seeds).generate_state(1)[0]))
        yield


def seed_torch(device: torch.device, seed: int):
    """Seed the torch generators of the CPU and of a device; :func:`torch.manual_seed` would seed all devices."""
    torch.default_generator.manual_seed(seed)
    if device.type == "cuda":
        with torch.cuda.device(device):
            torch.cuda.manual_seed(seed)
    elif device.type != "cpu":
        getattr(torch, device.type).manual_seed(seed)
