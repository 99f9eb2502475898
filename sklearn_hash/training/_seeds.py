"""Random streams of an estimator, which leave the caller's random state unchanged."""

from contextlib import contextmanager

import numpy as np
import torch
from sklearn.utils import check_random_state

__all__ = ["draw_seed", "isolated"]

_LARGEST_SEED = 2**31 - 1


def draw_seed(random_state) -> int:
    """Draw the integer that seeds a fit; ``None`` asks the operating system, not numpy's global stream."""
    if random_state is None:
        return int(np.random.default_rng().integers(_LARGEST_SEED))
    return int(check_random_state(random_state).randint(_LARGEST_SEED))


@contextmanager
def isolated(device: torch.device, *seeds: int):
    """Run a block on separate torch random streams, seeded where ``seeds`` are given.

    Initial weights, dropout and shuffling all draw from torch's default generator. Forking it keeps the caller's
    stream untouched without passing a generator through every module.
    """
    on_cpu = device.type == "cpu"
    with torch.random.fork_rng(devices=[] if on_cpu else [device], device_type="cuda" if on_cpu else device.type):
        if seeds:
            seed = int(np.random.SeedSequence(seeds).generate_state(1)[0])
            torch.default_generator.manual_seed(seed)
            if device.type == "cuda":
                with torch.cuda.device(device):
                    torch.cuda.manual_seed(seed)
            elif not on_cpu:
                getattr(torch, device.type).manual_seed(seed)
        yield
