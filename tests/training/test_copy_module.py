"""Copies of modules, held against copy.deepcopy."""

from collections import OrderedDict, defaultdict
from copy import deepcopy

import numpy as np
import pytest
import torch
from torch import nn

from sklearn_hash.training._copy_module import copy_module


class Counting(nn.Linear):
    """Attributes of many kinds."""

    def __init__(self):
        super().__init__(3, 3)
        self.scales, self.seen, self.counts, self.names = np.ones(3), [], defaultdict(int), OrderedDict()
        self.again = self.counts
        self.register_buffer("running", torch.zeros(3))
        self.method = self.forward


class Slotted(nn.Identity):
    __slots__ = ("extra",)

    def __init__(self):
        super().__init__()
        self.extra = [1]


class OwnCopy(nn.Identity):
    def __deepcopy__(self, memo):
        copied = OwnCopy()
        copied.made_by = "itself"
        return copied


class OwnState(nn.Identity):
    def __getstate__(self):
        return {**super().__getstate__(), "secret": None}


def tied():
    module = nn.Sequential(nn.Linear(3, 3), nn.ReLU(), nn.Linear(3, 3))
    module[2].weight = module[0].weight
    module.append(module[1])
    return module


def frozen():
    module = nn.Sequential(nn.Linear(3, 3), nn.BatchNorm1d(3), nn.Dropout()).eval()
    return module.requires_grad_(False)


MODULES = [
    nn.Identity, Counting, Slotted, OwnCopy, OwnState, tied, frozen,
    lambda: nn.Sequential(Counting(), OwnCopy(), nn.Sequential(OwnState(), Slotted())),
    lambda: nn.utils.parametrizations.weight_norm(nn.Linear(3, 3)),
    lambda: nn.ModuleDict({"a": nn.LSTM(3, 3), "b": nn.ParameterList([torch.ones(2)])}),
]  # fmt: skip


@pytest.mark.parametrize("make", MODULES)
def test_a_copy_is_that_of_deepcopy(make):
    module = make()
    copied, expected = copy_module(module), deepcopy(module)
    assert repr(copied) == repr(expected)
    ours, theirs = copied.state_dict(), expected.state_dict()
    assert list(ours) == list(theirs)
    for name, value in theirs.items():
        assert torch.equal(ours[name], value)
    for part, other, original in zip(copied.modules(), expected.modules(), module.modules(), strict=True):
        assert type(part) is type(other)
        assert part is not original
        assert part.training == other.training
        assert list(vars(part)) == list(vars(other))
    for weight, original in zip(copied.parameters(), module.parameters(), strict=True):
        assert weight is not original
        assert weight.requires_grad == original.requires_grad


def test_what_is_one_stays_one():
    copied = copy_module(tied())
    assert copied[0].weight is copied[2].weight
    assert copied[1] is copied[3]
    counting = copy_module(Counting())
    assert counting.again is counting.counts
    assert counting.method.__self__ is counting


def test_nothing_is_shared():
    module = nn.Sequential(Counting(), nn.Identity())
    copied = copy_module(module)
    for part, original in zip(copied.modules(), module.modules(), strict=True):
        for name, value in vars(original).items():
            if isinstance(value, (dict, list, set, np.ndarray)):
                assert vars(part)[name] is not value
    copied[0].names["a"] = 1
    copied[1].register_forward_hook(lambda *_: None)
    assert not module[0].names
    assert not module[1]._forward_hooks


def test_hooks_are_copied_as_they_are():
    module = nn.Linear(3, 3)
    module.register_forward_hook(lambda _, args, out: out * 0)
    assert not copy_module(module)(torch.ones(1, 3)).any()
