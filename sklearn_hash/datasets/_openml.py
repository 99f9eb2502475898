"""Image data sets from OpenML."""

import reprlib

import numpy as np
from sklearn.datasets import fetch_openml

from sklearn_hash.datasets._retrieval_split import retrieval_split
from sklearn_hash.datasets._split import Split

__all__ = ["fetch_cifar10_retrieval", "fetch_fashion_mnist_retrieval"]


def fetch_cifar10_retrieval(protocol="cifar10-1", *, data_home=None, parser="auto", random_state=0) -> Split:
    """Fetch CIFAR-10 from OpenML and split it according to a protocol.

    Parameters
    ----------
    protocol : {"cifar10", "cifar10-1", "cifar10-2"}, default="cifar10-1"
        Name of the protocol, see :func:`get_protocol`.
    data_home : path-like, default=None
        Folder for the download; by default :func:`sklearn.datasets.get_data_home`.
    parser : {"auto", "pandas", "liac-arff"}, default="auto"
        Parser of the download, see :func:`sklearn.datasets.fetch_openml`; "auto" needs pandas.
    random_state : int, RandomState instance or None, default=0
        Seed of the split.

    Returns
    -------
    split : Split
        60,000 images of shape (3, 32, 32), uint8, of 10 classes.

    Raises
    ------
    ValueError
        If the protocol is not one of CIFAR-10.

    Examples
    --------
    >>> from sklearn_hash.datasets import fetch_cifar10_retrieval
    >>> cifar = fetch_cifar10_retrieval("cifar10-1")  # doctest: +SKIP
    >>> cifar.X[cifar.train].shape  # doctest: +SKIP
    (5000, 3, 32, 32)
    """
    protocols = ["cifar10", "cifar10-1", "cifar10-2"]
    if protocol not in protocols:
        raise ValueError(f"protocol must be one of {protocols}; got {reprlib.repr(protocol)}.")
    X, y = _fetch("CIFAR_10", (3, 32, 32), data_home, parser)
    return Split(X, y, *retrieval_split(y, protocol, random_state=random_state))


def fetch_fashion_mnist_retrieval(*, data_home=None, parser="auto", random_state=0) -> Split:
    """Fetch Fashion-MNIST from OpenML and draw 100 queries and 500 training rows of each class.

    Parameters
    ----------
    data_home : path-like, default=None
        Folder for the download; by default :func:`sklearn.datasets.get_data_home`.
    parser : {"auto", "pandas", "liac-arff"}, default="auto"
        Parser of the download, see :func:`sklearn.datasets.fetch_openml`; "auto" needs pandas.
    random_state : int, RandomState instance or None, default=0
        Seed of the split.

    Returns
    -------
    split : Split
        70,000 images of shape (1, 28, 28), uint8, of 10 classes, the official test set last: 1,000 queries, 5,000
        training rows, and a database of all rows but the queries.

    Examples
    --------
    >>> from sklearn_hash.datasets import fetch_fashion_mnist_retrieval
    >>> fashion = fetch_fashion_mnist_retrieval()  # doctest: +SKIP
    >>> len(fashion.query), len(fashion.train), len(fashion.database)  # doctest: +SKIP
    (1000, 5000, 69000)
    """
    X, y = _fetch("Fashion-MNIST", (1, 28, 28), data_home, parser)
    return Split(X, y, *retrieval_split(y, n_query_per_class=100, n_train_per_class=500, random_state=random_state))


def _fetch(name, shape, data_home, parser):
    """Fetch the images and class numbers of a data set whose rows hold pixels from 0 to 255, channel by channel."""
    bunch = fetch_openml(name, version=1, data_home=data_home, as_frame=False, parser=parser)
    pixels = bunch.data.astype(np.uint8)
    if not np.array_equal(pixels, bunch.data):
        raise ValueError(f"{name} of OpenML must have integer pixels from 0 to 255; got other values.")
    return pixels.reshape(-1, *shape), bunch.target.astype(np.int64)
