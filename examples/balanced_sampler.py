"""Effect of balanced batches with many classes of few rows.

A batch of 128 rows drawn from 1,000 classes by a plain shuffle has 8,128 pairs, of which about 8 are similar. In the
first data set the classes differ in a quarter of all directions, and the rows have a higher variance in the other
directions, which are noise. Only similar pairs show which directions are noise. The second data set has no noise of
this kind.

    python examples/balanced_sampler.py
"""

import numpy as np

from sklearn_hash import DualHingeHasher, HashNetHasher

SEEDS = range(3)
N_CLASSES, N_TRAIN, N_TEST = 1000, 8, 4
N_INFORMATIVE, N_OTHER = 16, 48


def make_classes(spread, seed):
    """Training rows and test rows of every class; `spread` is the deviation of the uninformative directions."""
    rng = np.random.default_rng(seed)
    y = np.repeat(np.arange(N_CLASSES), N_TRAIN + N_TEST)
    centres = rng.standard_normal((N_CLASSES, N_INFORMATIVE))
    informative = centres[y] + 0.5 * rng.standard_normal((len(y), N_INFORMATIVE))
    X = np.hstack([informative, spread * rng.standard_normal((len(y), N_OTHER))])
    rotation, _ = np.linalg.qr(rng.standard_normal((X.shape[1], X.shape[1])))
    X = (X @ rotation).astype(np.float32)
    train = np.arange(len(y)) % (N_TRAIN + N_TEST) < N_TRAIN
    return X[train], y[train], X[~train], y[~train]


def maps_of(hasher, balanced, spread):
    """Leave-one-out mAP among the test rows, for every seed."""
    maps = []
    for seed in SEEDS:
        X, y, X_test, y_test = make_classes(spread, seed)
        net_params = {"iterator_train__balanced": balanced}
        fitted = hasher(32, random_state=seed, max_epochs=20, net_params=net_params).fit(X, y)
        maps.append(fitted.score(X_test, y_test))
    return np.array(maps)


def main():
    print(f"{N_CLASSES} classes, {N_TRAIN} training rows each; 32 bits, batches of 128, 20 epochs, {len(SEEDS)} seeds")
    print(f"tie-aware mAP among {N_CLASSES * N_TEST} other rows, leave-one-out, over the whole ranking")
    print(f"\n{'to ignore':>10} {'hasher':18} {'shuffle':>15} {'balanced':>15}")
    for spread in (2.0, 0.0):
        for hasher in (DualHingeHasher, HashNetHasher):
            cells = [maps_of(hasher, balanced, spread) for balanced in (False, True)]
            shown = " ".join(f"{maps.mean():7.3f} +- {maps.std(ddof=1):.3f}" for maps in cells)
            print(f"{'much' if spread else 'nothing':>10} {hasher.__name__:18} {shown}", flush=True)


if __name__ == "__main__":
    main()
