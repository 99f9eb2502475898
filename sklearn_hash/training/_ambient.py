"""Torch's switches: what a caller has set for other code must not decide what a hasher learns."""

from contextlib import contextmanager, nullcontext

import torch

__all__ = ["plain_torch"]


@contextmanager
def plain_torch():
    """Run a block with gradients, in full precision and with the CPU as default device, whatever the caller has set.

    A caller's autocast would cast the weights before the first step and train on those copies until it ends.
    """
    # A device context costs every torch call some time, so it is only entered where it changes something.
    on_cpu = nullcontext() if torch.get_default_device().type == "cpu" else torch.device("cpu")
    # Out of inference mode also turns gradients on.
    with (
        torch.inference_mode(False),
        on_cpu,
        torch.autocast("cpu", enabled=False),
        torch.autocast("cuda", enabled=False),
    ):
        yield
