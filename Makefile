# hpcstats: every target runs in .venv, which is made from requirements.lock when it is missing.
# Needed beforehand: Python 3.11 or newer, make, and a package index that pip can reach.

PYTHON  ?= python3
WORKERS ?= auto
VENV    := .venv
BIN     := $(VENV)/bin
LOCKED  := $(VENV)/.locked
READY   := $(VENV)/.ready

# One thread a process: the tests and the scripts of the study already run side by side.
export OMP_NUM_THREADS      ?= 1
export OPENBLAS_NUM_THREADS ?= 1

.DEFAULT_GOAL := help
.PHONY: help env reproduce test coverage check verify docs calibrate bench clean lock
.DELETE_ON_ERROR:

help: ## show this list
	@awk -F ':.*## ' '/^[a-z]+:.*## / {printf "  make %-10s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

env: $(READY) ## make .venv from requirements.lock (PYTHON=python3.12 chooses another Python)

# The interpreter asked for, else the newest one that is new enough and can make environments.
$(LOCKED): requirements.lock
	@python=""; \
	for candidate in $(PYTHON) python3.14 python3.13 python3.12 python3.11; do \
	  if "$$candidate" -c 'import sys, venv, ensurepip; sys.exit(sys.version_info < (3, 11))' 2>/dev/null; then \
	    python="$$candidate"; break; \
	  fi; \
	done; \
	if [ -z "$$python" ]; then \
	  echo "hpcstats needs Python 3.11 or newer with its venv module; $(PYTHON) is" \
	    "$$($(PYTHON) --version 2>&1 || true)." >&2; \
	  echo "Install it (on Debian and Ubuntu: python3 and python3-venv), or say PYTHON=/path/to/python." >&2; \
	  exit 1; \
	fi; \
	echo "Making $(VENV) from requirements.lock with $$("$$python" --version); a minute or two ..."; \
	"$$python" -m venv --clear $(VENV)
	@$(BIN)/python -m pip install --quiet --quiet --disable-pip-version-check --no-input \
	  --require-hashes --requirement requirements.lock
	@touch $@

# The package itself, editable, built with the locked hatchling: nothing more is fetched.
$(READY): $(LOCKED) pyproject.toml
	@$(BIN)/python -m pip install --quiet --quiet --disable-pip-version-check --no-input \
	  --no-deps --no-build-isolation --editable .
	@touch $@

reproduce: $(READY) ## rebuild every figure, table and number of the study into figures/
	@$(BIN)/hpcstats reproduce

test: $(READY) ## run tests and doctests, but for the rules of the house (make check runs these)
	@$(BIN)/python -m pytest --numprocesses $(WORKERS) --dist worksteal --ignore=tests/rules

# Counting branches makes a test nearly twice as long: not of those that repeat what the rooms' own tests run.
REPEATED := docs properties reference rules study

coverage: $(READY) ## run the rooms' own tests with branch coverage: 90 % overall, 95 % of hpcstats/core
	@rm -f .coverage .coverage.*
	@$(BIN)/python -m pytest -q --numprocesses $(WORKERS) --dist worksteal --cov --cov-report= \
	  $(REPEATED:%=--ignore=tests/%)
	@echo "Coverage of hpcstats/core (at least 95 %):"
	@$(BIN)/coverage report --include='hpcstats/core/*' --fail-under=95
	@echo "Coverage of hpcstats (at least 90 %):"
	@$(BIN)/coverage report --fail-under=90

check: $(READY) ## lint, format, types, and the rules of the house
	@$(BIN)/ruff check .
	@$(BIN)/ruff format --check .
	@$(BIN)/mypy
	@$(BIN)/python -m pytest -q tests/rules

verify: $(READY) ## rebuild the study elsewhere and compare it with what is committed
	@$(BIN)/hpcstats verify

docs: $(READY) ## build the documentation into docs/_build/html, warnings are errors
	@$(BIN)/sphinx-build -q -W --keep-going -j auto -b html docs docs/_build/html
	@echo "Open docs/_build/html/index.html"

calibrate: $(READY) ## simulate the size of tests and the coverage of intervals (minutes of CPU)
	@$(BIN)/python -m pytest -s -m calibration tests/calibration

bench: $(READY) ## measure speed
	@$(BIN)/python -m pytest -s -m benchmark tests/benchmarks

clean: ## remove the environment, caches and everything built but the committed figures
	@rm -rf $(VENV) build dist .coverage .coverage.* htmlcov docs/_build docs/api/generated docs/gallery/generated \
	  .pytest_cache .mypy_cache .ruff_cache .hypothesis
	@find . -name __pycache__ -type d -prune -exec rm -rf {} +

# Exact versions with hashes for every Python from 3.11 up, and no address. Only this target needs uv.
lock: ## write requirements.lock anew after a change of dependencies in pyproject.toml
	@command -v uv >/dev/null || { echo "make lock needs uv on the path (pip install uv)." >&2; exit 1; }
	@uv pip compile --quiet --universal --python-version 3.11 --generate-hashes --no-header \
	  --no-emit-index-url --no-emit-find-links --extra dev --extra docs pyproject.toml -o requirements.lock
