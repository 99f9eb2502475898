"""Hamming distances on a device that Triton does not compile for: matrix products of signs, and counted bits.

The functions of ``_gpu_kernels``, with the same arguments, made of operations that torch has everywhere.
"""

import torch

__all__ = ["least_distances", "pair_distances"]

_STEP_BYTES = 1 << 29
_EXACT_BITS = 2048  # float16 holds every integer up to here, bfloat16 only to 256; every partial sum is one


def least_distances(queries, words, allowed, far, out):
    """The least distance from each query to each block of codes."""
    width = 32 * len(words)  # the bits that fill up a word are alike in queries and codes
    dtype = torch.float16 if width <= _EXACT_BITS else torch.float32
    signs = _signs(queries, dtype).T
    # What is made in one step: the products with a block's codes, and their signs with the bits that these come from.
    step = max(1, _STEP_BYTES // (words.shape[2] * (signs.element_size() * len(signs) + 12 * width)))
    for start in range(0, out.shape[1], step):
        stop = start + step
        barred = torch.zeros_like(allowed[start:stop], dtype=dtype).masked_fill_(~allowed[start:stop], -float("inf"))
        with torch.autocast(words.device.type, enabled=False):  # a caller's bfloat16 would round
            products = torch.addmm(barred.flatten(), signs, _signs(words[:, start:stop].flatten(1), dtype))
        largest = products.unflatten(1, barred.shape).amax(dim=2).float()
        out[:, start:stop] = ((width - largest) / 2).clamp_(max=far)


def pair_distances(queries, words, allowed, far, query, block, out):
    """All distances between pairs of a query and a block."""
    out.zero_()
    for ours, theirs in zip(queries, words, strict=True):
        out += _popcount(theirs[block] ^ ours[query][:, None])
    out.masked_fill_(~allowed[block], far)


def _signs(words, dtype):
    """Codes as columns of -1 and 1, (32 * n_words, n) from (n_words, n)."""
    place = torch.arange(32, dtype=torch.int32, device=words.device)
    bits = (words[:, None] >> place[:, None]) & 1
    return bits.flatten(0, 1).to(dtype).mul_(2).sub_(1)


def _popcount(word):
    """Set bits of int32 words; what a shift to the right copies of the sign is masked away."""
    word = word - ((word >> 1) & 0x55555555)
    word = (word & 0x33333333) + ((word >> 2) & 0x33333333)
    word = (word + (word >> 4)) & 0x0F0F0F0F
    return (word * 0x01010101) >> 24
