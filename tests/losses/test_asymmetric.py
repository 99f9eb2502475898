"""Properties of every loss against a table of all rows."""

import numpy as np
import pytest
import torch

from sklearn_hash.losses import ADSHLoss
from sklearn_hash.losses._asymmetric import bitwise_codes, label_sets

LOSSES = {"adsh": ADSHLoss}
every_loss = pytest.mark.parametrize("make", LOSSES.values(), ids=LOSSES.keys())


def filled(make, n=12, scale=1.0):
    """A loss whose table has the rows of z."""
    z = scale * torch.randn(n, 6, generator=torch.Generator().manual_seed(0))
    loss = make(6, 4)
    loss.learn_codes(z, torch.arange(n) % 4)
    return loss, z


@every_loss
def test_order_of_the_batch_does_not_matter(make):
    loss, z = filled(make)
    order = torch.randperm(12, generator=torch.Generator().manual_seed(1))
    torch.testing.assert_close(loss(z[order], order), loss(z, torch.arange(12)))


@every_loss
def test_held_out_rows_have_a_table_of_their_own(make):
    loss, z = filled(make)
    before = loss(z, torch.arange(12))
    loss.eval()
    loss.learn_codes(-z[:5], torch.arange(5) % 4)
    held_out = loss(z[:5], torch.arange(5))
    loss.train()
    assert loss(z, torch.arange(12)) == before
    alone, _ = filled(make)
    alone.learn_codes(-z[:5], torch.arange(5) % 4)
    assert alone(z[:5], torch.arange(5)) == held_out


@every_loss
def test_the_table_is_no_part_of_the_state(make):
    loss, z = filled(make)
    assert all("rows" not in name and "shared" not in name for name in loss.state_dict())
    loss.forget()
    with pytest.raises(ValueError, match=r"no codes yet: call learn_codes\(z, labels\)"):
        loss(z, torch.arange(12))


@pytest.mark.parametrize("scale", [1e4, 1e-30, 0.0])
@every_loss
def test_extreme_outputs_stay_finite(make, scale):
    loss, z = filled(make, scale=scale)
    for n in (1, 2, 12):
        outputs = z[:n].clone().requires_grad_()
        value = loss(outputs, torch.arange(n))
        value.backward()
        assert torch.isfinite(value)
        assert torch.isfinite(outputs.grad).all()


@pytest.mark.parametrize("labels", [torch.zeros(5, dtype=torch.int64), torch.zeros(5, 4), torch.ones(5, 4)])
@every_loss
def test_sets_that_are_all_alike_or_have_no_labels_stay_finite(make, labels):
    loss, z = make(6, 4), torch.randn(5, 6, generator=torch.Generator().manual_seed(0))
    codes = loss.learn_codes(z, labels)
    assert set(codes.unique().tolist()) <= {-1.0, 1.0}
    assert torch.isfinite(loss(z, torch.arange(5)))


@pytest.mark.parametrize(
    ("z", "numbers", "message"),
    [
        (torch.zeros(3), torch.arange(3), r"z must be a floating \(n, n_bits\) tensor"),
        (torch.zeros(3, 5), torch.arange(3), r"z must have the n_bits=6 columns .* shape \(3, 5\)"),
        (torch.zeros(3, 6), torch.arange(2), r"numbers must be those of the rows of z, \(3,\) int64; .* shape \(2,\)"),
        (torch.zeros(3, 6), torch.zeros(3), r"numbers must be .* got torch.float32"),
    ],
)
@every_loss
def test_bad_batches_are_refused(make, z, numbers, message):
    loss, _ = filled(make)
    with pytest.raises(ValueError, match=message):
        loss(z, numbers)


def test_label_sets_are_the_distinct_rows():
    labels = torch.tensor([[0, 1, 0], [1, 1, 0], [0, 1, 0], [0, 0, 0]])
    numbers, sets = label_sets(labels, 3)
    assert len(sets) == 3
    assert torch.equal(sets[numbers], labels.float())
    numbers, sets = label_sets(torch.tensor([2, 0, 2]), 3)
    assert torch.equal(sets[numbers], torch.eye(3)[[2, 0, 2]])


def test_no_single_bit_of_the_last_one_updated_is_better():
    """Each bit is the best one for the others as they were when it was set; the last one still is."""
    rng = np.random.default_rng(0)
    wanted, factor = rng.normal(size=(20, 5)), rng.normal(size=(5, 5))
    coupling, start = factor @ factor.T, np.sign(rng.normal(size=(20, 5)))

    def gain(codes):
        return (wanted * codes).sum(axis=1) - np.einsum("ni,ij,nj->n", codes, coupling, codes) / 2

    codes = bitwise_codes(*map(torch.tensor, (wanted, coupling, start))).numpy()
    flipped = codes.copy()
    flipped[:, -1] *= -1
    assert (gain(codes) >= gain(flipped)).all()
    assert (gain(codes) >= gain(start)).all()
