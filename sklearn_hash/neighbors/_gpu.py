"""Exact search on a GPU: the least distance to each block of codes, then all distances to the nearest blocks."""

import re
import warnings
from importlib.util import find_spec
from reprlib import repr as short_repr

import numpy as np
import torch

from sklearn_hash.neighbors import _gpu_matmul

__all__ = ["GpuIndex", "check_device", "find_gpu"]

_BLOCK = 1024  # codes
_UPLOAD_ROWS = 1 << 18
# Memory of one tile of queries in addition to the codes, and memory per entry of a tile. An entry is a distance to a
# code or a block with its sort key and temporaries, one of the k sorted nearest neighbours, or a neighbour in a radius.
_TILE_BYTES = 1 << 30
_KEY_BYTES = 20
_NEIGHBOR_BYTES = 48
_WITHIN_BYTES = 64


class AbsentDeviceError(ValueError):
    """A valid device that this machine does not have."""


def check_device(name):
    """Raise a ValueError if this machine does not have the named device."""
    if not re.fullmatch(r"auto|cpu|cuda(:\d{1,9})?", name):
        raise ValueError(
            f"The 'device' parameter must be 'cpu', 'cuda', 'cuda:<index>' or 'auto'; got {short_repr(name)}."
        )
    if not name.startswith("cuda"):
        return
    if not torch.cuda.is_available():
        raise AbsentDeviceError(
            f"device={name!r} needs a CUDA device, and torch {torch.__version__} finds none on this machine. Use "
            f"device='auto' or 'cpu', or install a CUDA build of torch: https://pytorch.org/get-started/locally/"
        )
    if name != "cuda" and int(name.removeprefix("cuda:")) >= torch.cuda.device_count():
        raise AbsentDeviceError(
            f"device={name!r} is none of the {torch.cuda.device_count()} CUDA devices of this machine, numbered "
            f"from 'cuda:0'. Use one of them, 'auto' or 'cpu'."
        )


def find_gpu(name):
    """Return the GPU named by ``device``, or None for the CPU.

    If this machine does not have the named GPU, for example after a fitted searcher was loaded on another machine, a
    warning is raised and the CPU is used.
    """
    try:
        check_device(name)
    except AbsentDeviceError as absent:
        warnings.warn(f"Searching on the CPU. {absent}", UserWarning, stacklevel=2)
        return None
    if name == "cpu" or not torch.cuda.is_available():
        return None
    # The name includes the index, since the current device may change before the next search.
    return torch.device(name if ":" in name else f"cuda:{torch.cuda.current_device()}")


class GpuIndex:
    """A copy of packed codes on a device, and exact search among them.

    Parameters
    ----------
    packed : ndarray of shape (n, n_bytes), uint8
    n_bits : int
    device : torch.device

    Notes
    -----
    The ``k`` nearest codes lie in the first ``k`` blocks in the order (least distance, block): each of these holds a
    code that precedes, in the order (distance, row), every code of the blocks after them. So the first pass writes one
    number for each query and block, and the second pass reads only ``k`` blocks per query, however many codes tie.
    """

    def __init__(self, packed, n_bits, device):
        self.device = device
        self._n, self._n_bits = len(packed), n_bits
        self._n_blocks = -(-len(packed) // _BLOCK)
        self._words = _upload(packed, self._n_blocks * _BLOCK, device).unflatten(1, (self._n_blocks, _BLOCK))
        self._everything = self._mask(True)
        self._scan = _choose_scan(device)
        self._dtype = torch.int16 if n_bits < torch.iinfo(torch.int16).max else torch.int32

    def knn(self, queries, k, *, where=None):
        """Return distances, int32, and rows, int64, of the ``k`` nearest, ordered by (distance, row)."""
        distances, rows = np.empty((len(queries), k), np.int32), np.empty((len(queries), k), np.int64)
        if k == 0:
            return distances, rows
        allowed = self._everything if where is None else self._mask(where)
        widest = max(self._n_blocks, min(k, self._n_blocks) * _BLOCK)
        for tile in _tiles(len(queries), _KEY_BYTES * widest + _NEIGHBOR_BYTES * k):
            with torch.cuda.device_of(self._words):
                found = self._nearest(self._upload_queries(queries[tile]), k, allowed)
            distances[tile], rows[tile] = (values.cpu().numpy() for values in found)
        return distances, rows

    def radius(self, queries, radius, *, where=None):
        """Return ``indptr``, distances and rows of all within ``radius``, ordered by (distance, row)."""
        parts = [[np.zeros(1, np.int64), np.empty(0, np.int32), np.empty(0, np.int64)]]
        allowed = self._everything if where is None else self._mask(where)
        for tile in _tiles(len(queries), 2 * _KEY_BYTES * self._n_blocks):
            with torch.cuda.device_of(self._words):
                found = self._within(self._upload_queries(queries[tile]), radius, allowed)
                parts.extend([values.cpu().numpy() for values in part] for part in found)
        counts, distances, rows = map(np.concatenate, zip(*parts, strict=True))
        return np.cumsum(counts), distances, rows

    def _nearest(self, queries, k, allowed):
        _, blocks = self._first(self._least(queries, allowed), min(k, self._n_blocks))
        blocks = blocks.sort(dim=1).values  # positions among their codes are then in the order of rows
        query = torch.arange(len(blocks), device=self.device).repeat_interleave(blocks.shape[1])
        distances = self._pairs(queries, allowed, query, blocks.flatten())
        distances, place = self._first(distances.view(len(blocks), -1), k)
        return distances, blocks.gather(1, place // _BLOCK) * _BLOCK + place % _BLOCK

    def _first(self, distances, k):
        """Return the first ``k`` of each row in the order (distance, position), and their positions."""
        width = distances.shape[1]
        fits = (self._n_bits + 2) * width <= torch.iinfo(torch.int32).max
        place = torch.arange(width, dtype=torch.int32 if fits else torch.int64, device=self.device)
        # The keys are unique, so the result does not depend on how topk breaks ties.
        keys = torch.add(place, distances, alpha=width).topk(k, dim=1, largest=False).values
        return keys // width, (keys % width).long()

    def _within(self, queries, radius, allowed):
        """Yield counts per query, distances and rows, for blocks of queries."""
        near = self._least(queries, allowed) <= radius
        query, block = near.nonzero(as_tuple=True)
        ends = np.cumsum(near.sum(dim=1).cpu().numpy())
        for asking, pairs in _groups(ends, _TILE_BYTES // (_WITHIN_BYTES * _BLOCK)):
            found = self._codes_within(queries, radius, allowed, query[pairs], block[pairs])
            counts = torch.bincount(found[0], minlength=asking.stop)[asking]
            yield counts, *found[1:]

    def _codes_within(self, queries, radius, allowed, query, block):
        """Return queries, distances and rows within the radius among sorted pairs of a query and a block."""
        distances = self._pairs(queries, allowed, query, block)
        pair, place = (distances <= radius).nonzero(as_tuple=True)
        distances = distances[pair, place].int()
        order = (query[pair] * (radius + 1) + distances).sort(stable=True).indices
        pair, place = pair[order], place[order]
        return query[pair], distances[order], block[pair] * _BLOCK + place

    def _least(self, queries, allowed):
        out = torch.empty((queries.shape[1], self._n_blocks), dtype=self._dtype, device=self.device)
        if out.numel():
            self._scan.least_distances(queries, self._words, allowed, self._n_bits + 1, out)
        return out

    def _pairs(self, queries, allowed, query, block):
        out = torch.empty((len(query), _BLOCK), dtype=self._dtype, device=self.device)
        if out.numel():
            self._scan.pair_distances(queries, self._words, allowed, self._n_bits + 1, query, block, out)
        return out

    def _upload_queries(self, packed):
        return _upload(packed, len(packed), self.device)

    def _mask(self, where):
        """Return a mask of the codes that may be found, (n_blocks, _BLOCK), False for the padding of the last block."""
        mask = torch.zeros(self._n_blocks * _BLOCK, dtype=torch.bool, device=self.device)
        mask[: self._n] = torch.tensor(where, device=self.device)
        return mask.view(self._n_blocks, _BLOCK)


def _choose_scan(device):
    """Return the module that computes distances on the device."""
    return _compiled_kernels(device) if device.type == "cuda" and find_spec("triton") else _gpu_matmul


def _compiled_kernels(device):
    """Return the Triton kernels, or the matrix products if Triton finds no compiler or the GPU is too old."""
    words = torch.zeros((1, 1, _BLOCK), dtype=torch.int32, device=device)
    out = torch.empty((1, 1), dtype=torch.int16, device=device)
    try:
        from sklearn_hash.neighbors import _gpu_kernels

        with torch.cuda.device_of(words):
            _gpu_kernels.least_distances(words[:, 0, :1], words, words[0] == 0, 1, out)
    except Exception as error:  # Triton, the compilers and the driver each raise their own
        warnings.warn(f"Searching without Triton, which is slower: {error!r}", RuntimeWarning, stacklevel=2)
        return _gpu_matmul
    return _gpu_kernels


def _upload(packed, n_columns, device):
    """Upload packed codes as columns of int32 words, (n_words, n_columns), with zeros after the last code."""
    n_words = -(-packed.shape[1] // 4)
    words = torch.zeros((n_words, n_columns), dtype=torch.int32, device=device)
    for start in range(0, len(packed), _UPLOAD_ROWS):
        part = packed[start : start + _UPLOAD_ROWS]
        filled = np.zeros((len(part), 4 * n_words), np.uint8)
        filled[:, : part.shape[1]] = part
        words[:, start : start + len(part)] = torch.from_numpy(filled.view(np.int32)).to(device).T
    return words


def _tiles(n_queries, bytes_each):
    """Yield slices of queries that need at most ``_TILE_BYTES``; a single query may need more."""
    step = max(1, _TILE_BYTES // max(1, bytes_each))
    for start in range(0, n_queries, step):
        yield slice(start, min(start + step, n_queries))


def _groups(ends, most):
    """Yield slices of queries and of their pairs, which end at ``ends``: at most ``most`` pairs, or a single query."""
    start = first = 0
    while start < len(ends):
        stop = max(start + 1, int(np.searchsorted(ends, first + most, side="right")))
        yield slice(start, stop), slice(first, int(ends[stop - 1]))
        start, first = stop, int(ends[stop - 1])
