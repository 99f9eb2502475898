"""
==================
Larger than memory
==================

The rows of a file are hashed block by block, and the codes are written to another file, where they are searched. The
file of this example is generated and has only 51 MB, but the memory that is needed does not depend on its length.
"""

import tempfile
import tracemalloc
from pathlib import Path

import matplotlib.pyplot as plt
import numpy as np

from sklearn_hash import HammingNeighbors, ITQHasher

folder = Path(tempfile.mkdtemp())
N_ROWS, N_FEATURES, BLOCK = 200_000, 64, 8192

# %%
# A file of vectors
# -----------------
# The rows are scattered around 1,000 centres, and are written block by block.

rng = np.random.default_rng(0)
centres = rng.standard_normal((1000, N_FEATURES), dtype=np.float32)
mapped = np.lib.format.open_memmap(folder / "rows.npy", "w+", np.float32, (N_ROWS, N_FEATURES))
for start in range(0, N_ROWS, BLOCK):
    stop = min(start + BLOCK, N_ROWS)
    noise = rng.standard_normal((stop - start, N_FEATURES), dtype=np.float32)
    mapped[start:stop] = centres[rng.integers(0, 1000, stop - start)] + 0.5 * noise
mapped.flush()
rows = np.load(folder / "rows.npy", mmap_mode="r")

# %%
# Learn from a sample, encode all
# -------------------------------
# ``iter_transform`` returns the row numbers and the codes of each block.

memory = {}


def measure(step, action):
    """Record the peak of memory that Python allocates during a step."""
    tracemalloc.start()
    result = action()
    memory[step] = tracemalloc.get_traced_memory()[1] / 1e6
    tracemalloc.stop()
    return result


def encode(hasher, path):
    """Write the codes of all rows to a file."""
    codes = np.lib.format.open_memmap(path, "w+", np.uint8, (N_ROWS, 8))
    for numbers, block in hasher.iter_transform(rows, batch_size=BLOCK):
        codes[numbers] = block
    codes.flush()


hasher = measure("fit on 5,000 rows", lambda: ITQHasher(64, output="packed", random_state=0).fit(rows[:5000]))
measure("encode all rows", lambda: encode(hasher, folder / "codes.npy"))

# %%
# Search in place
# ---------------
# A flat search reads the codes from the memory map and does not copy them. In memory, the codes would take 1.6 MB here
# and the rows 51 MB.

codes = np.load(folder / "codes.npy", mmap_mode="r")
search = HammingNeighbors(n_neighbors=10, packed=True, n_bits=64, algorithm="flat").fit(codes)
search.kneighbors(codes[:1])  # loads compiled code
queries = hasher.transform(rows[:100])
distances, found = measure("search 100 queries", lambda: search.kneighbors(queries))
print(f"neighbours of row 0: {found[0]}, at {distances[0]} bits")

# %%
# Memory of each step
# -------------------

memory["the rows as one array"] = rows.nbytes / 1e6
for step, megabytes in memory.items():
    print(f"{step:24}{megabytes:8.1f} MB")
figure, ax = plt.subplots(figsize=(7.5, 2.8), layout="constrained")
bars = ax.barh(list(memory), list(memory.values()), color=["C0"] * (len(memory) - 1) + ["lightgrey"])
ax.bar_label(bars, fmt="%.1f MB", padding=3)
ax.set(xlabel="Peak memory", xlim=(0, 1.2 * max(memory.values())))
ax.invert_yaxis()
plt.show()
