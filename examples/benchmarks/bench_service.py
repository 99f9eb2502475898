"""Requests per second of examples/serve_search.py, and how long its first answer takes.

    python examples/benchmarks/bench_service.py [--requests 2000] [--clients 1 8]

A pipeline of standardised rows, a small network and a search among 1,797 codes is saved and served by a process of its
own. Clients are threads with one connection each that ask for the neighbours of one row, one request after another;
every answer is compared to that of the pipeline itself. The service and its clients share the processors.
"""

import argparse
import subprocess
import sys
import tempfile
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from socket import socket

import httpx
import numpy as np
from sklearn.datasets import load_digits
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

import sklearn_hash
from sklearn_hash import DualHingeHasher, HammingNeighbors

SCRIPT = Path(__file__).parents[1] / "serve_search.py"


def make_pipeline_of_digits():
    X, y = load_digits(return_X_y=True)
    hashing = make_pipeline(StandardScaler(), DualHingeHasher(n_bits=32, random_state=0)).fit(X, y)
    search = HammingNeighbors(n_neighbors=5, algorithm="flat").fit(hashing.transform(X))
    return make_pipeline(*(step for _, step in hashing.steps), search), X.astype(np.float32)


def wait_for(port, process):
    while process.poll() is None:
        with socket() as probe:
            if probe.connect_ex(("127.0.0.1", port)) == 0:
                return
        time.sleep(0.005)
    raise SystemExit("The service ended.")


def ask(address, rows, expected):
    """Seconds of every request of one client."""
    seconds = []
    with httpx.Client() as client:
        for row, ids in zip(rows, expected, strict=True):
            start = time.perf_counter()
            answer = client.post(address, json={"rows": [row]}).json()
            seconds.append(time.perf_counter() - start)
            assert answer["ids"] == [ids], answer
    return seconds


def measure(address, rows, expected, n_clients):
    """Requests a second, and the median and 99th percentile of their milliseconds."""
    start = time.perf_counter()
    with ThreadPoolExecutor(n_clients) as clients:
        parts = [(rows[i::n_clients], expected[i::n_clients]) for i in range(n_clients)]
        seconds = list(clients.map(lambda part: ask(address, *part), parts))
    elapsed = time.perf_counter() - start
    return len(rows) / elapsed, *np.percentile(1e3 * np.concatenate(seconds), [50, 99])


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--requests", type=int, default=2000)
    parser.add_argument("--clients", type=int, nargs="+", default=[1, 8])
    parser.add_argument("--port", type=int, default=8123)
    options = parser.parse_args()
    pipeline, X = make_pipeline_of_digits()
    chosen = X[np.arange(options.requests) % len(X)]
    rows = chosen.tolist()
    # One by one, as the service encodes them: a bit near zero may depend on the rows that are encoded with it.
    expected = [pipeline[-1].kneighbors(pipeline[:-1].transform(row[None]))[1][0].tolist() for row in chosen]
    address = f"http://127.0.0.1:{options.port}/search"
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "digits.safetensors"
        sklearn_hash.save(pipeline, path)
        begin = time.perf_counter()
        process = subprocess.Popen([sys.executable, SCRIPT, path, "--port", str(options.port)])
        try:
            wait_for(options.port, process)
            listening = time.perf_counter() - begin
            (first,) = ask(address, rows[:1], expected[:1])
            print(f"listening after {listening:.2f} s, first answer {1e3 * first:.1f} ms later")
            for n_clients in options.clients:
                rate, median, tail = measure(address, rows, expected, n_clients)
                print(f"{n_clients} client(s): {rate:.0f} requests/s, p50 {median:.2f} ms, p99 {tail:.2f} ms")
        finally:
            process.terminate()
            process.wait()


if __name__ == "__main__":
    main()
