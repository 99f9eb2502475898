"""Printing of results on stdout, as an aligned table, as CSV or as JSON."""

import csv
import json
import sys

__all__ = ["print_rows"]


def print_rows(rows, form):
    """Print results.

    Parameters
    ----------
    rows : list of dict
        Results with the same keys; the values are strings and numbers.
    form : {"table", "csv", "json"}
    """
    if form == "json":
        print(json.dumps(rows, indent=1, ensure_ascii=False))
    elif form == "csv":
        writer = csv.DictWriter(sys.stdout, list(rows[0]) if rows else [], lineterminator="\n")
        writer.writeheader()
        writer.writerows(rows)
    elif rows:
        _print_table(rows)


def _print_table(rows):
    lines = [list(rows[0]), *([_cell(value) for value in row.values()] for row in rows)]
    widths = [max(map(len, column)) for column in zip(*lines, strict=True)]
    to_the_right = [all(isinstance(row[name], (int, float)) for row in rows) for name in rows[0]]
    for line in lines:
        cells = zip(line, widths, to_the_right, strict=True)
        print("  ".join(f"{cell:>{width}}" if right else f"{cell:<{width}}" for cell, width, right in cells).rstrip())


def _cell(value):
    if isinstance(value, float):
        return f"{value:.4f}"
    # Untrusted files may hold control characters, which a terminal would interpret.
    return "" if value is None else "".join(each if each.isprintable() else " " for each in str(value))
