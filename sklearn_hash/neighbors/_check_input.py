"""Validation of what the searcher is given besides ids and labels."""

from numbers import Integral, Real
from reprlib import repr as short_repr

__all__ = ["check_device", "check_mode", "check_n_neighbors", "check_radius", "refuse_bits"]

_N_SAMPLED = 100  # rows: enough to tell bits from bytes, and one or two pages of a memory map
_LEAST_COLUMNS = 8  # codes have at least 8 bits; as packed bytes, rows of 0 and 1 this long are unlikely


def check_device(device):
    """Raise a ValueError unless this machine has the device."""
    if device != "cpu":  # torch is imported only for a GPU
        from sklearn_hash.neighbors import _gpu

        _gpu.check_device(device)


def check_mode(mode):
    """Raise a ValueError unless this is a mode of a graph."""
    if not isinstance(mode, str) or mode not in ("connectivity", "distance"):
        raise ValueError(f'mode must be "connectivity" or "distance"; got {short_repr(mode)}.')


def check_n_neighbors(n_neighbors):
    """Return the number of neighbours as an int of at least 1."""
    if not isinstance(n_neighbors, Integral):
        raise TypeError(f"n_neighbors does not take {type(n_neighbors)} value, enter integer value")
    if n_neighbors <= 0:
        raise ValueError(f"Expected n_neighbors > 0. Got {short_repr(n_neighbors)}")
    return int(n_neighbors)


def check_radius(radius):
    """Return the radius, a number of 0 or more."""
    if not isinstance(radius, Real):
        raise TypeError(f"radius does not take {type(radius)} value, enter a number")
    if not float(radius) >= 0:
        raise ValueError(f"Expected radius >= 0. Got {short_repr(radius)}")
    return radius


def refuse_bits(packed):
    """Raise a ValueError if packed bytes look like bits, which would be read as codes 8 times as long."""
    if packed.shape[1] >= _LEAST_COLUMNS and packed[:_N_SAMPLED].max(initial=0) == 1:
        raise ValueError(
            "X must hold packed bytes with packed=True, but its first rows hold only 0 and 1, as bits do. Pass "
            f"packed=False for bits, or n_bits={8 * packed.shape[1]} if each of these bytes does stand for 8 bits."
        )
