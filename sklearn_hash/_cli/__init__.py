"""The command line: ``python -m sklearn_hash COMMAND``, and the main job without one."""
