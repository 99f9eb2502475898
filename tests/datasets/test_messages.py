"""Error messages of the data sets do not grow with the value that they refuse."""

import numpy as np
import pytest

from sklearn_hash.datasets import (
    fetch_cifar10_retrieval,
    get_protocol,
    load_digits_retrieval,
    load_local,
    retrieval_split,
    sample_protocol,
)

LABELS = np.array(["a" * 100_000, "b" * 100_000], dtype=object)[np.arange(20) % 2]


@pytest.mark.parametrize("value", ["long" * 100_000, list(range(100_000))], ids=["str", "list"])
@pytest.mark.parametrize(
    "refuse",
    [
        get_protocol,
        fetch_cifar10_retrieval,
        lambda value: retrieval_split(LABELS, value),
        lambda value: retrieval_split(LABELS, n_query=value),
        lambda value: sample_protocol(load_digits_retrieval(), n_query=value),
    ],
    ids=["get_protocol", "fetch", "protocol", "n_query", "sample"],
)
def test_values(refuse, value):
    with pytest.raises(ValueError, match="must be") as caught:
        refuse(value)
    assert len(str(caught.value)) < 300


def test_class_labels():
    with pytest.raises(ValueError, match="n_query_per_class=11 is more than the rows of class 'aaa") as caught:
        retrieval_split(LABELS, n_query_per_class=11)
    assert len(str(caught.value)) < 300


def test_names_of_files(tmp_path):
    for number in range(300):
        np.savez(tmp_path / f"{number:03}.npz", y=[0])
    with pytest.raises(ValueError, match="name must be one of") as caught:
        load_local("x" * 100_000, tmp_path)
    assert len(str(caught.value)) < 300 + len(str(tmp_path))
