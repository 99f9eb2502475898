"""Base class of the hashers with a network: validation of input, training and encoding."""

from abc import abstractmethod
from inspect import signature
from numbers import Integral, Real

import numpy as np
import torch
from sklearn.utils.validation import check_is_fitted

from sklearn_hash._compat import Interval, StrOptions, _fit_context
from sklearn_hash.hashers._base import BaseHasher
from sklearn_hash.hashers._network_input import NetworkInputMixin
from sklearn_hash.training import (
    NET_PREFIXES,
    Checkpoint,
    HashingDataset,
    ImageInput,
    build_net,
    check_can_teach,
    check_net_params,
    check_same,
    draw_seed,
    encode,
    encode_blocks,
    fingerprint,
    isolated,
    plain_torch,
    resolve_device,
    split_validation,
)

__all__ = ["DeepHasher"]


class DeepHasher(NetworkInputMixin, BaseHasher):
    """Base class of the hashers with a network; a subclass lists its parameters and names its loss."""

    _parameter_constraints: dict = {
        **BaseHasher._parameter_constraints,
        "encoder": [StrOptions({"auto", "linear", "mlp", "cnn"}), callable],
        "lr": [Interval(Real, 0, None, closed="neither")],
        "max_epochs": [Interval(Integral, 1, None, closed="left")],
        "batch_size": [Interval(Integral, 2, None, closed="left")],
        "validation_fraction": [None, Interval(Real, 0, 1, closed="neither")],
        "images": [None, ImageInput],
        "device": [str, torch.device],
        "random_state": ["random_state"],
        "verbose": ["verbose"],
        "net_params": [None, dict],
    }

    # Module class of the loss. Its arguments are parameters of the estimator, or the entries of `net_params` that
    # begin with "criterion__".
    _loss_class: type

    # fmt: off
    def __init__(
        self, *, n_bits, encoder, output, lr, max_epochs, batch_size, validation_fraction, images, device, random_state,
        verbose, net_params,
    ):
        self.n_bits = n_bits
        self.encoder = encoder
        self.output = output
        self.lr = lr
        self.max_epochs = max_epochs
        self.batch_size = batch_size
        self.validation_fraction = validation_fraction
        self.images = images
        self.device = device
        self.random_state = random_state
        self.verbose = verbose
        self.net_params = net_params
    # fmt: on

    def _loss_arguments(self, loss_class, targets):
        """Return the arguments of the loss that are parameters of the estimator or known from the data."""
        accepted = signature(loss_class).parameters
        own = {name: getattr(self, name) for name in self._get_param_names() if name in accepted}
        if "n_classes" not in accepted:
            return own
        classes = getattr(self, "classes_", None)
        return {**own, "n_classes": None if classes is None else len(classes)}

    def _criterion_names(self):
        """Return the names of the loss arguments that can be set only by `net_params`."""
        known = {*self._get_param_names(), "n_classes"}
        return [name for name in signature(self._loss_class).parameters if name not in known]

    def _make_loss(self, targets=None):
        """Build the loss; `classes_` must be set before.

        The targets are those of a whole ``fit``, None in ``partial_fit`` and for a hasher that is loaded.
        """
        nested, loss_class = self.net_params or {}, self._choose_loss(targets)
        given = (name for name in self._criterion_names() if f"criterion__{name}" in nested)
        nested = {name: nested[f"criterion__{name}"] for name in given}
        return loss_class(**self._loss_arguments(loss_class, targets), **nested)

    def _choose_loss(self, targets):
        """Return the class of the loss, which may depend on the targets."""
        return self._loss_class

    def _make_callbacks(self):
        """Return the callbacks that the method itself needs, as (name, callback) tuples."""
        return []

    @_fit_context(prefer_skip_nested_validation=True)
    def fit(self, X, y, *, checkpoint=None):
        """Learn hash functions.

        Parameters
        ----------
        X : array-like or sparse matrix of shape (n, n_features), images of shape (n, channels, height, width), \
                array of n paths or row ids with a loader in `images`, torch Dataset, or dict of token ids
            Training rows. A memory map is read batch by batch.
        y : array-like or sparse matrix
            Class labels of shape (n,), a multi-label indicator of shape (n, n_labels), or what the `similarity`
            parameter requires.
        checkpoint : str or Path, default=None
            Directory for the training state, which is saved after every epoch; use a separate directory for each fit.
            If it holds the state of a fit with the same parameters and data, training resumes from it and gives the
            same codes as without the interruption. If that fit was complete, its result is only loaded.

        Returns
        -------
        self : object

        Raises
        ------
        ValueError
            If X or y is not valid, the pairs of rows carry no information (for example because all are similar), the
            loss becomes NaN, or the checkpoint is from a fit with other parameters or data. The estimator is then left
            unchanged.
        """
        with plain_torch(), self._unchanged_on_failure():
            rows = self._check_rows(X, reset=True, min_rows=2)
            targets, present = self._check_targets(y, rows)
            targets = self._learn_classes(targets, present, known=None)
            saved = None if checkpoint is None else self._open_checkpoint(checkpoint, rows, targets)
            self._seed = draw_seed(self.random_state) if saved is None else saved.seed
            check_same((len(rows), self._seed), "number of rows of X and random_state")
            train, validation = HashingDataset(rows, targets), None
            if self.validation_fraction is not None:
                train, validation = split_validation(train, self.validation_fraction, self._seed)
            check_can_teach(train.targets, self.classes_, "y" if validation is None else "y, less its validation rows,")
            device = resolve_device(self.device)
            with isolated(device, self._seed):
                net = self._build_net(train, device, self._make_loss(train.targets), validation)
                if saved is None:
                    net.partial_fit(train.to(device))
                else:
                    saved.train(net, train.to(device))
            # The validation rows are not needed any more; remove them so that they are not pickled.
            net.train_split = None
            self._after_fit(net)
            self._keep(net)
        return self

    def _open_checkpoint(self, directory, rows, targets):
        """Return the checkpoint of this fit in the given directory."""
        params = {**self.get_params(deep=False), **(self.net_params or {})}
        del params["random_state"]
        data = {"estimator": type(self), "X": rows, "y": targets, "classes": self.classes_}
        seed, any_seed = draw_seed(self.random_state), self.random_state is None
        return Checkpoint(directory, fingerprint(params, **data), seed, any_seed)

    @_fit_context(prefer_skip_nested_validation=True)
    def partial_fit(self, X, y):
        """Train one more epoch on these rows.

        The first call builds the network. Later calls keep its encoder, code length, loss, optimizer and callbacks,
        even if the parameters of the estimator have changed since. The learning rate is constant and no rows are held
        out for validation.

        Parameters
        ----------
        X : array-like or sparse matrix of shape (n, n_features), images of shape (n, channels, height, width), \
                array of n paths or row ids with a loader in `images`, torch Dataset, or dict of token ids
            Training rows. The standardisation is computed from those of the first call.
        y : array-like or sparse matrix
            As for ``fit``. Pairs are formed only within one call, so new labels are allowed.

        Returns
        -------
        self : object
        """
        return self._train_epoch(X, y)

    def _train_epoch(self, X, y, classes=None):
        """Train one epoch, with a new net if none is fitted; ``classes`` is the argument of ``partial_fit``."""
        with plain_torch(), self._unchanged_on_failure():
            fitted = hasattr(self, "net_")
            rows = self._check_rows(X, reset=not fitted, min_rows=2)
            known = self.classes_ if fitted else classes
            targets, present = self._check_targets(y, rows)
            train = HashingDataset(rows, self._learn_classes(targets, present, known))
            if not fitted:
                self._seed = draw_seed(self.random_state)
            check_same((len(rows), self._seed), "number of rows of X and random_state")
            device = torch.device(self.net_.device) if fitted else resolve_device(self.device)
            with isolated(device, self._seed, self.n_iter_ if fitted else 0):
                net = self.net_ if fitted else self._build_net(train, device, self._make_loss())
                with net.unchanged_on_failure():
                    net.partial_fit(train.to(device), epochs=1)
            self._keep(net)
        return self

    def set_params(self, **params):
        """Set parameters of the estimator, and of the net by nested names.

        Parameters
        ----------
        **params : dict
            Parameters of the estimator, or nested parameters such as ``optimizer__weight_decay``, which are added to
            `net_params`.

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
            merged = {**(self.net_params or {}), **nested}
            check_net_params(nested, merged, self.encoder, self._criterion_names())
            self.net_params = merged
        return self

    def get_params(self, deep=True):
        """Return the parameters of the estimator, and with ``deep=True`` also the nested ones in `net_params`.

        Parameters
        ----------
        deep : bool, default=True
            Whether to include nested parameters.

        Returns
        -------
        params : dict
            Parameter names and values.
        """
        params = super().get_params(deep=deep)
        nested = self.net_params if deep and isinstance(self.net_params, dict) else {}
        return {**nested, **params}

    def __sklearn_tags__(self):
        tags = super().__sklearn_tags__()
        tags.target_tags.required = True
        return tags

    @abstractmethod
    def _check_targets(self, y, rows):
        """Return the targets of the rows and the classes in y."""

    def _learn_classes(self, targets, present, known):
        """Set ``classes_`` from y and from the classes known before; return the targets."""
        self.classes_ = present if known is None or present is None else np.union1d(known, present)
        return targets

    def _build_net(self, train, device, loss, validation=None):
        nested = self.net_params or {}
        check_net_params(nested, nested, self.encoder, self._criterion_names())
        params = {**self.get_params(deep=False), "images": self._image_input()}
        return build_net(params, train.rows, loss, self._make_callbacks(), device, validation)

    def _after_fit(self, net):
        """Prepare the trained net for later calls of ``partial_fit``."""

    def _keep(self, net):
        self.net_ = net
        self.n_bits_ = net.module_.hash_layer.out_features
        self.history_ = net.history
        self.n_iter_ = len(net.history)

    def _encode(self, X):
        """Return the hash-layer output of X, (n, n_bits_) float32."""
        check_is_fitted(self)
        return encode(self.net_, self._check_rows(X, reset=False))

    def iter_transform(self, X, *, batch_size=1024, on_error="raise"):
        """Compute the codes of rows block by block.

        Parameters
        ----------
        X : array-like or sparse matrix of shape (n, n_features)
            Rows, in any form that ``fit`` accepts.
        batch_size : int, default=1024
            Number of rows in a block.
        on_error : {"raise", "skip"}, default="raise"
            What to do with rows that a loader or a Dataset cannot load or whose codes are NaN. ``"raise"`` raises an
            error. ``"skip"`` leaves them out and, at the end, warns with their number and the first reasons.

        Returns
        -------
        blocks : iterator of (rows, codes)
            For each block, in the order of X: the row numbers, an int64 array of shape (n_rows,), and the codes as
            ``transform`` returns them, but always as an array.
        """
        check_is_fitted(self)
        self._check_batch_size(batch_size)
        if on_error not in ("raise", "skip"):
            raise ValueError(f"on_error must be 'raise' or 'skip'; got {on_error!r}.")
        rows = self._check_rows(X, reset=False)
        return self._coded(encode_blocks(self.net_, rows, batch_size, skip=on_error == "skip"), len(rows))
