"""Files that are damaged, of other programs, or with a harmful header: each is refused, and memory stays bounded."""

import json
import os
import pickle
import struct

import numpy as np
import pytest
from safetensors.numpy import load_file, save_file

import sklearn_hash
from sklearn_hash.persistence import read_card
from tests.persistence.attacks import WATCH, document_of, parts, refused, sign, signed


def test_the_watch_sees(tmp_path):
    for harm in (lambda: os.system("true"), lambda: pickle.loads(pickle.dumps(len))):
        with pytest.raises(AssertionError), WATCH:
            harm()
    with WATCH:
        (tmp_path / "file").write_text("")
    assert WATCH.opened == {str(tmp_path / "file")}


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


@pytest.mark.parametrize("part", ["[],", "{},", '"a",', "1e1,"], ids=["lists", "tables", "texts", "numbers"])
def test_a_header_of_many_small_things(part, tmp_path):
    """Eight megabytes of JSON, which become many times as much in memory, and no more."""
    wide = f"[{part * (8_000_000 // len(part))}[]]"
    document = json.dumps({"format": 1, "sha256": "0" * 64})
    header = f'{{"__metadata__": {{"sklearn_hash": {json.dumps(document)}}}, "x": {wide}}}'.encode()
    (tmp_path / "file").write_bytes(struct.pack("<Q", len(header)) + header)
    many = part in ("[],", "{},")
    refused(tmp_path / "file", "more than 500000 lists and tables" if many else "the entry of tensor 'x'")


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
    # And of tensors of a type that this version does not know.
    tensor = {"dtype": "Q64", "shape": [3], "data_offsets": [0, 24]}
    header = json.dumps({"__metadata__": {"sklearn_hash": json.dumps(document)}, "a": tensor}).encode()
    (tmp_path / "file").write_bytes(struct.pack("<Q", len(header)) + header + bytes(24))
    refused(tmp_path / "file", f"it has format {number}, and this version of sklearn_hash reads formats up to 1")
    with pytest.raises(ValueError, match=f"it has format {number}"):
        read_card(tmp_path / "file")


@pytest.mark.parametrize("number", [0, -1, 1.0, "1", None, True])
def test_no_format(number, tmp_path):
    save_file({"a": np.zeros(3)}, tmp_path / "file", metadata={"sklearn_hash": json.dumps({"format": number})})
    refused(tmp_path / "file", "it is not a file of sklearn_hash.save")
