"""Loading and use of saved hashers and searchers in the commands."""

import numpy as np

from sklearn_hash._last_step import last_step
from sklearn_hash.codes import packed_width

__all__ = ["hash_rows", "image_of", "load_model", "prepared"]


def load_model(path):
    """Load a saved estimator."""
    from sklearn_hash.persistence import load

    return load(path)


def image_of(path):
    """Return the size and mode of the images on which a saved hasher was fitted; None if the rows were no images."""
    from sklearn_hash.persistence import read_card

    given = read_card(path).get("given")
    image = given.get("image") if isinstance(given, dict) else None
    return image if isinstance(image, dict) else None


def prepared(X, estimator):
    """Flatten images to vectors for an estimator that does not take images."""
    if X.ndim == 2 or hasattr(last_step(estimator), "net_") or hasattr(last_step(estimator), "net_params"):
        return X
    return X.reshape(len(X), -1)


def hash_rows(model, X, quiet=False):
    """Return the packed codes of rows and the code length.

    Parameters
    ----------
    model : hasher, or a pipeline that ends with one
    X : ndarray of shape (n, ...)
    quiet : bool, default=False

    Raises
    ------
    ValueError
        If the model is not a hasher.
    """
    hasher = last_step(model)
    if not hasattr(hasher, "n_bits_") or not hasattr(hasher, "decision_function"):
        raise ValueError(f"the model must be a hasher, or a pipeline that ends with one; got {type(hasher).__name__}")
    hasher.set_params(output="packed")
    X = prepared(X, model)
    if hasher is model and "verbose" in hasher.get_params(deep=False):
        # With `out`, the codes are computed block by block and a progress bar is shown.
        hasher.set_params(verbose=int(not quiet))
        codes = hasher.transform(X, out=np.empty((len(X), packed_width(hasher.n_bits_)), np.uint8))
        hasher.set_params(verbose=0)
    else:
        codes = model.transform(X)
    return codes, hasher.n_bits_
