"""Nearest codes by PostgreSQL: ``bit_count(a # b)`` of any server since 14, or ``<~>`` of the extension pgvector.

    pip install "sklearn_hash[arrow]"
    python examples/stores/postgres.py [CONNECTION STRING]

Without a connection string it starts a server of its own in a temporary folder, if ``initdb`` and ``pg_ctl`` are
installed. SQL goes to the server through ``psql``; a driver sends the same. A packed code is a bit string of PostgreSQL
bit by bit: the first bit of the first byte comes first in both.
"""

import os
import subprocess
import sys
from contextlib import contextmanager, nullcontext
from functools import partial
from pathlib import Path
from tempfile import TemporaryDirectory

import numpy as np

from sklearn_hash.stores import iter_parquet

COUNT = "SELECT id, bit_count(code # B'{query}') AS distance FROM codes ORDER BY distance, id LIMIT {k};"
PGVECTOR = "SELECT id, (code <~> B'{query}')::int AS distance FROM codes ORDER BY distance, id LIMIT {k};"
# An index is used for this order only, and is approximate; hnsw.ef_search trades time for neighbours.
INDEXED = "SELECT id, (code <~> B'{query}')::int FROM codes ORDER BY code <~> B'{query}' LIMIT {k};"
INDEX = "CREATE INDEX ON codes USING hnsw (code bit_hamming_ops);"


class Psql:
    """One session of psql, which runs one statement after the other."""

    def __init__(self, connection):
        command = ["psql", "-XqAtF,", "-v", "ON_ERROR_STOP=1", connection]
        self.process = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
        self.run("SET client_min_messages = warning;")

    def run(self, sql):
        """Return the rows of a statement, as lists of text."""
        self.process.stdin.write(f"{sql}\n\\echo done\n")
        self.process.stdin.flush()
        rows = []
        for line in self.process.stdout:
            if line == "done\n":
                return rows
            rows.append(line.strip().split(","))
        raise RuntimeError("psql ended; its error is above.")


def open_store(path, connection, statement=COUNT):
    """Return a function of a packed code and k: the k nearest as (id, distance), nearest first."""
    psql, n_bits = Psql(connection), None
    if statement != COUNT:
        psql.run("CREATE EXTENSION IF NOT EXISTS vector;")
    for block in iter_parquet(path):
        if n_bits is None:
            n_bits = int(block.schema.metadata[b"sklearn_hash.n_bits"])
            psql.run(f"DROP TABLE IF EXISTS codes; CREATE TABLE codes (id bigint PRIMARY KEY, code bit({n_bits}));")
        rows = zip(block["id"].to_pylist(), block["code"].to_pylist(), strict=True)
        psql.run("COPY codes FROM STDIN;\n" + "".join(f"{id}\t{_bits(code, n_bits)}\n" for id, code in rows) + "\\.")
    psql.run(f"{INDEX if statement == INDEXED else ''} ANALYZE codes;")

    def search(query, k):
        rows = psql.run(statement.format(query=_bits(query, n_bits), k=k))
        return [(int(id), int(distance)) for id, distance in rows]

    return search


def _bits(code, n_bits):
    return (np.unpackbits(np.frombuffer(code, np.uint8), count=n_bits) + ord("0")).tobytes().decode()


@contextmanager
def temporary_server():
    """Give the connection string of a new server, which runs until the block ends."""
    # PostgreSQL refuses to run as root.
    user = {"user": "postgres"} if hasattr(os, "geteuid") and os.geteuid() == 0 else {}
    run = partial(subprocess.run, check=True, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, cwd="/", **user)
    with TemporaryDirectory(prefix="pg") as folder:
        Path(folder).chmod(0o777)
        data = f"{folder}/data"
        run(["initdb", "-D", data, "-U", "postgres", "-A", "trust", "--no-sync"])
        run(["pg_ctl", "start", "-wD", data, "-l", f"{folder}/log", "-o", f"-c listen_addresses='' -k {folder}"])
        try:
            yield f"host={folder} user=postgres dbname=postgres"
        finally:
            run(["pg_ctl", "stop", "-D", data, "-m", "immediate"])


if __name__ == "__main__":
    from _demo import run

    with temporary_server() if len(sys.argv) == 1 else nullcontext(sys.argv[1]) as server:
        run(partial(open_store, connection=server))
