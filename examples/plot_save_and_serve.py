"""
==============
Save and serve
==============

A pipeline of a hasher and a search is saved in one file that contains no code, loaded again, and served over HTTP. This
example uses only the standard library for the service; ``examples/serve_search.py`` also accepts images.
"""

import json
import tempfile
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread
from urllib.request import urlopen

import matplotlib.pyplot as plt
import numpy as np
from sklearn.datasets import load_digits
from sklearn.model_selection import train_test_split
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

import sklearn_hash
from sklearn_hash import DualHingeHasher, HammingNeighbors
from sklearn_hash.persistence import read_card

X, y = load_digits(return_X_y=True)
X_database, X_query, y_database, y_query = train_test_split(X, y, test_size=300, stratify=y, random_state=0)

# %%
# Save
# ----
# The card describes the file. ``save`` adds facts about the estimator, such as the code length.

pipeline = make_pipeline(StandardScaler(), DualHingeHasher(32, random_state=0), HammingNeighbors(n_neighbors=7))
pipeline.fit(X_database, y_database)
path = Path(tempfile.mkdtemp()) / "digits.safetensors"
score = round(pipeline.score(X_query, y_query), 3)
sklearn_hash.save(pipeline, path, card={"data": "handwritten digits", "mAP of 300 queries": score})
print(f"{path.name}: {path.stat().st_size / 1000:.0f} kB; the rows themselves are {X_database.nbytes / 1000:.0f} kB")
print(read_card(path)["given"])

# %%
# Load and serve
# --------------
# Loading executes no code from the file. Several threads may use the hasher and the search at the same time.

loaded = sklearn_hash.load(path)
hasher, search = loaded[:-1], loaded[-1]


class Service(BaseHTTPRequestHandler):
    """Answer a POST request with rows by the ids and distances of their neighbours."""

    def do_POST(self):
        rows = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        distances, ids = search.kneighbors(hasher.transform(np.array(rows)))
        self.send_response(200)
        self.end_headers()
        self.wfile.write(json.dumps({"ids": ids.tolist(), "distances": distances.tolist()}).encode())

    def log_message(self, *args):
        pass


server = ThreadingHTTPServer(("127.0.0.1", 0), Service)
Thread(target=server.serve_forever, daemon=True).start()

# %%
# Ask
# ---
# A client needs no package besides the standard library.

with urlopen(f"http://127.0.0.1:{server.server_port}", json.dumps(X_query[:5].tolist()).encode()) as response:
    answer = json.load(response)
server.shutdown()
print("distances of the first query:", answer["distances"][0])

figure, axes = plt.subplots(5, 8, figsize=(8, 5.4), layout="constrained")
for line, query, ids, distances in zip(axes, X_query, answer["ids"], answer["distances"], strict=False):
    for ax, image, title in zip(line, [query, *X_database[ids]], ["query", *distances], strict=True):
        ax.imshow(image.reshape(8, 8), cmap="gray_r")
        ax.set_title(title, fontsize=9)
        ax.axis("off")
plt.show()
