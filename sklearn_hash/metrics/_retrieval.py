"""Checked codes and labels of queries and database."""

from dataclasses import dataclass
from numbers import Integral, Real

import numpy as np

from sklearn_hash._compat import Interval, StrOptions
from sklearn_hash._hamming._distinct import as_words
from sklearn_hash._validation import check_codes
from sklearn_hash.metrics._relevance import Labels, check_labels

__all__ = ["CONSTRAINTS", "TIES", "Retrieval", "check_retrieval", "mean_of_defined"]

TIES = StrOptions({"expected", "index"})

# Constraints on the parameters that all measures have.
CONSTRAINTS: dict = {
    "zero_division": [Interval(Real, 0, 1, closed="both"), "nan"],
    "packed": ["boolean"],
    "n_jobs": [Integral, None],
}


@dataclass(frozen=True)
class Retrieval:
    """Codes and labels of queries and database as columns of words.

    With ``leave_one_out``, the queries are the database, and each query searches all other queries.
    """

    query_codes: np.ndarray
    query_labels: Labels
    database_codes: np.ndarray
    database_labels: Labels
    n_bits: int
    leave_one_out: bool

    @property
    def n_ranked(self):
        """Number of rows that each query ranks."""
        return self.database_codes.shape[1] - self.leave_one_out

    @property
    def most_shared(self):
        """Upper bound on the number of labels that a query and a row share, from their numbers of labels."""
        labels = self.query_labels, self.database_labels
        return int(min(side.n_labels().max(initial=1) for side in labels))


def check_retrieval(query_codes, y_query, database_codes, y_database, packed, n_bits):
    """Check codes and labels of queries and database, individually and against each other."""
    query, n_bits = check_codes(query_codes, packed=packed, n_bits=n_bits, name="query_codes")
    if len(query) == 0:
        raise ValueError("query_codes must hold at least one code; got none.")
    if database_codes is None:
        if y_database is not None:
            raise ValueError("database_codes must be given with y_database; got None.")
        words = as_words(query)
        labels, _ = check_labels(query, y_query)
        return Retrieval(words, labels, words, labels, n_bits, leave_one_out=True)
    database, _ = check_codes(database_codes, packed=packed, n_bits=n_bits, name="database_codes")
    query_labels, labels = check_labels(query, y_query, database, y_database)
    return Retrieval(as_words(query), query_labels, as_words(database), labels, n_bits, leave_one_out=False)


def mean_of_defined(scores):
    """Return the mean of the scores that are not NaN; NaN if all are."""
    defined = scores[~np.isnan(scores)]
    return float(defined.mean()) if len(defined) else float("nan")
