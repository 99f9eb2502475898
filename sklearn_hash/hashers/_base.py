"""What every hasher does: check, train, encode, score. A method adds its loss and its parameters."""

from abc import ABCMeta, abstractmethod
from contextlib import contextmanager
from numbers import Integral, Real

import numpy as np
import torch
from sklearn.base import BaseEstimator, ClassNamePrefixFeaturesOutMixin, TransformerMixin
from sklearn.utils import check_array
from sklearn.utils.validation import check_consistent_length, check_is_fitted, validate_data
from torch.utils.data import Dataset

from sklearn_hash._compat import Interval, StrOptions, _fit_context
from sklearn_hash.codes import packed_width
from sklearn_hash.training import (
    NET_PREFIXES,
    PairDataset,
    build_net,
    check_can_teach,
    check_net_params,
    draw_seed,
    isolated,
    make_rows,
    make_targets,
    map_against,
    plain_torch,
    resolve_device,
    split_validation,
)

__all__ = ["BaseHasher"]

_LABEL_SIMILARITIES = {"share", "jaccard", "cosine"}


class BaseHasher(ClassNamePrefixFeaturesOutMixin, TransformerMixin, BaseEstimator, metaclass=ABCMeta):
    """Base of the hashers; a subclass lists its parameters and builds its loss."""

    _parameter_constraints: dict = {
        "n_bits": [Interval(Integral, 1, None, closed="left")],
        "encoder": [StrOptions({"auto", "linear", "mlp", "cnn"}), callable],
        "similarity": [
            StrOptions(_LABEL_SIMILARITIES | {"precomputed"}),
            "array-like",
            "sparse matrix",
            callable,
        ],
        "output": [StrOptions({"bits", "signs", "packed", "continuous"})],
        "optimizer": [str, callable],
        "lr": [Interval(Real, 0, None, closed="neither")],
        "lr_schedule": [StrOptions({"cosine", "constant"})],
        "max_epochs": [Interval(Integral, 1, None, closed="left")],
        "batch_size": [Interval(Integral, 2, None, closed="left")],
        "validation_fraction": [None, Interval(Real, 0, 1, closed="neither")],
        "n_iter_no_change": [Interval(Integral, 1, None, closed="left")],
        "loader": [None, callable],
        "callbacks": [None, list],
        "device": [str, torch.device],
        "encoder_lr_scale": [Interval(Real, 0, None, closed="left")],
        "random_state": ["random_state"],
        "verbose": ["verbose"],
        "net_params": [None, dict],
    }

    @abstractmethod
    def _make_loss(self):
        """The method's loss, a new module."""

    def _make_callbacks(self):
        """The method's own callbacks, as (name, callback)."""
        return []

    @_fit_context(prefer_skip_nested_validation=True)
    def fit(self, X, y):
        """Learn hash functions.

        Parameters
        ----------
        X : array-like or sparse matrix of shape (n, n_features), images of shape (n, channels, height, width), \
                array of n paths or row ids with `loader`, or torch Dataset
            Training rows.
        y : array-like or sparse matrix
            Class labels of any kind, (n,); a multi-label indicator, (n, n_labels); or what `similarity` asks for.

        Returns
        -------
        self : object

        Raises
        ------
        ValueError
            If X or y is not valid, no pair of rows can teach anything, or the loss turns NaN. The estimator is then
            what it was before.
        """
        with plain_torch(), self._unchanged_on_failure():
            rows = self._check_rows(X, reset=True, min_rows=2)
            targets, self.classes_ = self._check_targets(y, rows)
            self._seed = draw_seed(self.random_state)
            train, validation = PairDataset(rows, targets), None
            if self.validation_fraction is not None:
                train, validation = split_validation(train, self.validation_fraction, self._seed)
            check_can_teach(train.targets, self.classes_, "y" if validation is None else "y, less its validation rows,")
            device = resolve_device(self.device)
            with isolated(device, self._seed):
                net = self._build_net(train, device, validation)
                net.partial_fit(train.to(device))
            # The validation rows have done their work; a pickle need not hold them.
            net.train_split = None
            self._keep(net)
        return self

    @_fit_context(prefer_skip_nested_validation=True)
    def partial_fit(self, X, y):
        """Train one epoch on these rows, from where training stands.

        The first call builds the network; later calls keep its encoder, code length, loss, optimizer and callbacks,
        whatever the parameters have become. The learning rate stays constant and no rows are held out.

        Parameters
        ----------
        X : array-like or sparse matrix of shape (n, n_features), images of shape (n, channels, height, width), \
                array of n paths or row ids with `loader`, or torch Dataset
            Training rows. The first call's decide the standardisation.
        y : array-like or sparse matrix
            As for ``fit``. Pairs are only drawn within one call, so labels may be new.

        Returns
        -------
        self : object
        """
        with plain_torch(), self._unchanged_on_failure():
            fitted = hasattr(self, "net_")
            rows = self._check_rows(X, reset=not fitted, min_rows=2)
            targets, classes = self._check_targets(y, rows)
            seen = getattr(self, "classes_", None)
            self.classes_ = classes if seen is None or classes is None else np.union1d(seen, classes)
            train = PairDataset(rows, targets)
            if not fitted:
                self._seed = draw_seed(self.random_state)
            device = resolve_device(self.device)
            with isolated(device, self._seed, self.n_iter_ if fitted else 0):
                net = self.net_ if fitted else self._build_net(train, device)
                with net.unchanged_on_failure():
                    net.partial_fit(train.to(device), epochs=1)
            self._keep(net)
        return self

    def decision_function(self, X):
        """Real-valued codes, whose signs the bits are.

        Parameters
        ----------
        X : array-like or sparse matrix of shape (n, n_features), images of shape (n, channels, height, width), \
                array of n paths or row ids with `loader`, or torch Dataset

        Returns
        -------
        z : ndarray of shape (n, n_bits), float32
            Output of the hash layer; a bit is set where it is positive.
        """
        return self._encode(X).numpy()

    def transform(self, X):
        """Hash rows.

        Parameters
        ----------
        X : array-like or sparse matrix of shape (n, n_features), images of shape (n, channels, height, width), \
                array of n paths or row ids with `loader`, or torch Dataset

        Returns
        -------
        codes : ndarray
            As `output` says: (n, n_bits) bits, signs or real values, or (n, ceil(n_bits / 8)) packed bytes.
        """
        z = self._encode(X)
        if self.output == "continuous":
            return z.numpy()
        bits = (z > 0).numpy().view(np.uint8)
        if self.output == "packed":
            return np.packbits(bits, axis=1)
        return bits if self.output == "bits" else bits.view(np.int8) * np.int8(2) - np.int8(1)

    def score(self, X, y):
        """Mean average precision of every row as a query against all others.

        Parameters
        ----------
        X : array-like or sparse matrix of shape (n, n_features), images of shape (n, channels, height, width), \
                array of n paths or row ids with `loader`, or torch Dataset
        y : array-like or sparse matrix
            As for ``fit``.

        Returns
        -------
        score : float
            Over the whole ranking, as the exact expectation over the orders of tied distances. A row to which no other
            is similar counts 0.
        """
        z = self._encode(X)
        targets, _ = self._check_targets(y, z)
        return map_against(z.numpy(), targets)

    def set_params(self, **params):
        """Set parameters, also of the net by their nested names.

        Parameters
        ----------
        **params : dict
            Parameters of the estimator, or nested names such as ``optimizer__weight_decay``, which enter `net_params`.

        Returns
        -------
        self : object
        """
        own = self._get_param_names()
        nested = {
            key: params.pop(key) for key in list(params) if key not in own and key.partition("__")[0] in NET_PREFIXES
        }
        super().set_params(**params)
        if nested:
            check_net_params(nested, self.encoder, self.optimizer, self.callbacks)
            self.net_params = {**(self.net_params or {}), **nested}
        return self

    def get_params(self, deep=True):
        """Parameters of the estimator, with the nested ones of `net_params` where ``deep``.

        Parameters
        ----------
        deep : bool, default=True

        Returns
        -------
        params : dict
        """
        params = super().get_params(deep=deep)
        nested = self.net_params if deep and isinstance(self.net_params, dict) else {}
        return {**nested, **params}

    @property
    def _n_features_out(self):
        """Columns that ``transform`` returns."""
        check_is_fitted(self)
        n_bits = self.net_.module_.hash_layer.out_features
        return packed_width(n_bits) if self.output == "packed" else n_bits

    def __sklearn_is_fitted__(self):
        return hasattr(self, "net_")

    def __sklearn_tags__(self):
        tags = super().__sklearn_tags__()
        tags.input_tags.sparse = True
        tags.target_tags.required = True
        tags.transformer_tags.preserves_dtype = []
        return tags

    def _check_rows(self, X, *, reset, min_rows=1):
        """X as rows: vectors, images, or what a loader or a Dataset gives."""
        if self.loader is not None or isinstance(X, Dataset):
            rows = make_rows(X, self.loader)
            if reset:
                self._forget_features()
        else:
            if not reset and 4 in (getattr(X, "ndim", 0), len(self._row_shape) + 1):
                # For images the number of features, the channels, says too little.
                self._check_row_shape(tuple(np.shape(X)[1:]))
            checks = {"accept_sparse": "csr", "dtype": [np.float32, np.float16, np.uint8], "allow_nd": True}
            rows = make_rows(validate_data(self, X, reset=reset, ensure_min_samples=min_rows, **checks))
        if len(rows) < min_rows:
            raise ValueError(f"X has {len(rows)} row(s); a minimum of {min_rows} is required to make pairs.")
        if reset:
            self._row_shape = rows.row_shape
        else:
            self._check_row_shape(rows.row_shape)
        return rows

    def _check_row_shape(self, shape):
        if shape != self._row_shape:
            raise ValueError(f"X has rows of shape {shape}, but fit saw rows of shape {self._row_shape}.")

    def _forget_features(self):
        """What an earlier fit with an array left behind; items of a loader have no features to count."""
        for name in ("n_features_in_", "feature_names_in_"):
            vars(self).pop(name, None)

    def _check_targets(self, y, rows):
        """What makes the rows similar, and the classes."""
        if y is None:
            name = type(self).__name__
            raise ValueError(f"This {name} estimator requires y to be passed, but the target y is None.")
        if isinstance(self.similarity, str) and self.similarity in _LABEL_SIMILARITIES:
            y = check_array(y, accept_sparse="csr", ensure_2d=False, dtype=None, input_name="y", estimator=self)
            check_consistent_length(rows, y)
        return make_targets(y, self.similarity, len(rows))

    def _build_net(self, train, device, validation=None):
        params = self.get_params(deep=False)
        return build_net(params, train.rows, self._make_loss(), self._make_callbacks(), device, validation)

    def _keep(self, net):
        self.net_ = net
        self.history_ = net.history
        self.n_iter_ = len(net.history)

    @contextmanager
    def _unchanged_on_failure(self):
        before = dict(vars(self))
        try:
            yield
        except BaseException:
            vars(self).clear()
            vars(self).update(before)
            raise

    def _encode(self, X):
        """Hash-layer output, on the CPU."""
        check_is_fitted(self)
        rows = self._check_rows(X, reset=False)
        with plain_torch(), isolated(torch.device(self.net_.device)):
            z = self.net_.forward(PairDataset(rows))
        if z.isnan().any():
            raise ValueError(
                f"The hash layer's output is NaN for row {int(z.isnan().any(dim=1).nonzero()[0])} of X. Remove NaN and "
                "infinity from X, or scale it as the rows that fit saw."
            )
        return z
