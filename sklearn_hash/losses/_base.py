"""Base class of the losses: checks of the input, and full precision under autocast."""

import torch
from torch import Tensor, nn


class BatchLoss(nn.Module):
    """Loss of a batch of hash-layer outputs; the attribute ``target`` names the kind of its second argument."""

    target: str

    def forward(self, z: Tensor, target: Tensor) -> Tensor:
        """Compute the loss of a batch.

        Parameters
        ----------
        z : tensor of shape (n, n_bits)
            Output of the hash layer.
        target : tensor
            Similarities, labels or features, see the class.

        Returns
        -------
        loss : tensor
            A scalar.
        """
        if z.ndim != 2 or not z.is_floating_point():
            raise ValueError(f"z must be a floating (n, n_bits) tensor; got {z.dtype} of shape {tuple(z.shape)}.")
        target = self._check_target(z, target)
        dtype = torch.float64 if z.dtype == torch.float64 else torch.float32
        with torch.autocast(z.device.type, enabled=False):
            return self._loss(z.to(dtype), target.detach().to(dtype))

    def _check_target(self, z: Tensor, target: Tensor) -> Tensor:
        raise NotImplementedError

    def _loss(self, z: Tensor, target: Tensor) -> Tensor:
        raise NotImplementedError
