"""Nested parameters of the net: each reaches what it names, and a name that reaches nothing raises."""

import numpy as np
import pytest
import torch
from sklearn.base import clone
from sklearn.model_selection import GridSearchCV
from skorch.callbacks import EarlyStopping, GradientNormClipping, LRScheduler

from sklearn_hash import BiHalfHasher, DHNHasher, DualHingeHasher, HashNetHasher


def make(**params):
    return DHNHasher(**{"n_bits": 8, "max_epochs": 1, "random_state": 0, **params})


def test_grid_search_reaches_nested_parameters(digits):
    grid = {"optimizer__weight_decay": [0.0, 0.1], "encoder__hidden": [4, 32], "n_bits": [8]}
    search = GridSearchCV(make(max_epochs=3), grid, cv=2).fit(*digits)
    assert len(set(search.cv_results_["mean_test_score"])) == 4
    assert search.best_params_["encoder__hidden"] == 32
    best = search.best_estimator_
    assert best.net_.module_.hash_layer.in_features == 32
    assert best.net_.optimizer_.param_groups[0]["weight_decay"] == best.get_params()["optimizer__weight_decay"]


def test_one_by_one_equals_the_dict(digits):
    nested = {"optimizer__betas": (0.5, 0.9), "encoder__hidden": (16, 8), "encoder__dropout": 0.0}
    given = make(net_params=nested)
    built = make().set_params(**nested)
    assert built.net_params == nested
    np.testing.assert_array_equal(given.fit_transform(*digits), built.fit_transform(*digits))
    widths = [layer.out_features for layer in built.net_.module_.modules() if isinstance(layer, torch.nn.Linear)]
    assert widths == [16, 8, 8]


def test_set_params_leaves_the_callers_dict_alone():
    nested = {"encoder__hidden": 16}
    hasher = make(net_params=nested).set_params(encoder__dropout=0.0)
    assert nested == {"encoder__hidden": 16}
    assert hasher.net_params == {"encoder__hidden": 16, "encoder__dropout": 0.0}


def test_get_params_and_clone_keep_nested_parameters():
    hasher = make(net_params={"encoder__hidden": 16, "compile": False})
    assert hasher.get_params()["encoder__hidden"] == 16
    assert "encoder__hidden" not in hasher.get_params(deep=False)
    copy = clone(hasher).set_params(encoder__hidden=4)
    assert copy.net_params["encoder__hidden"] == 4
    assert hasher.net_params["encoder__hidden"] == 16
    again = make().set_params(**hasher.get_params())
    assert again.get_params() == hasher.get_params()
    assert not hasattr(again, "compile")


def test_iterator_parameters(digits):
    hasher = make(net_params={"iterator_train__batch_size": 100, "iterator_train__drop_last": False}).fit(*digits)
    assert hasher.history_[-1]["train_batch_count"] == 4
    sizes = make(batch_size=150).set_params(iterator_train__drop_last=False).fit(*digits).history_[-1, "batches", :]
    assert [batch["train_batch_size"] for batch in sizes] == [150, 150, 100]
    sizes = make(batch_size=150).fit(*digits).history_[-1, "batches", :]
    assert [batch["train_batch_size"] for batch in sizes] == [150, 150]


def test_a_trailing_row_joins_the_batch_before(digits):
    """Alone, it has no pair, and no statistics for batch normalisation."""
    X, y = digits[0][:97], digits[1][:97]
    hasher = (
        make(batch_size=32, net_params={"module__batch_norm": True})
        .set_params(iterator_train__drop_last=False)
        .fit(X, y)
    )
    assert [batch["train_batch_size"] for batch in hasher.history_[-1, "batches", :]] == [32, 32, 33]


@pytest.mark.parametrize("size", [0, 1, 2.5, "4"])
def test_batches_without_a_pair(size, digits):
    with pytest.raises(ValueError, match=f"iterator_train__batch_size.*at least 2.*got {size!r}"):
        make(net_params={"iterator_train__batch_size": size}).fit(*digits)


def test_the_learning_rate_is_a_parameter_of_the_hasher(digits):
    name = "optimizer__lr"
    for attempt in (lambda: make().set_params(**{name: 1}), lambda: make(net_params={name: 1}).fit(*digits)):
        with pytest.raises(ValueError, match="Set the hasher's parameter 'lr' in place of 'optimizer__lr'"):
            attempt()


def test_arguments_of_the_loss_are_those_that_are_no_parameters(digits):
    hasher = DualHingeHasher(8, max_epochs=1).set_params(criterion__shape=2.0, criterion__distance="inner")
    loss = hasher.fit(*digits).net_.criterion_
    assert (loss.shape, loss.distance, loss.alpha) == (2.0, "inner", 1.01)
    with pytest.raises(ValueError, match=r"criterion takes \['beta', 'distance', 'shape'\]"):
        hasher.set_params(criterion__alpha=1.2)


def test_balanced_batches_need_labels_or_similarities(digits):
    with pytest.raises(ValueError, match="needs labels or similarities"):
        BiHalfHasher(8, net_params={"iterator_train__balanced": True}).fit(digits[0])


def test_an_encoder_of_no_such_name_is_refused_by_fit(digits):
    with pytest.raises(ValueError, match="The 'encoder' parameter"):
        make(encoder="MLP").set_params(encoder__hidden=3).fit(*digits)


def test_two_schedules_of_the_learning_rate(digits):
    scheduler = LRScheduler("StepLR", step_size=1, gamma=0.1)
    with pytest.raises(ValueError, match=r"LRScheduler.*cosine schedule.*callbacks__lr_schedule"):
        make(net_params={"callbacks": [scheduler]}).fit(*digits)
    for hasher in (
        make(lr=0.1, net_params={"callbacks": [scheduler], "callbacks__lr_schedule": None}),
        make(lr=0.1, net_params={"callbacks": [scheduler]}).set_params(callbacks__lr_schedule=None),
    ):
        rates = hasher.set_params(max_epochs=2).fit(*digits).net_.optimizer_.param_groups[0]["lr"]
        assert rates == pytest.approx(0.001)


def test_rows_per_pass_do_not_change_the_codes(digits):
    a, b = (make(net_params={"iterator_valid__batch_size": size}).fit_transform(*digits) for size in (7, 400))
    np.testing.assert_array_equal(a, b)


def test_weight_decay_is_small_unless_given(digits):
    assert make().fit(*digits).net_.optimizer_.param_groups[0]["weight_decay"] == 1e-5
    assert make(net_params={"optimizer": "SGD"}).fit(*digits).net_.optimizer_.param_groups[0]["weight_decay"] == 1e-5
    given = make(net_params={"optimizer__weight_decay": 0.5, "optimizer": torch.optim.AdamW}).fit(*digits)
    assert isinstance(given.net_.optimizer_, torch.optim.AdamW)
    assert given.net_.optimizer_.param_groups[0]["weight_decay"] == 0.5


def test_an_optimizer_without_weight_decay(digits):
    assert isinstance(make(net_params={"optimizer": "Rprop"}).fit(*digits).net_.optimizer_, torch.optim.Rprop)


def test_the_encoder_can_have_a_rate_of_its_own(digits):
    net_params = {"optimizer__param_groups": [("encoder.*", {"lr": 0.001})]}
    hasher = make(lr=0.01, max_epochs=2, net_params=net_params)
    groups = hasher.partial_fit(*digits).net_.optimizer_.param_groups
    assert [(round(group["lr"], 12), len(group["params"])) for group in groups] == [(0.001, 2), (0.01, 2)]
    cosine = hasher.fit(*digits).net_.optimizer_.param_groups
    assert cosine[0]["lr"] == pytest.approx(0.1 * cosine[1]["lr"])


def test_learning_rate_schedules(digits):
    """Half a cosine over the steps of the fit, or nothing."""

    class Rates(EarlyStopping):
        def on_train_begin(self, net, **kwargs):
            Rates.seen = []

        def on_batch_end(self, net, **kwargs):
            Rates.seen.append(net.optimizer_.param_groups[0]["lr"])

        def on_epoch_end(self, net, **kwargs):
            pass

    make(lr=0.1, max_epochs=4, batch_size=100, net_params={"callbacks": [Rates()]}).fit(*digits)
    np.testing.assert_allclose(Rates.seen, 0.05 * (1 + np.cos(np.pi * np.arange(16) / 16)), rtol=1e-12)
    make(lr=0.1, max_epochs=2, batch_size=100, net_params={"callbacks__lr_schedule": None, "callbacks": [Rates()]}).fit(
        *digits
    )
    assert Rates.seen == [0.1] * 8


def test_callback_parameters(digits):
    stopping = EarlyStopping(monitor="train_loss", patience=50, threshold=0.99)
    hasher = make(max_epochs=20, net_params={"callbacks__stop__patience": 2, "callbacks": [("stop", stopping)]})
    assert hasher.fit(*digits).n_iter_ < 20
    hasher.set_params(net_params={"callbacks": [("stop", stopping)], "callbacks__stop": None})
    assert hasher.fit(*digits).n_iter_ == 20
    unnamed = make(max_epochs=20, net_params={"callbacks": [stopping]}).set_params(callbacks__EarlyStopping__patience=2)
    assert unnamed.fit(*digits).n_iter_ < 20


def test_two_callbacks_of_one_class(digits):
    hasher = make(net_params={"callbacks": [GradientNormClipping(1.0), GradientNormClipping(2.0)]})
    hasher.set_params(callbacks__GradientNormClipping_2__gradient_clip_value=5.0).fit(*digits)
    values = {name: cb.gradient_clip_value for name, cb in hasher.net_.callbacks_ if name.startswith("Gradient")}
    assert values == {"GradientNormClipping_1": 1.0, "GradientNormClipping_2": 5.0}


def test_callbacks_of_the_hasher_can_be_turned_off_and_set(digits):
    hasher = make(lr=0.1).set_params(callbacks__lr_schedule=None).fit(*digits)
    assert hasher.net_.optimizer_.param_groups[0]["lr"] == 0.1
    hashnet = HashNetHasher(8, max_epochs=1).set_params(callbacks__continuation__end=3.0).fit(*digits)
    assert hashnet.history_[-1]["beta"] == pytest.approx(3.0)


@pytest.mark.parametrize(
    ("name", "message"),
    [
        ("optimizer__weight_decy", "Did you mean 'optimizer__weight_decay'"),
        ("encoder__hiden", "Did you mean 'encoder__hidden'"),
        ("iterator_train__shufle", "Did you mean 'iterator_train__shuffle'"),
        ("callbacks__lr_shedule", "Did you mean 'callbacks__lr_schedule'"),
        ("callbacks__nothing__patience", "callbacks takes"),
        ("iterator_train", "it must be one of"),
    ],
)
def test_a_typo_raises_at_once(name, message):
    with pytest.raises(ValueError, match=f"Invalid nested parameter '{name}'.*{message}"):
        make().set_params(**{name: 1})


@pytest.mark.parametrize("name", ["optimizer__weight_decy", "encoder__hiden", "module__n_bits", "lr", "optimiser__eps"])
def test_a_typo_in_the_dict_raises_in_fit(digits, name):
    with pytest.raises(ValueError, match=f"Invalid nested parameter '{name}' in net_params"):
        make(net_params={name: 1}).fit(*digits)


def test_names_outside_the_net_raise_as_in_scikit_learn():
    for name in ("n_bit", "net__n_bits", "optimiser__eps"):
        with pytest.raises(ValueError, match="Invalid parameter"):
            make().set_params(**{name: 1})


def test_parameters_of_callbacks_that_are_not_there(digits):
    """A nested parameter that would reach nothing is no less a typo."""
    for name in ("callbacks__continuation__end", "callbacks__validation__patience"):
        with pytest.raises(ValueError, match=f"Invalid nested parameter '{name}'"):
            make().set_params(**{name: 1}).fit(*digits)
    hasher = make(validation_fraction=0.2).set_params(callbacks__validation__patience=3)
    assert dict(hasher.fit(*digits).net_.callbacks_)["validation"].patience == 3
    assert hasher.partial_fit(*digits).n_iter_ == 2


def test_parameters_of_a_callback_that_it_does_not_have(digits):
    hasher = make(net_params={"callbacks": [("stop", EarlyStopping(monitor="train_loss"))]})
    with pytest.raises(ValueError, match="patiense"):
        hasher.set_params(callbacks__stop__patiense=3).fit(*digits)


@pytest.mark.parametrize("encoder", ["linear", torch.nn.Linear(64, 3)])
def test_encoders_without_parameters(digits, encoder):
    with pytest.raises(ValueError, match="Invalid nested parameter 'encoder__hidden'"):
        make(encoder=encoder).set_params(encoder__hidden=3)


def test_parameters_of_a_factory(digits):
    def factory(width, activation=torch.nn.ReLU):
        return torch.nn.Sequential(torch.nn.Linear(64, width), activation())

    hasher = make(encoder=factory).set_params(encoder__width=12, encoder__activation=torch.nn.Tanh).fit(*digits)
    assert isinstance(hasher.net_.module_.encoder[1], torch.nn.Tanh)
    assert hasher.net_.module_.hash_layer.in_features == 12
    with pytest.raises(ValueError, match="encoder__wdth"):
        make(encoder=factory).set_params(encoder__wdth=12)


@pytest.mark.parametrize("integer", [np.int64, np.int32])
def test_numpy_integers_are_integers(integer, digits):
    """As a grid made by numpy has them."""
    hasher = DHNHasher(integer(8), max_epochs=integer(1), batch_size=integer(50), random_state=0)
    expected = DHNHasher(8, max_epochs=1, batch_size=50, random_state=0, net_params={"encoder__hidden": 24}).fit(
        *digits
    )
    hasher.set_params(encoder__hidden=integer(24)).fit(*digits)
    np.testing.assert_array_equal(hasher.decision_function(digits[0]), expected.decision_function(digits[0]))
