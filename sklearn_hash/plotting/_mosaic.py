"""A mosaic on one axes: a row for each query, its picture on the left, those of its neighbours framed beside it."""

import numpy as np

__all__ = ["check_pictures", "draw_captions", "draw_pictures", "figure_size"]

# In units of a picture: between pictures, below one for its caption, between query and neighbours.
_GAP, _CAPTION, _DIVIDE = 0.12, 0.42, 0.3
_ROW = 1 + _CAPTION + _GAP
_INCHES, _LEAST_INCHES = 0.8, 4.0  # of a picture on new axes; of a figure that what is written fits on
# Colours that the colour-blind can tell apart; without colour the line style tells.
_RIGHT: dict = {"edgecolor": "#0072b2", "linestyle": "-", "linewidth": 2.0}
_WRONG: dict = {"edgecolor": "#d55e00", "linestyle": (0, (1.5, 1)), "linewidth": 3.0}


def check_pictures(images, n, name):
    """Pictures with their channels last, or no channels where they are grey."""
    images = np.asarray(images)
    if images.ndim == 4 and images.shape[-1] not in (1, 3, 4) and images.shape[1] in (1, 3, 4):
        images = np.moveaxis(images, 1, -1)
    if images.ndim == 4 and images.shape[-1] == 1:
        images = images[..., 0]
    if not (images.ndim == 3 or (images.ndim == 4 and images.shape[-1] in (3, 4))):
        raise ValueError(
            f"{name} must be pictures of shape (n, height, width), or with 1, 3 or 4 channels last or first; got "
            f"shape {images.shape}. Give flat rows their shape, as by X.reshape(-1, 28, 28)."
        )
    if len(images) != n:
        raise ValueError(f"{name} must have a picture for each of the {n} codes; got {len(images)}.")
    return images


def figure_size(n_queries, n_neighbors):
    """Inches of a figure for that many pictures."""
    return max(_LEAST_INCHES, _INCHES * (_width(n_neighbors) + 0.3)), _INCHES * (n_queries * _ROW + 1)


def draw_pictures(ax, queries, neighbors, relevant, image_kwargs):
    """Draw the pictures and frame the neighbours; return images and frames as arrays of artists."""
    n_queries, n_neighbors = relevant.shape
    images, frames = np.empty((n_queries, 1 + n_neighbors), object), np.empty((n_queries, n_neighbors), object)
    kwargs = {**_grey_scale(queries, neighbors), "interpolation": "nearest", **(image_kwargs or {})}
    for row in range(n_queries):
        for column, picture in enumerate([queries[row], *neighbors[row]]):
            extent = _extent(row, column, *picture.shape[:2])
            images[row, column] = ax.imshow(picture, extent=extent, **kwargs)
            if column:
                frames[row, column - 1] = _draw_frame(ax, extent, _RIGHT if relevant[row, column - 1] else _WRONG)
    ax.set_axis_off()
    ax.set(xlim=(-_GAP, _width(n_neighbors) + _GAP), ylim=(n_queries * _ROW, -0.3), aspect="equal")
    return images, frames


def draw_captions(ax, captions, title):
    """Write below each picture, query and neighbours; say above and below what is what."""
    size = _fontsize(ax, captions)
    middle = (_left(1) + _width(len(captions[0]) - 1)) / 2
    for x, heading in ((0.5, "query"), (middle, "nearest first, at Hamming distance d")):
        ax.text(x, -0.08, heading, ha="center", va="bottom", fontsize=size)
    for row, texts in enumerate(captions):
        for column, text in enumerate(texts):
            x, y = _left(column) + 0.5, row * _ROW + 1.06
            ax.text(x, y, text, ha="center", va="top", fontsize=size, linespacing=1.15)
    ax.set_title(title, fontsize=1.2 * size)
    _explain_frames(ax, size)


def _width(n_neighbors):
    return _left(n_neighbors) + 1


def _left(column):
    return column * (1 + _GAP) + (_DIVIDE if column else 0)


def _extent(row, column, height, width):
    """Left, right, bottom and top of a picture in the middle of its square."""
    x, y = _left(column) + 0.5, row * _ROW + 0.5
    longest = 2 * max(height, width)
    return x - width / longest, x + width / longest, y + height / longest, y - height / longest


def _draw_frame(ax, extent, look):
    from matplotlib.patches import Rectangle

    left, right, bottom, top = extent
    return ax.add_patch(Rectangle((left, top), right - left, bottom - top, fill=False, clip_on=False, **look))


def _grey_scale(queries, neighbors):
    """One scale for all grey pictures; colours are shown as they are."""
    if queries.ndim == 4:
        return {}
    return {
        "cmap": "gray",
        "vmin": min(queries.min(), neighbors.min()),
        "vmax": max(queries.max(), neighbors.max()),
    }


def _fontsize(ax, captions):
    """Points that let the longest caption fit below a picture on these axes."""
    box = ax.get_window_extent()
    pixels = min(box.width / _width(len(captions[0]) - 1), box.height / (len(captions) * _ROW))
    n_characters = max(len(line) for texts in captions for text in texts for line in ("-", *text.splitlines()))
    # A character is about 0.6 as wide as it is high.
    share = min(0.17, (1 + _GAP) / 0.6 / n_characters)
    return float(np.clip(share * pixels * 72 / ax.figure.dpi, 4, 12))


def _explain_frames(ax, size):
    from matplotlib.lines import Line2D

    handles = [
        Line2D([], [], color=look["edgecolor"], linestyle=look["linestyle"], linewidth=look["linewidth"])
        for look in (_RIGHT, _WRONG)
    ]
    labels = ["shares a label with the query", "does not"]
    ax.legend(handles, labels, loc="upper center", bbox_to_anchor=(0.5, 0), ncols=2, fontsize=size, frameon=False)
