"""The one list of methods: the module of each hasher, which is its method's name, and its class.

The estimators that this package exports, the methods of the main job, the checks of the tests and the pages of the
documentation all follow from it.
"""

__all__ = ["METHODS"]

METHODS = {
    "dual_hinge": "DualHingeHasher",
    "hashnet": "HashNetHasher",
    "dhn": "DHNHasher",
    "lsh": "LSHHasher",
    "pca": "PCAHasher",
    "itq": "ITQHasher",
    "spectral": "SpectralHasher",
    "sdh": "SDHHasher",
}
