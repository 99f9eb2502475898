"""DTSHLoss against its formula in numpy: value, gradient, and bounded memory."""

import math
import subprocess
import sys

import numpy as np
import pytest
import torch

from sklearn_hash.losses import DTSHLoss, _dtsh, similarity_matrix


def triplets(similarity):
    """For every anchor that has one, its triplets."""
    rows = range(len(similarity))
    for i in rows:
        others = [j for j in rows if j != i]
        near = [j for j in others if similarity[i, j] > 0]
        far = [k for k in others if similarity[i, k] == 0]
        if near and far:
            yield i, [(j, k) for j in near for k in far]


def dtsh(z, similarity, *, margin, quantization):
    """The paper's likelihood, triplet by triplet, and its gradient by the chain rule."""
    theta = z @ z.T / 2
    anchors = list(triplets(similarity))
    value, gradient = 0.0, np.zeros_like(z)
    for i, pairs in anchors:
        for j, k in pairs:
            x, share = theta[i, j] - theta[i, k] - margin, 1 / (len(anchors) * len(pairs))
            value += share * math.log1p(math.exp(-x))
            slope = -share / (1 + math.exp(x)) / 2
            gradient[i] += slope * (z[j] - z[k])
            gradient[j] += slope * z[i]
            gradient[k] -= slope * z[i]
    residual = z - np.sign(z)
    return value + quantization * np.mean(residual**2), gradient + 2 * quantization * residual / z.size


@pytest.mark.parametrize("block", [None, (11, 1), (11, 200), (11, 2**22)], ids=str)
@pytest.mark.parametrize("similar", [0.05, 0.3, 0.9])
@pytest.mark.parametrize("quantization", [0.0, 1.0])
@pytest.mark.parametrize("margin", ["auto", 0.0, 7])
def test_value_and_gradient_are_those_of_the_formula(margin, quantization, similar, block, pair_batch, monkeypatch):
    if block:  # all rows compared, as on a GPU
        monkeypatch.setattr(_dtsh, "_block_size", lambda similar: block)
    z, similarity = pair_batch(similar=similar)
    similarity[2] = 1  # an anchor without a dissimilar row
    similarity[5] = np.nan
    expected, gradient = dtsh(z, similarity, margin=2.5 if margin == "auto" else margin, quantization=quantization)
    z = torch.tensor(z, requires_grad=True)
    value = DTSHLoss(margin, quantization)(z, torch.tensor(similarity))
    value.backward()
    assert value.item() == pytest.approx(expected, rel=1e-8)
    np.testing.assert_allclose(z.grad.numpy(), gradient, rtol=1e-7, atol=1e-12)


@pytest.mark.parametrize("similarity", [0.0, 1.0])
def test_without_a_triplet_the_loss_is_the_quantization_loss(similarity, pair_batch):
    z = torch.tensor(pair_batch()[0])
    value = DTSHLoss(quantization=0.5)(z, torch.full((11, 11), similarity))
    assert value.item() == pytest.approx(0.5 * np.mean((z.numpy() - np.sign(z.numpy())) ** 2), rel=1e-12)


def test_large_violations_cost_what_they_are():
    """log(1 + e^x) is x where e^x would overflow."""
    z = torch.tensor([[1e3], [-1e3], [1e3]])
    value = DTSHLoss(margin=5.0, quantization=0)(z, similarity_matrix([0, 0, 1]))
    # both anchors: theta is -5e5 to the similar row and 5e5, or -5e5, to the dissimilar one
    assert value.item() == pytest.approx((1e6 + 5 + 5) / 2, rel=1e-6)


def test_memory_does_not_grow_with_the_triplets():
    """512 rows of two classes make 3e7 triplets: 130 MB, were they held together. A process measures its own peak."""
    code = (
        "import resource, torch; from sklearn_hash.losses import DTSHLoss, similarity_matrix; torch.set_num_threads(1);"
        "peak = lambda: resource.getrusage(resource.RUSAGE_SELF).ru_maxrss;"
        "step = lambda n: DTSHLoss()("
        "torch.randn(n, 4, requires_grad=True), similarity_matrix(torch.arange(n) % 2)).backward();"
        "step(128); before = peak(); step(512); print(peak() - before)"
    )
    run = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    kilobytes = int(run.stdout) if sys.platform != "darwin" else int(run.stdout) // 1024
    assert kilobytes < 60_000
