"""Hamming distances in plain torch operations: matrix products of signs, and bit counts.

The functions have the arguments of those of ``_gpu_kernels``, for devices that Triton does not compile for.
"""

import torch

__all__ = ["least_distances", "pair_distances"]

_STEP_BYTES = 1 << 29
_EXACT_BITS = 2048  # all partial sums are integers; float16 is exact up to here, bfloat16 only up to 256


def least_distances(queries, words, allowed, far, out):
    """Compute the least distance from each query to each block of codes."""
    width = 32 * len(words)  # the padding bits of a word are equal in queries and codes
    dtype = torch.float16 if width <= _EXACT_BITS else torch.float32
    signs = _signs(queries, dtype).T
    # Temporaries of one step: the products with the codes of a block, and the signs and bits of these codes.
    step = max(1, _STEP_BYTES // (words.shape[2] * (signs.element_size() * len(signs) + 12 * width)))
    for start in range(0, out.shape[1], step):
        stop = start + step
        barred = torch.zeros_like(allowed[start:stop], dtype=dtype).masked_fill_(~allowed[start:stop], -float("inf"))
        with torch.autocast(words.device.type, enabled=False):  # autocast to bfloat16 by the caller would round
            products = torch.addmm(barred.flatten(), signs, _signs(words[:, start:stop].flatten(1), dtype))
        largest = products.unflatten(1, barred.shape).amax(dim=2).float()
        out[:, start:stop] = ((width - largest) / 2).clamp_(max=far)


def pair_distances(queries, words, allowed, far, query, block, out):
    """Compute all distances between pairs of a query and a block."""
    out.zero_()
    for ours, theirs in zip(queries, words, strict=True):
        out += _popcount(theirs[block] ^ ours[query][:, None])
    out.masked_fill_(~allowed[block], far)


def _signs(words, dtype):
    """Return codes as columns of -1 and 1, (32 * n_words, n) from (n_words, n)."""
    place = torch.arange(32, dtype=torch.int32, device=words.device)
    bits = (words[:, None] >> place[:, None]) & 1
    return bits.flatten(0, 1).to(dtype).mul_(2).sub_(1)


def _popcount(word):
    """Count the set bits of int32 words; sign bits that a right shift copies are masked out."""
    word = word - ((word >> 1) & 0x55555555)
    word = (word & 0x33333333) + ((word >> 2) & 0x33333333)
    word = (word + (word >> 4)) & 0x0F0F0F0F
    return (word * 0x01010101) >> 24
