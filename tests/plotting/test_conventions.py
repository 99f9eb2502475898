"""What all Displays share, in scikit-learn's manner: axes, names, keywords, and curves that can be told apart."""

import subprocess
import sys

import matplotlib.pyplot as plt
import numpy as np
import pytest
from matplotlib.colors import to_hex
from sklearn.linear_model import LogisticRegression
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
    NeighborsDisplay,
    PrecisionAtKDisplay,
    TrainingHistoryDisplay,
)

RNG = np.random.default_rng(0)
CODES, LABELS = RNG.normal(size=(30, 9)), RNG.integers(0, 3, 30)
HISTORY = [{"epoch": 1, "train_loss": 2.0}, {"epoch": 2, "train_loss": 1.0}]

# How each Display of curves is made without an estimator.
MAKERS = {
    "precision_recall": lambda **kw: HammingPrecisionRecallDisplay.from_codes(CODES, LABELS, **kw),
    "precision_at_k": lambda **kw: PrecisionAtKDisplay.from_codes(CODES, LABELS, **kw),
    "distance": lambda **kw: HammingDistanceDisplay.from_codes(CODES, LABELS, **kw),
    "balance": lambda **kw: CodeBalanceDisplay.from_codes(CODES, **kw),
    "output": lambda **kw: HashOutputDisplay.from_codes(CODES, **kw),
    "history": lambda **kw: TrainingHistoryDisplay.from_history(HISTORY, **kw),
    "loss": lambda **kw: LossShapeDisplay.from_loss(DHNLoss(), 9, **kw),
}


def lines_of(display):
    return display.line_ if isinstance(display.line_, list) else [display.line_]


@pytest.mark.parametrize("make", MAKERS.values(), ids=MAKERS)
def test_draws_on_the_axes_given_or_on_new_ones(make):
    figure, (ax, other) = plt.subplots(1, 2)
    plt.sca(other)
    display = make(ax=ax)
    assert display.ax_ is ax
    assert display.figure_ is figure
    assert not other.lines
    fresh = make()
    assert fresh.figure_ is not figure
    assert set(lines_of(fresh)) <= set(fresh.ax_.lines)


@pytest.mark.parametrize("make", MAKERS.values(), ids=MAKERS)
def test_draws_again_under_another_name(make):
    display = make(name="first")
    assert display.plot() is display
    assert display.ax_.get_legend_handles_labels()[1][0].startswith("first")
    display.plot(name="second")
    assert display.ax_.get_legend_handles_labels()[1][0].startswith("second")
    assert display.name == "first"


@pytest.mark.parametrize("make", MAKERS.values(), ids=MAKERS)
def test_keywords_of_the_caller_win_under_either_name(make):
    for line in lines_of(make(curve_kwargs={"c": "red", "lw": 7, "ls": ":", "marker": "*", "label": "mine"})):
        assert (line.get_color(), line.get_linewidth(), line.get_linestyle()) == ("red", 7, ":")
        assert (line.get_marker(), line.get_label()) == ("*", "mine")
    with pytest.raises(TypeError, match=r"'c'|'color'"):
        make(curve_kwargs={"c": "red", "color": "blue"})


@pytest.mark.parametrize("make", MAKERS.values(), ids=MAKERS)
def test_keywords_of_each_curve(make):
    n_curves = len(lines_of(make()))
    display = make(curve_kwargs=[{"linewidth": 3 + number} for number in range(n_curves)])
    assert [line.get_linewidth() for line in lines_of(display)] == [3 + number for number in range(n_curves)]
    with pytest.raises(ValueError, match=f"curve_kwargs must be None, a dictionary or a list of {n_curves}"):
        make(curve_kwargs=[{}] * (n_curves + 1))


@pytest.mark.parametrize("colour", [None, "black"])
@pytest.mark.parametrize("make", MAKERS.values(), ids=MAKERS)
def test_several_on_one_axes_differ_without_colour(make, colour):
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
        looks = {(line.get_marker(), line.get_linestyle(), line.get_markerfacecolor()) for line in lines}
        assert len(looks) == len(lines)
    assert len(display.ax_.get_legend().get_texts()) == sum(map(len, drawn))


def test_marks_of_coinciding_curves_come_in_turns():
    _, ax = plt.subplots()
    for colour in ("red", "blue"):
        LossShapeDisplay.from_loss(DHNLoss(), ax=ax, curve_kwargs={"color": colour, "linestyle": "none", "mfc": colour})
    ax.get_legend().remove()
    ax.figure.canvas.draw()
    pixels = np.asarray(ax.figure.canvas.buffer_rgba())[..., :3].reshape(-1, 3)
    n_red, n_blue = ((pixels == colour).all(axis=1).sum() for colour in ([255, 0, 0], [0, 0, 255]))
    assert n_red > 0.5 * n_blue > 0  # drawn first, and not covered


def test_a_curve_of_the_caller_is_not_drawn_over():
    _, ax = plt.subplots()
    (own,) = ax.plot([0, 1], [0, 1])
    display = MAKERS["precision_at_k"](ax=ax)
    assert to_hex(display.line_.get_color()) != to_hex(own.get_color())


def test_no_name_no_legend():
    assert MAKERS["precision_at_k"]().ax_.get_legend() is None


def test_names_of_estimators(fitted):
    hasher, X, y = fitted
    pipeline = make_pipeline(StandardScaler().fit(X), hasher)
    for estimator in (hasher, pipeline):
        for display in (
            PrecisionAtKDisplay.from_estimator(estimator, X, y),
            TrainingHistoryDisplay.from_estimator(estimator, metric="train_loss"),
        ):
            assert display.line_.get_label() == "HashNetHasher"
        assert PrecisionAtKDisplay.from_estimator(estimator, X, y, name="mine").line_.get_label() == "mine"


@pytest.mark.parametrize("steps", [[], [StandardScaler()]], ids=["hasher", "pipeline"])
def test_a_search_is_drawn_as_its_best_estimator(fitted, steps):
    hasher, X, y = fitted
    estimator = make_pipeline(*steps, hasher) if steps else hasher
    search = GridSearchCV(estimator, {"hashnethasher__n_bits" if steps else "n_bits": [8]}, cv=2).fit(X, y)
    best = search.best_estimator_
    outputs, expected = (HashOutputDisplay.from_estimator(made, X) for made in (search, best))
    assert outputs.beta == expected.beta > 1
    for draw in (
        HammingDistanceDisplay.from_estimator,
        PrecisionAtKDisplay.from_estimator,
        HammingPrecisionRecallDisplay.from_estimator,
    ):
        assert draw(search, X, y).name == "HashNetHasher"
    for draw in (TrainingHistoryDisplay.from_estimator, LossShapeDisplay.from_estimator):
        drawn, expected = (lines_of(draw(made)) for made in (search, best))
        for line, other in zip(drawn, expected, strict=True):
            assert line.get_label() == other.get_label()
            np.testing.assert_array_equal(line.get_ydata(), other.get_ydata())
    assert CodeBalanceDisplay.from_estimator(search, X).name == "HashNetHasher"
    images = X.reshape(-1, 8, 8)
    assert NeighborsDisplay.from_estimator(search, X, y, images=images).name == "HashNetHasher"


@pytest.mark.parametrize("output", ["bits", "signs", "packed", "continuous"])
def test_every_form_of_output_is_the_same_code(fitted, output):
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


def test_queries_against_a_database(fitted):
    hasher, X, y = fitted
    display = PrecisionAtKDisplay.from_estimator(hasher, X[:50], y[:50], X[50:], y[50:], k=[7])
    z = hasher.decision_function(X)
    expected = PrecisionAtKDisplay.from_codes(z[:50], y[:50], z[50:], y[50:], k=[7])
    assert display.precision == expected.precision


def test_estimators_that_make_no_codes(fitted):
    hasher, X, y = fitted
    search = make_pipeline(hasher, HammingNeighbors().fit(hasher.transform(X), y))
    with pytest.raises(ValueError, match=r"pass what precedes the search, pipeline\[:-1\]"):
        CodeBalanceDisplay.from_estimator(search, X)
    with pytest.raises(ValueError, match=r"pass what precedes the search, pipeline\[:-1\]"):
        HashOutputDisplay.from_estimator(search, X)
    with pytest.raises(ValueError, match="must be a hasher, with transform; got str"):
        CodeBalanceDisplay.from_estimator("hasher", X)
    with pytest.raises(ValueError, match="LogisticRegression was not trained in epochs"):
        TrainingHistoryDisplay.from_estimator(LogisticRegression().fit(X, y))


@pytest.mark.parametrize(
    "display", [CodeBalanceDisplay.from_codes(CODES), HashOutputDisplay.from_codes(CODES), MAKERS["loss"]()]
)
def test_unknown_kind(display):
    with pytest.raises(ValueError, match=r"kind must be one of '.*', '.*'; got 'pie'"):
        display.plot(kind="pie")


def run(code):
    return subprocess.run([sys.executable, "-c", code], capture_output=True, text=True)


def test_room_imports_without_matplotlib_and_loads_nothing_heavy():
    absent = ["matplotlib", "torch", "numba", "skorch"]
    code = f"import sys, sklearn_hash.plotting; print([name for name in {absent} if name in sys.modules])"
    assert run(code).stdout.strip() == "[]"


def test_without_matplotlib_the_error_names_the_extra():
    code = """
import sys
sys.modules["matplotlib"] = None
from sklearn_hash.plotting import CodeBalanceDisplay, NeighborsDisplay
for draw in (CodeBalanceDisplay(balance=[0.5], correlation=[[1.0]]).plot,
             lambda: CodeBalanceDisplay.from_codes("never looked at"),
             lambda: NeighborsDisplay.from_estimator(None, None, None)):
    try:
        draw()
    except ImportError as error:
        print(error)
"""
    lines = run(code).stdout.splitlines()
    assert lines == [
        f"{caller} needs matplotlib. Install it with `pip install sklearn_hash[plot]`."
        for caller in ("CodeBalanceDisplay.plot", "CodeBalanceDisplay.from_codes", "NeighborsDisplay.from_estimator")
    ]


def test_every_display_can_be_drawn_without_computing():
    """Data first, drawing second: the constructor does neither compute nor draw."""
    assert {name.removesuffix("Display") for name in plotting.__all__} == {
        "HammingPrecisionRecall", "PrecisionAtK", "HammingDistance", "CodeBalance", "HashOutput", "TrainingHistory",
        "Neighbors", "LossShape",
    }  # fmt: skip
    share = np.array([0.5, 0.5])
    displays = [
        HammingPrecisionRecallDisplay(precision=share, recall=share),
        PrecisionAtKDisplay(k=[1, 2], precision=share),
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
    ]
    assert not plt.get_fignums()
    assert not any(hasattr(display, "ax_") for display in displays)
    for display in displays:
        display.plot().figure_.canvas.draw()
