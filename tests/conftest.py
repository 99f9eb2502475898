"""What every test shares: quiet threads, and none of scikit-learn's checks left out."""

import os

# Read when scipy is first imported; without it one of scikit-learn's checks is skipped.
os.environ.setdefault("SCIPY_ARRAY_API", "1")
for name in ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS"):
    os.environ.setdefault(name, "1")
