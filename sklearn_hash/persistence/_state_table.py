"""Fitted state of estimators whose attributes are declared in a table."""

from sklearn_hash.persistence._states import COMMON, STATES, check_state

__all__ = ["get_params", "get_state", "set_state"]


def get_params(estimator):
    """Return the constructor parameters."""
    return estimator.get_params(deep=False)


def get_state(estimator):
    """Return the declared attributes of an estimator, which has none if it is not fitted.

    Raises
    ------
    ValueError
        If an estimator of this package has attributes that are not declared.
    """
    declared = {**STATES[type(estimator).__name__], **COMMON}
    present = vars(estimator)
    undeclared = present.keys() - declared.keys() - estimator.get_params(deep=False).keys()
    if undeclared and type(estimator).__module__.startswith("sklearn_hash."):
        raise ValueError(f"{type(estimator).__name__} has attributes that cannot be saved: {sorted(undeclared)}.")
    return {name: present[name] for name in declared if name in present}


def set_state(estimator, state, context):
    """Set the fitted attributes, after checking their types and shapes."""
    check_state(state, STATES[type(estimator).__name__], COMMON)
    vars(estimator).update(state)
