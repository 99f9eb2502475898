"""Running of a command within the process of the tests."""

import json

from sklearn_hash.__main__ import main


def run(capsys, *argv, status=0):
    """Standard output of a command, as rows where it is JSON."""
    found = main([str(arg) for arg in argv])
    captured = capsys.readouterr()
    assert found == status, captured.err
    if status:
        assert captured.out == ""
        assert captured.err.startswith("error: ")
        assert captured.err.count("\n") == 1
        return captured.err
    return json.loads(captured.out) if "json" in argv else captured.out
