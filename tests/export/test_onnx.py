"""Files of ONNX graphs: onnxruntime returns the codes of transform, and nothing is written that does not work."""

import numpy as np
import pytest
import torch
from sklearn.decomposition import PCA
from sklearn.exceptions import NotFittedError
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler
from torch import nn

from sklearn_hash import DHNHasher, ImageInput, ITQHasher, SDHHasher, SpectralHasher, __version__
from sklearn_hash.export import _onnx, export_onnx
from sklearn_hash.stores import fingerprint

onnx = pytest.importorskip("onnx")
onnxruntime = pytest.importorskip("onnxruntime")
pytest.importorskip("onnxscript")


def load(path):
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = 1
    return onnxruntime.InferenceSession(path, options, providers=["CPUExecutionProvider"])


def fit_itq(X, y):
    return ITQHasher(n_bits=12, output="packed", random_state=0).fit(X)


def fit_spectral(X, y):
    return SpectralHasher(n_bits=12, output="packed", random_state=0).fit(X)


def fit_sdh(X, y):
    return SDHHasher(n_bits=12, output="packed", n_anchors=50, random_state=0).fit(X, y)


def fit_pipeline(X, y):
    hasher = DHNHasher(n_bits=12, output="packed", max_epochs=2, random_state=0)
    return make_pipeline(StandardScaler(), PCA(30, random_state=0), hasher).fit(X, y)


@pytest.mark.parametrize("fit", [fit_itq, fit_spectral, fit_sdh, fit_pipeline])
def test_any_number_of_rows(fit, digits, check_codes, tmp_path):
    X, y = digits
    estimator = fit(X, y)
    export_onnx(estimator, tmp_path / "hasher.onnx")
    session = load(tmp_path / "hasher.onnx")
    for n in (1, 2, 300):
        (codes,) = session.run(["codes"], {"X": X[:n]})
        check_codes(codes, estimator, X[:n])
    (codes,) = session.run(None, {"X": X[:0]})
    assert codes.shape == (0, 2)


class Convolutions(nn.Module):
    """An encoder of one's own, with a branch and a field of its output."""

    def __init__(self):
        super().__init__()
        self.convolution = nn.Conv2d(3, 8, 3, stride=2, padding=1)
        self.norm = nn.BatchNorm2d(8)

    def forward(self, x):
        x = torch.relu(self.norm(self.convolution(x)))
        return {"features": torch.cat([x.mean((2, 3)), x.amax((2, 3))], dim=1), "map": x}


@pytest.mark.parametrize("encoder", ["cnn", Convolutions])
def test_images_with_their_normalisation(encoder, images, check_codes, tmp_path):
    X, y = images
    field = {} if encoder == "cnn" else {"module__output_field": "features"}
    hasher = DHNHasher(
        n_bits=16,
        encoder=encoder,
        output="packed",
        max_epochs=2,
        images=ImageInput(channels="last", normalize="imagenet"),
        net_params=field,
        random_state=0,
    ).fit(X, y)
    export_onnx(hasher, tmp_path / "images.onnx", dtype="uint8")
    session = load(tmp_path / "images.onnx")
    assert session.get_inputs()[0].shape[1:] == [13, 10, 3]
    check_codes(session.run(None, {"X": X})[0], hasher, X)


class Embeddings(nn.Module):
    """An encoder of texts: one vector for each token."""

    def __init__(self):
        super().__init__()
        self.embedding = nn.Embedding(30, 12)

    def forward(self, input_ids, attention_mask):
        return {"last_hidden_state": self.embedding(input_ids)}


def test_token_ids_have_an_input_for_each_field(check_codes, tmp_path):
    rng = np.random.default_rng(0)
    tokens = {"input_ids": rng.integers(30, size=(40, 9)), "attention_mask": (rng.random((40, 9)) < 0.8).astype(int)}
    tokens["attention_mask"][:, 0] = 1
    hasher = DHNHasher(
        n_bits=16,
        encoder=Embeddings,
        output="packed",
        max_epochs=1,
        net_params={"module__output_field": "last_hidden_state"},
        random_state=0,
    ).fit(tokens, np.arange(40) % 2)
    export_onnx(hasher, tmp_path / "texts.onnx")
    session = load(tmp_path / "texts.onnx")
    for n, n_tokens in ((40, 9), (3, 5)):
        part = {name: values[:n, :n_tokens] for name, values in tokens.items()}
        check_codes(session.run(None, part)[0], hasher, part)


def test_the_file_says_what_it_holds_and_replaces_another(digits, tmp_path):
    X, y = digits
    path = tmp_path / "hasher.onnx"
    path.write_text("old")
    hasher = fit_itq(X, y)
    export_onnx(hasher, path, dtype="float64")
    graph = onnx.load(path)
    onnx.checker.check_model(graph, full_check=True)
    assert {entry.key: entry.value for entry in graph.metadata_props} == {
        "sklearn_hash_version": __version__,
        "hasher": "ITQHasher",
        "fingerprint": fingerprint(hasher),
        "n_bits": "12",
        "bit_order": "big",
    }
    assert graph.graph.input[0].type.tensor_type.elem_type == onnx.TensorProto.DOUBLE
    assert [file.name for file in tmp_path.iterdir()] == ["hasher.onnx"]


class Deciding(nn.Module):
    """An encoder whose operations depend on values."""

    def forward(self, x):
        return x if x.sum() > 0 else -x


def test_an_encoder_that_cannot_be_traced_leaves_the_old_file(digits, tmp_path):
    X, y = digits
    path = tmp_path / "hasher.onnx"
    path.write_text("old")
    hasher = DHNHasher(n_bits=8, encoder=Deciding, max_epochs=1).fit(X, y)
    with pytest.raises(ValueError, match=r"The graph of DHNHasher cannot be exported to ONNX: .*torch.export"):
        export_onnx(hasher, path)
    assert path.read_text() == "old"


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"dtype": "float16"}, "dtype must be one of 'float32', 'float64', 'uint8'; got 'float16'"),
        ({"channels": "auto"}, "channels must be one of None, 'first', 'last'; got 'auto'"),
    ],
)
def test_unknown_options(options, message, digits, tmp_path):
    with pytest.raises(ValueError, match=message):
        export_onnx(fit_itq(*digits), tmp_path / "hasher.onnx", **options)


def test_an_estimator_must_be_fitted(tmp_path):
    with pytest.raises(NotFittedError):
        export_onnx(ITQHasher(), tmp_path / "hasher.onnx")
    with pytest.raises(NotFittedError):
        export_onnx(make_pipeline(StandardScaler(), ITQHasher()), tmp_path / "hasher.onnx")


@pytest.mark.parametrize("missing", ["onnx", "onnxscript"])
def test_a_missing_engine_is_named_with_its_extra(missing, digits, tmp_path, monkeypatch):
    monkeypatch.setattr(_onnx, "find_spec", lambda name: None if name == missing else object())
    with pytest.raises(ImportError, match=rf'needs {missing}: pip install "sklearn_hash\[onnx\]"'):
        export_onnx(fit_itq(*digits), tmp_path / "hasher.onnx")
