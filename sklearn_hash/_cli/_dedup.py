"""Find near-duplicates among rows or codes, and print each row to remove with the row to keep.

python -m sklearn_hash dedup photos/ --model photos.safetensors --radius 3
python -m sklearn_hash dedup codes.npy --radius 2 --format csv > duplicates.csv
"""

import sys
from pathlib import Path

from sklearn_hash._cli._arguments import add_data, natural, positive
from sklearn_hash._cli._data import read_data
from sklearn_hash._cli._model import hash_rows, image_of, load_model
from sklearn_hash.neighbors import near_duplicates


def add_arguments(parser):
    """Add the arguments of the command."""
    add_data(parser, "rows, or packed codes without --model")
    parser.add_argument("--model", type=Path, metavar="FILE", help="file of a hasher")
    parser.add_argument(
        "--bits", type=positive, metavar="N", help="code length of packed codes, if not a multiple of 8"
    )
    parser.add_argument(
        "--radius", type=natural, default=2, metavar="N", help="largest distance of duplicates (default: 2)"
    )
    parser.add_argument(
        "--groups",
        choices=["components", "leader"],
        default="components",
        help="how pairs form groups (default: components)",
    )


def run(args):
    """Group the rows, and return the rows to remove, each with the row to keep."""
    image = None if args.model is None else image_of(args.model)
    data = read_data(args.data, args.labels, args.ids, image, args.quiet)
    codes, n_bits = data.X, args.bits
    if args.model is not None:
        codes, n_bits = hash_rows(load_model(args.model), data.X, quiet=args.quiet)
    groups, kept = near_duplicates(codes, args.radius, method=args.groups, packed=True, n_bits=n_bits)
    if not args.quiet:
        print(f"{len(codes)} rows, {len(codes) - len(kept)} of them near-duplicates of another", file=sys.stderr)
    names, stand_in = data.names, kept[groups].tolist()
    return [{"id": names[i], "kept": names[other]} for i, other in enumerate(stand_in) if i != other]
