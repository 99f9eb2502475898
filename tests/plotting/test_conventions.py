"""Conventions of all Displays: axes, names, keyword arguments, estimators, errors and the optional matplotlib."""

import sys
from inspect import signature
from itertools import product

import matplotlib.pyplot as plt
import numpy as np
import pytest
from matplotlib.colors import to_hex
from sklearn.base import clone
from sklearn.decomposition import PCA
from sklearn.exceptions import NotFittedError
from sklearn.model_selection import GridSearchCV
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

from sklearn_hash import HammingNeighbors, plotting
from sklearn_hash.losses import DHNLoss
from sklearn_hash.plotting import (
    CodeBalanceDisplay,
    HammingDistanceDisplay,
    HammingPrecisionRecallDisplay,
    HashOutputDisplay,
    LossShapeDisplay,
    MethodRanksDisplay,
    NeighborRecallDisplay,
    NeighborsDisplay,
    PrecisionAtKDisplay,
    TrainingHistoryDisplay,
)

RNG = np.random.default_rng(0)
CODES, LABELS = RNG.normal(size=(30, 9)), RNG.integers(0, 3, 30)
DISPLAYS = [getattr(plotting, name) for name in plotting.__all__]
HISTORY = [{"epoch": 1, "train_loss": 2.0}, {"epoch": 2, "train_loss": 1.0}]

# Displays of curves, made without an estimator.
MAKERS = {
    "precision_recall": lambda **kw: HammingPrecisionRecallDisplay.from_codes(CODES, LABELS, **kw),
    "precision_at_k": lambda **kw: PrecisionAtKDisplay.from_codes(CODES, LABELS, **kw),
    "neighbor_recall": lambda **kw: NeighborRecallDisplay.from_codes(CODES, CODES, **kw),
    "distance": lambda **kw: HammingDistanceDisplay.from_codes(CODES, LABELS, **kw),
    "balance": lambda **kw: CodeBalanceDisplay.from_codes(CODES, **kw),
    "output": lambda **kw: HashOutputDisplay.from_codes(CODES, **kw),
    "history": lambda **kw: TrainingHistoryDisplay.from_history(HISTORY, **kw),
    "loss": lambda **kw: LossShapeDisplay.from_loss(DHNLoss(), 9, **kw),
}


@pytest.fixture(params=MAKERS.values(), ids=MAKERS)
def make(request):
    return request.param


def lines_of(display):
    return display.line_ if isinstance(display.line_, list) else [display.line_]


def test_draws_on_the_axes_given_or_on_a_new_figure(make):
    figure, (ax, other) = plt.subplots(1, 2)
    plt.sca(other)
    display = make(ax=ax)
    assert display.ax_ is ax
    assert display.figure_ is figure
    assert not other.lines
    fresh = make()
    assert fresh.figure_ is not figure
    assert set(lines_of(fresh)) <= set(fresh.ax_.lines)


LABELS_OF_AXES = {
    "precision_recall": ("Recall", "Precision"),
    "precision_at_k": ("Number of rows retrieved (k)", "Precision@k"),
    "neighbor_recall": ("Number of candidates", "Recall of the 10 true neighbours"),
    "distance": ("Hamming distance", "Fraction of pairs"),
    "balance": ("Bit", "Fraction of codes with the bit set"),
    "output": (r"Relaxed code $\tanh(\beta z)$", "Density"),
    "history": ("Epoch", "Training loss"),
    "loss": ("Hamming distance", "Loss"),
}


@pytest.mark.parametrize("name", MAKERS)
def test_axes_are_labelled_by_the_terms_of_the_field(name):
    ax = MAKERS[name]().ax_
    assert (ax.get_xlabel(), ax.get_ylabel()) == LABELS_OF_AXES[name]


def test_plot_returns_the_display_and_takes_another_name(make):
    display = make(name="first")
    assert display.plot() is display
    assert display.ax_.get_legend_handles_labels()[1][0].startswith("first")
    display.plot(name="second")
    assert display.ax_.get_legend_handles_labels()[1][0].startswith("second")
    assert display.name == "first"


def test_curve_kwargs_replace_the_defaults_under_either_keyword(make):
    for line in lines_of(make(curve_kwargs={"c": "red", "lw": 7, "ls": ":", "marker": "*", "label": "mine"})):
        assert (line.get_color(), line.get_linewidth(), line.get_linestyle()) == ("red", 7, ":")
        assert (line.get_marker(), line.get_label()) == ("*", "mine")
    with pytest.raises(TypeError, match=r"'c'|'color'"):
        make(curve_kwargs={"c": "red", "color": "blue"})


def test_curve_kwargs_of_each_curve(make):
    n_curves = len(lines_of(make()))
    display = make(curve_kwargs=[{"linewidth": 3 + number} for number in range(n_curves)])
    assert [line.get_linewidth() for line in lines_of(display)] == [3 + number for number in range(n_curves)]
    with pytest.raises(ValueError, match=f"curve_kwargs must be None, a dictionary or a list of {n_curves}"):
        make(curve_kwargs=[{}] * (n_curves + 1))


@pytest.mark.parametrize("colour", [None, "black"])
def test_displays_on_one_axes_differ_without_colour(make, colour):
    kwargs = None if colour is None else {"color": colour}
    display = make(name="0", curve_kwargs=kwargs)
    drawn = [lines_of(display)]
    for name in "123":
        drawn.append(lines_of(make(name=name, ax=display.ax_, curve_kwargs=kwargs)))
    first = [lines[0] for lines in drawn]
    assert len({line.get_marker() for line in first}) == 4
    assert len({to_hex(line.get_color()) for line in first}) == (4 if colour is None else 1)
    if len(drawn[0]) == 1:
        assert len({line.get_linestyle() for line in first}) in (4, 1)  # 1: points without a line
    for lines in drawn:
        styles = {(line.get_marker(), line.get_linestyle(), line.get_markerfacecolor()) for line in lines}
        assert len(styles) == len(lines)
    assert len(display.ax_.get_legend().get_texts()) == sum(map(len, drawn))


def test_markers_of_coinciding_curves_do_not_cover_each_other():
    _, ax = plt.subplots()
    for colour in ("red", "blue"):
        LossShapeDisplay.from_loss(DHNLoss(), ax=ax, curve_kwargs={"color": colour, "linestyle": "none", "mfc": colour})
    ax.get_legend().remove()
    ax.figure.canvas.draw()
    pixels = np.asarray(ax.figure.canvas.buffer_rgba())[..., :3].reshape(-1, 3)
    n_red, n_blue = ((pixels == colour).all(axis=1).sum() for colour in ([255, 0, 0], [0, 0, 255]))
    assert n_red > 0.5 * n_blue > 0


def test_colour_differs_from_curves_already_on_the_axes():
    _, ax = plt.subplots()
    (own,) = ax.plot([0, 1], [0, 1])
    display = MAKERS["precision_at_k"](ax=ax)
    assert to_hex(display.line_.get_color()) != to_hex(own.get_color())


def test_no_legend_without_names():
    assert MAKERS["precision_at_k"]().ax_.get_legend() is None


@pytest.fixture(scope="module", params=product([False, True], repeat=2), ids=str)
def estimator_and_hasher(request, fitted):
    """A hasher, pipeline, search or search over a pipeline; the hasher that encodes; the input of the hasher."""
    in_pipeline, searched = request.param
    hasher, X, y = fitted
    estimator = best = make_pipeline(StandardScaler().fit(X), hasher) if in_pipeline else hasher
    if searched:
        estimator = GridSearchCV(best, {"hashnethasher__n_bits" if in_pipeline else "n_bits": [8]}, cv=2).fit(X, y)
        best = estimator.best_estimator_
    return (estimator, best[-1], best[:-1].transform(X)) if in_pipeline else (estimator, best, X)


def drawn_by(display):
    """Data and style of the lines, images and texts on the axes."""
    lines = [(line.get_xydata(), line.get_linewidth(), line.get_label()) for line in display.ax_.lines]
    images = [(image.get_array(), image.get_clim()) for image in display.ax_.images]
    return lines, images, [text.get_text() for text in (*display.ax_.texts, display.ax_.title)]


# Arguments of from_estimator, each with another value than the default.
OPTIONS = {
    HammingPrecisionRecallDisplay: {
        "curve_kwargs": {"lw": 7},
        "plot_chance_level": True,
        "chance_level_kwargs": {"lw": 4},
    },
    PrecisionAtKDisplay: {"curve_kwargs": {"lw": 7}, "k": [3, 7], "ties": "index"},
    NeighborRecallDisplay: {
        "curve_kwargs": {"lw": 7},
        "n_neighbors": 4,
        "n_candidates": [3, 7],
        "metric": "euclidean",
        "ties": "index",
    },
    HammingDistanceDisplay: {"curve_kwargs": {"lw": 7}},
    CodeBalanceDisplay: {"kind": "correlation", "image_kwargs": {"vmax": 0.5}},
    HashOutputDisplay: {"curve_kwargs": {"lw": 7}, "kind": "z", "bins": 7},
    TrainingHistoryDisplay: {"curve_kwargs": {"lw": 7}, "metric": "beta"},
    NeighborsDisplay: {"queries": [4, 1], "n_neighbors": 3, "image_kwargs": {"vmax": 9}},
    LossShapeDisplay: {"curve_kwargs": {"lw": 7}, "kind": "gradient", "magnitude": 0.1},
}


@pytest.mark.parametrize("cls", [cls for cls in DISPLAYS if hasattr(cls, "from_estimator")])
def test_from_estimator_draws_the_hasher_of_a_pipeline_or_search(estimator_and_hasher, fitted, cls):
    (estimator, hasher, encoded), (_, X, y) = estimator_and_hasher, fitted
    codes, options = hasher.decision_function(encoded), dict(OPTIONS[cls])
    if cls is NeighborsDisplay:
        options["images"], options["database_images"] = np.split(X.reshape(-1, 8, 8), [50])
    method, data, inputs = {
        LossShapeDisplay: ("from_loss", [hasher.net_.criterion_, hasher.n_bits_], []),
        TrainingHistoryDisplay: ("from_history", [hasher.history_], []),
        CodeBalanceDisplay: ("from_codes", [codes], [X]),
        NeighborRecallDisplay: ("from_codes", [codes[:50], X[:50], codes[50:], X[50:]], [X[:50], X[50:]]),
        HashOutputDisplay: ("from_codes", [codes], [X]),
    }.get(cls, ("from_codes", [codes[:50], y[:50], codes[50:], y[50:]], [X[:50], y[:50], X[50:], y[50:]]))
    expected = getattr(cls, method)(*data, **options, name="HashNetHasher")
    np.testing.assert_equal(drawn_by(cls.from_estimator(estimator, *inputs, **options)), drawn_by(expected))
    assert cls.from_estimator(estimator, *inputs, **options, name="mine").name == "mine"


@pytest.mark.parametrize("output", ["bits", "signs", "packed", "continuous"])
def test_codes_do_not_depend_on_the_output_of_transform(fitted, output):
    hasher, X, y = fitted
    expected = HammingDistanceDisplay.from_codes(hasher.decision_function(X) > 0, y)
    try:
        hasher.output = output
        display = HammingDistanceDisplay.from_estimator(hasher, X, y)
    finally:
        hasher.output = "bits"
    np.testing.assert_array_equal(display.similar, expected.similar)


def test_codes_of_a_transformer_without_decision_function(fitted):
    _, X, _ = fitted
    above_mean = X - X.mean(axis=0, dtype=np.float64) > 0
    display = CodeBalanceDisplay.from_estimator(StandardScaler().fit(X), X)
    np.testing.assert_allclose(display.balance, above_mean.mean(axis=0), atol=1e-15)


def test_refuses_estimators_without_codes(fitted):
    hasher, X, y = fitted
    search = make_pipeline(hasher, HammingNeighbors().fit(hasher.transform(X), y))
    for cls in (CodeBalanceDisplay, HashOutputDisplay):
        with pytest.raises(ValueError, match=r"pass the steps before the search, pipeline\[:-1\]"):
            cls.from_estimator(search, X)
    with pytest.raises(ValueError, match="estimator must have decision_function or transform; str has not"):
        CodeBalanceDisplay.from_estimator("hasher", X)


@pytest.mark.parametrize(("cls", "attribute"), [(LossShapeDisplay, "net_"), (TrainingHistoryDisplay, "history_")])
def test_refuses_estimators_without_training(fitted, cls, attribute):
    with pytest.raises(ValueError, match=f"estimator must be a deep hasher, whose fit sets {attribute}; got PCA"):
        cls.from_estimator(PCA(2).fit(fitted[1]))
    with pytest.raises(NotFittedError):
        cls.from_estimator(clone(fitted[0]))


@pytest.mark.parametrize("name", ["balance", "output", "loss"])
def test_refuses_an_unknown_kind(name):
    with pytest.raises(ValueError, match=r"kind must be one of '.*', '.*'; got 'pie'"):
        MAKERS[name](kind="pie")


@pytest.mark.parametrize("cls", DISPLAYS)
def test_missing_matplotlib_is_an_error_before_anything_is_computed(cls, monkeypatch):
    monkeypatch.setitem(sys.modules, "matplotlib", None)
    for method in (name for name in vars(cls) if name.startswith("from_")):
        parameters = signature(getattr(cls, method)).parameters.values()
        required = {parameter.name: None for parameter in parameters if parameter.default is parameter.empty}
        with pytest.raises(ImportError, match=rf"{method} needs matplotlib.*`pip install sklearn_hash\[plot\]`"):
            getattr(cls, method)(**required)


def test_constructor_neither_computes_nor_draws():
    share = np.array([0.5, 0.5])
    displays = [
        HammingPrecisionRecallDisplay(precision=share, recall=share),
        PrecisionAtKDisplay(k=[1, 2], precision=share),
        NeighborRecallDisplay(n_candidates=[1, 2], recall=share),
        HammingDistanceDisplay(similar=share, dissimilar=share),
        CodeBalanceDisplay(balance=share, correlation=np.eye(2)),
        HashOutputDisplay(z=np.eye(2)),
        TrainingHistoryDisplay(epochs=[1, 2], values={"train_loss": share}),
        NeighborsDisplay(
            query_images=np.eye(2)[None],
            neighbor_images=np.eye(2)[None, None],
            distances=np.array([[0]]),
            relevant=np.array([[True]]),
        ),
        LossShapeDisplay(similar=share, dissimilar=share),
        MethodRanksDisplay(mean_ranks=np.array([1.0, 2.0]), methods=["a", "b"], critical_difference=0.5),
    ]
    assert [type(display).__name__ for display in displays] == plotting.__all__
    assert not plt.get_fignums()
    assert not any(hasattr(display, "ax_") for display in displays)
    for display in displays:
        display.plot().figure_.canvas.draw()
