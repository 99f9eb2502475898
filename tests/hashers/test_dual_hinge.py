"""DualHingeHasher: class proxies where they help, and the loss of the paper one parameter away."""

import numpy as np
import pytest
from numpy.testing import assert_array_equal
from scipy.sparse import csr_array
from sklearn.datasets import load_digits

from sklearn_hash import DualHingeHasher
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
    with pytest.raises(ValueError, match=r"proxy_weight=2\.0 needs class labels"):
        hasher(64, similarity=similarity, proxy_weight=2.0).fit(X, target)


@pytest.mark.parametrize("weight", [-1, "always", None])
def test_bad_weights_are_refused(weight):
    with pytest.raises(ValueError, match="The 'proxy_weight' parameter"):
        hasher(64, proxy_weight=weight).fit(X, y)


def test_partial_fit_after_fit_takes_new_classes():
    fitted = hasher(64).fit(X, y)
    before = fitted.transform(X)
    fitted.partial_fit(X, y + 5)
    assert_array_equal(fitted.classes_, np.arange(15))
    assert (fitted.transform(X) != before).any()


def test_partial_fit_alone_is_without_proxies():
    plain, auto = (hasher(64, proxy_weight=weight).partial_fit(X, y).transform(X) for weight in (0, "auto"))
    assert_array_equal(plain, auto)
