"""Network of a hasher, from a raw batch to the output of the hash layer."""

import torch
from torch import nn

from sklearn_hash.training._encoder_output import input_type, select_field
from sklearn_hash.training._hash_norm import HashNorm

__all__ = ["HashingModule"]


def _as_float(x):
    """Convert to float32; the check avoids a call into torch in most steps."""
    return x if x.dtype == torch.float32 else x.float()


class HashingModule(nn.Module):
    """Module with augmentation, normalisation, encoder, hash layer and optionally normalisation of its output.

    Parameters
    ----------
    encoder : nn.Module
        Module that maps float32 rows of shape (n, ...) to features of shape (n, n_features), or of a shape that is
        flattened to it.
    n_features : int
        Number of features.
    n_bits : int
        Code length.
    normalize : nn.Module, default=None
        Module that normalises a raw batch to float32; by default the batch is only converted to float32.
    augment : callable, default=None
        Transformation of a raw batch in training.
    frozen : bool, default=False
        Whether the encoder is not trained; it stays in evaluation mode and no gradient is computed in it.
    autocast : bool, default=False
        Whether training runs the encoder in bfloat16. The hash layer, whose output the losses compare, is always
        float32; this takes little time.
    batch_norm : bool, default=False
        Whether a batch normalisation follows the hash layer.
    output_field : str or int, default=None
        Part of the encoder output to use, if it is a dict, a tuple or an object with fields.

    Examples
    --------
    >>> import torch
    >>> from sklearn_hash.training import HashingModule
    >>> HashingModule(torch.nn.Linear(64, 16), n_features=16, n_bits=8)(torch.zeros(5, 64)).shape
    torch.Size([5, 8])
    """

    def __init__(
        self,
        encoder,
        n_features,
        n_bits,
        normalize=None,
        augment=None,
        frozen=False,
        autocast=False,
        batch_norm=False,
        output_field=None,
    ):
        super().__init__()
        self.encoder = encoder
        self.hash_layer = nn.Linear(n_features, n_bits, dtype=torch.float32)
        self.hash_norm = HashNorm(n_bits) if batch_norm else None
        self.normalize = normalize
        self.augment = augment
        self.frozen = frozen
        self.autocast = autocast
        self.output_field = output_field
        self.input_type = input_type(encoder)
        self.train()

    def train(self, mode=True):
        """Set training or evaluation mode; a frozen encoder stays in evaluation mode."""
        super().train(mode)
        if self.frozen:
            self.encoder.eval()
        return self

    def forward(self, x):
        """Return the hash-layer output z of a raw batch, float32 of shape (n, n_bits)."""
        if self.training and self.augment is not None:
            x = self._augmented(x)
        x = _as_float(x) if self.normalize is None else self.normalize(x)
        special = self.training and (self.frozen or self.autocast)
        x = x if self.input_type in (torch.float32, x.dtype) else x.to(self.input_type)
        features = self._trained_features(x) if special else self.encoder(x)
        features = select_field(features, self.output_field)
        z = self.hash_layer(_as_float(features if features.ndim == 2 else features.flatten(1)))
        return z if self.hash_norm is None else self.hash_norm(z)

    def _trained_features(self, x):
        """Return the features in training, in bfloat16 with `autocast` and without gradients if `frozen`."""
        with (
            torch.set_grad_enabled(torch.is_grad_enabled() and not self.frozen),
            torch.autocast(x.device.type, torch.bfloat16, enabled=self.autocast),
        ):
            return self.encoder(x)

    def _augmented(self, x):
        version = x._version
        augmented = self.augment(x)
        if x._version != version:
            raise ValueError("augment writes to its input, which may be X itself. Let it return another tensor.")
        if not torch.is_tensor(augmented) or augmented.ndim != x.ndim or len(augmented) != len(x):
            got = f"shape {tuple(augmented.shape)}" if torch.is_tensor(augmented) else type(augmented).__name__
            raise ValueError(
                f"augment must return as many rows as it gets; for a batch of shape {tuple(x.shape)} it returned {got}."
            )
        return augmented
