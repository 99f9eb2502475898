"""Module of a hasher with a network, in a form that can be exported."""

from copy import deepcopy

__all__ = ["deep_module"]


def deep_module(hasher):
    """Return a copy of the network of a fitted hasher, on the CPU and in evaluation mode.

    Parameters
    ----------
    hasher : DeepHasher

    Returns
    -------
    module : HashingModule
        Module that maps raw rows to real-valued codes of shape (n, n_bits). It includes the normalisation of images,
        but no augmentation.

    Raises
    ------
    ValueError
        If the rows are read by a loader.
    """
    if hasher.images is not None and hasher.images.loader is not None:
        raise ValueError(
            "images has a loader, and a function that reads rows cannot be part of the graph. Export after "
            "hasher.set_params(images__loader=None): the graph then takes the rows that the loader returns."
        )
    module = hasher.net_.module_
    module = deepcopy(getattr(module, "_orig_mod", module))  # without torch.compile
    module.augment = None
    return module.cpu().eval()
