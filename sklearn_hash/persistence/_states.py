"""Fitted attributes of the classes whose state is arrays and numbers, with their declared types and shapes.

A declaration is a type, followed by ``?`` if the value may be None and by a letter for each axis: F is the number of
features, B the number of bits, and within an estimator a letter always stands for the same length.
"""

__all__ = ["COMMON", "STATES", "check_state"]

_SCALED = {"scale_": "float? F", "n_samples_seen_": "any"}
_COMPONENTS = {
    "components_": "float K F",
    "explained_variance_": "float K",
    "explained_variance_ratio_": "float K",
    "singular_values_": "float K",
}

STATES = {
    "LSHHasher": {"mean_": "float F", "components_": "float B F"},
    "PCAHasher": {"mean_": "float F", "components_": "float B F"},
    "ITQHasher": {"mean_": "float F", "components_": "float K F", "rotation_": "float K B"},
    "SpectralHasher": {
        "mean_": "float F",
        "components_": "float K F",
        "lower_": "float K",
        "upper_": "float K",
        "directions_": "int B",
        "modes_": "int B",
    },
    "SDHHasher": {"anchors_": "float A F", "gamma_": "float", "projection_": "float A+1 B", "classes_": "any C"},
    "NearDuplicates": {"labels_": "int N", "kept_indices_": "int G"},
    "StandardScaler": {**_SCALED, "mean_": "float? F", "var_": "float? F"},
    "MinMaxScaler": {
        **_SCALED,
        "min_": "float F",
        "data_min_": "float F",
        "data_max_": "float F",
        "data_range_": "float F",
    },
    "Normalizer": {},
    "PCA": {
        **_COMPONENTS,
        "mean_": "float F",
        "n_components_": "int",
        "n_samples_": "int",
        "noise_variance_": "float",
        "_fit_svd_solver": "str",
    },
    "TruncatedSVD": _COMPONENTS,
    "SimpleImputer": {"statistics_": "any F", "indicator_": "any", "_fit_dtype": "any", "_fill_dtype": "any"},
    "MissingIndicator": {"features_": "int M", "_n_features": "int", "_precomputed": "bool"},
    # A ColumnTransformer replaces "passthrough" by this transformer.
    "FunctionTransformer": {},
    "FrozenEstimator": {},
    "Pipeline": {},
    "ColumnTransformer": {
        "transformers_": "any",
        "sparse_output_": "bool",
        "output_indices_": "any",
        "_columns": "any",
        "_remainder": "any",
        "_transformer_to_input_indices": "any",
    },
}

# Attributes that any estimator may have.
COMMON = {"n_bits_": "int", "n_features_in_": "int", "feature_names_in_": "any F", "_sklearn_output_config": "any"}

_OUTPUT_CONFIGS = {("transform", form) for form in ("default", "pandas", "polars")}
_SCALARS = {"int": (int,), "float": (float, int), "bool": (bool,), "str": (str,)}
_ARRAY_KINDS = {"int": "iu", "float": "f", "any": "biufOU"}


def check_state(state, required, optional):
    """Check fitted attributes against their declarations, and the lengths of their axes for consistency.

    Parameters
    ----------
    state : dict of str to object
    required : dict of str to str
        Declarations of the required attributes; an estimator that is not fitted has none of these.
    optional : dict of str to str
        Declarations of the optional attributes.

    Raises
    ------
    ValueError
        If an attribute is missing, unknown or does not match its declaration.
    """
    config = state.get("_sklearn_output_config", {})
    if not isinstance(config, dict) or not set(config.items()) <= _OUTPUT_CONFIGS:
        raise ValueError(f"{config!r:.80} is not a valid output configuration")
    declared = {**required, **optional}
    is_fitted = bool(state.keys() - {"_sklearn_output_config"})
    # Private attributes are those of scikit-learn, which may not have them in every version.
    missing = {name for name in required if is_fitted and name not in state and not name.startswith("_")}
    unknown = state.keys() - declared.keys()
    if missing or unknown:
        raise ValueError(f"fitted attributes are missing or unknown: {sorted(missing | unknown)!s:.200}")
    lengths = {"F": state.get("n_features_in_"), "B": state.get("n_bits_")}
    lengths = {axis: length for axis, length in lengths.items() if length is not None}
    for name in sorted(state):
        _check_value(name, state[name], declared[name], lengths)


def _check_value(name, value, declaration, lengths):
    kind, *axes = declaration.split()
    if kind.endswith("?") and value is None:
        return
    kind = kind.removesuffix("?")
    valid = _is_array(value, kind, axes, lengths) if axes else _is_scalar(value, kind)
    if not valid:
        raise ValueError(f"the fitted attribute {name} is not {declaration!r}")


def _is_scalar(value, kind):
    return kind == "any" or (isinstance(value, _SCALARS[kind]) and (kind == "bool" or not isinstance(value, bool)))


def _is_array(value, kind, axes, lengths):
    if not hasattr(value, "dtype") or value.dtype.kind not in _ARRAY_KINDS[kind] or len(value.shape) != len(axes):
        return False
    known = [_length(axis, length, lengths) for axis, length in zip(axes, value.shape, strict=True)]
    return known == list(value.shape)


def _length(axis, length, lengths):
    """Return the length that an axis must have, which is set by the first array with that axis."""
    name, _, more = axis.partition("+")
    return lengths.setdefault(name, length - int(more or 0)) + int(more or 0)
