"""Recipes for other engines, each run where its engine is installed: they find what HammingNeighbors finds."""

import ast
import importlib.util
import shutil
import sqlite3
import sys
from pathlib import Path

import numpy as np
import pytest

from sklearn_hash import HammingNeighbors
from sklearn_hash.stores import write_parquet

pytest.importorskip("pyarrow")

RECIPES = Path(__file__).parents[2] / "examples" / "stores"
N = 3000
# Clustered, so that many distances tie.
RNG = np.random.default_rng(0)
CODES = RNG.integers(0, 256, (9, 8), dtype=np.uint8)[RNG.integers(0, 9, N)]
CODES ^= np.packbits(RNG.random((N, 64)) < 0.1, axis=1)
IDS = np.sort(RNG.choice(10**9, N, replace=False))  # HammingNeighbors orders ties by row, a database by id
QUERIES = CODES[::500] ^ np.uint8(16)


def load(name):
    spec = importlib.util.spec_from_file_location(f"recipe_{name}", RECIPES / f"{name}.py")
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@pytest.fixture(scope="module")
def path(tmp_path_factory):
    path = tmp_path_factory.mktemp("recipes") / "codes.parquet"
    write_parquet(path, CODES, IDS, packed=True, row_group_size=1000)
    return path


def neighbours(k):
    """Lists of (id, distance) by HammingNeighbors."""
    search = HammingNeighbors(k, packed=True).fit(CODES, ids=IDS)
    distances, ids = search.kneighbors(QUERIES)
    return [list(zip(*found, strict=True)) for found in zip(ids.tolist(), distances.tolist(), strict=True)]


def check(search, exact_ties=True):
    for k in (1, 10, 100):
        for query, expected in zip(QUERIES, neighbours(k), strict=True):
            found = search(query.tobytes(), k)
            if exact_ties:
                assert found == expected
                continue
            # The same distances, and the codes are at them, but those at the last distance may be others.
            assert [distance for _, distance in found] == [distance for _, distance in expected]
            ids, distances = np.array(found).T
            assert len(set(ids)) == k
            assert np.array_equal(np.bitwise_count(CODES[np.searchsorted(IDS, ids)] ^ query).sum(axis=1), distances)


@pytest.mark.parametrize("opener", ["open_store", "open_table"])
def test_duckdb(path, opener):
    pytest.importorskip("duckdb")
    check(getattr(load("duckdb_parquet"), opener)(path))


@pytest.mark.parametrize("opener", ["open_store", "open_table"])
def test_clickhouse(path, opener):
    pytest.importorskip("chdb")
    check(getattr(load("clickhouse"), opener)(path))


def test_sqlite_vec(path):
    pytest.importorskip("sqlite_vec")
    if not hasattr(sqlite3.Connection, "enable_load_extension"):
        pytest.importorskip("pysqlite3")
    check(load("sqlite_vec_table").open_store(path), exact_ties=False)


def test_lance(path):
    pytest.importorskip("lance")
    check(load("lance_search").open_store(path), exact_ties=False)


@pytest.fixture(scope="module")
def server():
    if not all(shutil.which(name) for name in ("postgres", "initdb", "pg_ctl", "psql")):
        pytest.skip("PostgreSQL is not installed")
    with load("postgres").temporary_server() as connection:
        yield connection


def test_postgres(path, server):
    check(load("postgres").open_store(path, server))


def test_pgvector(path, server):
    recipe = load("postgres")
    if not recipe.Psql(server).run("SELECT name FROM pg_available_extensions WHERE name = 'vector';"):
        pytest.skip("pgvector is not installed")
    check(recipe.open_store(path, server, recipe.PGVECTOR))
    query = QUERIES[0].tobytes()
    ((_, distance),) = recipe.open_store(path, server, recipe.INDEXED)(query, 1)
    assert distance == neighbours(1)[0][0][1]
    plan = recipe.Psql(server).run(f"EXPLAIN {recipe.INDEXED.format(query=recipe._bits(query, 64), k=1)}")
    assert any("Index Scan" in line for (line, *_) in plan)


def test_bits_of_postgres_are_packed_bytes(server):
    """The order of bits that the files keep is PostgreSQL's own, whatever the code length."""
    psql = load("postgres").Psql(server)
    for n_bits in (1, 7, 8, 12, 64):
        bits = RNG.integers(0, 2, n_bits)
        text = "".join(map(str, bits))
        ((sent,),) = psql.run(f"SELECT encode(bit_send(B'{text}'), 'hex');")
        assert bytes.fromhex(sent) == n_bits.to_bytes(4, "big") + np.packbits(bits).tobytes()


def test_errors_of_psql_are_raised(server):
    with pytest.raises(RuntimeError, match="psql ended"):
        load("postgres").Psql(server).run("SELECT no_such_column;")


@pytest.mark.parametrize("name", ["duckdb_parquet", "sqlite_vec_table", "lance_search"])
def test_a_recipe_runs_as_a_script(name, capsys, monkeypatch):
    pytest.importorskip(name.partition("_")[0] if name != "sqlite_vec_table" else "sqlite_vec")
    monkeypatch.setattr(sys, "path", [str(RECIPES), *sys.path])
    demo = importlib.import_module("_demo")
    demo.run(load(name).open_store)
    ours, theirs = (ast.literal_eval(line.partition(":")[2].strip()) for line in capsys.readouterr().out.splitlines())
    assert [distance for _, distance in ours] == [distance for _, distance in theirs]
