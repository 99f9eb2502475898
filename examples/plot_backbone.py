"""
=====================
A pretrained backbone
=====================

Few labels go further with an encoder that was trained on something else. Here a small convolutional network learns the
digits 0 to 4; then it encodes images of the digits 5 to 9, of which 40 have labels: frozen, or trained on at a tenth of
the learning rate. A network of timm or torchvision takes its place in earnest.
"""

import matplotlib.pyplot as plt
import numpy as np
from sklearn.datasets import load_digits
from torch import nn

from sklearn_hash import DualHingeHasher, ImageInput
from sklearn_hash.plotting import PrecisionAtKDisplay

images, y = load_digits(return_X_y=True)
images = images.reshape(-1, 1, 8, 8).astype(np.float32) / 16


def small_network():
    """Return two convolutions and the mean over the image."""
    layers = [nn.Conv2d(1, 32, 3, padding=1), nn.BatchNorm2d(32), nn.ReLU(), nn.MaxPool2d(2)]
    layers += [nn.Conv2d(32, 64, 3, padding=1), nn.BatchNorm2d(64), nn.ReLU(), nn.AdaptiveAvgPool2d(2), nn.Flatten()]
    return nn.Sequential(*layers)


# %%
# Pretrain
# --------
# Any module whose output is (n, n_features) is an encoder. This one is trained by a hasher, and taken out of it.

first = DualHingeHasher(32, encoder=small_network, images=ImageInput(channels="first"), random_state=0)
first.fit(images[y < 5], y[y < 5])
backbone = first.net_.module_.encoder

# %%
# Hash other images
# -----------------
# A frozen encoder is one of which no weight requires a gradient. ``optimizer__param_groups`` gives the encoder a
# learning rate of its own. Instances are copied, the backbone itself stays as it is.

rng = np.random.default_rng(0)
others = rng.permutation(np.flatnonzero(y >= 5))
train, query, database = others[:40], others[40:240], others[240:]
slower = {"optimizer__param_groups": [("encoder.*", {"lr": 1e-4})]}
shared = {"images": ImageInput(channels="first"), "random_state": 0, "max_epochs": 60, "batch_size": 40}
hashers = {
    "fine-tuned": DualHingeHasher(32, encoder=backbone, net_params=slower, **shared),
    "frozen": DualHingeHasher(32, encoder=backbone.requires_grad_(False), **shared),
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
ax.set_title("Digits 5 to 9, 40 labels")
plt.show()
