"""A figure for the page of each method: its loss if it has one, and the codes it gives to a plane.

The figures are drawn when a build needs them and kept until the method's sources change. To draw them alone:

    python docs/_extensions/method_figures.py [METHOD ...]
"""

import sys
import warnings
from importlib import import_module
from pathlib import Path

import numpy as np
from loss_curves import WITHOUT_LOSS, curves_of

from sklearn_hash.hashers._methods import METHODS

ROOT = Path(__file__).parents[2]
FOLDER = ROOT / "docs" / "methods" / "generated"

# By the number of panels of the loss.
_LOSS = ("", "Left: {}. Right: ", "Left and middle: {}. Right: ")
_CODES = """codes of 4 bits for the points of a plane with four classes of rows. A bit changes at each line;
each colour is one code."""


def figure_path(method):
    """File of a method's figure."""
    return FOLDER / f"{method}.png"


def _is_current(method):
    sources = [ROOT / "sklearn_hash" / package / f"_{method}.py" for package in ("hashers", "losses")]
    sources += [Path(__file__), Path(__file__).with_name("loss_curves.py")]
    newest = max(source.stat().st_mtime for source in sources if source.exists())
    return figure_path(method).exists() and figure_path(method).stat().st_mtime > newest


def _draw_panel(panel, ax):
    from sklearn_hash.plotting._curves import draw_curves

    ax.margins(y=0.2)  # room for the legend
    if panel.title == "Gradient":
        ax.axhline(0, color="0.8", linewidth=0.8)
    draw_curves(ax, panel.x, list(panel.lines.items()))
    ax.set(title=panel.title, xlabel=panel.xlabel, ylabel=panel.ylabel)


def _draw_codes(method, ax):
    """Draw the codes that a hasher of 4 bits gives to a plane."""
    from sklearn.datasets import make_blobs

    X, y = make_blobs(512, centers=[(-2, -1), (-0.5, 1.5), (1.5, 1), (1, -1.5)], cluster_std=0.55, random_state=0)
    hasher = getattr(import_module("sklearn_hash"), METHODS[method])(4, random_state=0)
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

    caption, panels = ("", []) if method in WITHOUT_LOSS else curves_of(method)
    n_axes = len(panels) + 1
    size = (4.5 * n_axes - 0.5, 4)
    figure, axes = plt.subplots(1, n_axes, figsize=size, layout="constrained", squeeze=False)
    for panel, ax in zip(panels, axes[0], strict=False):
        _draw_panel(panel, ax)
    _draw_codes(method, axes[0, -1])
    FOLDER.mkdir(parents=True, exist_ok=True)
    caption = _LOSS[len(panels)].format(caption) + _CODES
    figure.savefig(figure_path(method), dpi=100, metadata={"Description": caption[0].upper() + caption[1:]})
    plt.close(figure)


def draw_all(app):
    """Draw the figures that are missing or older than their methods."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        for method in METHODS:
            if not _is_current(method):
                draw(method)


def _caption(method):
    """Caption of a figure, as written into it."""
    from PIL import Image

    with Image.open(figure_path(method)) as image:
        return image.text["Description"]


def add_figure(app, docname, source):
    """Put the figure before what the paper claims, and a link to the class before the parameters."""
    folder, _, method = docname.rpartition("/")
    if folder != "methods" or method not in METHODS:
        return
    name = METHODS[method]
    figure = f"## Figure\n\n![Figure of {name}](generated/{method}.png)\n\n{_caption(method)}\n\n"
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
