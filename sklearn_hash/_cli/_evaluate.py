"""Score the codes of labelled rows: mean average precision, precision within a radius, distinct codes.

  python -m sklearn_hash evaluate queries.npz --database rows.npz --model csq.safetensors
  python -m sklearn_hash evaluate rows.csv --labels kind --model csq.safetensors

Without a database, every row is a query against all other rows. Rows that share a label are relevant to each other.
"""

from pathlib import Path

from sklearn_hash._cli._arguments import add_data, natural, positive
from sklearn_hash._cli._data import read_data
from sklearn_hash._cli._model import hash_rows, image_of, load_model
from sklearn_hash.metrics import mean_average_precision, n_distinct_codes, precision_within_radius


def add_arguments(parser):
    """Add the arguments of the command."""
    add_data(parser, "queries")
    parser.add_argument(
        "--database", type=Path, metavar="DATA", help="rows to search, with labels in the form of the queries"
    )
    parser.add_argument("--model", type=Path, required=True, metavar="FILE", help="file of a hasher")
    parser.add_argument(
        "-k", type=positive, metavar="N", help="number of rows retrieved for mAP (default: all of the database)"
    )
    parser.add_argument("--radius", type=natural, default=2, metavar="N", help="radius of the precision (default: 2)")


def run(args):
    """Score the codes, and return one row of measures."""
    model, image = load_model(args.model), image_of(args.model)
    queries, database = _read(args.data, args, image), None
    codes, n_bits = hash_rows(model, queries.X, quiet=args.quiet)
    sides: tuple = codes, queries.y
    searched = codes
    if args.database is not None:
        database = _read(args.database, args, image)
        searched, _ = hash_rows(model, database.X, quiet=args.quiet)
        sides = codes, queries.y, searched, database.y
    shared = {"packed": True, "n_bits": n_bits}
    return [
        {
            "queries": len(codes),
            "database": len(searched) - (database is None),
            "bits": n_bits,
            "mAP": mean_average_precision(*sides, k=args.k, **shared),
            f"P@r<={args.radius}": precision_within_radius(*sides, radius=args.radius, **shared),
            "codes": n_distinct_codes(searched, **shared),
        }
    ]


def _read(path, args, image):
    data = read_data(path, args.labels, args.ids, image, args.quiet)
    if data.y is None:
        raise ValueError(f"{path}: rows are scored by their labels; name them by --labels")
    return data
