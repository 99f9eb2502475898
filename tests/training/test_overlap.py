"""Batches that arrive on a GPU: order, completeness, and what is on its way while a batch is worked on."""

import pytest
import torch

from sklearn_hash.training import _overlap, on_device

CUDA = torch.device("cuda:0")


def test_elsewhere_batches_pass_as_they_are():
    batches = [(torch.zeros(2), None)]
    assert on_device(batches, torch.device("cpu")) is batches


@pytest.fixture
def events(monkeypatch):
    """Records copies that begin and batches that arrive, without a GPU."""
    record = []
    monkeypatch.setattr(torch.cuda, "Stream", lambda device: "stream")
    monkeypatch.setattr(_overlap, "_send", lambda batch, stream: record.append(f"send {batch}") or (batch, "event"))
    monkeypatch.setattr(_overlap, "_arrived", lambda batch, event: record.append(f"use {batch}") or batch)
    return record


@pytest.mark.parametrize("n", [0, 1, 2, 5])
def test_every_batch_arrives_once_in_order(events, n):
    assert list(on_device(iter(range(n)), CUDA)) == list(range(n))


def test_the_next_copy_begins_before_a_batch_is_worked_on(events):
    for batch in on_device(iter("abc"), CUDA):
        events.append(f"step {batch}")
    assert events == [
        "send a", "send b", "use a", "step a", "send c", "use b", "step b", "use c", "step c",
    ]  # fmt: skip


def test_batches_are_not_read_further_ahead(events):
    read = []
    arriving = on_device((read.append(i) or i for i in range(9)), CUDA)
    next(arriving)
    assert read == [0, 1]


def test_what_is_not_on_the_host_is_not_sent():
    """Neither a stream nor page-locked memory is asked for."""
    batch = torch.empty(3, device="meta"), None
    assert _overlap._send(batch, None) == (batch, None)
    assert _overlap._arrived(batch, None) is batch
