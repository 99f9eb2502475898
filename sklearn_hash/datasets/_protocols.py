"""Named protocols from the literature."""

import reprlib
from dataclasses import dataclass
from functools import partial

__all__ = ["Protocol", "get_protocol", "get_protocol_names"]


@dataclass(frozen=True, kw_only=True)
class SplitRules:
    """Rules of a split, with the names of the parameters of ``retrieval_split``."""

    n_query_per_class: int | None = None
    n_train_per_class: int | None = None
    n_query: int | None = None
    n_train: int | None = None
    train_in_database: bool = True
    drop_unlabelled: bool = False


@dataclass(frozen=True, kw_only=True)
class Protocol(SplitRules):
    """Numbers of queries and training rows of a data set, for :func:`retrieval_split`.

    Parameters
    ----------
    n_query_per_class : int, default=None
        Number of queries of each class.
    n_train_per_class : int, default=None
        Number of training rows of each class.
    n_query : int, default=None
        Number of queries drawn regardless of class.
    n_train : int, default=None
        Number of training rows drawn regardless of class. If neither number is given, all rows but the queries are
        training rows.
    train_in_database : bool, default=True
        Whether training rows are part of the database.
    drop_unlabelled : bool, default=False
        Whether rows without a label are left out.
    name : str
        Name of the protocol.
    data : str
        Data set for which the protocol is defined.
    n_rows : int
        Number of rows of the data set.
    n_classes : int
        Number of classes, or of columns of a multi-label indicator.
    source : str
        Public code whose lists or scripts use these sizes.
    multilabel : bool, default=False
        Whether the data set has a multi-label indicator.
    query_is_given : bool, default=False
        Whether the data set defines the queries, so that they are not drawn.
    k : int, default=None
        Number of retrieved rows for mAP@k; None for the whole database.

    See Also
    --------
    get_protocol : Return a protocol by its name.

    Examples
    --------
    >>> from sklearn_hash.datasets import get_protocol
    >>> nuswide = get_protocol("nuswide21")
    >>> nuswide.sizes, nuswide.k
    ((2100, 10500, 193734), 5000)
    """

    name: str
    data: str
    n_rows: int
    n_classes: int
    source: str
    multilabel: bool = False
    query_is_given: bool = False
    k: int | None = None

    @property
    def sizes(self) -> tuple[int, int, int]:
        """Return the numbers of queries, training rows and database rows of the whole data set."""
        n_query = _total(self.n_query, self.n_query_per_class, self.n_classes, everything=self.n_rows)
        n_left = self.n_rows - n_query
        n_train = _total(self.n_train, self.n_train_per_class, self.n_classes, everything=n_left)
        return n_query, n_train, n_left if self.train_in_database else n_left - n_train


def _total(n, n_per_class, n_classes, everything):
    if n_per_class is not None:
        return n_classes * n_per_class
    return everything if n is None else n


_cifar10 = partial(Protocol, data="CIFAR-10", n_rows=60000, n_classes=10)
_DEEPHASH = "github.com/swuxyj/DeepHash-pytorch"
_HASHNET = "github.com/thuml/HashNet"

_PROTOCOLS = {
    protocol.name: protocol
    for protocol in [
        _cifar10(
            name="cifar10",
            n_query_per_class=100,
            n_train_per_class=500,
            train_in_database=False,
            source=f"{_DEEPHASH}, github.com/thulab/DeepHash",
        ),
        _cifar10(
            name="cifar10-1",
            n_query_per_class=100,
            n_train_per_class=500,
            source=f"{_DEEPHASH}, github.com/kamwoh/orthohash, github.com/ssppp/GreedyHash",
        ),
        _cifar10(
            name="cifar10-2",
            n_query_per_class=1000,
            source=f"{_DEEPHASH}, github.com/kamwoh/orthohash",
        ),
        Protocol(
            name="nuswide21",
            data="NUS-WIDE, images of the 21 most frequent concepts",
            n_rows=195834,
            n_classes=21,
            multilabel=True,
            n_query_per_class=100,
            n_train_per_class=500,
            drop_unlabelled=True,
            k=5000,
            source=_DEEPHASH,
        ),
        Protocol(
            name="coco",
            data="MS-COCO 2014, labelled images of its training and validation set",
            n_rows=122218,
            n_classes=80,
            multilabel=True,
            n_query=5000,
            n_train=10000,
            drop_unlabelled=True,
            k=5000,
            source=f"{_HASHNET}, {_DEEPHASH}",
        ),
        Protocol(
            name="imagenet100",
            data="ILSVRC 2012, training and validation images of 100 classes",
            n_rows=133503,
            n_classes=100,
            n_query_per_class=50,
            n_train_per_class=130,
            query_is_given=True,
            k=1000,
            source=f"{_HASHNET}, {_DEEPHASH}",
        ),
        Protocol(
            name="mirflickr",
            data="MIRFLICKR-25000, all 38 annotations",
            n_rows=25000,
            n_classes=38,
            multilabel=True,
            n_query=1000,
            n_train=4000,
            train_in_database=False,
            source=_DEEPHASH,
        ),
    ]
}


def get_protocol(name) -> Protocol:
    """Return a protocol by its name.

    Parameters
    ----------
    name : str
        Name of the protocol, one of :func:`get_protocol_names`.

    Returns
    -------
    protocol : Protocol
        Sizes and source of the protocol.

    Raises
    ------
    ValueError
        If there is no protocol of that name.

    Examples
    --------
    >>> from sklearn_hash.datasets import get_protocol
    >>> get_protocol("cifar10").sizes, get_protocol("cifar10-1").sizes
    ((1000, 5000, 54000), (1000, 5000, 59000))
    """
    if not isinstance(name, str) or name not in _PROTOCOLS:
        raise ValueError(f"protocol must be one of {get_protocol_names()}; got {reprlib.repr(name)}.")
    return _PROTOCOLS[name]


def get_protocol_names() -> list[str]:
    """Return the names of the protocols.

    Returns
    -------
    names : list of str
        Names for :func:`get_protocol` and :func:`retrieval_split`.

    Examples
    --------
    >>> from sklearn_hash.datasets import get_protocol_names
    >>> get_protocol_names()
    ['cifar10', 'cifar10-1', 'cifar10-2', 'nuswide21', 'coco', 'imagenet100', 'mirflickr']
    """
    return list(_PROTOCOLS)
