"""Isolation from the global settings of torch, so that those of the caller do not change what a hasher learns."""

from contextlib import ExitStack, contextmanager
from functools import cache, partial
from operator import attrgetter
from threading import RLock

import torch

__all__ = ["plain_torch"]

# The settings and the default generator of torch are global in a process, so threads change them one at a time.
_TURN = RLock()

_AUTOCAST_KINDS = "cpu", "cuda", *(("mps",) if torch.backends.mps.is_available() else ())


@contextmanager
def plain_torch():
    """Run a block with gradients enabled, in full precision and with the CPU as default device.

    Autocast set by the caller would cast the weights before the first step and train on these copies. TensorFloat-32,
    the default of torch for convolutions on a GPU, has ten bits of precision and would give other codes than a CPU.
    Only one thread at a time runs such a block.
    """
    # Leaving inference mode also enables gradients.
    with _TURN, torch.inference_mode(False), ExitStack() as stack:
        # Contexts take as much time as a small network, and a device context slows down every call of torch, so they
        # are entered only if they change something.
        if torch.empty(0).device.type != "cpu":
            stack.enter_context(torch.device("cpu"))
        for kind in _AUTOCAST_KINDS:
            if torch.is_autocast_enabled(kind):
                stack.enter_context(torch.autocast(kind, enabled=False))
        stack.enter_context(_exact_float32())
        yield


@contextmanager
def _exact_float32():
    """Multiply float32 in full precision on every device."""
    switches = [(_value(read), write, exact) for read, write, exact in _precision_switches()]
    switches = [switch for switch in switches if switch[0] is not None]
    try:
        for _, write, exact in switches:
            write(exact)
        yield
    finally:
        for before, write, _ in switches:
            write(before)


def _value(read):
    """Return the value of a setting, or None if torch refuses to read it because the other interface has set it."""
    try:
        return read()
    except RuntimeError:
        return None


@cache
def _precision_switches():
    """Return the settings of float32 precision as tuples of getter, setter and value of full precision."""
    matmul = torch.get_float32_matmul_precision, torch.set_float32_matmul_precision, "highest"
    switches = [matmul, _switch("cudnn", "allow_tf32", False)]
    # Since torch 2.9, each operation also has its own setting, and both must agree.
    if hasattr(torch.backends.cuda.matmul, "fp32_precision"):
        operations = ("cuda.matmul", "cudnn.conv", "cudnn.rnn", "mkldnn.matmul", "mkldnn.conv")
        switches += [_switch(operation, "fp32_precision", "ieee") for operation in operations]
    return switches


def _switch(path, name, exact):
    owner = attrgetter(path)(torch.backends)
    return partial(getattr, owner, name), partial(setattr, owner, name), exact
