"""Losses of single pairs, compared with their formulas."""

import numpy as np
import pytest
import torch

from sklearn_hash.losses import DHNLoss, DualHingeLoss, HashNetLoss
from sklearn_hash.plotting import LossShapeDisplay

D = np.arange(33)


def softplus(x):
    return np.logaddexp(0, x)


def test_dual_hinge_is_drawn_by_distance():
    u, alpha = np.exp(-6 / 32 * D), 1.01
    similar, dissimilar = LossShapeDisplay.from_loss(DualHingeLoss()).line_
    np.testing.assert_array_equal(similar.get_xdata(), D)
    np.testing.assert_allclose(dissimilar.get_ydata(), np.log(alpha / (alpha - 1)) * u, atol=1e-9)
    expected = u * np.log(alpha * u / ((alpha - 1) * u + 1)) + np.log(alpha / (alpha - 1 + u))
    np.testing.assert_allclose(similar.get_ydata(), expected, atol=1e-9)


@pytest.mark.parametrize(("loss", "scale"), [(HashNetLoss(), 10), (DHNLoss(quantization=3.0), 5)])
def test_cross_entropies_show_neither_weights_nor_quantization(loss, scale):
    theta = scale * (1 - 2 * D / 32)
    display = LossShapeDisplay.from_loss(loss)
    np.testing.assert_allclose(display.dissimilar, softplus(theta), atol=1e-6)
    np.testing.assert_allclose(display.similar, softplus(-theta), atol=1e-6)


def test_gradient_lies_between_the_derivatives_at_both_distances():
    similar, dissimilar = LossShapeDisplay.from_loss(HashNetLoss(), 16, kind="gradient").line_
    np.testing.assert_array_equal(similar.get_xdata(), np.arange(16) + 0.5)
    theta = 10 * (1 - 2 * np.arange(17) / 16)
    slope = -20 / 16 / (1 + np.exp(-theta))  # derivative of softplus(theta) by the distance
    assert (dissimilar.get_ydata() >= slope[:-1] - 1e-6).all()
    assert (dissimilar.get_ydata() <= slope[1:] + 1e-6).all()
    np.testing.assert_allclose(similar.get_ydata(), -dissimilar.get_ydata()[::-1], atol=1e-6)


def test_magnitude_is_the_absolute_value_of_the_outputs():
    def loss(z, similarity):
        return (z[0] @ z[1]) / 4

    display = LossShapeDisplay.from_loss(loss, 4, magnitude=3.0)
    np.testing.assert_array_equal(display.similar, 9 * (1 - 2 * np.arange(5) / 4))


def test_from_estimator_draws_the_loss_of_training(fitted):
    before = torch.get_rng_state()
    display = LossShapeDisplay.from_estimator(fitted[0])
    np.testing.assert_allclose(display.dissimilar, softplus(10 * (1 - 2 * np.arange(13) / 12)), atol=1e-6)
    assert display.line_[0].get_label() == "HashNetHasher: similar pair"
    assert torch.equal(torch.get_rng_state(), before)


def test_refuses_a_loss_of_labels():
    class LabelLoss(torch.nn.Module):
        target = "labels"

    with pytest.raises(ValueError, match=r"loss must take the similarity of pairs; LabelLoss takes labels"):
        LossShapeDisplay.from_loss(LabelLoss())
