"""Description of image input: loading, order of axes, normalisation and augmentation."""

from sklearn.base import BaseEstimator

from sklearn_hash._compat import StrOptions

__all__ = ["ImageInput"]


class ImageInput(BaseEstimator):
    """Description of how images are loaded and prepared, for the `images` parameter of the hashers.

    Parameters
    ----------
    loader : callable, default=None
        Function called as ``loader(item)`` that returns the row of one item of X, where X is a 1-D array of paths or
        row ids. Rows are loaded when a batch needs them, by worker processes if `net_params` sets
        ``iterator_train__num_workers`` and ``iterator_valid__num_workers``.

    channels : {"auto", "first", "last"}, default="auto"
        Position of the channel axis: "first" for (n, channels, height, width), "last" for (n, height, width, channels).
        "auto" chooses the axis of length 1, 3 or 4 that is shorter than height and width.

    normalize : {"auto", "unit", "imagenet"}, (mean, std) or None, default="auto"
        Normalisation of a batch on the device, before the encoder. "unit" scales bytes to [0, 1]. (mean, std), each a
        number or one number per channel, also subtracts the mean and divides by std; "imagenet" does so with the values
        that most pretrained encoders expect. Values that are not bytes must already be in [0, 1]. "auto" standardises
        the input of the built-in encoders by the training rows and passes the values unchanged to a custom module. None
        always passes them unchanged.

    augment : callable, default=None
        Random transformation of a training batch on the device, before `normalize`, called as ``augment(x)``; it must
        return as many rows as `x` has. :class:`~sklearn_hash.training.RandomCrop` and
        :class:`~sklearn_hash.training.RandomFlip` can be chained with ``torch.nn.Sequential``. A module is copied.

    See Also
    --------
    DualHingeHasher : Hasher with a parameter `images`.

    Examples
    --------
    >>> import numpy as np
    >>> from sklearn_hash import HashNetHasher, ImageInput
    >>> X = np.random.default_rng(0).integers(256, size=(40, 8, 8, 3), dtype=np.uint8)
    >>> y = np.arange(40) % 2
    >>> hasher = HashNetHasher(n_bits=8, max_epochs=1, images=ImageInput(normalize="unit"), random_state=0)
    >>> hasher.fit(X, y).transform(X).shape
    (40, 8)
    """

    _parameter_constraints: dict = {
        "loader": [None, callable],
        "channels": [StrOptions({"auto", "first", "last"})],
        "normalize": [StrOptions({"auto", "unit", "imagenet"}), tuple, list, None],
        "augment": [None, callable],
    }

    def __init__(self, *, loader=None, channels="auto", normalize="auto", augment=None):
        self.loader = loader
        self.channels = channels
        self.normalize = normalize
        self.augment = augment
