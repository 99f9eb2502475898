"""Types and groups of arguments that several commands share."""

import argparse
import json
from pathlib import Path

__all__ = ["add_data", "assignment", "check_folder", "natural", "positive"]


def add_data(parser, what):
    """Add the argument for a data set and the options that describe its content."""
    parser.add_argument(
        "data", type=Path, metavar="DATA", help=f"{what}: .npy, .npz, .csv or .parquet file, or folder of images"
    )
    parser.add_argument(
        "--labels", metavar="WHERE", help="column, array of the .npz, or .npy or text file; for images: their folders"
    )
    parser.add_argument("--ids", metavar="WHERE", help="the same for ids; default: row numbers, for images: paths")


def check_folder(path):
    """Raise an OSError if a file cannot be written, before a long computation starts."""
    if path.is_dir():
        raise IsADirectoryError(f"--out must name a file; {path} is a folder")
    if not path.absolute().parent.is_dir():
        raise FileNotFoundError(f"--out: there is no folder {path.absolute().parent}")


def positive(text):
    """Parse a whole number of at least 1."""
    return _whole(text, 1)


def natural(text):
    """Parse a whole number of at least 0."""
    return _whole(text, 0)


def _whole(text, least):
    if not text.isascii() or not text.isdecimal() or int(text) < least:
        raise argparse.ArgumentTypeError(f"must be a whole number of at least {least}; got {text!r}")
    return int(text)


def assignment(text):
    """Parse NAME=VALUE; the value is JSON or, if it is not valid JSON, a string."""
    name, equals, value = text.partition("=")
    if not name or not equals:
        raise argparse.ArgumentTypeError(f"must be NAME=VALUE; got {text!r}")
    try:
        return name, json.loads(value)
    except ValueError:
        return name, value
