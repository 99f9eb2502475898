"""Import of optional dependencies on first use."""

from importlib import import_module

__all__ = ["import_arrow", "import_engine"]


def import_engine(module, extra):
    """Import and return a module that an extra of this package installs.

    Parameters
    ----------
    module, extra : str

    Raises
    ------
    ImportError
        If the module is not installed; the message has the command that installs it.
    """
    try:
        return import_module(module)
    except ModuleNotFoundError as error:
        raise ImportError(f"{module} is missing. Install it with: pip install 'sklearn_hash[{extra}]'") from error


def import_arrow():
    """Import and return the module ``pyarrow``."""
    return import_engine("pyarrow", "arrow")
