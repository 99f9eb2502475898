"""Nearest codes by DuckDB, straight from the Parquet file.

    pip install duckdb "sklearn_hash[arrow]"
    python examples/stores/duckdb_parquet.py

A value of the column "code" is a BLOB, whose bits are its BIT string. Codes of 64 bits are several times faster as
UBIGINT, in a table that is made once.
"""

import duckdb

FROM_PARQUET = """
    SELECT id, bit_count(xor(code::BIT, $query::BLOB::BIT)) AS distance
    FROM read_parquet($path) ORDER BY distance, id LIMIT $k
"""
FROM_TABLE = """
    SELECT id, bit_count(xor(code, $query::UBIGINT)) AS distance FROM codes ORDER BY distance, id LIMIT $k
"""


def open_store(path):
    """Return a function of a packed code and k: the k nearest as (id, distance), nearest first."""
    connection = duckdb.connect()

    def search(query, k):
        return connection.execute(FROM_PARQUET, {"query": query, "path": str(path), "k": k}).fetchall()

    return search


def open_table(path):
    """Return the same function for codes of 64 bits, which are read into a table of integers first."""
    connection = duckdb.connect()
    connection.execute(
        "CREATE TABLE codes AS SELECT id, ('0x' || hex(code))::UBIGINT AS code FROM read_parquet($path)",
        {"path": str(path)},
    )

    def search(query, k):
        return connection.execute(FROM_TABLE, {"query": int.from_bytes(query, "big"), "k": k}).fetchall()

    return search


if __name__ == "__main__":
    from _demo import run

    run(open_store)
    run(open_table)
