"""Parameters of every loss: defaults, accepted values, and short errors for all others."""

import inspect
import math
import re

import numpy as np
import pytest
import torch

from sklearn_hash import losses

# The bound of every number, and what else it may be.
NUMBERS = {
    "DualHingeLoss": {"alpha": "greater than 1", "shape": "of at least 1", "quantization": "of at least 0"},
    "DualHingeProxyLoss": {
        "proxy_weight": "of at least 0",
        "alpha": "greater than 1",
        "shape": "of at least 1",
        "quantization": "of at least 0",
    },
    "HashNetLoss": {"beta": "greater than 0"},
    "DHNLoss": {"quantization": "of at least 0"},
    "DSHLoss": {"quantization": "of at least 0"},
    "DPSHLoss": {"quantization": "of at least 0"},
    "DTSHLoss": {"quantization": "of at least 0"},
    "DCHLoss": {"quantization": "of at least 0"},
    "IDHNLoss": {"gamma": "of at least 0", "quantization": "of at least 0"},
    "DSDHLoss": dict.fromkeys(["classification", "regularization", "quantization"], "of at least 0"),
    "GreedyHashLoss": {"quantization": "of at least 0"},
    "DFHLoss": dict.fromkeys(["margin", "centre_pull", "quantization"], "of at least 0"),
    "CSQLoss": {"quantization": "of at least 0"},
    "DPNLoss": {"margin": "greater than 0"},
    "OrthoHashLoss": {"scale": "greater than 0", "margin": "of at least 0"},
    "LCDSHLoss": {"locality": "of at least 0"},
    "DBDHLoss": {"balance": "of at least 0"},
    "QSMIHLoss": {"quantization": "of at least 0"},
    "MIHashLoss": {"beta": "greater than 0"},
    "TALRLoss": {"beta": "greater than 0"},
    "MMHHLoss": dict.fromkeys(["radius", "inside", "quantization"], "of at least 0"),
    "DSHSDLoss": {"contrastive": "of at least 0"},
    "HyP2Loss": {"pairs": "of at least 0"},
    "HHFLoss": {"alpha": "greater than 0", "delta": "of at least 0", "quantization": "of at least 0"},
    "MDSHLoss": dict.fromkeys(["pairs", "quantization"], "of at least 0"),
    "ADSHLoss": {"quantization": "of at least 0"},
    "UnsupervisedGreedyHashLoss": {"quantization": "of at least 0"},
    "BiHalfLoss": {"gamma": "of at least 0"},
    "StochasticNeighborLoss": {"temperature": "greater than 0", "noise": "of at least 0"},
}
NUMBERS_OR_AUTO = {
    "DualHingeLoss": {"beta": "greater than 0"},
    "DualHingeProxyLoss": {"beta": "greater than 0"},
    "HashNetLoss": {"alpha": "greater than 0"},
    "DHNLoss": {"alpha": "greater than 0"},
    "DSHLoss": {"margin": "greater than 0"},
    "DPSHLoss": {"alpha": "greater than 0"},
    "DTSHLoss": {"margin": "of at least 0"},
    "DCHLoss": {"gamma": "greater than 0"},
    "IDHNLoss": {"alpha": "greater than 0"},
    "DSDHLoss": {"alpha": "greater than 0"},
    "DFHLoss": {"alpha": "greater than 0"},
    "LCDSHLoss": {"alpha": "greater than 0"},
    "DBDHLoss": {"alpha": "greater than 0"},
    "MMHHLoss": {"gamma": "greater than 0"},
    "HyP2Loss": {"threshold": "of at least -1"},
    "HHFLoss": {"threshold": "of at least -1"},
}
OPTIONS = {
    ("DualHingeLoss", "distance"): "must be one of 'cosine', 'inner'",
    ("DualHingeLoss", "class_weight"): "must be one of None, 'sqrt', 'balanced'",
    ("DualHingeProxyLoss", "similarity"): "must be one of 'share', 'jaccard', 'cosine'",
    ("DualHingeProxyLoss", "distance"): "must be one of 'cosine', 'inner'",
    ("DualHingeProxyLoss", "class_weight"): "must be one of None, 'sqrt', 'balanced'",
    ("HashNetLoss", "class_weight"): "must be 'balanced' or None or a finite number greater than 0",
    ("CNNHLoss", "sweeps"): "must be an integer of at least 1",
    ("MIHashLoss", "n_bins"): "must be 'auto' or an integer of at least 1",
    ("TALRLoss", "n_bins"): "must be 'auto' or an integer of at least 1",
}
# every parameter with the start of its error message
REFUSALS = {
    **{(loss, name): f"must be a finite number {bound}" for loss in NUMBERS for name, bound in NUMBERS[loss].items()},
    **{
        (loss, name): f"must be 'auto' or a finite number {bound}"
        for loss in NUMBERS_OR_AUTO
        for name, bound in NUMBERS_OR_AUTO[loss].items()
    },
    **OPTIONS,
}
# the defaults for a code length
DEFAULTS = {
    "DualHingeLoss": lambda n_bits: {"alpha": 1.01, "beta": 6 / n_bits, "class_weight": "sqrt", "quantization": 0.03},
    "DualHingeProxyLoss": lambda n_bits: {"beta": 6 / n_bits, "proxy_weight": 3.0, "alpha": 1.01, "quantization": 0.03},
    "HashNetLoss": lambda n_bits: {"alpha": 10 / n_bits, "beta": 1.0, "class_weight": "balanced"},
    "DHNLoss": lambda n_bits: {"alpha": 5 / n_bits, "quantization": 0.1},
    "DSHLoss": lambda n_bits: {"margin": 2 * n_bits, "quantization": 0.01},
    "DPSHLoss": lambda n_bits: {"alpha": 8 / n_bits, "quantization": 0.1},
    "DTSHLoss": lambda n_bits: {"margin": min(n_bits / 2, 5), "quantization": 0.5},
    "DCHLoss": lambda n_bits: {"gamma": n_bits, "quantization": 0.1},
    "IDHNLoss": lambda n_bits: {"alpha": 10 / n_bits, "gamma": 10, "quantization": 0.1},
    "DSDHLoss": lambda n_bits: {"alpha": 5 / n_bits, "classification": 1, "quantization": 0.5},
    "DFHLoss": lambda n_bits: {"alpha": 5 / n_bits, "margin": 0, "centre_pull": 1, "quantization": 1},
    "LCDSHLoss": lambda n_bits: {"alpha": 8 / n_bits, "locality": 0.3},
    "DBDHLoss": lambda n_bits: {"alpha": 8 / n_bits, "balance": 0.1},
    "MIHashLoss": lambda n_bits: {"n_bins": {4: 2, 16: 8, 64: 16}[n_bits]},
    "TALRLoss": lambda n_bits: {"n_bins": {4: 2, 16: 8, 64: 16}[n_bits]},
    "MMHHLoss": lambda n_bits: {"gamma": n_bits / 4, "radius": 2, "inside": 0.5, "quantization": 0.1},
    "HyP2Loss": lambda n_bits: {"threshold": {4: -0.0, 16: -0.25, 64: 1 - 84 / 64}[n_bits], "pairs": 0.5},
}
BELOW = {"greater than 0": 0, "greater than 1": 1, "of at least 0": -0.1, "of at least 1": 0.5, "of at least -1": -1.1}


def make(loss, n_bits=8, **parameters):
    cls = getattr(losses, loss)
    with torch.random.fork_rng():
        torch.manual_seed(0)
        return cls(n_bits, 3, **parameters) if cls.target in ("labels", "numbers") else cls(**parameters)


def test_the_table_has_every_parameter():
    names = [name for name in losses.__all__ if inspect.isclass(getattr(losses, name))]
    parameters = {(name, key) for name in names for key in inspect.signature(getattr(losses, name)).parameters}
    sizes = {(name, key) for name, key in parameters if key in ("n_bits", "n_classes")}
    assert parameters - sizes == set(REFUSALS)


@pytest.mark.parametrize("n_bits", [4, 16, 64])
@pytest.mark.parametrize("loss", DEFAULTS)
def test_defaults_follow_the_code_length(loss, n_bits):
    rng = np.random.default_rng(0)
    z, y = torch.tensor(rng.normal(size=(9, n_bits))), torch.tensor(rng.integers(0, 3, 9))
    target = losses.similarity_matrix(y) if getattr(losses, loss).target == "similarity" else y
    assert torch.equal(make(loss, n_bits)(z, target), make(loss, n_bits, **DEFAULTS[loss](n_bits))(z, target))


@pytest.mark.parametrize(("loss", "name"), REFUSALS)
def test_bad_parameters_are_refused(loss, name):
    message = REFUSALS[loss, name]
    below = [value for bound, value in BELOW.items() if message.endswith(bound)]
    auto = [] if "'auto'" in message else ["auto"]
    none = [] if "None" in message else [None]
    for value in [*below, *auto, *none, math.nan, math.inf, True, "5/K", [1.0]]:
        with pytest.raises(ValueError, match=re.escape(f"{name} {message}; got {value!r}.")):
            make(loss, **{name: value})


@pytest.mark.parametrize(("loss", "name"), REFUSALS)
def test_messages_do_not_grow_with_the_value(loss, name):
    for value in (list(range(100_000)), "long" * 100_000):
        with pytest.raises(ValueError, match=name) as caught:
            make(loss, **{name: value})
        assert len(str(caught.value)) < 200
