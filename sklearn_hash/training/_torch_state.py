"""Global settings of torch, isolated so that a caller's settings do not change what a hasher learns."""

from contextlib import ExitStack, contextmanager
from functools import cache, partial
from operator import attrgetter
from threading import RLock

import torch

__all__ = ["plain_torch"]

# The switches, and torch's default generator, are the process's. Threads that change them take turns.
_TURN = RLock()

_AUTOCAST_KINDS = "cpu", "cuda", *(("mps",) if torch.backends.mps.is_available() else ())


@contextmanager
def plain_torch():
    """Run a block with gradients, in full precision and with the CPU as default device.

    A caller's autocast would cast the weights before the first step and train on those copies until it ends. Faster
    multiplication of float32, TensorFloat-32, is torch's default for convolutions on a GPU: its ten bits would give
    other codes than a CPU does. Threads take turns in such blocks.
    """
    # Out of inference mode also turns gradients on.
    with _TURN, torch.inference_mode(False), ExitStack() as stack:
        # Contexts cost as much as a small network, so they are only entered where they change something; and a device
        # context costs every torch call some time.
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
    """Return the value of a setting, or None where torch refuses to read it (set by the other of two interfaces)."""
    try:
        return read()
    except RuntimeError:
        return None


@cache
def _precision_switches():
    """Return the settings of float32 precision: getter, setter, and the value of full precision."""
    matmul = torch.get_float32_matmul_precision, torch.set_float32_matmul_precision, "highest"
    switches = [matmul, _switch("cudnn", "allow_tf32", False)]
    # From torch 2.9 each operation has a switch of its own beside these, and both must agree.
    if hasattr(torch.backends.cuda.matmul, "fp32_precision"):
        operations = ("cuda.matmul", "cudnn.conv", "cudnn.rnn", "mkldnn.matmul", "mkldnn.conv")
        switches += [_switch(operation, "fp32_precision", "ieee") for operation in operations]
    return switches


def _switch(path, name, exact):
    owner = attrgetter(path)(torch.backends)
    return partial(getattr, owner, name), partial(setattr, owner, name), exact
