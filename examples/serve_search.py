"""
=================
A search service
=================

Serve a saved pipeline of a hasher and a search over HTTP. A query is a list of vectors, or an image if the hasher was
fitted on images; the answer contains the ids and distances of the neighbours.

pip install sklearn_hash uvicorn pillow
python examples/serve_search.py pipeline.safetensors --port 8000

curl localhost:8000/search -d '{"rows": [[0, 0.5, 1, 0.2]], "n_neighbors": 3}'
curl localhost:8000/search -H 'content-type: image/png' --data-binary @query.png
"""

import argparse
import asyncio
import io
import json

import numpy as np
import torch
import uvicorn
from PIL import Image

import sklearn_hash


def answer(pipeline, body, is_image):
    """Return the status and the answer to the body of a query."""
    try:
        if is_image:
            query = {"rows": np.atleast_3d(Image.open(io.BytesIO(body)))[None]}
        else:
            query = json.loads(body)
            query["rows"] = np.asarray(query["rows"], dtype=np.float32)
        codes = pipeline[:-1].transform(query["rows"])
        distances, ids = pipeline[-1].kneighbors(codes, query.get("n_neighbors"))
    except (ValueError, TypeError, LookupError, OSError) as error:
        return 400, {"error": str(error)}
    return 200, {"ids": ids.tolist(), "distances": distances.tolist()}


def application(pipeline):
    """Return an ASGI application, which answers each request in a thread."""

    async def respond(scope, receive, send):
        body, message = b"", {"more_body": True}
        while message.get("more_body"):
            message = await receive()
            body += message.get("body", b"")
        status, result = 404, {"error": "POST a query to /search."}
        if (scope["method"], scope["path"]) == ("POST", "/search"):
            is_image = dict(scope["headers"]).get(b"content-type", b"").startswith(b"image/")
            status, result = await asyncio.to_thread(answer, pipeline, body, is_image)
        headers = [(b"content-type", b"application/json")]
        await send({"type": "http.response.start", "status": status, "headers": headers})
        await send({"type": "http.response.body", "body": json.dumps(result, default=str).encode()})

    return respond


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description="Serve a saved pipeline of a hasher and a search.")
    parser.add_argument("path", help="file of sklearn_hash.save")
    parser.add_argument("--port", type=int, default=8000)
    options = parser.parse_args()
    torch.set_num_threads(1)  # requests are answered side by side
    pipeline = sklearn_hash.load(options.path, device="cpu")
    pipeline[-1].warm_up()  # otherwise the first clients would wait until code is compiled and an index is built
    uvicorn.run(application(pipeline), port=options.port, lifespan="off", log_level="warning")
