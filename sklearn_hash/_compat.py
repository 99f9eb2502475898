"""Every import of a scikit-learn private name, in one place: a release that moves one is mended here."""

from sklearn.utils._param_validation import (
    Hidden,
    HasMethods,
    Integral,
    Interval,
    Options,
    Real,
    StrOptions,
    validate_params,
)

__all__ = ["HasMethods", "Hidden", "Integral", "Interval", "Options", "Real", "StrOptions", "validate_params"]
