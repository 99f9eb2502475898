"""Copying of the next batch to a GPU during the computation on the current batch."""

import torch

__all__ = ["on_device"]


def on_device(batches, device):
    """Yield the batches of an iterable with their tensors on a device.

    For a GPU, tensors are copied from page-locked memory in a separate stream, one batch ahead, so that neither the
    host nor the computation on the previous batch waits. Tensors that are already on the GPU and other objects are
    passed unchanged.

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
    """Start the copy of a batch; return it with the event of its end, which is None if there is nothing to copy."""
    if not any(map(_is_on_host, batch)):
        return batch, None
    # The allocator does not reuse page-locked memory until the copy has ended.
    pinned = [part.pin_memory() if _is_on_host(part) else part for part in batch]
    with torch.cuda.stream(stream):
        sent = [part.to(stream.device, non_blocking=True) if _is_on_host(part) else part for part in pinned]
        return tuple(sent), stream.record_event()


def _arrived(batch, event):
    """Make the current stream wait for the copy, without blocking the host, and return the batch."""
    if event is not None:
        current = torch.cuda.current_stream()
        current.wait_event(event)
        for part in batch:
            # Otherwise its memory could be reused for the next copy while this stream still reads it.
            if torch.is_tensor(part):
                part.record_stream(current)
    return batch
