"""Grid of images on one axes: each row has a query and its neighbours, in frames that show their relevance."""

import numpy as np

__all__ = ["check_images", "draw_captions", "draw_images", "figure_size"]

# Widths and heights in units of an image: gap between images, caption below an image, gap between query and neighbours.
_GAP, _CAPTION, _QUERY_GAP = 0.12, 0.42, 0.3
_ROW = 1 + _CAPTION + _GAP
_INCHES, _MIN_INCHES = 0.8, 4.0  # size of an image, and smallest size of a new figure, which needs room for the legend
# Colours suited to colour-blind readers; the line styles also differ, for print in grey.
_RELEVANT: dict = {"edgecolor": "#0072b2", "linestyle": "-", "linewidth": 2.0}
_IRRELEVANT: dict = {"edgecolor": "#d55e00", "linestyle": (0, (1.5, 1)), "linewidth": 3.0}


def check_images(images, n, name):
    """Return images with their channels last, and grey images without a channel axis."""
    images = np.asarray(images)
    if images.ndim == 4 and images.shape[-1] not in (1, 3, 4) and images.shape[1] in (1, 3, 4):
        images = np.moveaxis(images, 1, -1)
    if images.ndim == 4 and images.shape[-1] == 1:
        images = images[..., 0]
    if not (images.ndim == 3 or (images.ndim == 4 and images.shape[-1] in (3, 4))):
        raise ValueError(
            f"{name} must have shape (n, height, width), or 1, 3 or 4 channels last or first; got {images.shape}. "
            "Reshape flat rows, as by X.reshape(-1, 28, 28)."
        )
    if len(images) != n:
        raise ValueError(f"{name} must have an image for each of the {n} codes; got {len(images)}.")
    return images


def figure_size(n_queries, n_neighbors):
    """Return the width and height of a figure in inches."""
    return max(_MIN_INCHES, _INCHES * (_width(n_neighbors) + 0.3)), _INCHES * (n_queries * _ROW + 1)


def draw_images(ax, queries, neighbors, relevant, image_kwargs):
    """Draw the images and the frames of the neighbours, and return both as arrays of artists."""
    n_queries, n_neighbors = relevant.shape
    images, frames = np.empty((n_queries, 1 + n_neighbors), object), np.empty((n_queries, n_neighbors), object)
    kwargs = {**_grey_scale(queries, neighbors), "interpolation": "nearest", **(image_kwargs or {})}
    for row in range(n_queries):
        for column, image in enumerate([queries[row], *neighbors[row]]):
            extent = _extent(row, column, *image.shape[:2])
            images[row, column] = ax.imshow(image, extent=extent, **kwargs)
            if column:
                style = _RELEVANT if relevant[row, column - 1] else _IRRELEVANT
                frames[row, column - 1] = _draw_frame(ax, extent, style)
    ax.set_axis_off()
    ax.set(xlim=(-_GAP, _width(n_neighbors) + _GAP), ylim=(n_queries * _ROW, -0.3), aspect="equal")
    return images, frames


def draw_captions(ax, captions, title):
    """Draw the captions below the images, the headings, the title and the legend."""
    size = _fontsize(ax, captions)
    middle = (_left(1) + _width(len(captions[0]) - 1)) / 2
    for x, heading in ((0.5, "query"), (middle, "nearest first, at Hamming distance d")):
        ax.text(x, -0.08, heading, ha="center", va="bottom", fontsize=size)
    for row, texts in enumerate(captions):
        for column, text in enumerate(texts):
            x, y = _left(column) + 0.5, row * _ROW + 1.06
            ax.text(x, y, text, ha="center", va="top", fontsize=size, linespacing=1.15)
    ax.set_title(title, fontsize=1.2 * size)
    _draw_legend(ax, size)


def _width(n_neighbors):
    return _left(n_neighbors) + 1


def _left(column):
    return column * (1 + _GAP) + (_QUERY_GAP if column else 0)


def _extent(row, column, height, width):
    """Return left, right, bottom and top of an image in the middle of its square."""
    x, y = _left(column) + 0.5, row * _ROW + 0.5
    longest = 2 * max(height, width)
    return x - width / longest, x + width / longest, y + height / longest, y - height / longest


def _draw_frame(ax, extent, style):
    from matplotlib.patches import Rectangle

    left, right, bottom, top = extent
    return ax.add_patch(Rectangle((left, top), right - left, bottom - top, fill=False, clip_on=False, **style))


def _grey_scale(queries, neighbors):
    """Return a common colour map and limits for grey images, or nothing for colour images."""
    if queries.ndim == 4:
        return {}
    return {
        "cmap": "gray",
        "vmin": min(queries.min(), neighbors.min()),
        "vmax": max(queries.max(), neighbors.max()),
    }


def _fontsize(ax, captions):
    """Return the font size in points at which the longest caption fits below its image."""
    box = ax.get_window_extent()
    pixels = min(box.width / _width(len(captions[0]) - 1), box.height / (len(captions) * _ROW))
    n_characters = max(len(line) for texts in captions for text in texts for line in ("-", *text.splitlines()))
    # The width of a character is about 0.6 of its height.
    share = min(0.17, (1 + _GAP) / 0.6 / n_characters)
    return float(np.clip(share * pixels * 72 / ax.figure.dpi, 4, 12))


def _draw_legend(ax, size):
    from matplotlib.lines import Line2D

    handles = [
        Line2D([], [], color=style["edgecolor"], linestyle=style["linestyle"], linewidth=style["linewidth"])
        for style in (_RELEVANT, _IRRELEVANT)
    ]
    labels = ["shares a label with the query", "does not"]
    ax.legend(handles, labels, loc="upper center", bbox_to_anchor=(0.5, 0), ncols=2, fontsize=size, frameon=False)
