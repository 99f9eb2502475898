"""Nearest codes by ClickHouse, here inside the process (chDB), straight from the Parquet file.

    pip install chdb "sklearn_hash[arrow]"
    python examples/stores/clickhouse.py

A value of the column "code" is a FixedString. A server runs the same SQL, with the file in its user_files folder or as
a table: CREATE TABLE codes ENGINE = MergeTree ORDER BY id AS SELECT * FROM file('codes.parquet').
"""

import json

import chdb

SEARCH = """
    SELECT id, bitHammingDistance(code, toFixedString(unhex('{query}'), {n_bytes})) AS distance
    FROM {source} ORDER BY distance, id LIMIT {k}
"""


def open_store(path):
    """Return a function of a packed code and k: the k nearest as (id, distance), nearest first."""
    return _search_in(chdb.connect(":memory:"), f"file('{path}', Parquet)")


def open_table(path):
    """Return the same function for a table in memory, which is read from the file first."""
    connection = chdb.connect(":memory:")
    connection.query(f"CREATE TABLE codes ENGINE = Memory AS SELECT * FROM file('{path}', Parquet)")
    return _search_in(connection, "codes")


def _search_in(connection, source):
    def search(query, k):
        sql = SEARCH.format(query=query.hex(), n_bytes=len(query), source=source, k=k)
        rows = str(connection.query(sql, "JSONCompactEachRow"))
        return [(int(id), int(distance)) for id, distance in map(json.loads, rows.splitlines())]

    return search


if __name__ == "__main__":
    from _demo import run

    run(open_store)
