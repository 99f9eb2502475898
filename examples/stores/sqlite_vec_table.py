"""Nearest codes by SQLite with the extension sqlite-vec.

    pip install sqlite-vec pysqlite3-binary "sklearn_hash[arrow]"
    python examples/stores/sqlite_vec_table.py

Some builds of Python leave out the loading of extensions from their sqlite3 (``enable_load_extension`` is missing);
pysqlite3 is the same module with it. Ids are integers here; a column "+name text" of the table would keep others.
"""

import sqlite3

import sqlite_vec

from sklearn_hash.stores import iter_parquet

if not hasattr(sqlite3.Connection, "enable_load_extension"):
    import pysqlite3 as sqlite3

SEARCH = "SELECT id, distance FROM codes WHERE code MATCH vec_bit(?) AND k = ?"


def open_store(path, database=":memory:"):
    """Return a function of a packed code and k: the k nearest as (id, distance), nearest first.

    Which of the codes at the last distance are among them is up to sqlite-vec.
    """
    connection = sqlite3.connect(database)
    connection.enable_load_extension(True)
    sqlite_vec.load(connection)
    connection.enable_load_extension(False)
    for block in iter_parquet(path):
        n_bits = 8 * block.schema.field("code").type.byte_width
        connection.execute(
            f"CREATE VIRTUAL TABLE IF NOT EXISTS codes USING vec0(id INTEGER PRIMARY KEY, code bit[{n_bits}])"
        )
        rows = zip(block["id"].to_pylist(), block["code"].to_pylist(), strict=True)
        connection.executemany("INSERT INTO codes VALUES (?, vec_bit(?))", rows)
    connection.commit()

    def search(query, k):
        found = [(id, int(distance)) for id, distance in connection.execute(SEARCH, (query, k))]
        return sorted(found, key=lambda row: row[::-1])

    return search


if __name__ == "__main__":
    from _demo import run

    run(open_store)
