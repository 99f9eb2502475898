"""The model card: what the caller tells, and what is known without."""

import platform

import numpy as np
import pytest
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

import sklearn_hash
from sklearn_hash import HammingNeighbors, LSHHasher
from sklearn_hash.persistence import read_card
from tests.persistence.conftest import make_hasher


def card_of(estimator, tmp_path, given=None):
    sklearn_hash.save(estimator, tmp_path / "file", card=given)
    return read_card(tmp_path / "file")


def test_what_a_deep_hasher_knows(digits, tmp_path):
    hasher = make_hasher("DHNHasher", batch_size=50).fit(*digits)
    known = card_of(hasher, tmp_path)["known"]
    assert known == {
        "n_bits": 12,
        "n_features_in": 64,
        "n_iter": 1,
        "n_labels": 10,
        "labels": list(range(10)),
        "rows_of_last_epoch": 200,
        "train_loss": pytest.approx(hasher.history_[-1, "train_loss"]),
    }


def test_what_searchers_and_pipelines_know(digits, tmp_path):
    X, y = digits
    pipeline = make_pipeline(StandardScaler(), LSHHasher(8, random_state=0), HammingNeighbors()).fit(X, y)
    known = card_of(pipeline, tmp_path)["known"]
    assert known["standardscaler"] == {"n_features_in": 64, "n_samples_seen": 200}
    assert known["lshhasher"] == {"n_bits": 8, "n_features_in": 64}
    assert known["hammingneighbors"]["n_samples_fit"] == 200
    assert known["hammingneighbors"]["labels"] == list(range(10))


def test_versions(digits, tmp_path):
    versions = card_of(LSHHasher(8).fit(digits[0]), tmp_path)["versions"]
    assert versions["sklearn_hash"] == sklearn_hash.__version__
    assert versions["numpy"] == np.__version__
    assert versions["python"] == platform.python_version()


def test_what_the_caller_tells_comes_back(digits, tmp_path):
    given = {"data": "digits", "mAP": 0.75, "rows": [1, 2], "more": {"on": True, "off": None}, "ü": "ß"}
    hasher = LSHHasher(8).fit(digits[0])
    assert card_of(hasher, tmp_path, given)["given"] == given
    numbers = {"mAP": np.float32(0.5), "rows": np.int64(3), "both": np.arange(2)}
    assert card_of(hasher, tmp_path, numbers)["given"] == {"mAP": 0.5, "rows": 3, "both": [0, 1]}
    assert card_of(hasher, tmp_path)["given"] == {}


@pytest.mark.parametrize("card", ["text", [1], {"mAP": float("nan")}, {"f": len}, {(1, 2): 3}, {"b": b"bytes"}])
def test_cards_that_json_cannot_hold(card, digits, tmp_path):
    with pytest.raises(ValueError, match="card must be a dict of texts, finite numbers, lists and dicts"):
        card_of(LSHHasher(8).fit(digits[0]), tmp_path, card)
    assert not list(tmp_path.iterdir())


def test_text_beyond_what_a_header_may_hold(digits, tmp_path):
    with pytest.raises(ValueError, match=r"has 9\d{6} bytes, more than 8388608"):
        card_of(LSHHasher(8).fit(digits[0]), tmp_path, {"log": "x" * 9_000_000})
    assert not list(tmp_path.iterdir())


def test_a_card_is_read_without_the_estimator(digits, tmp_path, monkeypatch):
    """And of a file that this version cannot load for a class that it does not know."""
    card_of(LSHHasher(8).fit(digits[0]), tmp_path, {"data": "digits"})
    monkeypatch.setattr(
        "sklearn_hash.persistence._registry.class_named", lambda name: pytest.fail("a class was looked up")
    )
    assert read_card(tmp_path / "file")["given"] == {"data": "digits"}


def test_a_changed_file_has_no_card(digits, tmp_path):
    card_of(LSHHasher(8).fit(digits[0]), tmp_path, {"data": "digits"})
    content = (tmp_path / "file").read_bytes()
    (tmp_path / "file").write_bytes(content.replace(b"digits", b"fashio"))
    with pytest.raises(ValueError, match="no card that can be read: its checksum does not agree"):
        read_card(tmp_path / "file")
