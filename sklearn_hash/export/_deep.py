"""The module of a hasher around a network, as a graph can hold it."""

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
        Raw rows to (n, n_bits) real-valued codes; normalisation of images is part of it, augmentation is not.

    Raises
    ------
    ValueError
        If a loader reads the rows.
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
