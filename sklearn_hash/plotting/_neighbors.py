"""NeighborsDisplay: the pictures that a search finds."""

import numpy as np

from sklearn_hash._validation import check_codes
from sklearn_hash.metrics._retrieval import check_retrieval
from sklearn_hash.neighbors import HammingNeighbors
from sklearn_hash.plotting._base import BaseDisplay, check_matplotlib
from sklearn_hash.plotting._codes import codes_of, name_of
from sklearn_hash.plotting._docs import document
from sklearn_hash.plotting._mosaic import check_pictures, draw_captions, draw_pictures, figure_size

__all__ = ["NeighborsDisplay"]

_DRAWN = 5  # queries, where the caller names none


class NeighborsDisplay(BaseDisplay):
    """Query pictures beside their nearest neighbours, right and wrong ones framed differently.

    A neighbour is right where it shares a label with its query; below each stands its Hamming distance. It is
    recommended to use :meth:`from_estimator` or :meth:`from_codes`. All parameters are stored as attributes.

    Parameters
    ----------
    query_images : ndarray of shape (n_queries, height, width) or (n_queries, height, width, n_channels)
        Pictures of the queries.
    neighbor_images : ndarray of shape (n_queries, n_neighbors, height, width) or with n_channels
        Pictures of their neighbours, the nearest first.
    distances : ndarray of shape (n_queries, n_neighbors)
        Hamming distances.
    relevant : ndarray of shape (n_queries, n_neighbors), bool
        Whether a neighbour is right.
    query_labels : array-like of shape (n_queries,), default=None
        What is written below the queries.
    neighbor_labels : array-like of shape (n_queries, n_neighbors), default=None
        What is written below wrong neighbours, after the distance.
    name : str, default=None
        Title of the picture.

    Attributes
    ----------
    images_ : ndarray of shape (n_queries, 1 + n_neighbors), of matplotlib AxesImage
        The pictures; the first column holds the queries.
    frames_ : ndarray of shape (n_queries, n_neighbors), of matplotlib Rectangle
        The frames of the neighbours.
    ax_ : matplotlib Axes
        Axes with all pictures.
    figure_ : matplotlib Figure
        Figure that contains them.

    See Also
    --------
    sklearn_hash.HammingNeighbors : The search.

    Examples
    --------
    >>> import matplotlib.pyplot as plt
    >>> from sklearn.datasets import load_digits
    >>> from sklearn_hash import DualHingeHasher
    >>> from sklearn_hash.plotting import NeighborsDisplay
    >>> digits = load_digits()
    >>> hasher = DualHingeHasher(8, max_epochs=5, random_state=0).fit(digits.data, digits.target)
    >>> NeighborsDisplay.from_estimator(hasher, digits.data, digits.target, images=digits.images)
    <...>
    >>> plt.show()
    """

    def __init__(
        self,
        *,
        query_images,
        neighbor_images,
        distances,
        relevant,
        query_labels=None,
        neighbor_labels=None,
        name=None,
    ):
        self.query_images = query_images
        self.neighbor_images = neighbor_images
        self.distances = distances
        self.relevant = relevant
        self.query_labels = query_labels
        self.neighbor_labels = neighbor_labels
        self.name = name

    @document
    def plot(self, ax=None, *, name=None, image_kwargs=None):
        """Draw a row for each query.

        Parameters
        ----------
        {picture axes}
        name : str, default=None
            Title; that of the Display when left out.
        {picture kwargs}

        Returns
        -------
        display : NeighborsDisplay
        """
        ax, name = self._start(ax, name, figsize=figure_size(*self.distances.shape))
        self.images_, self.frames_ = draw_pictures(
            ax, self.query_images, self.neighbor_images, self.relevant, image_kwargs
        )
        draw_captions(ax, [self._captions(row) for row in range(len(self.distances))], name)
        return self

    def _captions(self, row):
        """Label of the query; distances, and labels where they are not the query's."""
        captions = ["" if self.query_labels is None else str(self.query_labels[row])]
        for column, distance in enumerate(self.distances[row]):
            known = self.relevant[row, column] or self.neighbor_labels is None
            captions.append(f"d = {distance}" if known else f"d = {distance}\n{self.neighbor_labels[row][column]}")
        return captions

    @classmethod
    @document
    def from_estimator(
        cls,
        estimator,
        X,
        y,
        X_database=None,
        y_database=None,
        *,
        images=None,
        database_images=None,
        queries=None,
        n_neighbors=8,
        name=None,
        ax=None,
        image_kwargs=None,
    ):
        """Hash rows, search them and draw what is found.

        Parameters
        ----------
        {estimator}
        {rows and labels}
        images, database_images : array-like, default=None
            Pictures of the rows, as for :meth:`from_codes`; the rows themselves when left out.
        {picture}
        name : str, default=None
            Title; the name of the estimator's class when left out.
        {picture axes}
        {picture kwargs}

        Returns
        -------
        display : NeighborsDisplay
        """
        check_matplotlib(f"{cls.__name__}.from_estimator")
        codes, database_codes = codes_of(estimator, X, X_database)
        return cls.from_codes(
            codes,
            y,
            database_codes,
            y_database,
            images=X if images is None else images,
            database_images=X_database if database_images is None else database_images,
            queries=queries,
            n_neighbors=n_neighbors,
            name=name_of(estimator, name),
            ax=ax,
            image_kwargs=image_kwargs,
        )

    @classmethod
    @document
    def from_codes(
        cls,
        query_codes,
        y_query,
        database_codes=None,
        y_database=None,
        *,
        images,
        database_images=None,
        queries=None,
        n_neighbors=8,
        packed=False,
        n_bits=None,
        name=None,
        ax=None,
        image_kwargs=None,
    ):
        """Search codes and draw what is found.

        Parameters
        ----------
        {codes and labels}
        images : array-like of shape (n_queries, height, width), or with 1, 3 or 4 channels last or first
            Pictures of the queries.
        database_images : array-like, default=None
            Pictures of the database, in the form of ``images``.
        {picture}
        {packing}
        name : str, default=None
            Title.
        {picture axes}
        {picture kwargs}

        Returns
        -------
        display : NeighborsDisplay

        Raises
        ------
        ValueError
            If codes, labels and pictures are malformed or do not fit each other, or there are fewer rows to find than
            ``n_neighbors``.
        """
        check_matplotlib(f"{cls.__name__}.from_codes")
        retrieval = check_retrieval(query_codes, y_query, database_codes, y_database, packed, n_bits)
        codes, n_bits = check_codes(query_codes, packed=packed, n_bits=n_bits)
        images = check_pictures(images, len(codes), "images")
        if retrieval.leave_one_out:
            searched, database_images, y_database = codes, images, y_query
        else:
            searched, _ = check_codes(database_codes, packed=packed, n_bits=n_bits)
            database_images = check_pictures(database_images, len(searched), "database_images")
        queries = _check_queries(queries, len(codes))
        distances, rows = _search(searched, n_bits, codes, queries, n_neighbors, retrieval.leave_one_out)
        has_classes = np.ndim(y_query) == 1
        display = cls(
            query_images=images[queries],
            neighbor_images=database_images[rows],
            distances=distances,
            relevant=_share_a_label(retrieval, queries, rows),
            query_labels=np.asarray(y_query)[queries] if has_classes else None,
            neighbor_labels=np.asarray(y_database)[rows] if has_classes else None,
            name=name,
        )
        return display.plot(ax, image_kwargs=image_kwargs)


def _check_queries(queries, n):
    """Row numbers of the queries to draw."""
    if queries is None:
        return np.arange(min(_DRAWN, n))
    queries = np.asarray(queries)
    numbers = queries.ndim == 1 and queries.size and queries.dtype.kind in "iu"
    if not (numbers and ((queries >= 0) & (queries < n)).all()):
        raise ValueError(f"queries must be row numbers from 0 to {n - 1}; got {queries.tolist()}.")
    return queries


def _search(database, n_bits, codes, queries, n_neighbors, alone):
    """Distances and rows of the nearest of each query, which does not find itself where it is in the database."""
    search = HammingNeighbors(n_neighbors, packed=True, n_bits=n_bits).fit(database)
    if not alone:
        return search.kneighbors(codes[queries])
    rows = np.arange(len(codes))
    found = [search.kneighbors(codes[[query]], where=rows != query) for query in queries]
    return tuple(np.concatenate(parts) for parts in zip(*found, strict=True))


def _share_a_label(retrieval, queries, rows):
    """Whether each row found has a label of its query."""
    shared = [
        retrieval.database_labels.shared_with(retrieval.query_labels.words[:, query])[found]
        for query, found in zip(queries, rows, strict=True)
    ]
    return np.array(shared) > 0
