# Two commands do everything on a fresh machine: `make demo` and `make test`.
PYTHON ?= python3
VENV ?= .venv
BIN := $(VENV)/bin

.PHONY: demo test coverage test-oldest bench lint docs package clean

demo: $(VENV)/ready
	$(BIN)/python -m sklearn_hash

test: $(VENV)/ready
	SCIPY_ARRAY_API=1 $(BIN)/python -m pytest -n auto --dist worksteal

# Coverage with branches, of what is neither compiled nor for a GPU.
coverage: $(VENV)/ready
	SCIPY_ARRAY_API=1 $(BIN)/python -m pytest -n auto --dist worksteal --cov --cov-report=term:skip-covered

# The tests with the lowest supported versions, in an environment of their own, without the extra for ONNX.
test-oldest:
	$(PYTHON) -m venv $(VENV)-oldest
	$(VENV)-oldest/bin/python -m pip install --quiet --constraint constraints-oldest.txt --editable ".[test]"
	SCIPY_ARRAY_API=1 $(VENV)-oldest/bin/python -m pytest -n auto --dist worksteal --ignore=sklearn_hash/export

# Timings of search, fit, transform and evaluation, to compare commits: make bench BENCH="--benchmark-autosave"
bench: $(VENV)/bench-ready
	$(BIN)/python -m pytest benchmarks $(BENCH)

# The wheel, built from the source distribution, installed into an empty environment and used outside the checkout; then the
# source distribution in its place.
package:
	rm -rf dist $(VENV)-wheel
	$(PYTHON) -m venv $(VENV)-wheel
	$(VENV)-wheel/bin/python -m pip install --quiet build
	$(VENV)-wheel/bin/python -m build --outdir dist
	$(VENV)-wheel/bin/python -m pip install --quiet --constraint constraints.txt dist/*.whl
	cd / && $(CURDIR)/$(VENV)-wheel/bin/python $(CURDIR)/.ci/smoke.py
	$(VENV)-wheel/bin/python -m pip install --quiet --force-reinstall --no-deps dist/*.tar.gz
	cd / && $(CURDIR)/$(VENV)-wheel/bin/python $(CURDIR)/.ci/smoke.py

lint: $(VENV)/ready
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports --config setup.cfg

# Without the gallery, in a fraction of the time: make docs SPHINXOPTS="-D plot_gallery=0"
docs: $(VENV)/docs-ready
	OMP_NUM_THREADS=2 $(BIN)/python -m sphinx -W --keep-going -b html $(SPHINXOPTS) docs docs/_build/html
	@echo "Open docs/_build/html/index.html"

$(VENV)/docs-ready: $(VENV)/ready
	$(BIN)/python -m pip install --quiet --constraint constraints.txt --editable ".[docs]"
	touch $@

$(VENV)/bench-ready: $(VENV)/ready
	$(BIN)/python -m pip install --quiet --constraint constraints.txt --editable ".[bench]"
	touch $@

$(VENV)/ready: pyproject.toml constraints.txt
	$(PYTHON) -m venv $(VENV)
	$(BIN)/python -m pip install --quiet --constraint constraints.txt --editable ".[dev]"
	touch $@

clean:
	rm -rf $(VENV) $(VENV)-oldest $(VENV)-wheel dist docs/_build docs/gallery docs/api/generated docs/methods/generated
