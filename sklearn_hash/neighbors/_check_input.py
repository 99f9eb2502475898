"""Validation of the searcher's input other than ids and labels."""

from numbers import Integral, Real
from reprlib import repr as short_repr

__all__ = ["check_device", "check_mode", "check_n_neighbors", "check_radius", "refuse_bits"]

_N_SAMPLED = 100  # rows: enough to tell bits from bytes, and one or two pages of a memory map
_LEAST_COLUMNS = 8  # codes have at least 8 bits; as packed bytes, rows of 0 and 1 this long are unlikely


def check_device(device):
    """Raise a ValueError if this machine does not have the device."""
    if device != "cpu":  # torch is imported only for a GPU
        from sklearn_hash.neighbors import _gpu

        _gpu.check_device(device)


def check_mode(mode):
    """Raise a ValueError if the mode of a graph is not valid."""
    if not isinstance(mode, str) or mode not in ("connectivity", "distance"):
        raise ValueError(f'mode must be "connectivity" or "distance"; got {short_repr(mode)}.')


def check_n_neighbors(n_neighbors):
    """Check that the number of neighbours is an integer of at least 1 and return it."""
    if not isinstance(n_neighbors, Integral):
        raise TypeError(f"n_neighbors does not take {type(n_neighbors)} value, enter integer value")
    if n_neighbors <= 0:
        raise ValueError(f"Expected n_neighbors > 0. Got {short_repr(n_neighbors)}")
    return int(n_neighbors)


def check_radius(radius):
    """Check that the radius is a number of at least 0 and return it."""
    if not isinstance(radius, Real):
        raise TypeError(f"radius does not take {type(radius)} value, enter a number")
    if not float(radius) >= 0:
        raise ValueError(f"Expected radius >= 0. Got {short_repr(radius)}")
    return radius


def refuse_bits(packed):
    """Raise a ValueError if packed bytes look like bits, which would be read as codes 8 times too long."""
    if packed.shape[1] >= _LEAST_COLUMNS and packed[:_N_SAMPLED].max(initial=0) == 1:
        raise ValueError(
            "X must hold packed bytes with packed=True, but its first rows hold only 0 and 1, as bits do. Pass "
            f"packed=False for bits, or n_bits={8 * packed.shape[1]} if each of these bytes does stand for 8 bits."
        )
