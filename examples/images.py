"""Hash photographs: a network trained from scratch, and a pretrained network, frozen and fine-tuned.

The images are those of ``cifar100_coarse22k.npz`` in the folder of `--data-home`: 22,000 photographs of 20 classes. Any
module can be the pretrained encoder. Here it is the network of ``mobilenetv2.py`` in the same folder, which was trained
on ImageNet. With timm it would be

    encoder = timm.create_model("mobilenetv2_100", pretrained=True, num_classes=0)

and with torchvision ``resnet18(weights="DEFAULT")`` with its ``fc`` replaced by ``nn.Identity()``. Both need
ImageInput(normalize="imagenet"). You can also pass your own photographs as an array of bytes, or as paths with
ImageInput(loader=PIL.Image.open) if all of them have the same size.

    python examples/images.py --data-home FOLDER
    python examples/images.py --data-home FOLDER --train 10000 --epochs 30
"""

import argparse
import importlib.util
import os
import sys
import time
from copy import deepcopy
from pathlib import Path

import numpy as np
from torch import nn

from sklearn_hash import DualHingeHasher, ImageInput
from sklearn_hash.datasets import load_local
from sklearn_hash.metrics import mean_average_precision
from sklearn_hash.training import RandomCrop, RandomFlip

N_BITS, N_QUERIES, TOP = 32, 300, 5000


def pretrained_encoder(folder):
    """The module defined in the folder, after upsampling by 2, since it halves the size of images five times."""
    spec = importlib.util.spec_from_file_location("mobilenetv2", Path(folder) / "mobilenetv2.py")
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return nn.Sequential(nn.Upsample(scale_factor=2, mode="bilinear"), module.MobileNetV2())


def hashers(folder, epochs):
    """Names and estimators of the compared hashers."""
    # On pixels the networks do better with this learning rate than with the default.
    shared = {"lr": 1e-3, "max_epochs": epochs, "random_state": 0, "verbose": 1}
    # What this encoder was trained on: pixels from -1 to 1.
    pretrained, scaled = pretrained_encoder(folder), ImageInput(normalize=(0.5, 0.5))
    frozen = deepcopy(pretrained).requires_grad_(False)
    slower = {"optimizer__param_groups": [("encoder.*", {"lr": 1e-4})]}  # a tenth of that of the hash layer
    augment = nn.Sequential(RandomCrop(padding=4), RandomFlip())
    return {
        "pixels, linear": DualHingeHasher(N_BITS, encoder="linear", **shared),
        "cnn": DualHingeHasher(N_BITS, encoder="cnn", **shared),
        "cnn, augmented": DualHingeHasher(N_BITS, encoder="cnn", **shared, images=ImageInput(augment=augment)),
        "pretrained, frozen": DualHingeHasher(N_BITS, encoder=frozen, images=scaled, **shared),
        "pretrained, fine-tuned": DualHingeHasher(
            N_BITS,
            encoder=pretrained,
            images=ImageInput(normalize=(0.5, 0.5), augment=augment),
            net_params=slower,
            **shared,
        ),
    }


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--data-home", default=os.environ.get("SKLEARN_HASH_DATA"))
    parser.add_argument("--train", type=int, default=2000, help="rows to train on, 10000 at most")
    parser.add_argument("--epochs", type=int, default=5)
    args = parser.parse_args()
    if args.data_home is None:
        print("Name the folder of the data by --data-home or SKLEARN_HASH_DATA.")
        return 2
    split = load_local("cifar100_coarse22k", args.data_home)
    X, y, rng = split.X, split.y, np.random.default_rng(0)
    # Rows are stored sorted by class.
    train, query = rng.permutation(split.train)[: args.train], rng.permutation(split.query)[:N_QUERIES]
    print(f"{N_BITS} bits, {args.epochs} epochs over {len(train)} images, {len(query)} queries")
    print(f"{'':24} {'mAP@' + str(TOP):>9} {'seconds':>8}")
    for name, hasher in hashers(args.data_home, args.epochs).items():
        start = time.perf_counter()
        hasher.fit(X[train], y[train])
        seconds = time.perf_counter() - start
        codes = hasher.transform(X[query]), y[query], hasher.transform(X[split.database]), y[split.database]
        print(f"{name:24} {mean_average_precision(*codes, k=TOP):9.3f} {seconds:8.0f}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
