"""Copy of the next batch to a GPU while it works on the current one."""

import torch

__all__ = ["on_device"]


def on_device(batches, device):
    """Yield the batches of an iterable, with their tensors on a device.

    To a GPU, tensors are copied from page-locked memory on a stream of its own, one batch ahead: neither the host nor
    the work on the batch before waits. What is on the GPU already, or is no tensor, passes.

    Parameters
    ----------
    batches : iterable of (rows, target)
    device : torch.device

    Returns
    -------
    batches : iterable of (rows, target)
    """
    return _ahead(batches, device) if device.type == "cuda" else batches


def _ahead(batches, device):
    stream = torch.cuda.Stream(device)
    coming = None
    for batch in batches:
        last, coming = coming, _send(batch, stream)
        if last is not None:
            yield _arrived(*last)
    if coming is not None:
        yield _arrived(*coming)


def _is_on_host(part):
    return torch.is_tensor(part) and part.device.type == "cpu"


def _send(batch, stream):
    """Start the copy of a batch; return it with the event of its end, or None where there is nothing to copy."""
    if not any(map(_is_on_host, batch)):
        return batch, None
    # The allocator of page-locked memory keeps what it copies from until the copy has ended.
    pinned = [part.pin_memory() if _is_on_host(part) else part for part in batch]
    with torch.cuda.stream(stream):
        sent = [part.to(stream.device, non_blocking=True) if _is_on_host(part) else part for part in pinned]
        return tuple(sent), stream.record_event()


def _arrived(batch, event):
    """Make the current stream, not the host, wait for the copy, and return the batch."""
    if event is not None:
        current = torch.cuda.current_stream()
        current.wait_event(event)
        for part in batch:
            # Else its memory could be given to the next copy while this stream still reads it.
            if torch.is_tensor(part):
                part.record_stream(current)
    return batch
