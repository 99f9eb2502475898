"""Draw the Displays for hashers trained on the digits, with several methods on the same axes.

python examples/plots.py FOLDER     # writes five figures; needs matplotlib
"""

import argparse
from pathlib import Path

import matplotlib.pyplot as plt
from sklearn.datasets import load_digits
from sklearn.model_selection import train_test_split

from sklearn_hash import DHNHasher, DualHingeHasher, HashNetHasher
from sklearn_hash.losses import DualHingeLoss, HashNetLoss
from sklearn_hash.plotting import (
    CodeBalanceDisplay,
    HammingDistanceDisplay,
    HammingPrecisionRecallDisplay,
    HashOutputDisplay,
    LossShapeDisplay,
    NeighborRecallDisplay,
    NeighborsDisplay,
    PrecisionAtKDisplay,
    TrainingHistoryDisplay,
)

X, y = load_digits(return_X_y=True)
X_database, X_query, y_database, y_query = train_test_split(X, y, test_size=300, stratify=y, random_state=0)


def draw_retrieval(hashers):
    """Precision against recall and among the first k, and recall of the true neighbours."""
    figure, (left, middle, right) = plt.subplots(1, 3, figsize=(16, 4.5), layout="constrained")
    for hasher in hashers:
        rows = hasher, X_query, y_query, X_database, y_database
        HammingPrecisionRecallDisplay.from_estimator(*rows, ax=left, plot_chance_level=hasher is hashers[-1])
        PrecisionAtKDisplay.from_estimator(*rows, k=range(10, 310, 20), ax=middle)
        NeighborRecallDisplay.from_estimator(hasher, X_query, X_database, ax=right)
    return figure


def draw_codes(hashers):
    """Distances of similar and dissimilar pairs, and balance and correlation of the bits."""
    figure, (left, middle, right) = plt.subplots(1, 3, figsize=(16, 4.5), layout="constrained")
    for hasher in hashers[::2]:
        HammingDistanceDisplay.from_estimator(hasher, X_query, y_query, X_database, y_database, ax=left)
    for hasher in hashers:
        CodeBalanceDisplay.from_estimator(hasher, X_query, ax=middle)
    CodeBalanceDisplay.from_estimator(hashers[0], X_query, kind="correlation", ax=right)
    return figure


def draw_training(hashers):
    """Losses against epochs, and the outputs after training, before and after the relaxation."""
    figure, (left, middle, right) = plt.subplots(1, 3, figsize=(16, 4.5), layout="constrained")
    for hasher in hashers:
        TrainingHistoryDisplay.from_estimator(hasher, ax=left)
        HashOutputDisplay.from_estimator(hasher, X_query, kind="z", ax=middle)
        HashOutputDisplay.from_estimator(hasher, X_query, ax=right)
    return figure


def draw_losses():
    """The dual hinge loss and the HashNet loss."""
    figure, axes = plt.subplots(1, 2, figsize=(11, 4.5), layout="constrained")
    for ax, kind in zip(axes, ("loss", "gradient"), strict=True):
        LossShapeDisplay.from_loss(DualHingeLoss(), name="dual hinge", kind=kind, ax=ax)
        LossShapeDisplay.from_loss(HashNetLoss(), name="HashNet", kind=kind, ax=ax)
    return figure


def draw_neighbors():
    """Queries and their neighbours, by a hasher of few bits."""
    hasher = DualHingeHasher(8, max_epochs=5, random_state=0).fit(X_database, y_database)
    display = NeighborsDisplay.from_estimator(
        hasher,
        X_query,
        y_query,
        X_database,
        y_database,
        images=X_query.reshape(-1, 8, 8),
        database_images=X_database.reshape(-1, 8, 8),
    )
    return display.figure_


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("folder", type=Path, help="where the pictures go; made where it is not there")
    folder = parser.parse_args().folder
    folder.mkdir(parents=True, exist_ok=True)
    methods = DualHingeHasher, HashNetHasher, DHNHasher
    hashers = [method(32, random_state=0).fit(X_database, y_database) for method in methods]
    figures = {
        "retrieval": draw_retrieval(hashers),
        "codes": draw_codes(hashers),
        "training": draw_training(hashers),
        "losses": draw_losses(),
        "neighbors": draw_neighbors(),
    }
    for name, figure in figures.items():
        path = folder / f"{name}.png"
        figure.savefig(path, dpi=120)
        print(path)


if __name__ == "__main__":
    main()
