"""
=====================
A pretrained backbone
=====================

If there are few labels, use an encoder that was pretrained on other data. Here a small convolutional network learns the
digits 0 to 4. Then it encodes images of the digits 5 to 9, of which 50 have labels, and is either frozen or fine-tuned
at a tenth of the learning rate. In practice, use a pretrained network of timm or torchvision instead.
"""

from copy import deepcopy

import matplotlib.pyplot as plt
import numpy as np
from sklearn.datasets import load_digits
from torch import nn

from sklearn_hash import DualHingeHasher, ImageInput
from sklearn_hash.plotting import PrecisionAtKDisplay

# %%
# Images
# ------
# The digits are placed at random positions on a larger canvas with noise, so their position has to be learned.

digits, y = load_digits(return_X_y=True)
rng = np.random.default_rng(0)
images = rng.uniform(0, 0.4, (len(digits), 1, 14, 14)).astype(np.float32)
for image, digit, (top, left) in zip(images[:, 0], digits, rng.integers(0, 7, (len(digits), 2)), strict=True):
    image[top : top + 8, left : left + 8] += digit.reshape(8, 8) / 16


def small_network():
    """Return three convolutions and the mean over the image."""
    layers = []
    for n_in, n_out in ((1, 16), (16, 32), (32, 64)):
        layers += [nn.Conv2d(n_in, n_out, 3, padding=1), nn.BatchNorm2d(n_out), nn.ReLU()]
        layers += [nn.MaxPool2d(2)] if n_in < 32 else [nn.AdaptiveAvgPool2d(1), nn.Flatten()]
    return nn.Sequential(*layers)


# %%
# Pretrain
# --------
# Any module whose output is (n, n_features) can be an encoder. This one is trained as a part of a hasher, and then
# taken from the fitted hasher.

shared = {"images": ImageInput(channels="first"), "random_state": 0, "lr": 3e-3}
first = DualHingeHasher(32, encoder=small_network, max_epochs=30, **shared).fit(images[y < 5], y[y < 5])
backbone = first.net_.module_.encoder

# %%
# Hash other images
# -----------------
# An encoder is frozen if none of its weights requires a gradient. ``optimizer__param_groups`` sets a separate learning
# rate for the encoder.

others = rng.permutation(np.flatnonzero(y >= 5))
train, query, database = others[:50], others[50:250], others[250:]
slower = {"optimizer__param_groups": [("encoder.*", {"lr": 3e-4})]}
shared |= {"max_epochs": 40, "batch_size": 50}
hashers = {
    "fine-tuned": DualHingeHasher(32, encoder=backbone, net_params=slower, **shared),
    "frozen": DualHingeHasher(32, encoder=deepcopy(backbone).requires_grad_(False), **shared),
    "from scratch": DualHingeHasher(32, encoder=small_network, **shared),
    "pixels, one hidden layer": DualHingeHasher(32, encoder="mlp", **shared),
}

# %%
# Precision among the first k
# ---------------------------

figure, ax = plt.subplots(figsize=(7, 4.5), layout="constrained")
for name, hasher in hashers.items():
    hasher.fit(images[train], y[train])
    search = images[query], y[query], images[database], y[database]
    display = PrecisionAtKDisplay.from_estimator(hasher, *search, k=range(5, 130, 10), name=name, ax=ax)
    print(f"{name:26} mAP of the queries among themselves {hasher.score(images[query], y[query]):.3f}")
ax.set_title("Digits 5 to 9 on a canvas, 50 labels")
plt.show()
