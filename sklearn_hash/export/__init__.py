"""Export of trained hashers to formats that other runtimes can read."""

from sklearn_hash.export._onnx import export_onnx

__all__ = ["export_onnx"]
