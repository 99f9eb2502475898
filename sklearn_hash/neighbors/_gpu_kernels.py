"""Hamming distances on a GPU: two Triton kernels over codes stored word by word.

Word ``w`` of the ``i``-th code of block ``b`` is ``words[w, b, i]``, so that neighbouring threads read neighbouring
addresses. Codes that must not be found, including the padding of the last block, get the distance ``far``.
"""

import triton
import triton.language as tl

__all__ = ["least_distances", "pair_distances"]

_TILE = 16  # queries for which a block is read once; with more, registers spill
_WARPS = 4
# Not specialized on these values; by default Triton compiles again for 1 and for multiples of 16.
_SIZES = ["n_queries", "n_blocks", "n_tiles", "n_words", "far"]


def least_distances(queries, words, allowed, far, out):
    """Compute the least distance from each query to each block of codes.

    Parameters
    ----------
    queries : tensor of shape (n_words, n_queries), int32
    words : tensor of shape (n_words, n_blocks, block), int32
        The number of codes in a block is a power of two.
    allowed : tensor of shape (n_blocks, block), bool
        Codes that may be found.
    far : int
        Distance of all other codes.
    out : tensor of shape (n_queries, n_blocks), int16 or int32
        Overwritten.
    """
    n_words, n_blocks, block = words.shape
    n_queries = queries.shape[1]
    n_tiles = triton.cdiv(n_queries, _TILE)
    sizes = n_queries, n_blocks, n_tiles, n_words, far
    _least_kernel[(n_tiles * n_blocks,)](queries, words, allowed, out, *sizes, _TILE, block, num_warps=_WARPS)


def pair_distances(queries, words, allowed, far, query, block, out):
    """Compute all distances between pairs of a query and a block.

    Parameters
    ----------
    queries, words, allowed, far
        As in ``least_distances``.
    query, block : tensors of shape (n_pairs,), int64
        Numbers of the query and the block of each pair.
    out : tensor of shape (n_pairs, block), int16 or int32
        Overwritten.
    """
    n_words, n_blocks, n_codes = words.shape
    sizes = queries.shape[1], n_blocks, n_words, far
    _pair_kernel[(len(query),)](queries, words, allowed, query, block, out, *sizes, n_codes, num_warps=_WARPS)


@triton.jit(do_not_specialize=_SIZES)
def _least_kernel(
    queries, words, allowed, out, n_queries, n_blocks, n_tiles, n_words, far, TILE: tl.constexpr, BLOCK: tl.constexpr
):
    # Consecutive programs read the same block, so that all but the first read it from the cache.
    program = tl.program_id(0)
    query = (program % n_tiles) * TILE + tl.arange(0, TILE)
    block = (program // n_tiles).to(tl.int64)
    distances = _distances(queries, words, allowed, query, block, n_queries, n_blocks, n_words, far, TILE, BLOCK)
    place = out + query.to(tl.int64) * n_blocks + block
    tl.store(place, tl.min(distances, axis=1).to(out.dtype.element_ty), mask=query < n_queries)


@triton.jit(do_not_specialize=_SIZES)
def _pair_kernel(queries, words, allowed, query, block, out, n_queries, n_blocks, n_words, far, BLOCK: tl.constexpr):
    pair = tl.program_id(0).to(tl.int64)
    query = tl.load(query + pair + tl.arange(0, 1))
    block = tl.load(block + pair)
    distances = _distances(queries, words, allowed, query, block, n_queries, n_blocks, n_words, far, 1, BLOCK)
    place = out + pair * BLOCK + tl.arange(0, BLOCK)
    tl.store(place[None, :], distances.to(out.dtype.element_ty))


@triton.jit
def _distances(
    queries, words, allowed, query, block, n_queries, n_blocks, n_words, far, TILE: tl.constexpr, BLOCK: tl.constexpr
):
    """Compute the distances of a tile of queries to the codes of a block, (TILE, BLOCK) int32."""
    code = block * BLOCK + tl.arange(0, BLOCK)
    distances = tl.zeros((TILE, BLOCK), tl.int32)
    for _ in range(n_words):
        ours = tl.load(queries + query, mask=query < n_queries, other=0)
        theirs = tl.load(words + code)
        distances += _popcount(ours[:, None] ^ theirs[None, :])
        queries += n_queries
        words += n_blocks.to(tl.int64) * BLOCK
    return tl.where(tl.load(allowed + code)[None, :], distances, far)


@triton.jit
def _popcount(word):
    """Count the set bits of a word.

    It is written out because Triton's interpreter has no popcount. LLVM compiles this pattern of logical shifts to
    one ``popc`` instruction on a GPU.
    """
    bits = word.to(tl.uint32, bitcast=True)
    bits -= (bits >> 1) & 0x55555555
    bits = (bits & 0x33333333) + ((bits >> 2) & 0x33333333)
    bits = (bits + (bits >> 4)) & 0x0F0F0F0F
    return ((bits * 0x01010101) >> 24).to(tl.int32)
