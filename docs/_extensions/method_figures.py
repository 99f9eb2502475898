"""A figure for the page of each method: its loss where that is a loss of pairs, and the codes it gives to a plane.

The figures are drawn when a build needs them and kept until the method's sources change. To draw them alone:

    python docs/_extensions/method_figures.py [METHOD ...]
"""

import sys
import warnings
from importlib import import_module
from pathlib import Path

import numpy as np

from sklearn_hash.hashers._methods import METHODS

ROOT = Path(__file__).parents[2]
FOLDER = ROOT / "docs" / "methods" / "generated"

_LOSS = """Left and middle: loss and gradient of a similar and of a dissimilar pair against its Hamming distance
({py:class}`~sklearn_hash.plotting.LossShapeDisplay`). Right:"""
_CODES = """codes of 4 bits for the points of a plane with four classes of rows. A bit changes at each line;
each colour is one code."""


def figure_path(method):
    """File of a method's figure."""
    return FOLDER / f"{method}.png"


def _is_current(method):
    sources = [ROOT / "sklearn_hash" / package / f"_{method}.py" for package in ("hashers", "losses")]
    newest = max(source.stat().st_mtime for source in [*sources, Path(__file__)] if source.exists())
    return figure_path(method).exists() and figure_path(method).stat().st_mtime > newest


def _loss_of_pairs(method):
    """Return the method's loss if it is one of pairs, else None."""
    loss_class = getattr(_hasher_class(method), "_loss_class", None)
    return loss_class() if getattr(loss_class, "target", None) == "similarity" else None


def _hasher_class(method):
    return getattr(import_module("sklearn_hash"), METHODS[method])


def _draw_loss(loss, axes):
    """Draw the loss of a pair and its gradient; return False if the loss of one pair says nothing."""
    from sklearn_hash.plotting import LossShapeDisplay

    for ax, kind in zip(axes, ("loss", "gradient"), strict=True):
        display = LossShapeDisplay.from_loss(loss, kind=kind, ax=ax)
        ax.set_title(kind.capitalize())
    # Of a loss that compares statistics of a batch, one pair tells nothing.
    return all(np.isfinite(values).all() and np.ptp(values) > 0 for values in (display.similar, display.dissimilar))


def _draw_codes(method, ax):
    """Draw the codes that a hasher of 4 bits gives to a plane."""
    from sklearn.datasets import make_blobs

    X, y = make_blobs(512, centers=[(-2, -1), (-0.5, 1.5), (1.5, 1), (1, -1.5)], cluster_std=0.55, random_state=0)
    hasher = _hasher_class(method)(4, random_state=0)
    if "max_epochs" in hasher.get_params():
        hasher.set_params(max_epochs=40, batch_size=64, device="cpu")
    hasher.fit(X.astype(np.float32), y)
    x_axis, y_axis = np.linspace(-4, 4, 200), np.linspace(-4, 4, 200)
    grid = np.stack(np.meshgrid(x_axis, y_axis), axis=-1).reshape(-1, 2).astype(np.float32)
    z = hasher.decision_function(grid)
    codes = (z > 0) @ (1 << np.arange(4))
    ax.imshow(codes.reshape(200, 200), extent=(-4, 4, -4, 4), origin="lower", cmap="tab20", vmin=0, vmax=19, alpha=0.45)
    for bit in z.T:
        if bit.min() < 0 < bit.max():
            ax.contour(x_axis, y_axis, bit.reshape(200, 200), levels=[0], colors="black", linewidths=1.2)
    for label, marker in enumerate("os^D"):
        ax.scatter(*X[y == label][:60].T, s=12, marker=marker, facecolor="white", edgecolor="black", linewidth=0.7)
    ax.set(title="Codes", xticks=[], yticks=[])


def draw(method):
    """Draw the figure of a method and save it."""
    import matplotlib.pyplot as plt

    loss = _loss_of_pairs(method)
    figure, axes = plt.subplots(1, 3, figsize=(13, 4), layout="constrained")
    if loss is None or not _draw_loss(loss, axes[:2]):
        plt.close(figure)
        figure, ax = plt.subplots(figsize=(4, 4), layout="constrained")
        axes = [ax]
    _draw_codes(method, axes[-1])
    FOLDER.mkdir(parents=True, exist_ok=True)
    figure.savefig(figure_path(method), dpi=100, metadata={"Description": f"{len(axes)} panels"})
    plt.close(figure)


def draw_all(app):
    """Draw the figures that are missing or older than their methods."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        for method in METHODS:
            if not _is_current(method):
                draw(method)


def _panels(method):
    """Number of panels of a figure, as written into it."""
    from PIL import Image

    with Image.open(figure_path(method)) as image:
        return int(image.text["Description"].split()[0])


def add_figure(app, docname, source):
    """Put the figure before what the paper claims, and a link to the class before the parameters."""
    folder, _, method = docname.rpartition("/")
    if folder != "methods" or method not in METHODS:
        return
    name = METHODS[method]
    caption = f"{_LOSS} {_CODES}" if _panels(method) == 3 else f"C{_CODES[1:]}"
    figure = f"## Figure\n\n![Figure of {name}](generated/{method}.png)\n\n{caption}\n\n"
    link = f"All parameters, attributes and an example: {{py:class}}`~sklearn_hash.{name}`.\n\n"
    for heading, before, after in (("## What the paper claims\n", figure, ""), ("## Parameters\n", "", f"\n{link}")):
        source[0] = source[0].replace(heading, f"{before}{heading}{after}")


def setup(app):
    """Draw the figures first, and put them into the pages as these are read."""
    app.connect("builder-inited", draw_all)
    app.connect("source-read", add_figure)
    return {"parallel_read_safe": True, "parallel_write_safe": True}


if __name__ == "__main__":
    for chosen in sys.argv[1:] or METHODS:
        draw(chosen)
        print(figure_path(chosen))
