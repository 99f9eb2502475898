"""Balance and correlation of bits, compared with numpy."""

import matplotlib.pyplot as plt
import numpy as np
import pytest

from sklearn_hash.codes import pack_codes
from sklearn_hash.plotting import CodeBalanceDisplay


@pytest.fixture
def codes():
    return (np.random.default_rng(0).random((50, 11)) < np.linspace(0.1, 0.9, 11)).astype(int)


def test_balance_is_the_mean_of_each_bit(codes):
    display = CodeBalanceDisplay.from_codes(pack_codes(codes), packed=True, n_bits=11)
    np.testing.assert_array_equal(display.line_.get_xdata(), np.arange(11))
    np.testing.assert_allclose(display.line_.get_ydata(), codes.mean(axis=0), atol=1e-15)
    assert display.im_ is None


def test_correlation_is_absolute(codes):
    codes[:, 3] = 1 - codes[:, 2]
    display = CodeBalanceDisplay.from_codes(codes, kind="correlation", name="codes", image_kwargs={"vmax": 0.5})
    image = display.im_.get_array()
    np.testing.assert_allclose(image, np.abs(np.corrcoef(codes.T)), atol=1e-12)
    assert image[2, 3] == pytest.approx(1)
    assert display.im_.get_clim() == (0, 0.5)
    assert display.ax_.get_title() == "codes"
    assert display.line_ is None


def test_constant_bit_is_hatched(codes):
    codes[:, 4] = 0
    figure, ax = plt.subplots()
    display = CodeBalanceDisplay.from_codes(codes, kind="correlation", ax=ax)
    assert display.ax_ is ax
    assert np.ma.getmaskarray(display.im_.get_array())[4].all()
    assert "hatched" in ax.get_xlabel()
    figure.canvas.draw()
    pixels = np.asarray(figure.canvas.buffer_rgba())
    (left, bottom), (right, top) = ax.transData.transform([(-0.3, 4.3), (10.3, 3.7)]).round().astype(int)
    drawn = np.unique(pixels[len(pixels) - top : len(pixels) - bottom, left:right].reshape(-1, 4), axis=0)
    assert len(drawn) > 1  # lines on a white background; a correlation has one colour
