"""Torch's switches: what a caller has set for other code must not decide what a hasher learns."""

from contextlib import ExitStack, contextmanager, nullcontext
from functools import partial
from operator import attrgetter
from threading import RLock

import torch

__all__ = ["plain_torch"]

# The switches, and torch's default generator, are the process's. Threads that change them take turns.
_TURN = RLock()


@contextmanager
def plain_torch():
    """Run a block with gradients, in full precision and with the CPU as default device, whatever the caller has set.

    A caller's autocast would cast the weights before the first step and train on those copies until it ends. Faster
    multiplication of float32, TensorFloat-32, is torch's default for convolutions on a GPU: its ten bits would give
    other codes than a CPU does. Threads take turns in such blocks.
    """
    # A device context costs every torch call some time, so it is only entered where it changes something.
    on_cpu = nullcontext() if torch.get_default_device().type == "cpu" else torch.device("cpu")
    # Out of inference mode also turns gradients on.
    with _TURN, torch.inference_mode(False), on_cpu, _exact_float32(), ExitStack() as stack:
        for kind in ("cpu", "cuda", *(("mps",) if torch.backends.mps.is_available() else ())):
            stack.enter_context(torch.autocast(kind, enabled=False))
        yield


@contextmanager
def _exact_float32():
    """Multiply float32 as such on every device."""
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
    """What a switch is set to; None where torch refuses to say, as it was set by the other of the two interfaces."""
    try:
        return read()
    except RuntimeError:
        return None


def _precision_switches():
    """What decides on the precision of float32: how to read and to write it, and the value that means exact."""
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
