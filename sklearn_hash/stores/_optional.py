"""Import of the optional engines, on first use."""

from importlib import import_module

__all__ = ["import_arrow", "import_engine"]


def import_engine(module, extra):
    """Return a module that an extra of this package installs.

    Parameters
    ----------
    module, extra : str

    Raises
    ------
    ImportError
        With the command that installs it, if it is missing.
    """
    try:
        return import_module(module)
    except ModuleNotFoundError as error:
        raise ImportError(f"{module} is missing. Install it with: pip install 'sklearn_hash[{extra}]'") from error


def import_arrow():
    """Return the module ``pyarrow``."""
    return import_engine("pyarrow", "arrow")
