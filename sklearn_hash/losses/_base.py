"""What all losses share: checked input, and full precision also under autocast."""

import torch
from torch import Tensor, nn


class BatchLoss(nn.Module):
    """A loss of one batch of hash-layer outputs, given what teaches it: the kind that ``target`` names."""

    target: str

    def forward(self, z: Tensor, target: Tensor) -> Tensor:
        """Loss of one batch.

        Parameters
        ----------
        z : tensor of shape (n, n_bits)
            Output of the hash layer.
        target : tensor
            What the class describes.

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
