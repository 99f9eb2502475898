"""Files that are damaged or made to harm: each is refused, nothing in them runs, and memory stays bounded."""

import json
import os
import pickle
import resource
import struct
import sys

import numpy as np
import pytest
from safetensors.numpy import load_file, save_file

import sklearn_hash
from sklearn_hash import HammingNeighbors, ITQHasher
from sklearn_hash.persistence import read_card
from sklearn_hash.persistence._file import _digest
from tests.persistence.conftest import PIPELINES, make_hasher

# What a refusal may take beside the file: far less than any of the sizes that the files below claim.
MOST_MEMORY = 400 << 20


@pytest.fixture(scope="module")
def honest(digits, tmp_path_factory):
    """Files of a deep and a shallow hasher, a searcher and a pipeline, by name."""
    folder = tmp_path_factory.mktemp("honest")
    X, y = digits
    fitted = {
        "deep": make_hasher("CSQHasher").fit(X, y),
        "images": make_hasher("DHNHasher", encoder="cnn", net_params={"encoder__channels": (2, 2)}).fit(
            X.reshape(-1, 1, 8, 8), y
        ),
        "shallow": ITQHasher(8, random_state=0).fit(X),
        "search": HammingNeighbors().fit(X > 7, y, ids=[f"row {i}" for i in range(len(X))]),
        "pipeline": PIPELINES["ColumnTransformer"].fit(X),
    }
    for name, estimator in fitted.items():
        sklearn_hash.save(estimator, folder / name)
    return {name: folder / name for name in fitted}


class Watch:
    """Notes what Python does while it is on, as its own audit events tell: they cannot be taken back."""

    FORBIDDEN = (
        "os.system",
        "os.exec",
        "os.posix_spawn",
        "os.fork",
        "subprocess",
        "pickle",
        "socket",
        "ctypes",
        "shutil",
    )

    def __init__(self):
        self.events = None
        sys.addaudithook(self.note)

    def note(self, event, arguments):
        if self.events is not None and (event == "open" or event.startswith(self.FORBIDDEN)):
            self.events.append((event, arguments))

    def __enter__(self):
        self.events = []

    def __exit__(self, *exception):
        events, self.events = self.events, None
        # Modules of torch and scikit-learn load when first used.
        assert [event for event, arguments in events if event != "open"] == []
        self.opened = {str(arguments[0]) for event, arguments in events}


WATCH = Watch()


def refused(path, message=None):
    """The file is refused, in little memory."""
    # What stands allocated now and a little: what a malicious size would take beyond fails, as a MemoryError does.
    limits = resource.getrlimit(resource.RLIMIT_AS)
    with open("/proc/self/statm") as file:
        now = int(file.read().split()[0]) * resource.getpagesize()
    resource.setrlimit(resource.RLIMIT_AS, (now + MOST_MEMORY, limits[1]))
    try:
        with WATCH, pytest.raises(ValueError, match=message) as caught:
            sklearn_hash.load(path)
    finally:
        resource.setrlimit(resource.RLIMIT_AS, limits)
    others = {name for name in WATCH.opened if not name.endswith((".py", ".pyc", ".so", ".toml"))}
    assert others <= {str(path)}
    assert str(path) in str(caught.value)
    assert len(str(caught.value)) < 1500
    assert "\n" not in str(caught.value)
    # No claim came so far that memory had to be asked for it.
    cause = caught.value.__cause__
    while cause is not None:
        assert not isinstance(cause, MemoryError)
        cause = cause.__cause__


def test_the_watch_sees(tmp_path):
    for harm in (lambda: os.system("true"), lambda: pickle.loads(pickle.dumps(len))):
        with pytest.raises(AssertionError), WATCH:
            harm()
    with WATCH:
        (tmp_path / "file").write_text("")
    assert WATCH.opened == {str(tmp_path / "file")}


def parts(path):
    """Header and data of a file."""
    content = path.read_bytes()
    n = struct.unpack("<Q", content[:8])[0]
    return content[8 : 8 + n], content[8 + n :]


def signed(path, document, arrays=None, source=None):
    """Write a file with a valid checksum, as an attacker can."""
    text = json.dumps({**document, "sha256": "0" * 64}, separators=(",", ":"))
    save_file(load_file(source) if arrays is None else arrays, path, metadata={"sklearn_hash": text})
    sign(path)


def sign(path):
    header, _ = parts(path)
    with open(path, "rb") as file:
        digest = _digest(file, file.read(8 + len(header)))
    path.write_bytes(path.read_bytes().replace(b"0" * 64, digest.encode(), 1))


def document_of(path):
    return json.loads(json.loads(parts(path)[0])["__metadata__"]["sklearn_hash"])


def test_signing_by_hand_is_what_save_does(honest, tmp_path):
    for path in honest.values():
        signed(tmp_path / "file", document_of(path), source=path)
        assert sklearn_hash.load(tmp_path / "file") is not None


@pytest.mark.parametrize("name", ["deep", "search"])
def test_truncated_files(name, honest, tmp_path):
    content = honest[name].read_bytes()
    for length in [0, 1, 7, 8, 9, 100, *np.linspace(101, len(content) - 1, 40).astype(int)]:
        (tmp_path / "file").write_bytes(content[:length])
        refused(tmp_path / "file")
    (tmp_path / "file").write_bytes(content + b"\0")
    refused(tmp_path / "file", "cut off or longer")


@pytest.mark.parametrize("name", ["deep", "shallow", "search", "pipeline"])
def test_flipped_bits(name, honest, tmp_path):
    content = honest[name].read_bytes()
    rng = np.random.default_rng(0)
    n_header = struct.unpack("<Q", content[:8])[0] + 8
    places = [*rng.integers(n_header, size=100), *rng.integers(len(content), size=100)]
    for place, bit in zip(places, rng.integers(8, size=200), strict=True):
        flipped = bytearray(content)
        flipped[place] ^= 1 << bit
        (tmp_path / "file").write_bytes(flipped)
        refused(tmp_path / "file")


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


def test_a_changed_name_without_a_new_checksum(honest, tmp_path):
    content = honest["shallow"].read_bytes()
    (tmp_path / "file").write_bytes(content.replace(b"ITQHasher", b"PCAHasher"))
    refused(tmp_path / "file", "header|checksum")
    (tmp_path / "file").write_bytes(content.replace(b"ITQHasher", b"LTQHasher"))
    refused(tmp_path / "file", "its checksum does not agree")


@pytest.mark.parametrize("length", [1 << 40, (1 << 63) + 5, (1 << 64) - 1, 1 << 24])
def test_a_header_of_a_terabyte(length, honest, tmp_path):
    _, data = parts(honest["shallow"])
    (tmp_path / "file").write_bytes(struct.pack("<Q", length) + b"{" + data)
    refused(tmp_path / "file", "not a safetensors file")
    with open(tmp_path / "file", "r+b") as file:  # and one that is there, of zeros that take no room
        file.truncate(1 << 41)
    refused(tmp_path / "file", "more than 8388608|not a safetensors file")


def rewritten(path, target, change):
    """Write a file whose header table has been changed, with a valid checksum."""
    header, data = parts(path)
    document = document_of(path)
    table = json.loads(header)
    table["__metadata__"]["sklearn_hash"] = json.dumps({**document, "sha256": "0" * 64}, separators=(",", ":"))
    text = change(table)
    text = text if isinstance(text, bytes) else json.dumps(table).encode()
    target.write_bytes(struct.pack("<Q", len(text)) + text + data)
    sign(target)


@pytest.mark.parametrize(
    ("key", "value"),
    [
        ("shape", [1 << 40, 1 << 40]),
        ("shape", [1 << 62, 4]),
        ("shape", [-8, -64]),
        ("shape", [8.0, 64.0]),
        ("shape", [True, 512]),
        ("shape", [8, 64, 0]),
        ("shape", [1] * 64 + [8, 64]),
        ("shape", None),
        ("data_offsets", [0, 1 << 50]),
        ("data_offsets", [1, 2049]),
        ("data_offsets", [2048, 0]),
        ("data_offsets", []),
        ("dtype", "F8_E5M2"),
        ("dtype", "O"),
        ("dtype", ["F32"]),
    ],
)
def test_oversized_shapes_and_odd_offsets(key, value, honest, tmp_path):
    rewritten(honest["shallow"], tmp_path / "file", lambda table: table["components_"].update({key: value}))
    refused(tmp_path / "file", "tensor")


def test_overlapping_tensors(honest, tmp_path):
    rewritten(honest["shallow"], tmp_path / "file", lambda table: table.update(again=dict(table["mean_"])) or None)
    refused(tmp_path / "file", "overlap")


@pytest.mark.parametrize("name", ["../../etc/passwd", "..", "a/b", "a\\b", "a\0b", "x" * 600, ""])
def test_names_are_no_paths(name, honest, tmp_path):
    def rename(table):
        table[name] = table.pop("mean_")

    rewritten(honest["shallow"], tmp_path / "file", rename)
    refused(tmp_path / "file", "cannot be the name of a tensor")


def test_duplicate_keys(honest, tmp_path):
    def doubled(table):
        text = json.dumps(table)
        entry = json.dumps(table["mean_"])
        return text.replace('"mean_":', f'"mean_": {entry}, "mean_":', 1).encode()

    rewritten(honest["shallow"], tmp_path / "file", doubled)
    refused(tmp_path / "file", "a key is repeated")
    document = json.dumps(document_of(honest["shallow"])).replace('"n_bits":', '"n_bits": 4, "n_bits":', 1)
    save_file(load_file(honest["shallow"]), tmp_path / "file", metadata={"sklearn_hash": document})
    refused(tmp_path / "file", "a key is repeated")


def test_deep_json(honest, tmp_path):
    deep = "[" * 200_000 + "]" * 200_000
    header = f'{{"__metadata__": {{"sklearn_hash": "{{}}"}}, "x": {deep}}}'.encode()
    (tmp_path / "file").write_bytes(struct.pack("<Q", len(header)) + header)
    refused(tmp_path / "file", "nested too deeply")
    text = '{"format": 1, "sha256": "' + "0" * 64 + '", "estimator": ' + deep + "}"
    save_file({"a": np.zeros(1)}, tmp_path / "file", metadata={"sklearn_hash": text})
    refused(tmp_path / "file", "nested too deeply")
    for wrap in (lambda node: [node], lambda node: {"tuple": [node]}, lambda node: {"dict": {"a": node}}):
        document = document_of(honest["shallow"])
        for _ in range(100):
            document["estimator"]["params"]["n_bits"] = wrap(document["estimator"]["params"]["n_bits"])
        signed(tmp_path / "file", document, source=honest["shallow"])
        refused(tmp_path / "file", "nested too deeply")


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


class Payload:
    """Touches a file when it is unpickled."""

    def __init__(self, path):
        self.path = path

    def __reduce__(self):
        return os.mkdir, (str(self.path),)


@pytest.mark.parametrize("suffix", [".safetensors", ".npy", ""])
def test_a_pickle_under_another_name(suffix, tmp_path):
    for protocol in range(6):
        path = tmp_path / f"file{suffix}"
        path.write_bytes(pickle.dumps(Payload(tmp_path / "ran"), protocol) + b" " * 64)
        refused(path, "not a safetensors file")
    assert not (tmp_path / "ran").exists()


def test_files_of_other_programs(tmp_path):
    save_file({"weight": np.zeros(3)}, tmp_path / "file", metadata={"format": "pt"})
    refused(tmp_path / "file", "it is not a file of sklearn_hash.save")
    np.save(tmp_path / "file.npy", np.zeros(1000))
    refused(tmp_path / "file.npy", "it is not a safetensors file")
    with pytest.raises(FileNotFoundError):
        sklearn_hash.load(tmp_path / "nowhere")


@pytest.mark.parametrize("number", [2, 99, 10**30])
def test_a_newer_format_is_refused_by_its_number(number, honest, tmp_path):
    document = {"format": number, "unknown": True}
    save_file({"a": np.zeros(3)}, tmp_path / "file", metadata={"sklearn_hash": json.dumps(document)})
    refused(tmp_path / "file", f"it has format {number}, and this version of sklearn_hash reads formats up to 1")
    with pytest.raises(ValueError, match=f"it has format {number}"):
        read_card(tmp_path / "file")


@pytest.mark.parametrize("number", [0, -1, 1.0, "1", None, True])
def test_no_format(number, tmp_path):
    save_file({"a": np.zeros(3)}, tmp_path / "file", metadata={"sklearn_hash": json.dumps({"format": number})})
    refused(tmp_path / "file", "it is not a file of sklearn_hash.save")
