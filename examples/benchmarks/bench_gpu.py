"""Training and encoding on a GPU: what estimators add to a bare PyTorch loop, and whether their codes are the CPU's.

The bare loop has the same module, data on the device, loss, optimizer, batches and precision, and nothing else. Both
run in turn within one process; the figure that counts is the median ratio of neighbouring runs. Codes of the same
weights are then compared bit by bit between GPU and CPU. Prints tables and exits with 1 if a figure misses its mark;
where torch finds no GPU it says so and exits with 0. The search of bench_gpu_search.py follows, with its own table.

    python examples/benchmarks/bench_gpu.py
"""

import argparse
import pickle
import statistics
import subprocess
import sys
import time
from pathlib import Path

import numpy as np
import torch
from torch import nn

from sklearn_hash import DualHingeHasher, ImageInput
from sklearn_hash.losses import DualHingeLoss, similarity_matrix
from sklearn_hash.training import plain_torch, trains_in_bfloat16

N_BITS = 64


class Block(nn.Module):
    """Two convolutions and what is added to them, as in ResNet-18."""

    def __init__(self, n_in, n_out, stride):
        super().__init__()
        self.convolutions = nn.Sequential(
            nn.Conv2d(n_in, n_out, 3, stride, 1, bias=False),
            nn.BatchNorm2d(n_out),
            nn.ReLU(),
            nn.Conv2d(n_out, n_out, 3, 1, 1, bias=False),
            nn.BatchNorm2d(n_out),
        )
        same = stride == 1 and n_in == n_out
        self.shortcut = nn.Identity() if same else nn.Conv2d(n_in, n_out, 1, stride, bias=False)

    def forward(self, x):
        return torch.relu(self.convolutions(x) + self.shortcut(x))


def resnet():
    """Of the size of ResNet-18, with 512 features."""
    widths = [
        (64, 64, 1),
        (64, 64, 1),
        (64, 128, 2),
        (128, 128, 1),
        (128, 256, 2),
        (256, 256, 1),
        (256, 512, 2),
        (512, 512, 1),
    ]
    stem = nn.Conv2d(3, 64, 7, 2, 3, bias=False), nn.BatchNorm2d(64), nn.ReLU(), nn.MaxPool2d(3, 2, 1)
    return nn.Sequential(*stem, *(Block(*width) for width in widths), nn.AdaptiveAvgPool2d(1), nn.Flatten())


def mlp():
    return nn.Sequential(nn.Linear(512, 512), nn.ReLU())


def make_hasher(encoder, batch_size, epochs, device, precision="auto"):
    return DualHingeHasher(
        N_BITS,
        encoder=encoder,
        batch_size=batch_size,
        max_epochs=epochs,
        device=device,
        random_state=0,
        images=ImageInput(normalize="unit"),
        net_params={"callbacks__lr_schedule": None, "module__precision": precision},
    )


class Bare(nn.Module):
    """What a user would write: scaling, the encoder, perhaps in bfloat16, and the hash layer."""

    def __init__(self, encoder, autocast):
        super().__init__()
        self.encoder, self.layer, self.autocast = encoder, nn.Linear(512, N_BITS), autocast

    def forward(self, x):
        x = x.float() / 255 if x.dtype == torch.uint8 else x
        with torch.autocast(x.device.type, torch.bfloat16, enabled=self.autocast and self.training):
            features = self.encoder(x)
        return self.layer(features.float())


def bare_fit(encoder, batch_size, epochs, X, y, device):
    """Train the same network without anything around it."""
    X, y = torch.from_numpy(X).to(device), torch.from_numpy(y).to(device)
    net = Bare(encoder, trains_in_bfloat16("auto", torch.device(device))).to(device)
    loss_function = DualHingeLoss().to(device)
    optimizer = torch.optim.Adam(net.parameters(), lr=1e-3, weight_decay=1e-5, fused=True)
    with plain_torch():
        for _ in range(epochs):
            order = torch.randperm(len(X), device=device)
            for i in range(len(X) // batch_size):
                rows = order[i * batch_size : (i + 1) * batch_size]
                optimizer.zero_grad()
                loss_function(net(X[rows]), similarity_matrix(y[rows])).backward()
                optimizer.step()
    return net


def bare_bits(net, X, device, batch_size):
    """A pass without gradients, from arrays on the host to bits there."""
    X = torch.from_numpy(X)
    with plain_torch(), torch.no_grad():
        net.eval()
        parts = [net(X[i : i + batch_size].to(device)) for i in range(0, len(X), batch_size)]
    return (torch.cat(parts) > 0).cpu().numpy().view(np.uint8)


def seconds(function, device):
    start = time.perf_counter()
    function()
    if torch.device(device).type == "cuda":
        torch.cuda.synchronize()
    return time.perf_counter() - start


def ratio(ours, bare, rounds, device):
    """Median ratio of neighbouring runs and median seconds of ours; the order alternates, after a warm-up of each."""
    ours(), bare()
    times = {ours: [], bare: []}
    for i in range(rounds):
        for f in (ours, bare) if i % 2 else (bare, ours):
            times[f].append(seconds(f, device))
    median = statistics.median(a / b for a, b in zip(times[ours], times[bare], strict=True))
    return median, statistics.median(times[ours])


def speed_rows(name, make_encoder, batch_size, X, y, ceiling, args):
    """Name, ratio, ceiling and rows a second, of training and of encoding."""

    def fit():
        return make_hasher(make_encoder(), batch_size, args.epochs, args.device).fit(X, y)

    def bare():
        return bare_fit(make_encoder(), batch_size, args.epochs, X, y, args.device)

    hasher, net = fit(), bare()
    median, spent = ratio(fit, bare, args.rounds, args.device)
    yield f"fit, {name}, batch {batch_size}", median, ceiling, args.epochs * len(X) / spent
    size = hasher.net_.iterator_valid__batch_size
    transform, bits = (lambda: hasher.transform(X)), (lambda: bare_bits(net, X, args.device, size))
    median, spent = ratio(transform, bits, args.rounds, args.device)
    yield f"transform, {name}", median, None, len(X) / spent


def on_cpu(hasher):
    """The same estimator with its network on the CPU."""
    copy = pickle.loads(pickle.dumps(hasher))
    copy.net_.device = torch.device("cpu")
    copy.net_.module_.to("cpu")
    return copy


def agreement(make_encoder, precision, X, y, args):
    """Share of bits that are equal on both devices, and the largest value behind one that is not."""
    hasher = make_hasher(make_encoder(), 256, 1, args.device, precision).fit(X, y)
    ours, theirs = hasher.decision_function(X), on_cpu(hasher).decision_function(X)
    differ = (ours > 0) != (theirs > 0)
    return 1 - differ.mean(), np.abs(theirs[differ]).max(initial=0)


def report_speed(rows):
    missed = False
    print(f"{'ours / bare':32} {'median':>7} {'ceiling':>7} {'rows/s':>10}")
    for name, median, ceiling, per_second in rows:
        mark = "" if ceiling is None else "ok" if median <= ceiling else "above"
        missed |= mark == "above"
        print(
            f"{name:32} {median:7.3f} {'' if ceiling is None else format(ceiling, '.2f'):>7} {per_second:10.0f} {mark}"
        )
    return missed


def report_agreement(rows):
    missed = False
    print(f"\n{'codes of GPU and CPU':32} {'equal':>9} {'largest |z| where not':>22}")
    for name, equal, largest in rows:
        ok = equal >= 0.999 and largest < 1e-3
        missed |= not ok
        print(f"{name:32} {equal:9.5%} {largest:22.1e} {'ok' if ok else 'missed'}")
    return missed


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--rounds", type=int, default=9)
    parser.add_argument("--epochs", type=int, default=10)
    parser.add_argument("--rows", type=int, default=200_000, help="vectors, for the MLP")
    parser.add_argument("--images", type=int, default=2560, help="images, for the network of ResNet-18's size")
    parser.add_argument("--size", type=int, default=224, help="height and width of an image")
    parser.add_argument("--device", default="cuda")
    args = parser.parse_args()
    if args.device.startswith("cuda") and not torch.cuda.is_available():
        print("torch finds no GPU on this machine: nothing was measured.")
        return 0
    rng = np.random.default_rng(0)
    X, y = rng.random((args.rows, 512), dtype=np.float32), rng.integers(0, 10, args.rows)
    images = rng.integers(0, 256, (args.images, 3, args.size, args.size), dtype=np.uint8)
    kinds = y[: args.images]
    speed = [
        *speed_rows("MLP", mlp, 1024, X, y, 1.10, args),
        *speed_rows("ResNet-18's size", resnet, 256, images, kinds, 1.03, args),
    ]
    codes = [
        (f"{name}, trained in {precision}", *agreement(encoder, precision, data[:512], y[: len(data[:512])], args))
        for name, encoder, data in (("MLP", mlp, X), ("ResNet", resnet, images))
        for precision in ("float32", "auto")
    ]
    missed = report_speed(speed), report_agreement(codes)
    # In a process of its own, which has the whole memory of the device.
    search = subprocess.run([sys.executable, Path(__file__).with_name("bench_gpu_search.py")])
    return int(any(missed) or search.returncode != 0)


if __name__ == "__main__":
    sys.exit(main())
