"""Display of the images of queries and of their nearest neighbours."""

import numpy as np

from sklearn_hash._validation import check_codes
from sklearn_hash.metrics._retrieval import check_retrieval
from sklearn_hash.neighbors import HammingNeighbors
from sklearn_hash.plotting._base import BaseDisplay
from sklearn_hash.plotting._docs import document
from sklearn_hash.plotting._image_grid import check_images, draw_captions, draw_images, figure_size

__all__ = ["NeighborsDisplay"]

_N_QUERIES = 5  # number of queries drawn by default


@document
class NeighborsDisplay(BaseDisplay):
    """Visualization of queries and their nearest neighbours as images.

    Each row shows a query and its nearest neighbours, with their Hamming distances below them. The frame of a neighbour
    shows whether it is relevant, that is, shares a label with the query. It is recommended to use
    :meth:`from_estimator` or :meth:`from_codes`. All parameters are stored as attributes.

    Parameters
    ----------
    query_images : ndarray of shape (n_queries, height, width) or (n_queries, height, width, n_channels)
        Images of the queries.
    neighbor_images : ndarray of shape (n_queries, n_neighbors, height, width) or with n_channels
        Images of the neighbours, the nearest first.
    distances : ndarray of shape (n_queries, n_neighbors)
        Hamming distances of the neighbours, in bits.
    relevant : ndarray of shape (n_queries, n_neighbors), bool
        Whether each neighbour is relevant.
    query_labels : array-like of shape (n_queries,), default=None
        Captions of the queries.
    neighbor_labels : array-like of shape (n_queries, n_neighbors), default=None
        Labels of the neighbours, shown in the captions of those that are not relevant.
    {title}

    Attributes
    ----------
    images_ : ndarray of shape (n_queries, 1 + n_neighbors), of matplotlib AxesImage
        The images; the first column has the queries.
    frames_ : ndarray of shape (n_queries, n_neighbors), of matplotlib Rectangle
        The frames of the neighbours.
    {axes}

    See Also
    --------
    sklearn_hash.HammingNeighbors : Search among codes.

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
        """Draw a row of images for each query.

        Parameters
        ----------
        {ax}
        name : str, default=None
            Title of the plot; by default the name of the Display.
        {image kwargs}

        {returns}
        """
        ax, name = self._validate_plot_params(ax=ax, name=name, figsize=figure_size(*self.distances.shape))
        images = self.query_images, self.neighbor_images
        self.images_, self.frames_ = draw_images(ax, *images, self.relevant, image_kwargs)
        draw_captions(ax, [self._captions(row) for row in range(len(self.distances))], name)
        return self

    def _captions(self, row):
        """Return the captions of a query and of its neighbours: labels, and distances with labels if not relevant."""
        captions = ["" if self.query_labels is None else str(self.query_labels[row])]
        for column, distance in enumerate(self.distances[row]):
            unlabelled = self.relevant[row, column] or self.neighbor_labels is None
            captions.append(f"d = {distance}" if unlabelled else f"d = {distance}\n{self.neighbor_labels[row][column]}")
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
        """Encode rows, search the codes and draw the neighbours.

        Parameters
        ----------
        {estimator and data}
        images, database_images : array-like, default=None
            Images of the rows, as for :meth:`from_codes`; by default the rows themselves.
        {neighbors}
        name : str, default=None
            Title of the plot; by default the class name of the hasher.
        {ax}
        {image kwargs}

        {returns}
        """
        codes, database_codes, name = cls._validate_and_get_codes(estimator, X, X_database, name=name)
        return cls.from_codes(
            codes,
            y,
            database_codes,
            y_database,
            images=X if images is None else images,
            database_images=X_database if database_images is None else database_images,
            queries=queries,
            n_neighbors=n_neighbors,
            name=name,
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
        """Search codes and draw the neighbours.

        Parameters
        ----------
        {codes and labels}
        images : array-like of shape (n_queries, height, width), or with 1, 3 or 4 channels last or first
            Images of the queries.
        database_images : array-like, default=None
            Images of the database, in the form of ``images``.
        {neighbors}
        {packing}
        {title}
        {ax}
        {image kwargs}

        {returns}

        Raises
        ------
        ValueError
            If codes, labels and images are not valid or inconsistent, or ``n_neighbors`` is larger than the number of
            rows that are searched.
        """
        cls._check_matplotlib("from_codes")
        retrieval = check_retrieval(query_codes, y_query, database_codes, y_database, packed, n_bits)
        codes, n_bits = check_codes(query_codes, packed=packed, n_bits=n_bits)
        images = check_images(images, len(codes), "images")
        if retrieval.leave_one_out:
            searched, database_images, y_database = codes, images, y_query
        else:
            searched, _ = check_codes(database_codes, packed=packed, n_bits=n_bits)
            database_images = check_images(database_images, len(searched), "database_images")
        queries = _check_queries(queries, len(codes))
        distances, rows = _search(searched, n_bits, codes, queries, n_neighbors, retrieval.leave_one_out)
        has_classes = np.ndim(y_query) == 1
        display = cls(
            query_images=images[queries],
            neighbor_images=database_images[rows],
            distances=distances,
            relevant=_is_relevant(retrieval, queries, rows),
            query_labels=np.asarray(y_query)[queries] if has_classes else None,
            neighbor_labels=np.asarray(y_database)[rows] if has_classes else None,
            name=name,
        )
        return display.plot(ax, image_kwargs=image_kwargs)


def _check_queries(queries, n):
    """Return the row numbers of the queries to draw."""
    if queries is None:
        return np.arange(min(_N_QUERIES, n))
    queries = np.asarray(queries)
    is_list = queries.ndim == 1 and queries.size and queries.dtype.kind in "iu"
    if not (is_list and ((queries >= 0) & (queries < n)).all()):
        raise ValueError(f"queries must be row numbers from 0 to {n - 1}; got {queries.tolist()!r:.100}.")
    return queries


def _search(database, n_bits, codes, queries, n_neighbors, leave_one_out):
    """Return distances and row numbers of the nearest neighbours, without the query itself if ``leave_one_out``."""
    search = HammingNeighbors(n_neighbors, packed=True, n_bits=n_bits).fit(database)
    if not leave_one_out:
        return search.kneighbors(codes[queries])
    rows = np.arange(len(codes))
    found = [search.kneighbors(codes[[query]], where=rows != query) for query in queries]
    return tuple(np.concatenate(parts) for parts in zip(*found, strict=True))


def _is_relevant(retrieval, queries, rows):
    """Return whether each neighbour shares a label with its query."""
    shared = [
        retrieval.database_labels.shared_with(retrieval.query_labels.words[:, query])[neighbors]
        for query, neighbors in zip(queries, rows, strict=True)
    ]
    return np.array(shared) > 0
