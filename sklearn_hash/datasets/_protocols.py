"""The protocols that the field cites by name, as data."""

from dataclasses import dataclass
from functools import partial

__all__ = ["Protocol", "get_protocol", "get_protocol_names"]


@dataclass(frozen=True, kw_only=True)
class SplitRules:
    """The rules of a split, under the names of the parameters of ``retrieval_split``."""

    n_query_per_class: int | None = None
    n_train_per_class: int | None = None
    n_query: int | None = None
    n_train: int | None = None
    train_in_database: bool = True
    drop_unlabelled: bool = False


@dataclass(frozen=True, kw_only=True)
class Protocol(SplitRules):
    """How many rows of which set are queries, trained on and searched; what :func:`retrieval_split` follows.

    Parameters
    ----------
    n_query_per_class : int, default=None
        Queries of each class.
    n_train_per_class : int, default=None
        Training rows of each class.
    n_query : int, default=None
        Queries drawn regardless of class.
    n_train : int, default=None
        Training rows drawn regardless of class. Without either number, all rows that are no queries are trained on.
    train_in_database : bool, default=True
        Whether the rows trained on are searched too.
    drop_unlabelled : bool, default=False
        Whether rows without a label are left out.
    name : str
    data : str
        The set that the protocol is defined on.
    n_rows : int
        Number of its rows.
    n_classes : int
        Number of its classes, or of the labels of an indicator.
    source : str
        Public code whose lists or draw the sizes were read from.
    multilabel : bool, default=False
    query_is_given : bool, default=False
        Whether the set itself names the queries, so that none are drawn.
    k : int, default=None
        How far down a ranking its mAP is taken; None for the whole database.

    See Also
    --------
    get_protocol : Look one up by its name.

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
        """Numbers of queries, training rows and database rows of the whole set."""
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
    """Look up a protocol of the field.

    Parameters
    ----------
    name : str
        One of :func:`get_protocol_names`.

    Returns
    -------
    protocol : Protocol

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
    if name not in _PROTOCOLS:
        raise ValueError(f"protocol must be one of {get_protocol_names()}; got {name!r}.")
    return _PROTOCOLS[name]


def get_protocol_names() -> list[str]:
    """List the names that :func:`get_protocol` and :func:`retrieval_split` know.

    Returns
    -------
    names : list of str

    Examples
    --------
    >>> from sklearn_hash.datasets import get_protocol_names
    >>> get_protocol_names()
    ['cifar10', 'cifar10-1', 'cifar10-2', 'nuswide21', 'coco', 'imagenet100', 'mirflickr']
    """
    return list(_PROTOCOLS)
