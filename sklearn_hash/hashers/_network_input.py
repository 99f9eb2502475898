"""Validation of rows and labels for the hashers with a network."""

from collections.abc import Mapping

import numpy as np
from scipy import sparse
from sklearn.utils import check_array
from sklearn.utils.validation import check_consistent_length, validate_data
from torch.utils.data import Dataset

from sklearn_hash._class_labels import refuse_ragged
from sklearn_hash._tensors import tensor_to_array
from sklearn_hash._validate_rows import refuse_texts, validate_rows
from sklearn_hash.training import ImageInput, channels_first, make_rows

__all__ = ["NetworkInputMixin"]


class NetworkInputMixin:
    """Mixin of the estimators whose rows are vectors, images, token ids, or items of a loader or a Dataset."""

    images: ImageInput | None
    _row_shape: tuple

    def _check_rows(self, X, *, reset, min_rows=1):
        """Validate X and return it as rows: vectors, images, or items of a loader or a Dataset."""
        X, images = tensor_to_array(X), self._image_input()
        # A scipy DOK matrix is also a Mapping.
        has_fields = isinstance(X, Mapping) and not sparse.issparse(X)
        if images.loader is None and not has_fields:
            refuse_texts(X)
            X = channels_first(X, images.channels)
        if images.loader is not None or has_fields or isinstance(X, Dataset):
            rows = make_rows(X, images.loader, None if reset else self._row_shape, images.channels)
            if reset:
                self._forget_features()
        elif isinstance(X, np.memmap):
            rows = make_rows(X)
            validate_data(self, X, reset=reset, skip_check_array=True)
        else:
            if not reset and 4 in (getattr(X, "ndim", 0), len(self._row_shape) + 1):
                # For images, the number of features is that of the channels only.
                self._check_row_shape(tuple(np.shape(X)[1:]))
            checks = {"accept_sparse": "csr", "dtype": [np.float32, np.float16, np.uint8], "allow_nd": True}
            rows = make_rows(validate_rows(self, X, reset=reset, ensure_min_samples=min_rows, **checks))
        if len(rows) < min_rows:
            raise ValueError(f"X has {len(rows)} row(s); a minimum of {min_rows} is required to make pairs.")
        if reset:
            self._row_shape = rows.row_shape
        else:
            self._check_row_shape(rows.row_shape)
        return rows

    def _image_input(self):
        if self.images is None:
            return ImageInput()
        self.images._validate_params()
        return self.images

    def _check_row_shape(self, shape):
        if shape != self._row_shape:
            raise ValueError(f"X has rows of shape {shape}, but fit saw rows of shape {self._row_shape}.")

    def _forget_features(self):
        """Delete the feature attributes of an earlier fit with an array, since items of a loader have none."""
        for name in ("n_features_in_", "feature_names_in_"):
            vars(self).pop(name, None)

    def _check_labels(self, y, rows):
        """Validate labels and return them as an array or a sparse matrix, one row per row of X."""
        if y is None:
            name = type(self).__name__
            raise ValueError(f"This {name} estimator requires y to be passed, but the target y is None.")
        y = tensor_to_array(y, "y")
        refuse_ragged(y)
        y = check_array(y, accept_sparse="csr", ensure_2d=False, dtype=None, input_name="y", estimator=self)
        check_consistent_length(rows, y)
        return y
