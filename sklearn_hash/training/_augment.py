"""Random augmentation of training images, for a whole batch at once and on its device."""

import torch
import torch.nn.functional as F
from torch import nn

__all__ = ["RandomCrop", "RandomFlip"]


class RandomCrop(nn.Module):
    """Shift every image by a random number of pixels, with zeros at the border.

    Parameters
    ----------
    padding : int, default=4
        Largest shift in each direction, in pixels.

    Examples
    --------
    >>> import torch
    >>> from sklearn_hash.training import RandomCrop, RandomFlip
    >>> augment = torch.nn.Sequential(RandomCrop(padding=2), RandomFlip())
    >>> augment(torch.zeros(10, 3, 32, 32, dtype=torch.uint8)).shape
    torch.Size([10, 3, 32, 32])
    """

    def __init__(self, padding=4):
        super().__init__()
        self.padding = padding

    def forward(self, x):
        """Return the shifted images, of shape (n, channels, height, width) and of the input type."""
        _check_images(self, x)
        n, _, height, width = x.shape
        # A view with an axis for each position of the window in an image.
        windows = F.pad(x, [self.padding] * 4).unfold(2, height, 1).unfold(3, width, 1)
        down, right = torch.randint(2 * self.padding + 1, (2, n), device=x.device)
        return windows[torch.arange(n, device=x.device), :, down, right]

    def extra_repr(self):
        """Return the parameters that ``repr`` shows."""
        return f"padding={self.padding}"


class RandomFlip(nn.Module):
    """Flip images horizontally at random.

    Parameters
    ----------
    p : float, default=0.5
        Probability that an image is flipped.

    Examples
    --------
    >>> import torch
    >>> from sklearn_hash.training import RandomFlip
    >>> RandomFlip(p=1.0)(torch.arange(3).view(1, 1, 1, 3))
    tensor([[[[2, 1, 0]]]])
    """

    def __init__(self, p=0.5):
        super().__init__()
        self.p = p

    def forward(self, x):
        """Return the images, some of them flipped, of shape (n, channels, height, width) and of the input type."""
        _check_images(self, x)
        mirrored = torch.rand(len(x), device=x.device) < self.p
        return torch.where(mirrored.view(-1, 1, 1, 1), x.flip(-1), x)

    def extra_repr(self):
        """Return the parameters that ``repr`` shows."""
        return f"p={self.p}"


def _check_images(augment, x):
    if x.ndim != 4:
        raise ValueError(
            f"{type(augment).__name__} augments images of shape (n, channels, height, width); got a batch of shape "
            f"{tuple(x.shape)}."
        )
