"""Documents made to harm, with a valid checksum: each is refused, nothing in it runs, and memory stays bounded."""

import json
import sys

import numpy as np
import pytest
from safetensors.numpy import load_file, save_file

import sklearn_hash
from tests.persistence.attacks import document_of, refused, signed


@pytest.mark.parametrize(
    "name",
    [
        "SystemExit",
        "os.system",
        "builtins.eval",
        "Popen",
        "DeepHasher",
        "KMeans",
        "StandardScaler",
        "SpectralHasher",
        "",
        3,
    ],
)
def test_a_swapped_class_name(name, honest, tmp_path):
    for kind in ("deep", "shallow", "search"):
        document = document_of(honest[kind])
        document["estimator"]["class"] = name
        signed(tmp_path / "file", document, source=honest[kind])
        refused(tmp_path / "file")


def imported():
    return {name.partition(".")[0] for name in sys.modules}


def with_param(honest, tmp_path, name, value, kind="deep"):
    document = document_of(honest[kind])
    document["estimator"]["params"][name] = value
    signed(tmp_path / "file", document, source=honest[kind])
    return tmp_path / "file"


@pytest.mark.parametrize(
    "name", ["lr", "n_bits", "batch_size", "quantization", "output", "encoder", "net_params", "verbose"]
)
@pytest.mark.parametrize("value", [{"float": "nan"}, {"float": "inf"}, {"float": "1e400"}])
def test_numbers_that_are_none(name, value, honest, tmp_path):
    if name in ("lr", "quantization") and value == {"float": "inf"}:
        return  # infinity is a float that training refuses
    refused(with_param(honest, tmp_path, name, value))


@pytest.mark.parametrize("constant", ["NaN", "Infinity", "-Infinity"])
def test_bare_constants_are_not_json(constant, honest, tmp_path):
    text = json.dumps(document_of(honest["deep"])).replace('"lr": 0.001', f'"lr": {constant}')
    assert constant in text
    save_file(load_file(honest["deep"]), tmp_path / "file", metadata={"sklearn_hash": text})
    refused(tmp_path / "file", "is not JSON")


FUNCTIONS = [
    "os.system",
    {"function": "os.system"},
    {"__reduce__": ["os.system", ["true"]]},
    {"class": "builtins.eval", "params": {}},
    {"class": "FunctionTransformer", "params": {"func": "os.system"}},
    {"class": "Pipeline", "params": {"steps": [], "memory": "/tmp/cache"}},
    {"object": "system", "attributes": {}},
    {"object": "optimizer", "attributes": {"name": "lr_scheduler"}},
    {"object": "optimizer", "attributes": {"name": "__loader__"}},
    {"object": "Sequential", "attributes": {"modules": ["os"]}},
    {
        "object": "ImageInput",
        "attributes": {"loader": "os.system", "channels": "auto", "normalize": None, "augment": None},
    },
    {"object": "device", "attributes": {"name": "meta; import os"}},
    {"given": "os"},
    {"dtype": "os.system"},
    {"uuid": "../../etc/passwd"},
    {"slice": [1, 2, 3, 4]},
]


@pytest.mark.parametrize("value", FUNCTIONS, ids=str)
@pytest.mark.parametrize("name", ["encoder", "images", "net_params", "random_state", "device", "n_bits"])
def test_metadata_naming_a_function(name, value, honest, tmp_path):
    if (name, value) == ("device", "os.system"):
        # A text, and no device: what it names is asked of torch, which knows devices only.
        assert str(sklearn_hash.load(with_param(honest, tmp_path, name, value)).net_.device) == "cpu"
        return
    packages = imported()
    refused(with_param(honest, tmp_path, name, value))
    assert imported() == packages


@pytest.mark.parametrize(
    "nested",
    [
        {"optimizer": "lr_scheduler"},
        {"optimizer": "os.system"},
        {"callbacks": ["os.system"]},
        {"callbacks__print_log__sink": "os.system"},
        {"compile__backend": "os"},
        {"encoder__open": "/etc/passwd"},
        {"encoder__hidden": "/etc/passwd"},
        {"encoder__dropout": "os"},
        {"iterator_train__worker_init_fn": "os.system"},
        {"iterator_valid__num_workers": 10**9},
        {"encoder__hidden": 10**15},
        {"encoder__hidden": [8] * 100_000},
        {"encoder__hidden": [10**9, 10**9]},
        {"module__output_field": "__class__"},
        {"criterion__file": "/etc/passwd"},
    ],
    ids=str,
)
def test_nested_parameters_that_would_open_or_import(nested, honest, tmp_path):
    packages = imported()
    path = with_param(honest, tmp_path, "net_params", {"dict": {"encoder__hidden": 8, **nested}})
    refused(path)
    assert imported() == packages


@pytest.mark.parametrize(
    ("kind", "change"),
    [
        ("deep", {"n_bits_": 1 << 40}),
        ("deep", {"n_bits_": 13}),
        ("deep", {"_row_shape": {"tuple": [1 << 20, 1 << 20]}}),
        ("deep", {"_row_shape": {"tuple": [1 << 22]}}),
        ("deep", {"_row_shape": {"tuple": []}}),
        ("deep", {"_row_shape": {"tuple": ["os"]}}),
        ("deep", {"_seed": "os"}),
        ("deep", {"classes_": None}),
        ("deep", {"classes_": [1, 2]}),
        ("deep", {"history_": 3}),
        ("deep", {"module": {"dict": {}}}),
        ("images", {"_row_shape": {"tuple": [1, 4096, 4096]}}),
        ("images", {"_row_shape": {"tuple": [1 << 24, 1, 1]}}),
        ("shallow", {"n_bits_": 9}),
        ("shallow", {"n_features_in_": 1 << 40}),
        ("shallow", {"rotation_": {"objects": [], "shape": [1 << 50, 0]}}),
        ("shallow", {"os": 1}),
        ("shallow", {"_sklearn_output_config": {"dict": {"transform": "os"}}}),
        ("search", {"n_bits_": 8}),
        ("search", {"next_id": "os"}),
        ("search", {"labels": {"sparse": "csr_matrix", "shape": [200, 1 << 50]}}),
        ("search", {"fingerprint_": 3}),
    ],
)
def test_state_that_does_not_hold_together(kind, change, honest, tmp_path):
    document = document_of(honest[kind])
    document["estimator"]["state"].update(change)
    signed(tmp_path / "file", document, source=honest[kind])
    refused(tmp_path / "file")


def test_large_networks_of_small_files(honest, tmp_path):
    """The shapes that parameters name are compared with those of the file before a network takes memory."""
    document = document_of(honest["images"])
    document["estimator"]["params"]["net_params"] = {"dict": {"encoder__channels": {"tuple": [1 << 20, 1 << 20]}}}
    signed(tmp_path / "file", document, source=honest["images"])
    refused(tmp_path / "file", "the weight encoder")
    # And large images through a small network are not tried.
    document = document_of(honest["images"])
    document["estimator"]["state"]["_row_shape"] = {"tuple": [1, 4000, 4000]}
    document["estimator"]["params"]["images"] = {
        "object": "ImageInput",
        "attributes": {"loader": None, "channels": "auto", "normalize": "unit", "augment": None},
    }
    arrays = load_file(honest["images"])
    state = document["estimator"]["state"]["module"]["dict"]
    for name in ("encoder.standardize.mean", "encoder.standardize.deviation"):
        del arrays[state.pop(name)["array"]]
    normalize = {"normalize.std": {"array": "std"}}
    state.update(normalize)
    signed(tmp_path / "file", document, {**arrays, "std": np.ones((1, 1, 1), np.float32)})
    assert sklearn_hash.load(tmp_path / "file")._row_shape == (1, 4000, 4000)


def test_centres_of_many_bits(honest, tmp_path):
    document, arrays = document_of(honest["deep"]), load_file(honest["deep"])
    n_bits = 1 << 15
    document["estimator"]["state"]["n_bits_"] = n_bits
    arrays["module.hash_layer.weight"] = np.zeros((n_bits, 8), np.float32)
    arrays["module.hash_layer.bias"] = np.zeros(n_bits, np.float32)
    arrays["criterion.centres"] = np.zeros((10, n_bits), np.float32)
    arrays["criterion.tie_break"] = np.zeros(n_bits, np.float32)
    signed(tmp_path / "file", document, arrays)
    refused(tmp_path / "file", "the loss has no weights for 10 classes and 32768 bits")


@pytest.mark.parametrize("indices", [[0, 1 << 30], [-5, 1]])
def test_sparse_indices_outside_of_the_matrix(indices, honest, tmp_path):
    document, arrays = document_of(honest["search"]), load_file(honest["search"])
    del arrays["labels"]
    arrays.update(
        data=np.ones(2), indices=np.array(indices, np.int32), indptr=np.r_[np.zeros(199), 0, 2].astype(np.int32)
    )
    parts = {"data": "data", "indices": "indices", "indptr": "indptr"}
    document["estimator"]["state"]["labels"] = {"sparse": "csr_matrix", "shape": [200, 2], **parts}
    signed(tmp_path / "file", document, arrays)
    refused(tmp_path / "file", "ind")


def test_texts_that_do_not_end(honest, tmp_path):
    document, arrays = document_of(honest["search"]), load_file(honest["search"])
    for ends in ([0, 1 << 40], [5, 2], [-3, 0]):
        changed = arrays["ids.ends"].copy()
        changed[-2:] = ends
        signed(tmp_path / "file", document, {**arrays, "ids.ends": changed})
        refused(tmp_path / "file", "texts do not end where they should")
    for kind in ("U0", "U2", "U-1", "S4", "U", "V"):
        document["estimator"]["state"]["ids"].update(kind=kind)
        signed(tmp_path / "file", document, arrays)
        refused(tmp_path / "file")
    # One long text in an array with room for as much in every row.
    document["estimator"]["state"]["ids"].update(kind=f"U{1 << 22}")
    n = len(arrays["ids.ends"])
    text = np.full(1 << 22, 97, np.uint8)
    signed(
        tmp_path / "file",
        document,
        {**arrays, "ids.text": text, "ids.ends": np.r_[np.zeros(n - 1), len(text)].astype(int)},
    )
    refused(tmp_path / "file", "padding")


def test_arrays_that_nothing_names_or_twice(honest, tmp_path):
    arrays = load_file(honest["shallow"])
    signed(tmp_path / "file", document_of(honest["shallow"]), {**arrays, "more": np.zeros(1)})
    refused(tmp_path / "file", "nothing uses the array 'more'")
    document = document_of(honest["shallow"])
    document["estimator"]["state"]["rotation_"] = document["estimator"]["state"]["components_"]
    signed(tmp_path / "file", document, arrays)
    refused(tmp_path / "file", "two values use it")
