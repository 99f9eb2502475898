"""Stochastic neighbor embedding of codes: each row keeps the neighbors of its features."""

import torch
from torch import Tensor, nn
from torch.nn import functional as F

from sklearn_hash.losses._features import FeatureLoss
from sklearn_hash.losses._parameters import check_number

# Logit of a row as its own neighbor. It is finite, because a probability of 0 times an infinite logit is NaN.
_NEVER = -1e9

# Root mean square of the outputs: tanh is nearly the sign there, but its gradient has not vanished.
_SHARPNESS = 2.0


class StochasticNeighborLoss(FeatureLoss):
    r"""Divergence of the neighbors of codes from those of the features, after stochastic neighbor embedding [1]_.

    With the features x and the relaxed codes :math:`c = \tanh(2 \bar z + \sigma \varepsilon)` of a batch, where
    :math:`\bar z` are the outputs divided by their root mean square over the bits of the row and :math:`\varepsilon` is
    standard normal noise, row i chooses row j as its neighbor with probability

    .. math::

        p_{ij} = \operatorname{softmax}_{j \neq i} \frac{\cos(x_i, x_j)}{\tau}, \qquad
        q_{ij} = \operatorname{softmax}_{j \neq i} \frac{s \, c_i \cdot c_j}{K \tau},

    and the loss is the mean Kullback-Leibler divergence

    .. math:: L = \operatorname{mean}_i \sum_{j \neq i} p_{ij} \log \frac{p_{ij}}{q_{ij}}.

    Parameters
    ----------
    temperature : float, default=0.05
        Temperature :math:`\tau` of both distributions. The lower it is, the more the nearest rows count.
    noise : float, default=0.5
        Standard deviation :math:`\sigma` of the noise in training mode. It drives outputs away from 0, where they would
        lose most when rounded to bits. In evaluation mode there is none.

    Raises
    ------
    ValueError
        If a parameter is out of range, or `z` and `features` differ in their number of rows.

    Notes
    -----
    ``loss(z, features)`` takes the output `z` of the hash layer, (n, n_bits), and the features of its rows, (n, d).
    Centred features have the most distinct cosines. Like these, the loss does not depend on the length of a row of `z`,
    nor do the bits. The scale s makes up for the different spread of the cosines of
    codes and of features; it is the exponential of the parameter ``log_scale``, to be trained with the network.

    The paper embeds points themselves by their euclidean distances, with a temperature for each row that gives its
    neighbors a set perplexity. Here a network is trained, similarities are cosines, and the temperature is one.

    References
    ----------
    .. [1] G. Hinton and S. Roweis, "Stochastic Neighbor Embedding", NIPS 2002.

    Examples
    --------
    >>> import torch
    >>> from sklearn_hash.losses import StochasticNeighborLoss
    >>> x = torch.tensor([[1.0, 0.0], [1.0, 0.1], [-1.0, 0.0], [-1.0, 0.1]])
    >>> z = torch.tensor([[9.0, 9.0], [9.0, 9.0], [-9.0, -9.0], [-9.0, 9.0]])
    >>> loss = StochasticNeighborLoss(noise=0)
    >>> loss(z, x).item() < loss(z.roll(1, 0), x).item()
    True
    """

    def __init__(self, temperature=0.05, noise=0.5):
        super().__init__()
        self.temperature = check_number("temperature", temperature, above=0)
        self.noise = check_number("noise", noise, least=0)
        self.log_scale = nn.Parameter(torch.zeros((), dtype=torch.float32))

    def _loss(self, z: Tensor, features: Tensor) -> Tensor:
        n_bits = z.shape[1]
        z = F.normalize(z) * (_SHARPNESS * n_bits**0.5)
        if self.training and self.noise:
            z = z + self.noise * torch.randn_like(z)
        codes, unit = torch.tanh(z), F.normalize(features)
        scale = self.log_scale.to(z).exp() / n_bits
        return F.kl_div(
            F.log_softmax(self._logits(scale * codes, codes), dim=1),
            F.softmax(self._logits(unit, unit), dim=1),
            reduction="batchmean",
        )

    def _logits(self, a: Tensor, b: Tensor) -> Tensor:
        return (a @ b.T / self.temperature).fill_diagonal_(_NEVER)
