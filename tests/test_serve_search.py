"""The example of a service, as a process of its own that a client asks over HTTP."""

import io
import subprocess
import sys
import time
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path
from socket import socket

import numpy as np
import pytest
from sklearn.datasets import load_digits
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

import sklearn_hash
from sklearn_hash import DHNHasher, HammingNeighbors, ImageInput

httpx = pytest.importorskip("httpx")
pytest.importorskip("uvicorn")
Image = pytest.importorskip("PIL.Image")

SCRIPT = Path(__file__).parents[1] / "examples" / "serve_search.py"


def free_port():
    with socket() as listener:
        listener.bind(("127.0.0.1", 0))
        return listener.getsockname()[1]


def wait_for(port, process):
    while process.poll() is None:
        with socket() as probe:
            if probe.connect_ex(("127.0.0.1", port)) == 0:
                return
        time.sleep(0.02)
    raise RuntimeError(process.stderr.read().decode())


@contextmanager
def service(path):
    """The address of a service of a saved pipeline."""
    port = free_port()
    process = subprocess.Popen([sys.executable, SCRIPT, path, "--port", str(port)], stderr=subprocess.PIPE)
    try:
        wait_for(port, process)
        yield f"http://127.0.0.1:{port}/search"
    finally:
        process.terminate()
        process.wait()
        process.stderr.close()


@pytest.fixture(scope="module")
def vectors(tmp_path_factory):
    """A saved pipeline on the digits with ids that are texts, its address, and the rows."""
    X, y = load_digits(return_X_y=True)
    X = X.astype(np.float32)
    hashing = make_pipeline(StandardScaler(), DHNHasher(n_bits=32, max_epochs=2, random_state=0)).fit(X, y)
    search = HammingNeighbors(n_neighbors=5, algorithm="flat")
    search.fit(hashing.transform(X), ids=[f"digit {i}" for i in range(len(X))])
    path = tmp_path_factory.mktemp("service") / "digits.safetensors"
    pipeline = make_pipeline(*(step for _, step in hashing.steps), search)
    sklearn_hash.save(pipeline, path)
    with service(path) as address:
        yield address, pipeline, X


def neighbors(pipeline, rows, n_neighbors=None):
    distances, ids = pipeline[-1].kneighbors(pipeline[:-1].transform(rows), n_neighbors)
    return {"ids": ids.tolist(), "distances": distances.tolist()}


def test_a_hundred_requests_at_once_get_the_answers_that_one_thread_gets(vectors):
    address, pipeline, X = vectors
    rows = [X[i % 50 : i % 50 + 1 + i % 3] for i in range(100)]
    with httpx.Client() as client, ThreadPoolExecutor(8) as threads:
        answers = list(threads.map(lambda part: client.post(address, json={"rows": part.tolist()}), rows))
    assert [answer.status_code for answer in answers] == [200] * 100
    assert [answer.json() for answer in answers] == [neighbors(pipeline, part) for part in rows]


def test_the_number_of_neighbors_is_the_query_s(vectors):
    address, pipeline, X = vectors
    answer = httpx.post(address, json={"rows": X[:2].tolist(), "n_neighbors": 3})
    assert answer.json() == neighbors(pipeline, X[:2], 3)


@pytest.mark.parametrize(
    ("content", "message"),
    [
        ('{"rows": [[1, 2]]}', "X has 2 features, but StandardScaler is expecting 64"),
        ('{"rows": [["a"]]}', "could not convert string"),
        ('{"vectors": []}', "rows"),
        ("{", "Expecting property name"),
        ("[1]", "list"),
    ],
)
def test_bad_queries_are_explained(content, message, vectors):
    answer = httpx.post(vectors[0], content=content)
    assert answer.status_code == 400
    assert message in answer.json()["error"]


def test_other_addresses_are_not_found(vectors):
    assert httpx.get(vectors[0]).status_code == 404
    assert httpx.post(vectors[0] + "es").status_code == 404


def test_images(tmp_path):
    X, y = load_digits(return_X_y=True)
    images = (X.reshape(-1, 8, 8, 1) * 15).astype(np.uint8)
    hasher = DHNHasher(n_bits=32, encoder="linear", max_epochs=2, images=ImageInput(normalize="unit"), random_state=0)
    hasher.fit(images, y)
    pipeline = make_pipeline(hasher, HammingNeighbors(n_neighbors=4, algorithm="flat").fit(hasher.transform(images)))
    sklearn_hash.save(pipeline, tmp_path / "images.safetensors")
    file = io.BytesIO()
    Image.fromarray(images[3, ..., 0]).save(file, "png")
    with service(tmp_path / "images.safetensors") as address:
        headers = {"content-type": "image/png"}
        answer = httpx.post(address, content=file.getvalue(), headers=headers)
        broken = httpx.post(address, content=file.getvalue()[:20], headers=headers)
    assert answer.json() == neighbors(pipeline, images[3:4])
    assert answer.json()["distances"][0][0] == 0
    assert broken.status_code == 400
