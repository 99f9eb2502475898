"""Encoders that return more than one tensor, or compute in half precision."""

from collections import namedtuple
from types import SimpleNamespace

import numpy as np
import pytest
import torch
from sklearn.datasets import load_digits
from torch import nn

from sklearn_hash import DHNHasher

X, Y = load_digits(return_X_y=True)
X, Y = X[:300].astype(np.float32) / 16, Y[:300]
Pair = namedtuple("Pair", ["first", "second"])

FORMS = {
    "dict": (lambda h, tokens: {"pooler_output": h, "last_hidden_state": tokens, "loss": None}, "pooler_output"),
    "tuple": (lambda h, tokens: (tokens, h), 1),
    "namedtuple": (lambda h, tokens: Pair(tokens, h), "second"),
    "object": (lambda h, tokens: SimpleNamespace(pooled=h, logits=tokens), "pooled"),
}


class Encoder(nn.Module):
    """Returns a linear map of its input, and two tokens of which it is the mean."""

    def __init__(self, form=None):
        super().__init__()
        self.form = form
        self.layer = nn.Linear(64, 16)

    def forward(self, x):
        h = self.layer(x)
        tokens = torch.stack([h + 1, h - 1], dim=1)
        return h if self.form is None else FORMS[self.form][0](h, tokens)


def make(form=None, **net_params):
    torch.manual_seed(0)
    return DHNHasher(8, encoder=Encoder(form), max_epochs=2, random_state=0, net_params=net_params)


@pytest.mark.parametrize("form", FORMS)
def test_a_field_trains_as_a_tensor(form):
    expected = make().fit(X, Y).decision_function(X)
    hasher = make(form, module__output_field=FORMS[form][1])
    np.testing.assert_array_equal(hasher.fit(X, Y).decision_function(X), expected)


def test_tokens_are_averaged():
    expected = make().fit(X, Y).decision_function(X)
    hasher = make("dict", module__output_field="last_hidden_state").fit(X, Y)
    np.testing.assert_allclose(hasher.decision_function(X), expected, atol=1e-3)


@pytest.mark.parametrize("form", FORMS)
def test_an_output_without_a_chosen_field_names_the_fields(form):
    with pytest.raises(ValueError, match=r"encoder returns \w+ with the fields \[.*module__output_field'"):
        make(form).fit(X, Y)


def test_fields_that_are_not_there():
    with pytest.raises(ValueError, match=r"module__output_field='pooled' is not in .*'pooler_output'"):
        make("dict", module__output_field="pooled").fit(X, Y)
    with pytest.raises(ValueError, match="encoder returns a tensor"):
        make(module__output_field=0).fit(X, Y)


@pytest.mark.parametrize("dtype", [torch.float16, torch.bfloat16])
def test_a_frozen_encoder_in_half_precision_gives_nearly_the_same_codes(dtype):
    """To its rounding; what follows it is float32."""
    encoder = nn.Linear(64, 64, bias=False).requires_grad_(False)
    nn.init.eye_(encoder.weight)
    full = DHNHasher(8, encoder=encoder, max_epochs=3, random_state=0).fit(X, Y)
    half = DHNHasher(8, encoder=encoder.to(dtype), max_epochs=3, random_state=0).fit(X, Y)
    # Sixteenths up to 1 are exact in both types.
    np.testing.assert_allclose(half.decision_function(X), full.decision_function(X), atol=1e-5)
    assert half.net_.module_.encoder.weight.dtype == dtype
    assert half.net_.module_.hash_layer.weight.dtype == torch.float32
