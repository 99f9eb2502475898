"""Token ids and attention masks as X: what encoders of text take."""

import numpy as np
import pytest
import torch
from sklearn.model_selection import GridSearchCV
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import FunctionTransformer
from torch import nn

from sklearn_hash.hashers import BiHalfHasher, DHNHasher, DualHingeHasher, OrthoHashHasher

WORDS = {"cat": 1, "dog": 2, "pet": 3, "car": 4, "bus": 5, "road": 6}


class Embedder(nn.Module):
    """Encoder with the output of a text model: a mapping with features of every token."""

    def __init__(self, dtype=torch.float32):
        super().__init__()
        self.embedding = nn.Embedding(7, 6, dtype=dtype)

    def forward(self, input_ids, attention_mask):
        assert input_ids.dtype == torch.int64
        return {"last_hidden_state": self.embedding(input_ids), "attention_mask": attention_mask}


def texts(n, seed=0):
    rng = np.random.default_rng(seed)
    y = rng.integers(0, 2, n)
    words = [rng.choice(list(WORDS)[3 * c : 3 * c + 3], size=rng.integers(1, 5)) for c in y]
    return [" ".join(row) for row in words], y


def tokenize(rows, padding=0):
    ids = [[WORDS[word] for word in row.split()] for row in rows]
    length = max(map(len, ids)) + padding
    return {
        "input_ids": [row + [0] * (length - len(row)) for row in ids],
        "attention_mask": [[1] * len(row) + [0] * (length - len(row)) for row in ids],
    }


def make_hasher(kind=DHNHasher, **params):
    net_params = {"module__output_field": "last_hidden_state"}
    defaults = {"n_bits": 8, "encoder": Embedder, "max_epochs": 8, "lr": 0.05, "batch_size": 32, "random_state": 0}
    return kind(**{**defaults, "net_params": net_params, **params})


@pytest.mark.parametrize("kind", [DHNHasher, DualHingeHasher, OrthoHashHasher])
@pytest.mark.parametrize("validation_fraction", [None, 0.2])
def test_texts_of_two_topics_are_told_apart(kind, validation_fraction):
    rows, y = texts(160)
    hasher = make_hasher(kind, validation_fraction=validation_fraction).fit(tokenize(rows), y)
    assert hasher.score(tokenize(rows), y) > 0.9  # 0.5 by chance


def test_padding_does_not_change_codes():
    rows, y = texts(60)
    hasher = make_hasher(max_epochs=1).fit(tokenize(rows), y)
    values = hasher.decision_function(tokenize(rows))
    np.testing.assert_allclose(hasher.decision_function(tokenize(rows, padding=7)), values, atol=1e-5)


def test_features_are_the_mean_over_unmasked_tokens():
    rows, y = texts(60)
    tokens = tokenize(rows)
    hasher = make_hasher(max_epochs=1).fit(tokens, y)
    module = hasher.net_.module_
    table = module.encoder.encoder.embedding.weight.detach().numpy()
    means = np.stack([table[[WORDS[word] for word in row.split()]].mean(axis=0) for row in rows])
    layer = module.hash_layer
    expected = means @ layer.weight.detach().numpy().T + layer.bias.detach().numpy()
    np.testing.assert_allclose(hasher.decision_function(tokens), expected, atol=1e-5)


def test_forms_of_the_fields_do_not_matter():
    rows, y = texts(60)
    tokens = tokenize(rows)
    tensors = {name: torch.tensor(values) for name, values in tokens.items()}
    small = {name: np.array(values, np.int32) for name, values in tokens.items()}
    codes = [make_hasher(max_epochs=2).fit(X, y).transform(X) for X in (tokens, tensors, small)]
    assert (codes[0] == codes[1]).all()
    assert (codes[0] == codes[2]).all()


def test_half_precision_encoder_keeps_token_ids_whole():
    rows, y = texts(60)
    encoder = Embedder(torch.bfloat16).requires_grad_(False)
    codes = make_hasher(encoder=encoder, max_epochs=1).fit(tokenize(rows), y).transform(tokenize(rows))
    assert codes.shape == (60, 8)


def test_blocks_have_the_codes_of_the_whole():
    rows, y = texts(50)
    hasher = make_hasher(max_epochs=1).fit(tokenize(rows), y)
    blocks = [codes for _, codes in hasher.iter_transform(tokenize(rows), batch_size=16)]
    assert [len(codes) for codes in blocks] == [16, 16, 16, 2]
    assert (np.concatenate(blocks) == hasher.transform(tokenize(rows))).all()


def test_grid_search_splits_texts_before_the_tokenizer():
    rows, y = texts(90)
    search = GridSearchCV(
        make_pipeline(FunctionTransformer(tokenize), make_hasher(max_epochs=3)), {"dhnhasher__n_bits": [4, 8]}, cv=2
    )
    assert search.fit(rows, y).best_score_ > 0.8


def test_checkpoint_knows_the_tokens(tmp_path):
    rows, y = texts(60)
    fitted = make_hasher(max_epochs=2).fit(tokenize(rows), y, checkpoint=tmp_path)
    again = make_hasher(max_epochs=2).fit(tokenize(rows), y, checkpoint=tmp_path)
    assert (fitted.transform(tokenize(rows)) == again.transform(tokenize(rows))).all()
    with pytest.raises(ValueError, match="checkpoint of a fit with other X"):
        make_hasher(max_epochs=2).fit(tokenize(texts(60, seed=1)[0]), y, checkpoint=tmp_path)


@pytest.mark.parametrize(
    ("X", "message"),
    [
        ({"input_ids": [[1, 2], [3]]}, r"X\['input_ids'\] must be integers of shape \(n, n_tokens\).*padding=True"),
        ({"input_ids": [[0.5, 1], [1, 2]]}, r"X\['input_ids'\] must be integers .* got float64 of shape \(2, 2\)"),
        ({"input_ids": [1, 2]}, r"must be integers of shape \(n, n_tokens\); got int64 of shape \(2,\)"),
        ({"input_ids": [[1, 2]], "attention_mask": [[1]]}, r"X must have fields of one shape .*\(1, 2\).*\(1, 1\)"),
        ({}, r"X must have fields of one shape \(n, n_tokens\); got {}"),
    ],
)
def test_malformed_fields_are_refused(X, message):
    with pytest.raises(ValueError, match=message):
        make_hasher().fit(X, [0, 1])


def test_what_cannot_read_tokens_is_refused():
    rows, y = texts(40)
    X = tokenize(rows)
    with pytest.raises(ValueError, match=r"encoder='auto' cannot read token ids. Pass an nn.Module that takes"):
        make_hasher(encoder="auto").fit(X, y)
    with pytest.raises(ValueError, match=r"X holds token ids .* Pass embeddings"):
        make_hasher(BiHalfHasher).fit(X)
    with pytest.raises(ValueError, match=r"encoder cannot take the fields .'input_ids',.*attention_mask"):
        make_hasher().fit({"input_ids": X["input_ids"]}, y)
    with pytest.raises(ValueError, match=r"fields .*last_hidden_state.*module__output_field"):
        make_hasher(net_params={}).fit(X, y)
    hasher = make_hasher(max_epochs=1).fit(X, y)
    with pytest.raises(ValueError, match=r"rows of shape \(5,\), but fit saw rows of shape \('input_ids'"):
        hasher.transform(np.zeros((3, 5), np.float32))
