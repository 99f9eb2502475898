"""Features of the processor for which kernels are compiled."""

from functools import lru_cache

__all__ = ["counts_bits_of_vectors"]


@lru_cache(maxsize=1)
def counts_bits_of_vectors() -> bool:
    """Return whether there is an instruction that counts the bits of all words of a vector."""
    from numba.core.registry import cpu_target

    _, _, features = cpu_target.target_context.codegen().magic_tuple()
    return "+avx512vpopcntdq" in features.split(",")
