"""Conversion of images to channels first, as networks expect; files and numpy arrays often have channels last."""

import numpy as np
import torch

__all__ = ["ChannelsFirst", "channels_first"]

# Numbers of channels of grey images, colour images, and colour images with transparency.
_CHANNEL_COUNTS = (1, 3, 4)


def channels_first(X, channels="auto"):
    """Return images with channels first, as a view; arrays that are not four-dimensional are returned unchanged.

    Parameters
    ----------
    X : array of shape (n, channels, height, width) or (n, height, width, channels), or list of images
    channels : {"auto", "first", "last"}, default="auto"
        Position of the channel axis; "auto" chooses the axis of length 1, 3 or 4 that is shorter than the other two.

    Returns
    -------
    X : array of shape (n, channels, height, width)

    Raises
    ------
    ValueError
        If images differ in shape, or the position of the channel axis cannot be inferred from the shape.

    Examples
    --------
    >>> import numpy as np
    >>> from sklearn_hash.training import channels_first
    >>> channels_first(np.zeros((10, 32, 32, 3))).shape
    (10, 3, 32, 32)
    """
    X = _stacked(X)
    if getattr(X, "ndim", 0) != 4 or not _channels_last(X.shape[1:], channels):
        return X
    # A memory map keeps its class, so its rows are not read.
    return np.moveaxis(X if isinstance(X, np.ndarray) else np.asarray(X), -1, 1)


class ChannelsFirst:
    """Loader that returns images with channels first.

    Parameters
    ----------
    loader : callable
        Function called as ``loader(item)`` that returns a row: an array, a tensor, or an image that numpy can convert.
    channels : {"auto", "first", "last"}, default="auto"
        Position of the channel axis in the output of the loader; see :func:`channels_first`.

    Examples
    --------
    >>> import numpy as np
    >>> from sklearn_hash.training import ChannelsFirst
    >>> load = ChannelsFirst(lambda item: np.zeros((32, 48, 3), dtype=np.uint8))
    >>> load("photo.png").shape
    (3, 32, 48)
    """

    def __init__(self, loader, channels="auto"):
        self.loader = loader
        self.channels = channels

    def __call__(self, item):
        """Load one item; arrays that are not three-dimensional are returned unchanged."""
        row = self.loader(item)
        row = row if torch.is_tensor(row) else np.asarray(row)
        if row.ndim != 3 or not _channels_last(tuple(row.shape), self.channels):
            return row
        return torch.movedim(row, -1, 0) if torch.is_tensor(row) else np.moveaxis(row, -1, 0)


def _stacked(X):
    """Stack a list of images into one array."""
    is_list = isinstance(X, (list, tuple)) or (isinstance(X, np.ndarray) and X.dtype == object and X.ndim == 1)
    if not is_list or not len(X) or getattr(X[0], "ndim", 0) < 2:
        return X
    odd = next((image for image in X if np.shape(image) != np.shape(X[0])), None)
    if odd is not None:
        raise ValueError(
            f"X holds images of different shapes, such as {tuple(np.shape(X[0]))} and {tuple(np.shape(odd))}. Resize "
            "or crop them to one, beforehand or in the loader of ImageInput."
        )
    return np.stack(X)


def _channels_last(shape, channels):
    if channels != "auto":
        return channels == "last"
    first, last = (shape[i] in _CHANNEL_COUNTS and shape[i] < min(np.delete(shape, i)) for i in (0, -1))
    if first == last:
        raise ValueError(
            f"X has images of shape {tuple(shape)}, of which the order of axes is not evident: pass "
            "images=ImageInput(channels='first') for (channels, height, width), 'last' for (height, width, channels)."
        )
    return last
