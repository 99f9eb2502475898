"""Make ``fashion_mnist.npz`` for ``python -m sklearn_hash`` and the benchmarks.

The images are downloaded from OpenML, which needs a network connection and pandas. The split has 100 queries and 500
training rows of each class and is the same in every run. docs/datasets.md describes the content of the file, and the
other data sets of the benchmarks.

    python examples/make_data.py --data-home DIR
    python -m sklearn_hash --data fashion_mnist --data-home DIR
"""

import argparse
import os
import sys
from pathlib import Path

import numpy as np

from sklearn_hash.datasets import fetch_fashion_mnist_retrieval


def main(argv=None):
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--data-home", default=os.environ.get("SKLEARN_HASH_DATA"), help="folder to write the file to")
    args = parser.parse_args(argv)
    if args.data_home is None:
        print("Name the folder for the data by --data-home or SKLEARN_HASH_DATA.", file=sys.stderr)
        return 2
    file = Path(args.data_home) / "fashion_mnist.npz"
    if file.exists():
        print(f"{file} is there already, and is left alone; remove it to make it anew.", file=sys.stderr)
        return 2
    file.parent.mkdir(parents=True, exist_ok=True)
    fashion = fetch_fashion_mnist_retrieval(random_state=0)
    rows = {"query": fashion.query, "train": fashion.train, "database": fashion.database}
    np.savez_compressed(file, X=fashion.X.reshape(-1, 28, 28), y=fashion.y, **rows)
    print(f"{file}: {len(fashion.y)} images, {', '.join(f'{len(part)} {name}' for name, part in rows.items())} rows")
    return 0


if __name__ == "__main__":
    sys.exit(main())
