"""Time of one query: median and 99th percentile of single calls on one thread, with all checks of the input.

    python examples/benchmarks/bench_latency.py [--calls 5000]

The rows are the 1,797 digits of scikit-learn, 64 features, and the codes have 32 bits. Cases take turns of 100 calls,
so that a disturbance meets all of them; on a busy machine the 5th percentile (p5) comes nearest to an idle one.
``validate_data`` is scikit-learn's validation of one row alone, as a scale: HammingNeighbors and the hashers make the
same checks.
"""

import argparse
import time
from pathlib import Path

import numpy as np
import torch
from sklearn.datasets import load_digits
from sklearn.utils.validation import validate_data

from sklearn_hash import DualHingeHasher, HammingNeighbors, ITQHasher

# Medians in microseconds that these calls are held to, on an otherwise idle machine, and the ratio of the percentiles.
LIMITS = {"search of one code": 120, "one row to bits, MLP": 300}
MOST_RATIO = 3
TURN, WARMING = 100, 20


def cases():
    X, y = load_digits(return_X_y=True)
    X = X.astype(np.float32)
    deep = DualHingeHasher(n_bits=32, random_state=0).fit(X, y)
    shallow = ITQHasher(n_bits=32, random_state=0).fit(X)
    bits = deep.transform(X)
    packed = np.packbits(bits, axis=1)
    search = HammingNeighbors(n_neighbors=10).fit(bits)
    packed_search = HammingNeighbors(n_neighbors=10, packed=True, n_bits=32).fit(packed)
    # A row of its own each: what a server decodes from a request.
    row, code, packed_code = X[7:8].copy(), bits[7:8].copy(), packed[7:8].copy()
    return {
        "search of one code": lambda: search.kneighbors(code),
        "search of one packed code": lambda: packed_search.kneighbors(packed_code),
        "one row to bits, MLP": lambda: deep.transform(row),
        "one row to bits, ITQ": lambda: shallow.transform(row),
        "one row to neighbours, MLP": lambda: search.kneighbors(deep.transform(row)),
        "validate_data of one row": lambda: validate_data(shallow, row, reset=False, dtype=[np.float64, np.float32]),
    }


def measure(calls, n_calls):
    """Seconds of every call, by case; each turn begins with calls that fill the caches."""
    seconds = {name: [] for name in calls}
    for _ in range(0, n_calls, TURN):
        for name, call in calls.items():
            for i in range(-WARMING, TURN):
                start = time.perf_counter()
                call()
                end = time.perf_counter()
                if i >= 0:
                    seconds[name].append(end - start)
    return seconds


def cpu_name():
    path = Path("/proc/cpuinfo")
    names = [line.split(":")[1].strip() for line in path.read_text().splitlines() if line.startswith("model name")]
    return names[0] if names else "unknown CPU"


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--calls", type=int, default=5000)
    n_calls = parser.parse_args().calls
    torch.set_num_threads(1)
    print(f"{cpu_name()}, microseconds, {n_calls} calls")
    print(f"{'':<28}{'p5':>6}{'p50':>6}{'p99':>7}{'p99/p50':>9}{'limit':>7}")
    for name, seconds in measure(cases(), n_calls).items():
        low, median, tail = np.percentile(1e6 * np.array(seconds), [5, 50, 99])
        limit = LIMITS.get(name)
        verdict = "" if limit is None else "ok" if median <= limit and tail <= MOST_RATIO * median else "above"
        print(
            f"{name:<28}{low:>6.0f}{median:>6.0f}{tail:>7.0f}{tail / median:>9.1f}{limit or '-':>7} {verdict}".rstrip()
        )


if __name__ == "__main__":
    main()
