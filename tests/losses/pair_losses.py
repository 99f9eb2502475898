"""Every loss over pairs, and the batch that their common tests share."""

import pytest
import torch

from sklearn_hash.losses import (
    DBDHLoss,
    DCHLoss,
    DHNLoss,
    DPSHLoss,
    DSHLoss,
    DTSHLoss,
    DualHingeLoss,
    HashNetLoss,
    IDHNLoss,
    LCDSHLoss,
    MIHashLoss,
    MMHHLoss,
    QSMIHLoss,
    TALRLoss,
    similarity_matrix,
)

LOSSES = {
    "dual hinge": DualHingeLoss(),
    "dual hinge, shape 2.5": DualHingeLoss(shape=2.5),
    "dual hinge, inner": DualHingeLoss(distance="inner", class_weight="balanced", beta=0.3),
    "dual hinge, unweighted": DualHingeLoss(class_weight=None, alpha=2.0),
    "hashnet": HashNetLoss(),
    "hashnet, beta 5": HashNetLoss(beta=5.0, class_weight=None),
    "hashnet, static weight": HashNetLoss(class_weight=20.0),
    "dhn": DHNLoss(),
    "dhn, authors' form": DHNLoss(alpha=1.0, quantization=0.3 * 6),
    "dsh": DSHLoss(),
    "dsh, margin 6": DSHLoss(margin=6.0, quantization=0.05),
    "dpsh": DPSHLoss(),
    "dtsh": DTSHLoss(),
    "dtsh, no margin": DTSHLoss(margin=0.0, quantization=0.1),
    "dch": DCHLoss(),
    "dch, gamma 20": DCHLoss(gamma=20.0, quantization=1.0),
    "idhn": IDHNLoss(),
    "idhn, gamma 2": IDHNLoss(alpha=0.5, gamma=2.0),
    "lcdsh": LCDSHLoss(),
    "dbdh": DBDHLoss(),
    "qsmih": QSMIHLoss(),
    # outputs of a unit deviation are nearly binary at the default of 8, where the gradient ends
    "mihash": MIHashLoss(beta=2.0),
    "talr": TALRLoss(beta=2.0),
    "mmhh": MMHHLoss(),
    "mmhh, gamma 10": MMHHLoss(gamma=10.0, inside=0.0),
}
# the pairs alone: the quantization loss does not depend on the similarity
PAIRS_ONLY = {
    "dual hinge": DualHingeLoss(quantization=0.0),
    "dual hinge, shape 2.5": DualHingeLoss(shape=2.5, quantization=0.0),
    "hashnet": HashNetLoss(),
    "hashnet, static weight": HashNetLoss(class_weight=20.0),
    "dhn": DHNLoss(quantization=0.0),
    "dsh": DSHLoss(quantization=0.0),
    "dpsh": DPSHLoss(quantization=0.0),
    "dtsh": DTSHLoss(quantization=0.0),
    "dch": DCHLoss(quantization=0.0),
    "idhn": IDHNLoss(quantization=0.0),
    "lcdsh": LCDSHLoss(),
    "dbdh": DBDHLoss(balance=0.0),
    "qsmih": QSMIHLoss(quantization=0.0),
    "talr": TALRLoss(),
    "mmhh": MMHHLoss(quantization=0.0),
}
every_loss = pytest.mark.parametrize("loss", LOSSES.values(), ids=LOSSES.keys())
every_pair_loss = pytest.mark.parametrize("loss", PAIRS_ONLY.values(), ids=PAIRS_ONLY.keys())


def make_batch(n=9, n_bits=6, *, dtype=torch.float64, seed=0):
    """Outputs of a hash layer, with a similarity that has known, graded and unknown pairs."""
    generator = torch.Generator().manual_seed(seed)
    z = torch.randn(n, n_bits, generator=generator, dtype=dtype)
    similarity = similarity_matrix(torch.randint(0, 3, (n,), generator=generator)).to(dtype)
    similarity[0, 2] = similarity[2, 0] = 0.3
    similarity[1, 3] = similarity[3, 1] = torch.nan
    return z, similarity


def value_and_gradient(loss, z, similarity):
    z = z.clone().requires_grad_()
    value = loss(z, similarity)
    value.backward()
    return value.detach(), z.grad
