"""The workflow of the tests runs what ``.ci/run`` does, with the versions of Python that the classifiers name."""

import re
import tomllib
from pathlib import Path

ROOT = Path(__file__).parents[1]
WORKFLOW = (ROOT / ".github" / "workflows" / "test.yml").read_text()
MATRIX = re.findall(r'- \{ python: "([\d.]+)", test: (\w+) \}', WORKFLOW)


def test_the_versions_of_python_are_those_of_the_classifiers():
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
    minor = [version for line in project["classifiers"] for version in re.findall(r"Python :: (3\.\d+)$", line)]
    assert [python for python, _ in MATRIX] == minor


def test_the_steps_are_those_of_the_script():
    script = re.findall(r"(?m)^make (\w+)", (ROOT / ".ci" / "run").read_text())
    job = WORKFLOW.partition("  check:")[2].partition("\n  oldest:")[0]
    assert re.findall(r"- run: make (.+)", job) == ["${{ matrix.test }}", *script[1:]]
    assert script[0] == "test"
    assert sorted({test for _, test in MATRIX}) == ["coverage", "test"]
