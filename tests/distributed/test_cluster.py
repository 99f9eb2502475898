"""A cluster of processes: answers survive workers that are killed."""

import os
import signal
import time

import numpy as np
import pytest
from sklearn.model_selection import GridSearchCV

from sklearn_hash import HammingNeighbors, ITQHasher
from sklearn_hash.distributed import ShardedHammingNeighbors, encode, write_parts

dask = pytest.importorskip("dask")
distributed = pytest.importorskip("distributed")
joblib = pytest.importorskip("joblib")

RNG = np.random.default_rng(0)
X = RNG.normal(size=(4000, 32)).astype(np.float32)


class SlowHasher(ITQHasher):
    """Hasher that leaves time to kill the worker it runs on."""

    def transform(self, X, out=None):
        time.sleep(0.05)
        return super().transform(X, out)


@pytest.fixture(scope="module")
def client():
    # A local cluster gives up a worker that has not been started again after 15 s, which a busy machine can need.
    patient = dask.config.set({"distributed.deploy.lost-worker-timeout": "5 minutes"})
    with (
        patient,
        distributed.LocalCluster(n_workers=2, threads_per_worker=1, dashboard_address=None) as cluster,
        distributed.Client(cluster) as client,
    ):
        yield client


def kill_one(client):
    """Kill a worker as the system does when memory runs out; its nanny starts another, unless it was just starting."""
    client.wait_for_workers(2)
    nannies = [nanny for nanny in client.cluster.workers.values() if nanny.process]
    pids = [nanny.pid for nanny in nannies if nanny.process.status == distributed.Status.running]
    os.kill(pids[0], signal.SIGKILL)


def test_workers_that_are_killed_change_no_code_and_no_neighbor(client, tmp_path):
    folder = tmp_path / "rows"
    folder.mkdir()
    for i in range(4):
        np.save(folder / f"{i}.npy", X[1000 * i : 1000 * (i + 1)])
    hasher = SlowHasher(n_bits=32, random_state=0).fit(X)
    expected = np.packbits(ITQHasher(n_bits=32, random_state=0).fit(X).transform(X) > 0, axis=1)

    writing = write_parts(encode(hasher, folder, rows_per_block=100), tmp_path / "codes", compute=False)
    future = client.compute(writing)
    time.sleep(0.5)
    assert not future.done()
    kill_one(client)
    assert len(future.result(timeout=120)) == 40

    search = ShardedHammingNeighbors(n_neighbors=5).fit(tmp_path / "codes")
    queries = expected[:64]
    whole = HammingNeighbors(n_neighbors=5, packed=True, n_bits=32).fit(expected).kneighbors(queries)
    search.kneighbors(queries)
    kill_one(client)  # its shards are lost, and built again by others
    distances, rows = search.kneighbors(queries)
    np.testing.assert_array_equal(distances, whole[0])
    np.testing.assert_array_equal(rows, whole[1])


def test_grid_search_on_workers(client):
    y = (X[:, 0] > 0).astype(int)
    length = lambda hasher, X, y: hasher.n_bits_  # noqa: E731 -- sent to workers, which do not have this file
    search = GridSearchCV(ITQHasher(random_state=0), {"n_bits": [4, 8]}, scoring=length, cv=2)
    with joblib.parallel_backend("dask", client=client):
        search.fit(X[:200], y[:200])
    assert search.best_params_ == {"n_bits": 8}
