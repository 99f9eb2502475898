"""Checks of the parameters of losses."""

import math
import numbers
import reprlib
from collections.abc import Collection
from typing import Any


def check_number(
    name: str, value: Any, *, above: float = -math.inf, least: float = -math.inf, or_else: tuple = ()
) -> Any:
    """Return a finite number above, or at least, a bound; or one of the options in `or_else`."""
    if (value is None or isinstance(value, str)) and value in or_else:
        return value
    number = isinstance(value, numbers.Real) and not isinstance(value, bool) and math.isfinite(value)
    if not (number and value > above and value >= least):
        bound = f"of at least {least}" if math.isfinite(least) else f"greater than {above}"
        accepted = " or ".join([*map(repr, or_else), f"a finite number {bound}"])
        raise ValueError(f"{name} must be {accepted}; got {reprlib.repr(value)}.")
    return float(value)


def check_option(name: str, value: Any, options: Collection[str | None]) -> Any:
    """Return one of the options."""
    if not (value is None or isinstance(value, str)) or value not in options:
        raise ValueError(f"{name} must be one of {', '.join(map(repr, options))}; got {reprlib.repr(value)}.")
    return value


def check_count(name: str, value: Any, *, or_else: tuple = ()) -> Any:
    """Return an integer of at least 1; or one of the options in `or_else`."""
    if isinstance(value, str) and value in or_else:
        return value
    if not isinstance(value, numbers.Integral) or isinstance(value, bool) or value < 1:
        accepted = " or ".join([*map(repr, or_else), "an integer of at least 1"])
        raise ValueError(f"{name} must be {accepted}; got {reprlib.repr(value)}.")
    return int(value)
