"""Train a hasher on your data and save it.

python -m sklearn_hash fit photos/ --out photos.safetensors
python -m sklearn_hash fit rows.parquet --labels kind --method csq --bits 64 --out csq.safetensors
"""

import time
from pathlib import Path

from sklearn.base import BaseEstimator

import sklearn_hash
from sklearn_hash._cli._arguments import add_data, assignment, check_folder, natural, positive
from sklearn_hash._cli._data import read_data
from sklearn_hash._cli._model import prepared
from sklearn_hash.hashers._methods import METHODS


def add_arguments(parser):
    """Add the arguments of the command."""
    add_data(parser, "training rows")
    parser.add_argument("--out", type=Path, required=True, metavar="FILE", help="file of the hasher")
    parser.add_argument(
        "--method",
        choices=list(METHODS),
        metavar="METHOD",
        help=f"one of {' '.join(METHODS)} (default: dual_hinge with labels, itq without)",
    )
    parser.add_argument("--bits", type=positive, default=32, metavar="N", help="code length (default: 32)")
    parser.add_argument("--seed", type=natural, default=0, metavar="N", help="random_state (default: 0)")
    parser.add_argument(
        "--set",
        type=assignment,
        action="append",
        default=[],
        metavar="NAME=VALUE",
        help="parameter, such as max_epochs=10",
    )
    parser.add_argument(
        "--image-size",
        type=positive,
        default=32,
        metavar="N",
        help="height and width of the resized images (default: 32)",
    )
    parser.add_argument("--grey", action="store_true", help="read images without colours")
    parser.add_argument(
        "--card",
        type=assignment,
        action="append",
        default=[],
        metavar="NAME=VALUE",
        help="additional entry of the card",
    )


def run(args):
    """Train and save a hasher, and return one row about it."""
    check_folder(args.out)
    image = {"size": [args.image_size] * 2, "mode": "L" if args.grey else "RGB"}
    data = read_data(args.data, args.labels, args.ids, image, args.quiet)
    method = args.method or ("itq" if data.y is None else "dual_hinge")
    hasher = _make(method, args)
    if hasher.__sklearn_tags__().target_tags.required and data.y is None:
        raise ValueError(f"{method} learns from labels: name them by --labels, or choose another --method")
    start = time.perf_counter()
    hasher.fit(prepared(data.X, hasher), data.y)
    seconds = time.perf_counter() - start
    if "verbose" in hasher.get_params(deep=False):
        hasher.set_params(verbose=0)
    card = {"data": args.data.name, "n_rows": len(data.X), **({"image": data.image} if data.image else {})}
    sklearn_hash.save(hasher, args.out, card={**card, **dict(args.card)})
    return [{"file": str(args.out), "method": method, "bits": hasher.n_bits_, "rows": len(data.X), "seconds": seconds}]


def _make(method, args) -> BaseEstimator:
    hasher = getattr(sklearn_hash, METHODS[method])(n_bits=args.bits, random_state=args.seed)
    if "verbose" in hasher.get_params(deep=False):
        hasher.set_params(verbose=int(not args.quiet))
    return hasher.set_params(**dict(args.set))
