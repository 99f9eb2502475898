"""Files of all earlier formats are read, and give what they gave: they were written once and are never written anew."""

import numpy as np
import pytest

import sklearn_hash
from sklearn_hash.hashers._methods import METHODS
from sklearn_hash.persistence import _file, read_card
from tests.persistence.make_format_1 import FOLDER, main, outputs

FILES = sorted(path.stem for path in FOLDER.glob("*.safetensors"))


def test_every_class_has_a_file_of_the_present_format():
    """A new method adds its own: ``python -m tests.persistence.make_format_1 --missing``."""
    assert _file.FORMAT == 1
    assert not {*METHODS.values(), "HammingNeighbors", "NearDuplicates", "Pipeline"} - set(FILES)


@pytest.mark.parametrize("name", FILES)
def test_a_file_of_format_1_gives_what_it_gave(name):
    estimator = sklearn_hash.load(FOLDER / f"{name}.safetensors")
    expected = np.load(FOLDER / f"{name}.npy")
    found = outputs(name, estimator)
    if expected.dtype.kind == "f":
        # Another machine rounds its products in another way.
        np.testing.assert_allclose(found, expected, rtol=1e-3, atol=1e-5)
        assert np.array_equal((found > 0)[np.abs(expected) > 1e-4], (expected > 0)[np.abs(expected) > 1e-4])
    else:
        np.testing.assert_array_equal(found, expected)
    assert (FOLDER / f"{name}.safetensors").stat().st_size < 30_000
    assert read_card(FOLDER / f"{name}.safetensors")["given"] == {"data": "sines"}


def test_the_script_writes_what_is_missing_only(tmp_path, monkeypatch):
    from tests.persistence import make_format_1

    some = [(name, sklearn_hash.load(FOLDER / f"{name}.safetensors")) for name in ("LSHHasher", "HammingNeighbors")]
    monkeypatch.setattr(make_format_1, "estimators", lambda: some)
    (tmp_path / "LSHHasher.safetensors").write_text("there")
    main([str(tmp_path), "--missing"])
    assert (tmp_path / "LSHHasher.safetensors").read_text() == "there"
    np.testing.assert_array_equal(np.load(tmp_path / "HammingNeighbors.npy"), np.load(FOLDER / "HammingNeighbors.npy"))
