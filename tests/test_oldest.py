"""The floors that pyproject.toml claims are the versions that the tests of the oldest versions install."""

import tomllib
from pathlib import Path

from packaging.requirements import Requirement
from packaging.version import Version

ROOT = Path(__file__).parents[1]


def test_floors_are_the_oldest_versions_tested():
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
    # What `make test-oldest` does not install: tools of the developers, and what needs a newer torch than the lowest.
    left_out = ("lint", "triton", "docs", "bench", "onnx")
    extras = {name: lines for name, lines in project["optional-dependencies"].items() if name not in left_out}
    requirements = map(Requirement, [*project["dependencies"], *(line for lines in extras.values() for line in lines)])
    floors = {r.name: Version(next(iter(r.specifier)).version) for r in requirements if r.name != project["name"]}
    lines = [line.partition("#")[0].strip() for line in (ROOT / "constraints-oldest.txt").read_text().splitlines()]
    oldest = dict(line.split("==") for line in lines if line)
    assert oldest.pop("distributed") == oldest["dask"]
    assert {name: Version(version) for name, version in oldest.items()} == floors
