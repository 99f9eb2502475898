"""The commands, their shared options, and the handling of errors."""

import argparse
import os
import sys
from importlib import import_module

__all__ = ["COMMANDS", "main"]

# Each is a module with a docstring, `add_arguments(parser)` and `run(args)`, which returns rows to print, or None.
COMMANDS = {
    "fit": "train a hasher on your data and save it",
    "encode": "hash rows with a saved hasher",
    "index": "save a searcher of rows or codes",
    "search": "find the nearest neighbours of rows in a saved searcher",
    "dedup": "find near-duplicates among rows or codes",
    "evaluate": "score the codes of labelled rows",
    "show": "print the card of a saved file",
}
_BAD_INPUT, _FAILURE = 2, 1


def main(argv):
    """Run a command.

    Parameters
    ----------
    argv : list of str

    Returns
    -------
    status : int
    """
    args = _parse(argv)
    try:
        rows = import_module(f"sklearn_hash._cli._{args.command}").run(args)
        if rows is not None:
            from sklearn_hash._cli._print_rows import print_rows

            print_rows(rows, args.format)
        sys.stdout.flush()
    except BrokenPipeError:  # the reader of a pipe has closed it
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
    except (ValueError, OSError, ImportError) as error:
        return _fail(error, _BAD_INPUT, args.debug)
    except Exception as error:
        return _fail(f"{type(error).__name__}: {error}", _FAILURE, args.debug)
    return 0


def _fail(error, status, debug=False):
    """Print the error that is being handled, and return the exit status."""
    if debug:
        raise
    print(f"error: {' '.join(str(error).split())}", file=sys.stderr)
    return status


def _parse(argv):
    parser = argparse.ArgumentParser(
        prog="python -m sklearn_hash",
        description="Learn binary codes and search them. Without a command, the main job is run; --help describes it.",
        epilog="Results go to stdout, progress and errors to stderr. The status is 0, or 2 after an error in arguments "
        "or data.",
    )
    commands = parser.add_subparsers(dest="command", required=True, metavar="COMMAND")
    for name, summary in COMMANDS.items():
        # Import only the command that is run.
        module = import_module(f"sklearn_hash._cli._{name}") if name == argv[0] else None
        command = commands.add_parser(
            name,
            help=summary,
            description=None if module is None else module.__doc__,
            formatter_class=argparse.RawDescriptionHelpFormatter,
        )
        if module is not None:
            module.add_arguments(command)
            _add_shared(command)
    return parser.parse_args(argv)


def _add_shared(parser):
    parser.add_argument(
        "--format", choices=["table", "csv", "json"], default="table", help="form of the result (default: table)"
    )
    parser.add_argument("--quiet", action="store_true", help="no progress on stderr")
    parser.add_argument("--debug", action="store_true", help="tracebacks of errors")
