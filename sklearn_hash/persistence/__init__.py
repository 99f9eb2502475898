"""Saving of estimators in one safetensors file that holds no code, and loading of such files."""

from sklearn_hash.persistence._card import read_card
from sklearn_hash.persistence._load import load
from sklearn_hash.persistence._save import save

__all__ = ["load", "read_card", "save"]
