"""Compute the codes of rows with a saved hasher.

  python -m sklearn_hash encode rows.npy --model itq.safetensors --out codes.npy
  python -m sklearn_hash encode photos/ --model photos.safetensors --format csv > codes.csv

Codes in files are packed bytes of shape (n, n_bytes), uint8 in the bit order of numpy.packbits; on stdout they are
hexadecimal.
"""

from pathlib import Path

import numpy as np

from sklearn_hash._cli._arguments import add_data, check_folder
from sklearn_hash._cli._data import read_data
from sklearn_hash._cli._model import hash_rows, image_of, load_model
from sklearn_hash._replacing import replacing


def add_arguments(parser):
    """Add the arguments of the command."""
    add_data(parser, "rows")
    parser.add_argument("--model", type=Path, required=True, metavar="FILE", help="file of a hasher")
    parser.add_argument(
        "--out", type=Path, metavar="FILE", help=".npy or .parquet file for the codes, instead of stdout"
    )


def run(args):
    """Compute the codes, and return them or one row about the file."""
    if args.out is not None and args.out.suffix not in (".npy", ".parquet"):
        raise ValueError(f"--out must be a .npy or .parquet file; got {args.out.name!r}")
    if args.out is not None:
        check_folder(args.out)
    model = load_model(args.model)
    data = read_data(args.data, args.labels, args.ids, image_of(args.model), args.quiet)
    codes, n_bits = hash_rows(model, data.X, quiet=args.quiet)
    if args.out is None:
        return [{"id": name, "code": code.tobytes().hex()} for name, code in zip(data.names, codes, strict=True)]
    if args.out.suffix == ".npy":
        with replacing(args.out) as unfinished, open(unfinished, "wb") as file:
            np.save(file, codes)
    else:
        from sklearn_hash.stores import write_parquet

        write_parquet(args.out, codes, data.ids, packed=True, n_bits=n_bits, hasher=model)
    return [{"file": str(args.out), "rows": len(codes), "bits": n_bits}]
