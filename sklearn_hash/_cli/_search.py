"""Find the nearest neighbours of rows in a saved searcher.

python -m sklearn_hash search queries.npy --index index.safetensors -k 5
python -m sklearn_hash search photo_folder/ --index index.safetensors --radius 3 --format json
"""

from pathlib import Path

from sklearn.pipeline import Pipeline

from sklearn_hash._cli._arguments import add_data, natural, positive
from sklearn_hash._cli._data import read_data
from sklearn_hash._cli._model import image_of, load_model, prepared


def add_arguments(parser):
    """Add the arguments of the command."""
    add_data(parser, "queries: rows, or packed codes if the searcher has no hasher")
    parser.add_argument("--index", type=Path, required=True, metavar="FILE", help="file of a searcher")
    how = parser.add_mutually_exclusive_group()
    how.add_argument("-k", type=positive, default=10, metavar="N", help="number of neighbours per query (default: 10)")
    how.add_argument("--radius", type=natural, metavar="N", help="all neighbours within this distance instead")


def run(args):
    """Search, and return one row per neighbour."""
    estimator = load_model(args.index)
    data = read_data(args.data, args.labels, args.ids, image_of(args.index), args.quiet)
    search, X = estimator, data.X
    if isinstance(estimator, Pipeline):
        search, hasher = estimator[-1], estimator[:-1]
        X = hasher.transform(prepared(X, hasher))
    if not hasattr(search, "kneighbors"):
        raise ValueError(
            f"{args.index}: it holds no searcher but {type(search).__name__}; make one by the command index"
        )
    if args.radius is None:
        distances, ids = search.kneighbors(X, min(args.k, search.n_samples_fit_))
    else:
        distances, ids = search.radius_neighbors(X, args.radius)
    return [
        {"query": name, "rank": rank, "id": each, "distance": distance}
        for name, row_distances, row_ids in zip(data.names, distances, ids, strict=True)
        for rank, (each, distance) in enumerate(zip(row_ids.tolist(), row_distances.tolist(), strict=True), 1)
    ]
