"""Modules of graphs, run by torch: every method and every preprocessing step computes what transform does."""

import numpy as np
import pytest
import torch
from scipy import sparse
from sklearn.base import clone
from sklearn.decomposition import PCA, TruncatedSVD
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import FunctionTransformer, MinMaxScaler, Normalizer, StandardScaler
from torch import nn

import sklearn_hash
from sklearn_hash import HammingNeighbors, ImageInput, ITQHasher
from sklearn_hash.export._graph import graph_module
from sklearn_hash.hashers._methods import METHODS


def make(name, **params):
    hasher = getattr(sklearn_hash, name)(n_bits=12, output="packed", random_state=0, **params)
    return hasher.set_params(max_epochs=1) if hasattr(hasher, "max_epochs") else hasher


def run(estimator, X, channels=None):
    module, inputs = graph_module(estimator, X.dtype.name, channels)
    assert inputs["X"].shape[1:] == X.shape[1:]
    with torch.no_grad():
        return module(torch.from_numpy(X)).numpy()


@pytest.mark.parametrize("name", METHODS.values())
def test_every_method(name, digits, check_codes):
    X, y = digits
    hasher = make(name).fit(X[:200], y[:200])
    check_codes(run(hasher, X), hasher, X)


@pytest.mark.parametrize("given", ["float32", "float64", "uint8"])
@pytest.mark.parametrize("fitted", ["float32", "float64"])
@pytest.mark.parametrize("name", ["ITQHasher", "SpectralHasher", "SDHHasher", "DHNHasher"])
def test_types_of_rows(name, fitted, given, digits, check_codes):
    X, y = digits
    hasher = make(name).fit((16 * X).astype(fitted), y)
    rows = (16 * X).astype(given)
    check_codes(run(hasher, rows), hasher, rows)


STEPS = {
    "standard": StandardScaler(),
    "centred": StandardScaler(with_std=False),
    "scaled": StandardScaler(with_mean=False),
    "range": MinMaxScaler((-1, 2)),
    "clipped": MinMaxScaler(clip=True),
    "l1": Normalizer("l1"),
    "l2": Normalizer(),
    "max": Normalizer("max"),
    "pca": PCA(20, random_state=0),
    "whitened": PCA(20, whiten=True, random_state=0),
    "svd": TruncatedSVD(20, random_state=0),
}


@pytest.mark.parametrize("given", ["float32", "float64", "uint8"])
@pytest.mark.parametrize("name", STEPS)
def test_every_step(name, given, digits, check_codes):
    X, _ = digits
    rows = (255 * X).astype(given)
    rows[0] = 0  # has no norm
    pipeline = make_pipeline(clone(STEPS[name]), make("LSHHasher")).fit(rows[:150])
    check_codes(run(pipeline, rows), pipeline, rows)


def test_several_steps_and_no_step(digits, check_codes):
    X, y = digits
    pipeline = make_pipeline(StandardScaler(), "passthrough", PCA(30, random_state=0), Normalizer(), make("DHNHasher"))
    pipeline.fit(X, y)
    check_codes(run(pipeline, X), pipeline, X)


def test_sparse_anchors_become_dense(digits, check_codes):
    X, y = digits
    hasher = make("SDHHasher", n_anchors=50).fit(sparse.csr_matrix(X), y)
    check_codes(run(hasher, X), hasher, X)


@pytest.mark.parametrize("normalize", ["auto", "unit", "imagenet", (0.4, [0.1, 0.2, 0.3]), None])
@pytest.mark.parametrize("channels", ["first", "last"])
def test_images_of_bytes(normalize, channels, images, check_codes):
    X, y = images
    hasher = make("DHNHasher", encoder="cnn", images=ImageInput(channels="last", normalize=normalize)).fit(X, y)
    rows = X if channels == "last" else np.ascontiguousarray(np.moveaxis(X, -1, 1))
    codes = run(hasher, rows, channels)
    check_codes(codes, hasher, X)


def test_channels_are_those_of_the_hasher(images):
    X, y = images
    last = make("DHNHasher", encoder="linear", images=ImageInput(channels="last")).fit(X, y)
    first = make("DHNHasher", encoder="linear").fit(X, y)
    assert graph_module(last, "uint8", None)[1]["X"].shape[1:] == (13, 10, 3)
    assert graph_module(first, "uint8", None)[1]["X"].shape[1:] == (3, 13, 10)


def test_augmentation_is_left_out_and_the_hasher_stays_as_it_is(images):
    X, y = images
    hasher = make("DHNHasher", encoder="linear", images=ImageInput(augment=lambda x: -x)).fit(X, y)
    module = hasher.net_.module_.train()
    graph, _ = graph_module(hasher, "uint8", "last")
    assert module.training
    assert module.augment is not None
    assert not graph.parts[0].training
    np.testing.assert_array_equal(graph(torch.from_numpy(X)), hasher.transform(X))


class Projecting(ITQHasher):
    def _project(self, X):
        return -super()._project(X)


class Named(ITQHasher):
    pass


def test_only_known_projections_are_exported(digits, check_codes):
    X, _ = digits
    hasher = Named(n_bits=12, output="packed").fit(X)
    check_codes(run(hasher, X), hasher, X)
    with pytest.raises(TypeError, match=r"Projecting cannot be exported\. The shallow hashers that can are LSHHasher"):
        run(Projecting().fit(X), X)


def test_what_cannot_be_in_a_graph_is_refused_by_name(digits):
    X, _ = digits
    scaled = make_pipeline(FunctionTransformer(np.sqrt), ITQHasher()).fit(X)
    with pytest.raises(TypeError, match="'functiontransformer' of the pipeline, FunctionTransformer, cannot be part"):
        run(scaled, X)
    searched = make_pipeline(ITQHasher(n_bits=8), HammingNeighbors()).fit(X)
    with pytest.raises(TypeError, match=r"got Pipeline that ends with HammingNeighbors.* pass pipeline\[:-1\]"):
        run(searched, X)
    with pytest.raises(TypeError, match="must be a hasher or a Pipeline that ends with one; got StandardScaler"):
        run(StandardScaler().fit(X), X)


def test_a_loader_is_refused_and_can_be_taken_out(images):
    X, y = images
    hasher = make("DHNHasher", encoder="linear", images=ImageInput(loader=X.__getitem__)).fit(np.arange(60), y)
    with pytest.raises(ValueError, match=r"a loader.*set_params\(images__loader=None\)"):
        run(hasher, X, "last")
    expected = hasher.transform(np.arange(60))
    np.testing.assert_array_equal(run(hasher.set_params(images__loader=None), X, "last"), expected)


def test_an_encoder_of_ones_own(digits, check_codes):
    X, y = digits
    encoder = nn.Sequential(nn.Linear(64, 20), nn.Tanh(), nn.Dropout())
    hasher = make("DHNHasher", encoder=encoder, net_params={"module__batch_norm": True}).fit(X, y)
    check_codes(run(hasher, X), hasher, X)
