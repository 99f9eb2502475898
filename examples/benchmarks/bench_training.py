"""What the estimators add to a bare PyTorch loop, for training and for hashing.

The bare loop has the same module, data, loss, optimizer and batches, and nothing else: no validation of input, no
history, no schedule, no callbacks. Both run in turn within one process, on one thread. The figure that counts is the
median ratio of neighbouring runs; beside it stand the ratio of the best times and the median ratio of processor times,
which a busy machine disturbs less.
Prints a table and exits with 1 if a median is above its ceiling.

    python examples/benchmarks/bench_training.py
"""

import argparse
import statistics
import sys
import time

import numpy as np
import torch
from torch import nn

from sklearn_hash import DualHingeHasher
from sklearn_hash.losses import DualHingeLoss, similarity_matrix

N_ROWS, N_FEATURES, N_HIDDEN, N_BITS = 20_000, 512, 256, 32


class Deep(nn.Module):
    """An encoder of very many submodules."""

    def __init__(self, n_submodules):
        super().__init__()
        self.first = nn.Linear(N_FEATURES, N_HIDDEN)
        self.rest = nn.Sequential(*(nn.Identity() for _ in range(n_submodules)))

    def forward(self, x):
        return self.rest(torch.relu(self.first(x)))


def plain_encoder():
    return nn.Sequential(nn.Linear(N_FEATURES, N_HIDDEN), nn.ReLU())


def make_hasher(encoder, batch_size, epochs):
    return DualHingeHasher(
        N_BITS,
        encoder=encoder,
        batch_size=batch_size,
        max_epochs=epochs,
        random_state=0,
        net_params={"callbacks__lr_schedule": None},
    )


def bare_fit(encoder, batch_size, epochs, X, y):
    """Train the same network without anything around it."""
    X, y = torch.from_numpy(X), torch.from_numpy(y)
    net = nn.Sequential(encoder, nn.Linear(N_HIDDEN, N_BITS))
    loss_function = DualHingeLoss()
    optimizer = torch.optim.Adam(net.parameters(), lr=1e-3, weight_decay=1e-5, fused=True)
    for _ in range(epochs):
        order = torch.randperm(len(X))
        for i in range(len(X) // batch_size):
            rows = order[i * batch_size : (i + 1) * batch_size]
            optimizer.zero_grad()
            loss = loss_function(net(X[rows]), similarity_matrix(y[rows]))
            loss.backward()
            optimizer.step()
    return net


def bare_bits(net, X, batch_size):
    """A pass without gradients, to bits."""
    X = torch.from_numpy(X)
    with torch.no_grad():
        z = torch.cat([net(X[i : i + batch_size]) for i in range(0, len(X), batch_size)])
    return (z > 0).numpy().view(np.uint8)


def seconds(function):
    """Time by the clock, and of the processor."""
    start, busy = time.perf_counter(), time.process_time()
    function()
    return time.perf_counter() - start, time.process_time() - busy


def ratio(ours, bare, rounds):
    """Median ratio of neighbouring runs, ratio of the best times, and the median ratio of the processor's times.

    The order alternates, after a warm-up of each.
    """
    ours(), bare()
    times = {ours: [], bare: []}
    for i in range(rounds):
        for f in (ours, bare) if i % 2 else (bare, ours):
            times[f].append(seconds(f))
    clock, busy = (
        [a / b for a, b in zip(*pair, strict=True)] for pair in zip(*map(by_kind, times.values()), strict=True)
    )
    best = min(by_kind(times[ours])[0]) / min(by_kind(times[bare])[0])
    return statistics.median(clock), best, statistics.median(busy)


def by_kind(times):
    return list(zip(*times, strict=True))


def fit_row(make_encoder, batch_size, X, y, epochs, rounds):
    def ours():
        make_hasher(make_encoder(), batch_size, epochs).fit(X, y)

    return ratio(ours, lambda: bare_fit(make_encoder(), batch_size, epochs, X, y), rounds)


def transform_row(X, y, rounds):
    hasher = make_hasher(plain_encoder(), 1024, 1).fit(X, y)
    net = hasher.net_.module_
    return ratio(lambda: hasher.transform(X), lambda: bare_bits(net, X, 1024), rounds)


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--rounds", type=int, default=31)
    parser.add_argument("--epochs", type=int, default=3)
    args = parser.parse_args()
    torch.set_num_threads(1)
    rng = np.random.default_rng(0)
    X = rng.standard_normal((N_ROWS, N_FEATURES), dtype=np.float32)
    y = rng.integers(0, 10, N_ROWS)
    rows = [
        ("fit, batch 128", 1.05, fit_row(plain_encoder, 128, X, y, args.epochs, args.rounds)),
        ("fit, batch 1024", 1.05, fit_row(plain_encoder, 1024, X, y, args.epochs, args.rounds)),
        (
            "fit, batch 128, 200 submodules",
            1.05,
            fit_row(lambda: Deep(200), 128, X, y, args.epochs, args.rounds),
        ),
        ("transform to bits, batch 1024", 1.10, transform_row(X, y, 2 * args.rounds)),
    ]
    print(f"{N_ROWS} x {N_FEATURES} -> {N_HIDDEN} -> {N_BITS}, one thread, {args.rounds} interleaved rounds")
    print(f"{'ours / bare':32} {'median':>7} {'of the best':>11} {'processor':>9} {'ceiling':>7}")
    for name, ceiling, (median, best, busy) in rows:
        verdict = "ok" if median <= ceiling else "above"
        print(f"{name:32} {median:7.3f} {best:11.3f} {busy:9.3f} {ceiling:7.2f} {verdict}")
    return int(any(median > ceiling for _, ceiling, (median, *_) in rows))


if __name__ == "__main__":
    sys.exit(main())
