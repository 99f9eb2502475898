"""Save a searcher of rows, together with the hasher for queries, or a searcher of codes.

python -m sklearn_hash index rows.npy --model itq.safetensors --out index.safetensors
python -m sklearn_hash index codes.npy --out index.safetensors
"""

from pathlib import Path

from sklearn.pipeline import Pipeline

import sklearn_hash
from sklearn_hash._cli._arguments import add_data, check_folder, positive
from sklearn_hash._cli._data import read_data
from sklearn_hash._cli._model import hash_rows, image_of, load_model


def add_arguments(parser):
    """Add the arguments of the command."""
    add_data(parser, "rows, or packed codes without --model")
    parser.add_argument("--model", type=Path, metavar="FILE", help="file of a hasher")
    parser.add_argument(
        "--bits", type=positive, metavar="N", help="code length of packed codes, if not a multiple of 8"
    )
    parser.add_argument("--out", type=Path, required=True, metavar="FILE", help="file of the searcher")


def run(args):
    """Build and save a searcher, and return one row about it."""
    check_folder(args.out)
    image = None if args.model is None else image_of(args.model)
    data = read_data(args.data, args.labels, args.ids, image, args.quiet)
    if args.model is None:
        search = sklearn_hash.HammingNeighbors(packed=True, n_bits=args.bits).fit(data.X, data.y, ids=data.ids)
        estimator = search
    else:
        model = load_model(args.model)
        codes, n_bits = hash_rows(model, data.X, quiet=args.quiet)
        search = sklearn_hash.HammingNeighbors(packed=True, n_bits=n_bits).fit(codes, data.y, ids=data.ids)
        steps = model.steps if isinstance(model, Pipeline) else [("hasher", model)]
        estimator = Pipeline([*steps, ("search", search)])
    card = {"data": args.data.name, **({"image": image} if image else {})}
    sklearn_hash.save(estimator, args.out, card=card)
    return [{"file": str(args.out), "rows": search.n_samples_fit_, "bits": search.n_bits_}]
