"""Command line: ``python -m sklearn_hash COMMAND``, or without a command the main job."""
