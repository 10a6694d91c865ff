# The three speeds: `make test` (minutes), `make verify` (the long proofs), `make bench` (ratios).
.DEFAULT_GOAL := help
PY := .venv/bin/python
UV := $(shell command -v uv 2>/dev/null || echo .uv/bin/uv)
UV_VERSION := $(shell sed -n 's/^uv==//p' deploy/constraints.txt)
export UV_PYTHON_DOWNLOADS ?= automatic

.PHONY: help setup demo test check format verify bench clean

help: ## show this list
	@sed -n 's/^\([a-z]*\):.*## \(.*\)/  make \1|\2/p' $(MAKEFILE_LIST) | column -t -s '|' 2>/dev/null \
	  || sed -n 's/^\([a-z]*\):.*## \(.*\)/  make \1	\2/p' $(MAKEFILE_LIST)

setup: .venv/ready ## make .venv with everything in it (the other targets call this)

.venv/ready: pyproject.toml deploy/constraints.txt Makefile
	@command -v uv >/dev/null 2>&1 || test -x .uv/bin/uv || $(MAKE) --no-print-directory .uv/bin/uv
	@$(UV) venv --quiet --allow-existing --python "$$(cat .python-version)" .venv \
	  || $(UV) venv --quiet --allow-existing --python '>=3.12' .venv
	@echo "Installing what pyproject.toml names, at the versions of deploy/constraints.txt ..."
	@VIRTUAL_ENV=$(CURDIR)/.venv $(UV) pip install --quiet --python $(PY) --constraint deploy/constraints.txt --editable . --group dev
	@touch $@

.uv/bin/uv:
	@echo "uv is not on this machine: installing it into .uv (nothing outside this folder changes) ..."
	@python3 -m venv .uv && .uv/bin/python -m pip install --quiet "uv==$(UV_VERSION)" || { \
	  rm -rf .uv; \
	  echo "Could not bring uv. Install Python's venv module (Debian: python3-venv), or uv itself, and try again." >&2; \
	  exit 1; }

demo: setup ## the main job against simulated services, narrated (ARGS=--fast ends by itself)
	@.venv/bin/goalward demo $(ARGS)

check: setup ## format, lint, types, imports
	@.venv/bin/ruff format --check .
	@.venv/bin/ruff check .
	@.venv/bin/mypy
	@.venv/bin/lint-imports

format: setup ## format and fix what can be fixed by itself
	@.venv/bin/ruff check --fix .
	@.venv/bin/ruff format .

# More workers than two cores: many tests wait for processes and services of their own.
test: check ## everything a change must not break (minutes)
	@$(PY) -m pytest -q -n 4 --dist worksteal $(ARGS)

verify: setup ## the long proofs at full size (PART=name for one)
	@$(PY) -m tests.verify $(PART)

bench: setup ## ratios against a ceiling in the same run (PART=name for one)
	@$(PY) -m tests.benchmarks $(PART)

clean: ## remove what the other targets made
	@rm -rf .venv .uv .verify .mypy_cache .ruff_cache .import_linter_cache .hypothesis
