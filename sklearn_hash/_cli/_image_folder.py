"""Reading of the images in a folder as rows, with the subfolders as labels."""

from pathlib import Path

import numpy as np
from tqdm import tqdm

from sklearn_hash._cli._data import Data

__all__ = ["read_images"]

_SUFFIXES = {".png", ".jpg", ".jpeg", ".bmp", ".gif", ".webp", ".tif", ".tiff", ".ppm", ".pgm"}
_MODES = ("RGB", "L")


def read_images(folder, image=None, quiet=False):
    """Read all images below a folder, in the order of their paths.

    Parameters
    ----------
    folder : Path
    image : dict, optional
        Dict with "size", the height and width to which images are resized, and "mode", RGB or L.
    quiet : bool, default=False
        Whether to show no progress on stderr.

    Returns
    -------
    data : Data
        Images, uint8 of shape (n, height, width, channels); labels are the names of their folders if there are several.

    Raises
    ------
    ImportError
        If Pillow is not installed.
    ValueError
        If there is no image, or one cannot be read.
    """
    try:
        from PIL import Image
    except ImportError as error:
        raise ImportError("images are read by Pillow. Install it with: pip install 'sklearn_hash[images]'") from error
    image = _checked(image or {"size": [32, 32], "mode": "RGB"})
    files = sorted(path for path in folder.rglob("*") if path.suffix.lower() in _SUFFIXES)
    if not files:
        raise ValueError(f"{folder}: there are no images in this folder")
    X = np.empty((len(files), *image["size"], len(image["mode"])), np.uint8)
    for i, path in enumerate(tqdm(files, desc="reading", unit="image", leave=False, disable=quiet)):
        X[i] = _read_image(Image, path, image)
    folders = [path.parent.relative_to(folder).as_posix() for path in files]
    y = np.array(folders) if len(set(folders)) > 1 else None
    return Data(X, y, np.array([path.relative_to(folder).as_posix() for path in files]), image)


def _checked(image):
    size, mode = image.get("size"), image.get("mode")
    if not isinstance(size, list) or len(size) != 2 or not all(type(n) is int and 0 < n < 5000 for n in size):
        raise ValueError(f"images have a height and a width; got {size!r:.60}")
    if mode not in _MODES:
        raise ValueError(f"images have mode {' or '.join(_MODES)}; got {mode!r:.60}")
    return image


def _read_image(Image, path, image):
    height, width = image["size"]
    try:
        with Image.open(Path(path)) as opened:
            pixels = opened.convert(image["mode"]).resize((width, height))
    except (OSError, SyntaxError, ValueError) as error:
        raise ValueError(f"{path}: this image cannot be read ({error!s:.100})") from error
    return np.asarray(pixels).reshape(height, width, -1)
