"""Encoding and search on a local Dask cluster against one process, with workers that are killed on the way.

    pip install "sklearn_hash[arrow,dask]"
    python examples/benchmarks/bench_dask.py [--quick] [PART ...]

Parts, all of them by default:

- ``overhead``: CPU seconds of one worker and of two for encoding and for a search, over those of one process, in
  rounds that alternate between the two. A second ratio has wall times: what two workers gain.
- ``kills``: in the middle of encoding and of searches, a worker is killed with SIGKILL, ten times each.
  Codes and neighbours must be those of one process.
- ``large``: 10 GB of rows made on the spot are encoded and written; the most memory of a worker.

Workers are started with ``MALLOC_MMAP_THRESHOLD_``: Dask has them give freed memory back at once, and every batch of
rows would pay for its pages anew. The exit status is 1 if an answer differs. ``--quick`` only shows that everything
runs.
"""

import argparse
import os
import resource
import shutil
import signal
import sys
import threading
import time
from contextlib import contextmanager
from itertools import pairwise
from pathlib import Path
from statistics import median
from tempfile import mkdtemp

import dask
import dask.array as da
import numpy as np
from distributed import Client, LocalCluster, Status

from sklearn_hash import DHNHasher, HammingNeighbors
from sklearn_hash.distributed import ShardedHammingNeighbors, encode, write_parts

N_FEATURES, N_BITS, K = 512, 64, 10
CONFIG = {
    "distributed.nanny.pre-spawn-environ.MALLOC_MMAP_THRESHOLD_": 2**25,
    # A local cluster gives up a worker that has not been started again after 15 s; a busy machine needs more.
    "distributed.deploy.lost-worker-timeout": "5 minutes",
}


def make_hasher():
    rng = np.random.default_rng(0)
    X = rng.normal(size=(500, N_FEATURES)).astype(np.float32)
    return DHNHasher(n_bits=N_BITS, max_epochs=1, output="packed", device="cpu", random_state=0).fit(X, X[:, 0] > 0)


def make_files(folder, n_rows, n_files=10):
    folder.mkdir()
    for i in range(n_files):
        rows = np.random.default_rng(i).normal(size=(n_rows // n_files, N_FEATURES)).astype(np.float32)
        np.save(folder / f"{i:02}.npy", rows)
    return folder


def cpu_seconds():
    usage = resource.getrusage(resource.RUSAGE_SELF)
    return usage.ru_utime + usage.ru_stime


def timed(client, run):
    """Return the result, the CPU seconds of the workers, or of this process without any, and the wall time."""
    cpu = (lambda: sum(client.run(cpu_seconds).values())) if client else cpu_seconds
    cpu_before, wall_before = cpu(), time.perf_counter()
    result = run()
    return result, cpu() - cpu_before, time.perf_counter() - wall_before


def alternate(name, client, serial, sharded, rounds):
    """Print the ratios of CPU and wall time, and return whether results were equal."""
    serial(), sharded()  # workers import torch and compile the search once in their lives
    ratios, equal = [], True
    for _ in range(rounds):
        one, one_cpu, one_wall = timed(None, serial)
        many, many_cpu, many_wall = timed(client, sharded)
        ratios.append((many_cpu / one_cpu, many_wall / one_wall))
        equal &= all((a == b).all() for a, b in zip(one, many, strict=True))
    cpu, wall = (median(column) for column in zip(*ratios, strict=True))
    workers = f"{len(client.cluster.workers)} workers"
    print(f"{name}, {workers}: CPU seconds {cpu:.2f}x one process, wall time {wall:.2f}x; equal: {equal}")
    return equal


def overhead(client, folder, quick):
    n_rows, n_codes, n_queries, rounds = (2000, 20_000, 16, 1) if quick else (300_000, 10_000_000, 256, 3)
    hasher, rows = make_hasher(), make_files(folder / "rows", n_rows)

    def encode_serially():
        return [np.concatenate([hasher.transform(np.load(file)) for file in sorted(rows.iterdir())])]

    equal = alternate("encode", client, encode_serially, lambda: [encode(hasher, rows).compute()], rounds)
    codes = np.random.default_rng(0).integers(0, 256, (n_codes, N_BITS // 8), dtype=np.uint8)
    np.save(folder / "codes.npy", codes)
    queries = codes[:n_queries] ^ np.uint8(3)
    one = HammingNeighbors(n_neighbors=K, packed=True, n_bits=N_BITS, algorithm="flat").fit(codes)
    many = ShardedHammingNeighbors(n_neighbors=K, n_bits=N_BITS, algorithm="flat").fit(blocks_of(folder / "codes.npy"))
    return equal & alternate(
        "search", client, lambda: one.kneighbors(queries), lambda: many.kneighbors(queries), rounds
    )


def blocks_of(file, n_blocks=4):
    """Return the codes of a file as a dask array whose graph holds its name and not its data."""
    from sklearn_hash.distributed._dask import block_array, import_dask

    codes = np.load(file, mmap_mode="r")
    bounds = np.linspace(0, len(codes), n_blocks + 1, dtype=int)
    read = import_dask().delayed(_read)
    blocks = [read(str(file), int(a), int(b)) for a, b in pairwise(bounds)]
    return block_array(blocks, np.diff(bounds).tolist(), codes.shape[1])


def _read(file, start, stop):
    return np.array(np.load(file, mmap_mode="r")[start:stop])


def kill_one(client):
    """Kill a worker that runs: Dask starts no other in place of one that is killed while it starts."""
    nannies = [nanny for nanny in client.cluster.workers.values() if nanny.process]
    pids = [nanny.pid for nanny in nannies if nanny.process.status == Status.running]
    os.kill(pids[0], signal.SIGKILL)


def kills(client, folder, quick):
    n_kills, n_rows = (1, 20_000) if quick else (10, 100_000)
    hasher, rows = make_hasher(), make_files(folder / "killed", n_rows)
    expected = np.concatenate([hasher.transform(np.load(file)) for file in sorted(rows.iterdir())])
    queries = expected[:100]
    whole = HammingNeighbors(n_neighbors=K, packed=True).fit(expected).kneighbors(queries)
    outcomes = {"encode": 0, "search": 0}
    for _ in range(n_kills):
        client.wait_for_workers(2)
        future = client.compute(encode(hasher, rows, rows_per_block=n_rows // 100))
        time.sleep(0.3)
        kill_one(client)
        outcomes["encode"] += bool((future.result() == expected).all())
    search = ShardedHammingNeighbors(n_neighbors=K).fit(da.from_array(expected, chunks=(n_rows // 8, -1)))
    for i in range(n_kills):
        client.wait_for_workers(2)
        killer = threading.Timer(0.02 * (i % 3), kill_one, [client])
        killer.start()
        found = search.kneighbors(queries)
        killer.join()
        again = search.kneighbors(queries)
        outcomes["search"] += all(
            (a == b).all() and (a == c).all() for a, b, c in zip(whole, found, again, strict=True)
        )
    print(f"kills: {outcomes} of {n_kills} each ended with equal answers")
    return set(outcomes.values()) == {n_kills}


def large(client, folder, quick):
    n_rows, block = (20_000, 5000) if quick else (5_000_000, 50_000)
    X = da.random.default_rng(0).normal(size=(n_rows, N_FEATURES), chunks=(block, -1)).astype(np.float32)
    most, stop = [0], threading.Event()

    def watch():
        while not stop.wait(0.5):
            most.append(max(client.run(_resident_megabytes).values()))

    watcher = threading.Thread(target=watch)
    watcher.start()
    files = write_parts(encode(make_hasher(), X), folder / "parts")
    stop.set()
    watcher.join()
    print(f"large: {X.nbytes / 1e9:.1f} GB encoded into {len(files)} files; at most {max(most):.0f} MB in a worker")
    return True


def _resident_megabytes():
    return int(Path("/proc/self/statm").read_text().split()[1]) * resource.getpagesize() / 1e6


# The parts, and on how many workers each runs.
PARTS = {"overhead": (overhead, (1, 2)), "kills": (kills, (2,)), "large": (large, (2,))}


@contextmanager
def local_client(n_workers):
    with (
        dask.config.set(CONFIG),
        LocalCluster(n_workers=n_workers, threads_per_worker=1, dashboard_address=None) as cluster,
        Client(cluster) as client,
    ):
        yield client


def run(part, quick):
    """Run a part on each of its clusters, and return whether all answers were equal."""
    function, clusters = PARTS[part]
    equal = True
    for n_workers in clusters:
        folder = Path(mkdtemp())
        try:
            with local_client(n_workers) as client:
                equal &= function(client, folder, quick)
        finally:
            shutil.rmtree(folder)
    return equal


def main():
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("parts", nargs="*", default=list(PARTS), choices=[*PARTS, []], metavar="PART")
    parser.add_argument("--quick", action="store_true")
    args = parser.parse_args()
    results = [run(part, args.quick) for part in args.parts]
    sys.exit(not all(results))


if __name__ == "__main__":
    main()
