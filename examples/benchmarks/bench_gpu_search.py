"""Exact Hamming search on a GPU, in pairs of codes a second, and the floor that it is held to.

    python examples/benchmarks/bench_gpu_search.py [--queries M] [--codes N] [--bits B] [--k K] [--rounds R]

Contestants share one process and alternate; a time is the median over rounds of a whole call, from packed codes in
the memory of the host to neighbours there, the database being on the device already. "products" is the search
without Triton. "matmul + topk" is what one would write in torch: inner products of signs in half precision, a part of
the codes at a time, the best of each part and of those before it kept; its signs are made in advance, and it leaves
the order of ties to topk, so only its distances are compared. Ids are compared between the first two on all queries,
and with the CPU's on some of them. The exit status is 1 if anything differs
or, with the arguments left out, the search is below its floor; it is 0 where there is no GPU.
"""

import argparse
import sys
import time
from functools import partial
from importlib.util import find_spec
from statistics import median
from unittest.mock import patch

import numpy as np
import torch

from sklearn_hash import HammingNeighbors
from sklearn_hash.neighbors import _gpu, _gpu_matmul

FLOOR = 1e12  # pairs a second; 64 bits, 10,000 queries, 10M codes, k = 100, on one H100 or H200
CHECKED = 64  # queries that the CPU answers too
PART = 1 << 18  # codes that are multiplied at once
TILE = 1024  # queries, likewise


def uniform(n, n_bits):
    """Packed codes without any structure."""
    return np.random.default_rng(0).integers(0, 256, (n, n_bits // 8), dtype=np.uint8)


def clustered(n, n_bits, n_classes=100, flipped=0.03):
    """Packed codes around class centres: distances tie in their thousands."""
    rng = np.random.default_rng(1)
    codes = uniform(n_classes, n_bits)[rng.integers(0, n_classes, n)]
    for start in range(0, n, 250_000):
        block = codes[start : start + 250_000]
        block ^= np.packbits(rng.random((len(block), n_bits), dtype=np.float32) < flipped, axis=1)
    return codes


def fitted(database, k):
    """A searcher whose codes are on the device already."""
    search = HammingNeighbors(k, packed=True, device="cuda").fit(database)
    search.kneighbors(database[:1])
    return search


def fitted_without_triton(database, k):
    with patch.object(_gpu, "_choose_scan", lambda device: _gpu_matmul):
        return fitted(database, k)


def signs(packed):
    """Codes as rows of -1 and 1, half precision, on the device."""
    made = torch.empty((len(packed), 8 * packed.shape[1]), dtype=torch.float16, device="cuda")
    place = torch.arange(7, -1, -1, dtype=torch.uint8, device="cuda")
    for start in range(0, len(packed), PART):
        part = torch.from_numpy(packed[start : start + PART]).cuda()
        made[start : start + PART] = ((part[:, :, None] >> place) & 1).flatten(1).half().mul_(2).sub_(1)
    return made


def matmul_and_topk(database, k, queries):
    """Distances and rows of the nearest by inner products; ties in any order."""
    n_bits = database.shape[1]
    found = []
    for tile in signs(queries).split(TILE):
        best = torch.empty((len(tile), 0), dtype=torch.float16, device="cuda")
        rows = torch.empty((len(tile), 0), dtype=torch.int64, device="cuda")
        for start in range(0, len(database), PART):
            products = tile @ database[start : start + PART].T
            nearest, place = products.topk(min(k, products.shape[1]), dim=1)
            best, kept = torch.cat((best, nearest), dim=1).topk(min(k, best.shape[1] + nearest.shape[1]), dim=1)
            rows = torch.cat((rows, place + start), dim=1).gather(1, kept)
        found.append((((n_bits - best) / 2).int().cpu().numpy(), rows.cpu().numpy()))
    return tuple(map(np.concatenate, zip(*found, strict=True)))


def alternate(contestants, rounds):
    """Seconds in every round, what was returned, and bytes of the device in use at most; the first round warms up."""
    seconds, results, memory = {name: [] for name in contestants}, {}, {}
    for turn in range(rounds + 1):
        for name, search in contestants.items():
            torch.cuda.synchronize()
            before = torch.cuda.memory_allocated()
            torch.cuda.reset_peak_memory_stats()
            start = time.perf_counter()
            results[name] = search()
            if turn:
                seconds[name].append(time.perf_counter() - start)
            memory[name] = torch.cuda.max_memory_allocated() - before
    return seconds, results, memory


def compare(kind, codes, arguments):
    """Print a row for each contestant; whether all of them agree, and the pairs a second of ours."""
    queries, database = codes[: arguments.queries], codes[arguments.queries :]
    k = arguments.k
    triton, products = fitted(database, k), fitted_without_triton(database, k)
    contestants = {
        "ours": partial(triton.kneighbors, queries),
        "products": partial(products.kneighbors, queries),
        "matmul + topk": partial(matmul_and_topk, signs(database), k, queries),
    }
    seconds, results, memory = alternate(contestants, arguments.rounds)
    checked = HammingNeighbors(k, packed=True, algorithm="flat", n_jobs=-1).fit(database).kneighbors(queries[:CHECKED])
    cpu_agrees = all(np.array_equal(ours[:CHECKED], cpu) for ours, cpu in zip(results["ours"], checked, strict=True))
    agrees = {
        "ours": cpu_agrees,
        "products": all(map(np.array_equal, results["products"], results["ours"])),
        "matmul + topk": np.array_equal(results["matmul + topk"][0], results["ours"][0]),
    }
    rates = {name: len(queries) * len(database) / median(seconds[name]) for name in contestants}
    for name, rate in rates.items():
        print(f"{kind:<11}{name:<15}{rate:>10.3g}{memory[name] / 2**30:>9.2f}  {'yes' if agrees[name] else 'NO'}")
    return all(agrees.values()), rates["ours"]


def main():
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--queries", type=int, default=10_000)
    parser.add_argument("--codes", type=int, default=10_000_000)
    parser.add_argument("--bits", type=int, default=64, help="a multiple of 8, at most 2048")
    parser.add_argument("--k", type=int, default=100)
    parser.add_argument("--rounds", type=int, default=5)
    arguments = parser.parse_args()
    if not torch.cuda.is_available():
        print("No GPU: torch finds no CUDA device on this machine, so nothing is measured.")
        return
    with_triton = "with" if find_spec("triton") else "without"
    print(f"{torch.cuda.get_device_name()}, torch {torch.__version__}, {with_triton} Triton; {arguments}")
    print(f"A floor of {FLOOR:.0e} pairs a second holds for 'ours' on uniform codes, with the arguments left out.")
    print(f"{'codes':<11}{'search':<15}{'pairs / s':>10}{'GiB':>9}  equal")
    n = arguments.queries + arguments.codes
    compared = [compare(kind.__name__, kind(n, arguments.bits), arguments) for kind in (uniform, clustered)]
    if not all(same for same, _ in compared):
        sys.exit("Some neighbours differ.")
    if arguments == parser.parse_args([]) and compared[0][1] < FLOOR:
        sys.exit("The search is below its floor.")


if __name__ == "__main__":
    main()
