"""Print the card, the content and the sizes of the parts of a saved file, without loading its estimator.

python -m sklearn_hash show itq.safetensors
"""

import math
from pathlib import Path

from sklearn_hash.persistence._file import read_document


def add_arguments(parser):
    """Add the arguments of the command."""
    parser.add_argument("file", type=Path, metavar="FILE", help="file of a hasher, searcher or pipeline")


def run(args):
    """Return one row per fact about the file."""
    try:
        document, tensors = read_document(args.file)
    except ValueError as error:
        raise ValueError(f"{args.file}: {error}") from error
    facts = [
        ("file", "format", document["format"]),
        ("file", "bytes", args.file.stat().st_size),
        *_flat("estimator", document.get("estimator")),
    ]
    for part in ("given", "known", "versions"):
        facts += _listed(part, "", (document.get("card") or {}).get(part) or {})
    facts += [("array", name, _size(*tensor)) for name, tensor in tensors.items()]
    return [{"part": part, "name": name, "value": value} for part, name, value in facts]


def _listed(part, prefix, value):
    """Return the entries of a table of the card as one row per fact."""
    if not isinstance(value, dict):
        return [(part, prefix, value if isinstance(value, (str, int, float)) else str(value))]
    inside = ((f"{prefix}.{name}" if prefix else name, each) for name, each in value.items())
    return [fact for name, each in inside for fact in _listed(part, name, each)]


def _flat(name, node):
    """Return the class and the parameters of an estimator and of the estimators in it."""
    if not isinstance(node, dict) or "class" not in node:
        return []
    facts, inside = [(name, "class", node["class"])], []
    for param, value in node.get("params", {}).items():
        estimators = list(_estimators_in(value))
        inside += estimators
        if not estimators:
            facts.append((name, param, _short(value)))
    return facts + [fact for each in inside for fact in _flat(f"{name}.{each['class']}", each)]


def _estimators_in(node):
    if isinstance(node, dict) and "class" in node:
        yield node
    elif isinstance(node, (list, dict)):
        for each in node.values() if isinstance(node, dict) else node:
            yield from _estimators_in(each)


def _short(node):
    """Return a parameter in the notation of Python."""
    if isinstance(node, dict) and len(node) == 1:
        (tag, value), *_ = node.items()
        if tag == "dict" and isinstance(value, dict):
            return "{" + ", ".join(f"{name!r}: {_short(each)}" for name, each in value.items()) + "}"
        if tag == "tuple" and isinstance(value, list):
            return f"({', '.join(map(_short, value))})"
        return str(value) if tag in ("float", "array") else f"{tag} {_short(value)}"
    return f"{node!r}"


def _size(dtype, shape):
    return f"{dtype} {'x'.join(map(str, shape)) or 'number'}, {math.prod(shape) * dtype.itemsize} bytes"
