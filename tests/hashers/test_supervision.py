"""Similarities of every form: what is known, how much each pair weighs, and which rows meet in a batch."""

import numpy as np
import pytest
import torch
from scipy import sparse
from scipy.special import expit
from sklearn.model_selection import GridSearchCV, KFold, cross_val_score
from skorch.callbacks import Callback

from sklearn_hash import DHNHasher, DualHingeHasher
from sklearn_hash.losses import HashNetLoss
from sklearn_hash.training import make_targets

N = 60
RNG = np.random.default_rng(0)
CLASSES = RNG.permutation(np.arange(N) % 6)
LABELS = (RNG.random((N, 5)) < 0.25).astype(int)
SHARE = (CLASSES[:, None] == CLASSES).astype(float)
JACCARD = np.array([[(a & b).sum() / max((a | b).sum(), 1) for b in LABELS] for a in LABELS])
KNOWN = RNG.random((N, N)) < 0.3
KNOWN |= KNOWN.T
PARTLY = np.where(KNOWN, SHARE, np.nan)
IDS = RNG.permutation(N)


def stored(S, known):
    """A matrix in CSR form that stores the known pairs, zeros among them."""
    return sparse.csr_array((S[known], np.nonzero(known)), shape=S.shape)


FORMS = {
    "classes": (CLASSES, "share", SHARE),
    "indicator": (LABELS, "share", (JACCARD > 0).astype(float)),
    "graded indicator": (sparse.csr_array(LABELS), "jaccard", JACCARD),
    "precomputed": (SHARE, "precomputed", SHARE),
    "precomputed, unknown pairs": (PARTLY, "precomputed", PARTLY),
    "graded": (JACCARD, "precomputed", JACCARD),
    "sparse": (stored(SHARE, SHARE > 0), "precomputed", SHARE),
    "sparse, explicit zeros": (stored(SHARE, KNOWN), "precomputed", np.where(KNOWN, SHARE, 0)),
    "row ids": (IDS, PARTLY, PARTLY[np.ix_(IDS, IDS)]),
    "callable": (IDS, lambda ids, others: PARTLY[np.ix_(ids, others)], PARTLY[np.ix_(IDS, IDS)]),
}


@pytest.mark.parametrize("form", FORMS)
def test_hashnets_weights_balance_the_known_pairs(form):
    """Similar and dissimilar known pairs of a batch weigh the same in sum, whichever way they are given."""
    y, similarity, S = FORMS[form]
    z = RNG.standard_normal((25, 4))
    rows = torch.tensor(RNG.permutation(N)[:25])
    S = S[np.ix_(rows, rows)]
    known = ~np.isnan(S) & ~np.eye(25, dtype=bool)
    similar = known & (np.nan_to_num(S) > 0)
    theta = 10 / 4 * np.tanh(z) @ np.tanh(z).T
    cross_entropy = -np.log(np.where(similar, expit(theta), expit(-theta)))
    expected = (cross_entropy[similar].mean() + cross_entropy[known & ~similar].mean()) / 2
    batch = make_targets(y, similarity, N)[0].similarity_of(rows)
    assert HashNetLoss()(torch.tensor(z), batch).item() == pytest.approx(expected, rel=1e-5)


def make(cls=DHNHasher, **params):
    return cls(**{"n_bits": 8, "max_epochs": 2, "random_state": 0, "output": "continuous", **params})


@pytest.mark.parametrize("form", ["csr", "callable"])
def test_row_ids_survive_cross_validation_with_unknown_pairs(form, digits):
    X, y = digits
    S = (y[:, None] == y).astype(float)
    known = np.random.default_rng(0).random(S.shape) < 0.5
    known |= known.T
    partly = np.where(known, S, np.nan)
    similarity = sparse.csr_array(partly) if form == "csr" else lambda ids, others: partly[np.ix_(ids, others)]
    folds = KFold(2, shuffle=True, random_state=0)
    hasher = make(similarity=similarity, validation_fraction=0.2)
    scores = cross_val_score(hasher, X, np.arange(400), cv=folds)
    dense = make(similarity=partly, validation_fraction=0.2)
    np.testing.assert_allclose(scores, cross_val_score(dense, X, np.arange(400), cv=folds), atol=1e-12)


def rare_classes():
    """200 classes of 15 rows to train on and 5 others; they differ in 12 of 32 features, rows much more in the rest."""
    rng = np.random.default_rng(0)
    y = np.tile(np.arange(200), 20)
    informative = rng.standard_normal((200, 12))[y] + 0.3 * rng.standard_normal((4000, 12))
    X = np.hstack([informative, 3 * rng.standard_normal((4000, 20))]).astype(np.float32)
    return X[:3000], y[:3000], X[3000:], y[3000:]


class Pairs(Callback):
    """Counts the similar pairs and the rows of every batch."""

    def on_train_begin(self, net, **kwargs):
        self.similar, self.rows = [], []

    def on_batch_begin(self, net, batch=None, training=None, **kwargs):
        if training:
            self.similar.append(int((batch[1] > 0).sum() - len(batch[1])) // 2)
            self.rows.append(batch[0][:, 0].tolist())


@pytest.mark.parametrize("form", ["classes", "indicator", "row ids", "sparse row ids"])
def test_the_balanced_sampler_keeps_similar_pairs_in_every_batch(form):
    X, y = (rows[:1000] for rows in rare_classes()[:2])
    S = (y[:, None] == y).astype(float)
    targets, similarity = {
        "classes": (y, "share"),
        "indicator": (np.eye(200, dtype=int)[y], "share"),
        "row ids": (np.arange(len(y)), S),
        "sparse row ids": (np.arange(len(y)), sparse.csr_array(S)),
    }[form]
    pairs = {}
    for balanced in (False, True):
        hasher = make(
            similarity=similarity,
            batch_size=50,
            net_params={"iterator_train__balanced": balanced, "callbacks": [("pairs", Pairs())]},
        )
        pairs[balanced] = dict(hasher.fit(X, targets).net_.callbacks_)["pairs"]
    assert np.median(pairs[False].similar) < 10 < 40 < np.median(pairs[True].similar)
    for epoch in np.array_split(pairs[True].rows, 2):
        assert sorted(epoch.ravel()) == sorted(X[:, 0].tolist())


def test_the_balanced_sampler_pays_where_classes_are_many():
    X, y, X_test, y_test = rare_classes()
    rate = {"criterion__beta": 6 / 32}  # that of few classes; "auto" makes up for a part of the rare pairs
    shuffled, balanced = (
        make(
            DualHingeHasher, n_bits=32, lr=1e-3, max_epochs=15, net_params={"iterator_train__balanced": grouped, **rate}
        )
        .fit(X, y)
        .score(X_test, y_test)
        for grouped in (False, True)
    )
    assert balanced > 2 * shuffled


def test_the_sampler_can_be_searched_and_seeds_it(digits):
    search = GridSearchCV(make(batch_size=40), {"iterator_train__balanced": [False, True]}, cv=2).fit(*digits)
    assert len(set(search.cv_results_["mean_test_score"])) == 2
    hasher = make(batch_size=40, net_params={"iterator_train__balanced": True})
    np.testing.assert_array_equal(hasher.fit(*digits).transform(digits[0]), hasher.fit(*digits).transform(digits[0]))
