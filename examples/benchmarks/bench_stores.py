"""Stores of codes: times of the recipes, files, memory of searches in place, and kills of a writer.

    pip install "sklearn_hash[arrow,lance]" duckdb sqlite-vec pysqlite3-binary chdb
    python examples/benchmarks/bench_stores.py [--quick] [PART ...]

Parts, all of them by default:

- ``recipes``: every recipe of ``examples/stores`` whose engine is installed, one query after the other, in rounds that
  alternate between the stores. A ratio is the median over rounds of the time of a store to that of HammingNeighbors on
  one thread; engines use the threads that they use by default. Distances must be those of HammingNeighbors.
- ``files``: seconds and megabytes of Parquet and Arrow IPC files.
- ``memory``: peak of anonymous memory, above that after the imports, of fitting a memory-mapped file and searching it.
- ``kills``: a process appends to and removes from a Lance dataset until it is killed; every acknowledged change must be
  there, and one under way whole or not at all.

The exit status is 1 if any of this fails. ``--quick`` only shows that everything runs.
"""

import argparse
import random
import shutil
import signal
import subprocess
import sys
import threading
import time
from functools import partial
from importlib import import_module
from pathlib import Path
from statistics import median
from tempfile import TemporaryDirectory

import numpy as np

from sklearn_hash import HammingNeighbors
from sklearn_hash.stores import LanceNeighbors, iter_parquet, read_ipc, read_parquet, write_ipc, write_parquet

sys.path.insert(0, str(Path(__file__).parents[1] / "stores"))

K = 10
MOST_MEMORY = 500  # MB, of a search in place


def uniform(n, seed=0):
    return np.random.default_rng(seed).integers(0, 256, (n, 8), dtype=np.uint8)


def seconds(function):
    start = time.perf_counter()
    result = function()
    return time.perf_counter() - start, result


def cpu_name():
    lines = Path("/proc/cpuinfo").read_text().splitlines() if Path("/proc/cpuinfo").exists() else []
    return next((line.partition(":")[2].strip() for line in lines if line.startswith("model name")), "unknown CPU")


# Recipes


def recipes(server):
    """Yield the name and the opener of every recipe whose engine is installed."""
    for name, module, opener in [
        ("DuckDB, Parquet", "duckdb_parquet", "open_store"),
        ("DuckDB, table of UBIGINT", "duckdb_parquet", "open_table"),
        ("chDB, Parquet", "clickhouse", "open_store"),
        ("chDB, table in memory", "clickhouse", "open_table"),
        ("sqlite-vec, bit[64]", "sqlite_vec_table", "open_store"),
        ("Lance, flat scan", "lance_search", "open_store"),
    ]:
        try:
            yield name, getattr(import_module(module), opener)
        except ImportError as error:
            print(f"{name:<28} not run: {error}")
    if server is None:
        print(f"{'PostgreSQL':<28} not run: postgres, initdb, pg_ctl or psql is missing")
        return
    postgres = import_module("postgres")
    yield "PostgreSQL bit_count(a # b)", partial(postgres.open_store, connection=server)
    if postgres.Psql(server).run("SELECT name FROM pg_available_extensions WHERE name = 'vector';"):
        yield "pgvector <~>", partial(postgres.open_store, connection=server, statement=postgres.PGVECTOR)
    else:
        print(f"{'pgvector':<28} not run: the extension is missing")


def run_recipes(folder, quick):
    installed = all(shutil.which(name) for name in ("postgres", "initdb", "pg_ctl", "psql"))
    if not installed:
        return compare_recipes(folder, quick, None)
    with import_module("postgres").temporary_server() as server:
        return compare_recipes(folder, quick, server)


def compare_recipes(folder, quick, server):
    n, n_queries, rounds = (5_000, 3, 2) if quick else (200_000, 20, 15)
    codes, queries = uniform(n), uniform(n_queries, seed=1)
    path = folder / "codes.parquet"
    write_parquet(path, codes, packed=True)
    neighbors = HammingNeighbors(K, packed=True, algorithm="flat").fit(codes)
    stores, loads = {"HammingNeighbors": lambda query, k: rows_of(neighbors, query)}, {"HammingNeighbors": 0.0}
    for name, opener in recipes(server):
        loads[name], stores[name] = seconds(lambda opener=opener: opener(path))
    answers, times = {}, {name: [] for name in stores}
    for _ in range(rounds + 1):  # the first one warms up
        for name, search in stores.items():
            spent, answers[name] = seconds(lambda search=search: [search(query.tobytes(), K) for query in queries])
            times[name].append(1000 * spent / n_queries)
    print(f"\n{n:,} codes of 64 bits, k={K}, {n_queries} lone queries, {rounds} rounds")
    print(f"{'store':<28}{'load s':>9}{'ms/query':>10}{'ratio':>8}  neighbours")
    base, fine = times["HammingNeighbors"], True
    for name, spent in times.items():
        verdict = compared(answers[name], answers["HammingNeighbors"])
        fine &= verdict != "DIFFER"
        ratio = median(a / b for a, b in zip(spent[1:], base[1:], strict=True))
        print(f"{name:<28}{loads[name]:>9.2f}{median(spent[1:]):>10.2f}{ratio:>8.1f}  {verdict}")
    return fine


def rows_of(neighbors, query):
    distances, ids = neighbors.kneighbors(np.frombuffer(query, np.uint8)[None])
    return list(zip(ids[0].tolist(), distances[0].tolist(), strict=True))


def compared(found, expected):
    if found == expected:
        return "equal"
    same = [[d for _, d in row] for row in found] == [[d for _, d in row] for row in expected]
    return "equal but for ties at the last distance" if same else "DIFFER"


# Files


def run_files(folder, quick):
    n = 100_000 if quick else 10_000_000
    codes, path = uniform(n), folder / "codes"
    print(f"\n{n:,} codes of 64 bits and their int64 ids")
    print(f"{'file':<28}{'write s':>9}{'read s':>9}{'MB':>8}")
    for name, write, read in [
        ("Parquet", write_parquet, read_parquet),
        ("Parquet, block by block", write_parquet, lambda path: sum(len(block) for block in iter_parquet(path))),
        ("Arrow IPC, mapped", write_ipc, read_ipc),
    ]:
        written, _ = seconds(lambda write=write: write(path, codes, packed=True))
        opened, _ = seconds(lambda read=read: read(path))
        print(f"{name:<28}{written:>9.2f}{opened:>9.2f}{path.stat().st_size / 1e6:>8.0f}")
    return True


# Memory

SEARCH_IN_PLACE = """
import sys, threading, time
import numpy as np, pyarrow
from sklearn_hash import HammingNeighbors
from sklearn_hash.stores import read_ipc

def anonymous():
    with open("/proc/self/status") as status:
        return next(int(line.split()[1]) for line in status if line.startswith("RssAnon")) / 1e3

def watch():
    global peak
    while True:
        peak = max(peak, anonymous())
        time.sleep(0.005)

kind, path = sys.argv[1:]
peak = before = anonymous()
threading.Thread(target=watch, daemon=True).start()
start = time.perf_counter()
codes = read_ipc(path) if kind == "ipc" else np.load(path, mmap_mode="r")
search = HammingNeighbors(10, packed=True, algorithm="flat", n_bits=64).fit(codes)
fitted = time.perf_counter() - start
queries = np.random.default_rng(1).integers(0, 256, (16, 8), dtype=np.uint8)
start = time.perf_counter()
search.kneighbors(queries)
print(peak - before, fitted, time.perf_counter() - start)
"""


def run_memory(folder, quick):
    n, block = (1_000_000, 100_000) if quick else (100_000_000, 1_000_000)
    blocks = (((np.arange(start, start + block)), uniform(block, seed=start)) for start in range(0, n, block))
    write_ipc(folder / "ipc", blocks, packed=True)
    codes = np.lib.format.open_memmap(folder / "npy", "w+", np.uint8, (n, 8))
    packed = HammingNeighbors(packed=True, algorithm="flat").fit(read_ipc(folder / "ipc")).packed_codes_
    for start in range(0, n, block):
        codes[start : start + block] = packed[start : start + block]
    codes.flush()
    write_ipc(folder / "ids", ((rows * 3, codes[rows]) for rows in np.arange(n).reshape(-1, block)), packed=True)
    print(f"\n{n:,} codes of 64 bits in place: {n * 8 / 1e6:,.0f} MB of codes, 16 queries, a process each")
    print(f"{'file':<28}{'peak MB':>9}{'fit s':>8}{'search s':>10}")
    fine = True
    for name, kind, file in [(".npy", "npy", "npy"), ("IPC", "ipc", "ipc"), ("IPC, ids not the rows", "ipc", "ids")]:
        command = [sys.executable, "-c", SEARCH_IN_PLACE, kind, str(folder / file)]
        done = subprocess.run(command, capture_output=True, text=True, check=True)
        peak, fitted, searched = map(float, done.stdout.split())
        fine &= peak < MOST_MEMORY
        print(f"{name:<28}{peak:>9.0f}{fitted:>8.2f}{searched:>10.2f}")
    return fine


# Kills

WRITER = """
import os, sys
import numpy as np
from sklearn_hash.stores import LanceNeighbors

search, step = LanceNeighbors(sys.argv[1], packed=True), int(sys.argv[2])
while True:
    ids = np.arange(step * 1000, step * 1000 + 1000)
    search.partial_fit((ids[:, None] * np.arange(1, 9) % 251).astype(np.uint8), ids=ids)
    os.write(1, b"added %d\\n" % step)
    if step % 3 == 2:
        search.remove(ids[:500])
        os.write(1, b"removed %d\\n" % step)
    step += 1
"""


def killed_writer(uri, step, delay):
    """Return the numbers of the changes that a writer acknowledged before it was killed."""
    command = [sys.executable, "-c", WRITER, uri, str(step)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
        lines = [process.stdout.readline()]
        threading.Timer(delay, process.send_signal, [signal.SIGKILL]).start()
        lines += process.stdout
    acknowledged = [line.split() for line in lines]
    return [{int(step) for what, step in acknowledged if what == kind} for kind in ("added", "removed")]


def run_kills(folder, quick):
    uri, draw = str(folder / "codes.lance"), random.Random(0)
    n_kills, step, n_acknowledged, n_lost, n_torn = 2 if quick else 20, 0, 0, 0, 0
    for _ in range(n_kills):
        added, removed = killed_writer(uri, step, draw.uniform(0, 1))
        n_acknowledged += len(added) + len(removed)
        search = LanceNeighbors(uri, packed=True).checkout()
        sizes = dict(zip(*np.unique(search.ids_ // 1000, return_counts=True), strict=True))
        n_lost += len(added - sizes.keys()) + sum(sizes.get(number) != 500 for number in removed)
        right = (search.packed_codes_ == search.ids_[:, None] * np.arange(1, 9) % 251).all()
        n_torn += sum(size not in (500, 1000) for size in sizes.values()) + (not right)
        step = int(max(sizes)) + 1
    print(f"\n{n_kills} kills of a writer: {n_acknowledged} acknowledged changes, {n_lost} lost, {n_torn} torn")
    print(f"version {search.version_} in the end, of {search.n_samples_fit_:,} rows")
    return n_lost == n_torn == 0


PARTS = {"recipes": run_recipes, "files": run_files, "memory": run_memory, "kills": run_kills}


def main():
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("parts", nargs="*", metavar="PART", help=f"of {', '.join(PARTS)}")
    parser.add_argument("--quick", action="store_true", help="small sizes")
    arguments = parser.parse_args()
    print(cpu_name())
    fine = True
    for part in arguments.parts or PARTS:
        with TemporaryDirectory(prefix="stores") as folder:
            fine &= PARTS[part](Path(folder), arguments.quick)
    return 0 if fine else 1


if __name__ == "__main__":
    sys.exit(main())
