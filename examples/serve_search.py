"""
=================
A search service
=================

Serve a saved pipeline of a hasher and a search over HTTP. A query is a list of vectors or an image; the answer contains
the ids and distances of the neighbours. Several threads use the hasher and the search at the same time.

pip install sklearn_hash uvicorn pillow
python examples/serve_search.py pipeline.safetensors --port 8000

curl localhost:8000/search -d '{"rows": [[0, 0.5, 1, 0.2]], "n_neighbors": 3}'
curl localhost:8000/search -H 'content-type: image/png' --data-binary @query.png

To accept image files, the hasher must have been fitted on images of shape (height, width, channels).
"""

import argparse
import asyncio
import io
import json
from concurrent.futures import ThreadPoolExecutor

import numpy as np
import torch
import uvicorn
from PIL import Image

import sklearn_hash


class SearchService:
    """ASGI application that answers ``POST /search``."""

    def __init__(self, path, n_threads=8):
        pipeline = sklearn_hash.load(path, device="cpu")
        self.hasher, self.search = pipeline[:-1], pipeline[-1]
        self.threads = ThreadPoolExecutor(n_threads)
        self.search.warm_up()  # otherwise the first clients would wait until code is compiled and an index is built

    async def __call__(self, scope, receive, send):
        body, more = b"", True
        while more:
            message = await receive()
            body, more = body + message.get("body", b""), message.get("more_body", False)
        status, answer = await asyncio.get_running_loop().run_in_executor(self.threads, self.respond, scope, body)
        headers = [(b"content-type", b"application/json")]
        await send({"type": "http.response.start", "status": status, "headers": headers})
        await send({"type": "http.response.body", "body": json.dumps(answer, default=str).encode()})

    def respond(self, scope, body):
        """Return the status and the answer to a request."""
        if (scope["method"], scope["path"]) != ("POST", "/search"):
            return 404, {"error": "POST a query to /search."}
        try:
            query = self.read(dict(scope["headers"]).get(b"content-type", b""), body)
            codes = self.hasher.transform(query["rows"])
            distances, ids = self.search.kneighbors(codes, query.get("n_neighbors"))
        except (ValueError, TypeError, LookupError, OSError) as error:
            return 400, {"error": str(error)}
        return 200, {"ids": ids.tolist(), "distances": distances.tolist()}

    @staticmethod
    def read(kind, body):
        """Return the query in the body of a request."""
        if kind.startswith(b"image/"):
            image = np.asarray(Image.open(io.BytesIO(body)))
            return {"rows": image[None, ..., None] if image.ndim == 2 else image[None]}
        query = json.loads(body)
        return {**query, "rows": np.asarray(query["rows"], dtype=np.float32)}


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description="Serve a saved pipeline of a hasher and a search.")
    parser.add_argument("path", help="file of sklearn_hash.save")
    parser.add_argument("--port", type=int, default=8000)
    options = parser.parse_args()
    torch.set_num_threads(1)  # requests are answered side by side
    uvicorn.run(SearchService(options.path), port=options.port, lifespan="off", log_level="warning")
