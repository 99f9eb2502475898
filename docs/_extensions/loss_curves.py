"""The curves in the figure of each method: its loss, with the defaults, on a few made-up rows, or its objective."""

from functools import partial
from importlib import import_module
from typing import NamedTuple

import numpy as np
import torch

from sklearn_hash.hashers._methods import METHODS

N_BITS, N_CLASSES = 32, 10
# Of the outputs. Below 1, so that DFH's codes, sign(z + sign of the centre), are those of the centre.
SIZE = 0.9


class Panel(NamedTuple):
    """Curves in one pair of axes."""

    title: str
    xlabel: str
    ylabel: str
    x: np.ndarray
    lines: dict  # label: values


def curves_of(method):
    """Return the caption and the panels of a method."""
    hasher_class = getattr(import_module("sklearn_hash"), METHODS[method])
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(0)
        return KINDS[method](getattr(hasher_class, "_loss_class", hasher_class))


def _pair(loss_class):
    # The outputs are large, so that relaxed codes are binary, as in LossShapeDisplay.
    own = torch.full((N_BITS,), 20.0, dtype=torch.float64)
    pairs = [torch.stack([own, moved]) for moved in _flipped(own, range(N_BITS))]
    lines = {
        f"{name} pair": [loss_class()(z, torch.full((2, 2), similarity)) for z in pairs]
        for name, similarity in (("similar", 1.0), ("dissimilar", 0.0))
    }
    caption = """loss and gradient of a similar and of a dissimilar pair against its Hamming distance
({py:class}`~sklearn_hash.plotting.LossShapeDisplay`)"""
    return caption, _loss_and_gradient("Hamming distance", np.arange(len(pairs)), lines)


def _three_rows(loss_class, note=""):
    from sklearn_hash.losses import similarity_matrix

    first, similarity, fixed = torch.ones(N_BITS), similarity_matrix([0, 0, 1]), 8
    similarity[1, 2] = similarity[2, 1] = torch.nan  # an unknown pair: only those of the first row count
    stays = torch.cat([first[fixed:], -first[:fixed]])
    ways = _flipped(first, range(N_BITS - fixed))
    lines = {
        "similar row": [loss_class()(torch.stack([first, moved, stays]), similarity) for moved in ways],
        "dissimilar row": [loss_class()(torch.stack([first, stays, moved]), similarity) for moved in ways],
    }
    caption = f"""loss and gradient of a batch of a row, a similar and a dissimilar one, against the Hamming distance
of one of these, while the other stays at a distance of {fixed}{note}"""
    return caption, _loss_and_gradient("Hamming distance of the row that moves", np.arange(len(ways)), lines)


def _one_bit(loss_class):
    loss, z = loss_class(1, 2), torch.linspace(-3, 3, 121)
    lines = {
        f"centre {centre:+.0f}": [loss(value.reshape(1, 1), torch.tensor([label])) for value in z]
        for label, centre in enumerate(loss.centres[:, 0])
    }
    caption = """loss of a bit and its gradient against its output, if the bit of the centre is 1 or -1. The loss of a
row is the mean over its bits"""
    return caption, _loss_and_gradient("Output z of the bit", z.numpy(), lines, "Gradient of the loss")


def _own_class(loss_class, name="centre", scale=1.0, with_rows=False):
    """Move a row away from its class; `with_rows` adds a row of each class, for losses that have pairs, too."""
    loss = loss_class(N_BITS, N_CLASSES)
    centres = getattr(loss, "centres", _centres())
    for weights in loss.parameters():  # as after training: at the start they are random
        weights.data = scale * centres
    labels = torch.cat([torch.zeros(1, dtype=torch.int64), torch.arange(N_CLASSES * with_rows)])
    others = centres[: N_CLASSES * with_rows]
    kind = f"{name} of the own class"
    caption = _MOVES.format(kind=kind) + " A row at the code of each class completes the batch." * with_rows
    caption += f" {name.capitalize()} of a class: a row of a Hadamard matrix" + f" times {scale:.2g}" * (scale != 1)
    return caption, _away(lambda row: loss(SIZE * torch.cat([row[None], others]), labels), centres, kind)


def _own_code(loss_class):
    loss = loss_class(N_BITS, N_CLASSES)
    codes = loss.learn_codes(SIZE * _centres(), torch.arange(N_CLASSES))
    kind = "own code"
    caption = f"{_MOVES.format(kind=kind)} Each has one training row"
    return caption, _away(lambda row: loss(SIZE * row[None], torch.tensor([0])), codes, kind)


_MOVES = """loss and gradient against the Hamming distance of a row to the {kind}. Its bits change one by one: those
that differ in another class, or any. The curves are means over 32 orders of the bits; there are ten classes."""


def _features(loss_class, cosines=(0.5, 0.0, -0.3)):
    loss = loss_class().eval()  # without noise
    changed = np.arange(0, N_BITS + 1, 2)
    # Two pairs of rows, a, b and c, d. Every bit splits the rows in halves, and so do the features.
    apart, within = torch.tensor([1.0, 1, -1, -1]), torch.tensor([[1.0, -1, 1, -1], [1, -1, -1, 1]])
    lines = {}
    for cosine in cosines:
        u, v = ((1 + cosine) / 2) ** 0.5, ((1 - cosine) / 2) ** 0.5
        features = torch.tensor([[u, v, 0], [u, -v, 0], [-u, 0, v], [-u, 0, -v]])
        batches = [torch.cat([apart.repeat(N_BITS - n, 1), within.repeat(n // 2, 1)]).T for n in changed.tolist()]
        lines[f"cosine of the features {cosine:g}"] = [loss(z, features) for z in batches]
    caption = """loss and gradient of a batch of two pairs of rows against the Hamming distance within the pairs, for
three cosines of the features within the pairs"""
    return caption, _loss_and_gradient("Hamming distance within the pairs", changed, lines)


def _half(loss_class):
    loss, features = loss_class(), torch.tensor([[-1.0]] * 4 + [[1.0]] * 4)
    x, lines, gradients = torch.linspace(-3, 2.5, 221), {}, {}
    for middle in (0.0, 1.0):
        outputs = x.clone().requires_grad_()
        others = middle + torch.tensor([-0.75, -0.5, -0.25, 0.25, 0.5, 0.75, 1.0])
        bits = [torch.stack([torch.cat([z[None], others]), *features.T, *features.T], dim=1) for z in outputs]
        losses = torch.stack([loss(z, features) for z in bits])
        label = f"others around {middle:g}"
        lines[label] = losses.detach().numpy()
        gradients[label] = torch.autograd.grad(losses.sum(), outputs)[0].numpy()
    caption = """loss of a batch of eight rows of two groups and three bits, and the gradient that trains, against the
output z of one row and bit. The loss depends on the half of the batch that the row is in, wherever the outputs lie; the
gradient pulls z towards the code of that half, too"""
    axis = "Output z of the row"
    panels = [
        Panel("Loss", axis, "Loss", x.numpy(), lines),
        Panel("Gradient", axis, "Gradient", x.numpy(), gradients),
    ]
    return caption, panels


def _rotations(hasher_class):
    X, _ = _digits()
    errors = []
    for n_iter in range(51):
        z = hasher_class(16, n_iter=n_iter, random_state=0).fit(X).decision_function(X)
        errors.append(((np.abs(z) - 1) ** 2).sum(axis=1).mean())
    caption = "quantization error of 500 rows of the digits after each update of the rotation, for 16 bits"
    return caption, _iterations("Quantization error of a row", errors)


def _discrete_descent(hasher_class):
    from sklearn.linear_model import ridge_regression

    from sklearn_hash.hashers._discrete_descent import learn_codes
    from sklearn_hash.hashers._kernel_features import inverse_mean_distance, kernel_features
    from sklearn_hash.hashers._label_matrix import label_matrix

    X, y = _digits()
    Y, _ = label_matrix(y)
    settings = hasher_class().get_params()
    alpha, nu, ridge = (settings[name] for name in ("alpha", "nu", "ridge"))
    phi = kernel_features(X, X[:100], inverse_mean_distance(X, X[:100]))
    codes = np.random.default_rng(0).choice([-1.0, 1.0], (len(X), 16))
    objective = []
    for n_iter in [0] + [1] * settings["n_iter"]:
        codes, P = learn_codes(phi, Y, codes, n_iter, alpha, nu, ridge)
        W = ridge_regression(codes, Y, alpha, solver="cholesky").T
        fit = np.square(Y - codes @ W).sum() + alpha * np.square(W).sum()
        objective.append(fit + nu * (np.square(codes - phi @ P).sum() + ridge * np.square(P).sum()))
    caption = "objective for 500 rows of the digits after each update of W, P and B, from random codes of 16 bits"
    return caption, _iterations("Objective", objective)


def _centres():
    """Return a code for each class, any two at half of the bits from one another."""
    from sklearn_hash.losses import CSQLoss

    return CSQLoss(N_BITS, N_CLASSES).centres


def _flipped(code, bits):
    """Return the code and those with the first bits changed, one more in each."""
    codes = code.repeat(len(bits) + 1, 1)
    for n, bit in enumerate(bits, 1):
        codes[n:, bit] *= -1
    return codes


def _away(loss_of_row, codes, kind):
    """Return panels of a row that moves from the first code, to the second or anywhere as far."""
    own, other = codes[:2]
    bits = torch.randperm(N_BITS)
    towards = bits[(own != other)[bits]]
    ways = {"towards another class": [], "anywhere": []}
    for shift in range(N_BITS):  # every bit is in every place as often
        for way, order in zip(ways.values(), (towards, bits), strict=True):
            moved = _flipped(own, order.roll(shift)[: len(towards)])
            way.append(torch.stack([loss_of_row(row).detach() for row in moved]))
    means = {label: torch.stack(way).mean(dim=0) for label, way in ways.items()}
    return _loss_and_gradient(f"Hamming distance to the {kind}", np.arange(len(towards) + 1), means)


def _loss_and_gradient(xlabel, x, lines, gradient="Gradient: change of the loss per bit"):
    lines = {label: np.array([float(value.detach()) for value in values]) for label, values in lines.items()}
    slopes = {label: np.diff(values) / np.diff(x) for label, values in lines.items()}
    return [Panel("Loss", xlabel, "Loss", x, lines), Panel("Gradient", xlabel, gradient, (x[1:] + x[:-1]) / 2, slopes)]


def _iterations(ylabel, values):
    return [Panel("Objective", "Iterations", ylabel, np.arange(len(values)), {None: np.array(values)})]


def _digits():
    from sklearn.datasets import load_digits

    X, y = load_digits(return_X_y=True)
    return X[:500] / X.std(), y[:500]


KINDS = {
    **dict.fromkeys(("dual_hinge", "hashnet", "dhn", "dsh", "dpsh", "dch", "idhn", "lcdsh", "dbdh", "mmhh"), _pair),
    # Of a loss that compares statistics of a batch, one pair tells nothing.
    **dict.fromkeys(("dtsh", "qsmih", "talr"), _three_rows),
    "mihash": partial(_three_rows, note=". The curves are one: the information is the same whichever is nearer"),
    # The loss is a mean over bits.
    **dict.fromkeys(("csq", "dpn", "cnnh"), _one_bit),
    "ortho_hash": _own_class,
    "mdsh": partial(_own_class, with_rows=True),
    "hyp2": partial(_own_class, name="proxy"),
    "hhf": partial(_own_class, name="proxy"),
    "dfh": partial(_own_class, with_rows=True),
    "greedy_hash": partial(_own_class, name="weights", scale=N_BITS**-0.5),
    "dshsd": partial(_own_class, name="weights", scale=N_BITS**-0.5, with_rows=True),
    # Its classifier regresses on 0 and 1.
    "dsdh": partial(_own_class, name="weights", scale=1 / N_BITS, with_rows=True),
    "adsh": _own_code,
    "unsupervised_greedy_hash": _features,
    # The least of these makes the other pair the nearer one.
    "stochastic_neighbor": partial(_features, cosines=(0.5, -0.3, -0.4)),
    "bihalf": _half,
    "itq": _rotations,
    "sdh": _discrete_descent,
}
# They minimise nothing step by step.
WITHOUT_LOSS = ("lsh", "pca", "spectral")
