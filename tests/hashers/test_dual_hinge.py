"""DualHingeHasher: class proxies where they help, and training that goes on without them."""

import pickle

import numpy as np
import pytest
from numpy.testing import assert_allclose, assert_array_equal
from scipy.sparse import csr_array
from sklearn.datasets import load_digits

from sklearn_hash import DualHingeHasher, load, save
from sklearn_hash.losses import DualHingeLoss, DualHingeProxyLoss

X, y = (part[:300] for part in load_digits(return_X_y=True))
Y = np.eye(10, dtype=int)[y]


def hasher(n_bits, **parameters):
    return DualHingeHasher(n_bits, max_epochs=2, random_state=0, **parameters)


class LossSeen(DualHingeHasher):
    """Note the loss that the network is trained with."""

    def _build_net(self, train, device, loss, validation=None):
        self.loss_ = loss
        return super()._build_net(train, device, loss, validation)


def loss_of(n_bits, y=y, **parameters):
    return LossSeen(n_bits, max_epochs=1, random_state=0, **parameters).fit(X, y).loss_


@pytest.mark.parametrize(
    ("n_bits", "weight", "expected"), [(32, "auto", 0), (33, "auto", 3), (128, "auto", 3), (64, 0, 0), (16, 1.5, 1.5)]
)
def test_proxies_by_code_length(n_bits, weight, expected):
    loss = loss_of(n_bits, proxy_weight=weight)
    assert type(loss) is (DualHingeProxyLoss if expected else DualHingeLoss)
    assert getattr(loss, "proxy_weight", 0) == expected


def test_auto_has_no_proxies_of_many_classes(monkeypatch):
    monkeypatch.setattr("sklearn_hash.hashers._dual_hinge._MOST_PROXIES", 10)
    assert type(loss_of(64)) is DualHingeProxyLoss
    assert type(loss_of(64, np.arange(300) % 11)) is DualHingeLoss


def test_proxies_of_the_labels_of_an_indicator():
    loss = loss_of(64, Y, similarity="cosine", class_weight=None)
    assert (loss.proxy_weight, loss.similarity, loss.pairs.class_weight) == (3.0, "cosine", None)


@pytest.mark.parametrize("layout", [np.asarray, csr_array], ids=["dense", "sparse"])
@pytest.mark.parametrize(("several", "expected"), [(150, DualHingeProxyLoss), (151, DualHingeLoss)])
def test_auto_needs_that_half_of_the_rows_have_one_label(several, expected, layout):
    labels = Y.copy()
    labels[:several, :2] = 1
    assert type(loss_of(64, layout(labels))) is expected


def test_an_explicit_weight_changes_the_codes():
    codes = [hasher(16, proxy_weight=weight).fit_transform(X, y) for weight in (0, "auto", 3.0)]
    assert_array_equal(codes[0], codes[1])
    assert (codes[0] != codes[2]).any()


@pytest.mark.parametrize("similarity", ["precomputed", lambda a, b: y[a][:, None] == y[b]], ids=["matrix", "function"])
def test_proxies_need_labels(similarity):
    target = (y[:, None] == y).astype(float) if similarity == "precomputed" else np.arange(300)
    assert type(loss_of(64, target, similarity=similarity)) is DualHingeLoss
    for fit in ("fit", "partial_fit"):
        with pytest.raises(ValueError, match=r"proxy_weight=2\.0 needs class labels"):
            getattr(hasher(64, similarity=similarity, proxy_weight=2.0), fit)(X, target)


@pytest.mark.parametrize("weight", [-1, "always", None])
def test_bad_weights_are_refused(weight):
    with pytest.raises(ValueError, match="The 'proxy_weight' parameter"):
        hasher(64, proxy_weight=weight).fit(X, y)


def test_beta_follows_the_number_of_classes():
    assert loss_of(16, np.arange(300) % 100)._beta(16) == 3 / 6  # 128 words of 16 bits are at most 6 apart
    assert loss_of(16)._beta(16) == 3 / 8


def goes_on(fitted):
    """Train on with more classes and another numbering."""
    return fitted.partial_fit(X, np.arange(300) % 20 + 5).decision_function(X)


SGD = {"optimizer": "SGD"}  # without a state, which is not saved
COMPILED = {"compile": True, "compile__backend": "eager"}


def test_after_fit_the_proxies_are_gone():
    fitted = hasher(64).fit(X, y)
    net = fitted.net_
    assert type(net.criterion_) is DualHingeLoss
    assert {id(weight) for weight in net.optimizer_.state} == {id(weight) for weight in net.module_.parameters()}
    assert net.criterion is DualHingeLoss
    weights = [weight for group in net.optimizer_.param_groups for weight in group["params"]]
    assert {id(weight) for weight in weights} == {id(weight) for weight in net.module_.parameters()}
    assert np.isfinite(goes_on(fitted)).all()
    assert_array_equal(fitted.classes_, np.arange(25))


@pytest.mark.parametrize("n_bits", [16, 64])
def test_training_goes_on_alike_after_pickling_and_loading(n_bits, tmp_path):
    fitted = hasher(n_bits, net_params=SGD).fit(X, np.arange(300) % 100)
    save(fitted, tmp_path / "file")
    others = pickle.loads(pickle.dumps(fitted)), load(tmp_path / "file")
    expected = goes_on(fitted)
    for other in others:
        assert_array_equal(goes_on(other), expected)


def test_training_goes_on_alike_from_a_finished_checkpoint(tmp_path):
    expected = hasher(64).fit(X, y, checkpoint=tmp_path)
    resumed = hasher(64).fit(X, y, checkpoint=tmp_path)
    assert_array_equal(resumed.decision_function(X), expected.decision_function(X))
    assert_array_equal(goes_on(resumed), goes_on(expected))


def test_compiled_training_is_the_same():
    plain, compiled = (hasher(64, net_params=params).fit(X, y) for params in (None, COMPILED))
    assert_array_equal(compiled.transform(X), plain.transform(X))
    assert_allclose(goes_on(compiled), goes_on(plain), atol=1e-5)


def test_partial_fit_alone_is_without_proxies_and_classes():
    first, then = np.arange(300) % 3, np.arange(300) % 100
    outputs = [
        hasher(64, proxy_weight=weight, **more).partial_fit(X, first).partial_fit(X, then).decision_function(X)
        for weight, more in ((0, {"net_params": {"criterion__beta": 6 / 64}}), ("auto", {}), (2.0, {}))
    ]
    assert_array_equal(outputs[1], outputs[0])
    assert_array_equal(outputs[2], outputs[0])


def test_a_subclass_may_have_another_loss():
    class Louder(DualHingeLoss):
        def __init__(self, alpha, quantization):
            super().__init__(alpha=alpha, quantization=quantization)

    class LouderHasher(LossSeen):
        _loss_class = Louder

    assert type(LouderHasher(16, max_epochs=1).fit(X, y).loss_) is Louder
