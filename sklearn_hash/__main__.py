"""``python -m sklearn_hash``: the main job, or one of the commands."""

import sys


def main(argv=None):
    """Run the command line.

    Parameters
    ----------
    argv : list of str, default=None
        Arguments; those of the process unless given. Without a command first, they are the main job's.

    Returns
    -------
    status : int
        0, or 2 after a message about arguments or data, 1 after one about anything else.
    """
    argv = sys.argv[1:] if argv is None else argv
    if argv and not argv[0].startswith("-"):
        from sklearn_hash._cli._commands import main as run
    else:
        from sklearn_hash._cli._demo import main as run
    return run(argv)


if __name__ == "__main__":
    sys.exit(main())
