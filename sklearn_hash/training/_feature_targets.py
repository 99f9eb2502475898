"""Targets of the losses that compare codes with the input rows."""

import torch

__all__ = ["FeatureTargets"]


class FeatureTargets:
    """Centred rows as targets, for losses without labels.

    Parameters
    ----------
    n : int
        Number of rows.
    mean : ndarray
        Mean of the training rows, of the shape of one row.
    """

    def __init__(self, n, mean):
        self.n = n
        self.mean = torch.as_tensor(mean, dtype=torch.float32)

    def __len__(self):
        return self.n

    @property
    def index_device(self):
        """Device of the row indices."""
        return self.mean.device

    def features_of(self, rows):
        """Return the centred rows of a batch.

        Parameters
        ----------
        rows : tensor of shape (n, ...)

        Returns
        -------
        features : tensor of shape (n, n_values), float32
        """
        return (rows.float() - self.mean.to(rows.device)).flatten(1)

    def select(self, index):
        """Return the targets of a subset of the rows.

        Parameters
        ----------
        index : ndarray of int

        Returns
        -------
        targets : FeatureTargets
        """
        return FeatureTargets(len(index), self.mean)

    def to(self, device):
        """Return the targets with their mean on a device.

        Parameters
        ----------
        device : torch.device

        Returns
        -------
        targets : FeatureTargets
        """
        return FeatureTargets(self.n, self.mean.to(device))
