"""Mean ranks and critical differences of MethodRanksDisplay."""

import matplotlib.pyplot as plt
import numpy as np
import pandas as pd
import pytest

from sklearn_hash.plotting import MethodRanksDisplay

# Table 5 of Demsar (2006): critical values of the two-tailed Nemenyi test for 2 to 10 methods.
Q_05 = [1.960, 2.343, 2.569, 2.728, 2.850, 2.949, 3.031, 3.102, 3.164]
Q_10 = [1.645, 2.052, 2.291, 2.459, 2.589, 2.693, 2.780, 2.855, 2.920]


@pytest.mark.parametrize(("alpha", "values"), [(0.05, Q_05), (0.1, Q_10)])
def test_critical_differences_are_those_of_the_published_table(alpha, values):
    n_datasets = 14
    for n_methods, q in enumerate(values, start=2):
        scores = np.random.default_rng(0).normal(size=(n_datasets, n_methods))
        display = MethodRanksDisplay.from_scores(scores, alpha=alpha)
        expected = q * np.sqrt(n_methods * (n_methods + 1) / (6 * n_datasets))
        np.testing.assert_allclose(display.critical_difference, expected, atol=2e-3)
        plt.close(display.figure_)


def test_equal_scores_share_the_mean_of_their_ranks():
    scores = np.random.default_rng(0).integers(0, 4, (9, 6)) / 4
    better = (scores[:, None, :] > scores[:, :, None]).sum(axis=2)
    equal = (scores[:, None, :] == scores[:, :, None]).sum(axis=2)
    display = MethodRanksDisplay.from_scores(scores)
    np.testing.assert_allclose(display.mean_ranks, (1 + better + (equal - 1) / 2).mean(axis=0))


def test_groups_are_the_largest_sets_within_the_critical_difference():
    display = MethodRanksDisplay(
        mean_ranks=np.array([4.0, 1.0, 1.9, 2.8]), methods=list("abcd"), critical_difference=1.0
    )
    assert display.plot().groups_ == [[1, 2], [2, 3]]
    display.critical_difference = 2.0
    assert display.plot().groups_ == [[1, 2, 3], [3, 0]]
    display.critical_difference = 0.5
    assert display.plot().groups_ == []


def test_every_method_is_named_at_its_rank():
    scores = pd.DataFrame({"HashNet": [0.7, 0.6, 0.8], "LSH": [0.2, 0.3, 0.1], "DHN": [0.6, 0.5, 0.7]})
    display = MethodRanksDisplay.from_scores(scores, name="mAP")
    assert sorted(text.get_text().strip() for text in display.ax_.texts) == ["DHN", "HashNet", "LSH"]
    starts = {
        text.get_text().strip(): line for text, line in zip(display.ax_.texts, display.ax_.lines[-3:], strict=True)
    }
    assert {name: line.get_xdata()[0] for name, line in starts.items()} == {"HashNet": 1, "DHN": 2, "LSH": 3}
    assert display.ax_.get_xlabel().startswith("mAP: mean rank (critical difference 1.9")


@pytest.mark.parametrize(
    ("scores", "options", "message"),
    [
        ([[0.1, 0.2]], {}, "minimum of 2"),
        ([[0.1], [0.2]], {}, "minimum of 2"),
        ([[0.1, np.nan], [0.2, 0.1]], {}, "scores contains NaN"),
        ([[0.1, 0.2], [0.2, 0.1]], {"methods": ["a"]}, "one name per column of scores, 2; got 1"),
        ([[0.1, 0.2], [0.2, 0.1]], {"alpha": 5}, "alpha must be between 0 and 1; got 5"),
    ],
)
def test_bad_input_is_refused(scores, options, message):
    with pytest.raises(ValueError, match=message):
        MethodRanksDisplay.from_scores(scores, **options)
