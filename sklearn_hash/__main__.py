"""Entry point of ``python -m sklearn_hash``: the main job, or one of the commands."""

import sys

_INTERRUPTED = 130


def main(argv=None):
    """Run the command line.

    Parameters
    ----------
    argv : list of str, default=None
        Command-line arguments; None means those of the process. If the first one is not a command, they are the
        arguments of the main job.

    Returns
    -------
    status : int
        Exit status: 0 for success, 2 for an error in the arguments or the data, 1 for any other error, 130 for an
        interruption.
    """
    argv = sys.argv[1:] if argv is None else argv
    try:
        if argv and not argv[0].startswith("-"):
            from sklearn_hash._cli._commands import main as run
        else:
            from sklearn_hash._cli._demo import main as run
        return run(argv)
    except KeyboardInterrupt:
        print("error: interrupted", file=sys.stderr)
        return _INTERRUPTED


if __name__ == "__main__":
    sys.exit(main())
