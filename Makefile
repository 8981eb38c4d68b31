# The same commands on a laptop and in CI. Nothing global, no root: everything is made in this folder.
# Paths are relative on purpose: the folder's own path may have spaces.

PYTHON := .venv/bin/python
LAB := $(PYTHON) -m lab
UV := $(PYTHON) -m uv
PYTEST := $(PYTHON) -m pytest
COMPILE := $(UV) pip compile --quiet --universal --generate-hashes --no-header --python-version 3.11
PATHS := advisor services chaos drill observability lab loadgen benchmarks grafana tests
# One of them has the labs with a crowd, one lab after the other; all of them wait for a good part of the time.
WORKERS ?= 5
# Groups of tests are given out in the order in which `tests/conftest.py` has them.
SHARED := --dist loadgroup --no-loadscope-reorder

.DEFAULT_GOAL := help

.PHONY: help
help: ## Show this list
	@awk -F ':.*## ' '/^[a-z-]+:.*## / {printf "  make %-11s %s\n", $$1, $$2}' Makefile

.PHONY: up
up: setup ## Set up what is missing, and start the lab
	@$(LAB) up --detach

.PHONY: down
down: ## End the lab
	@$(LAB) down

.PHONY: setup
setup: ## Make .venv with what requirements.lock names
	@sh lab/setup.sh requirements.lock

.PHONY: setup-dev
setup-dev: ## Make .venv with what requirements-dev.lock names: tests and checks need it
	@sh lab/setup.sh requirements-dev.lock

.PHONY: test
test: setup-dev ## Run every test that needs no Docker
	@$(PYTEST) -n $(WORKERS) $(SHARED) -m "not long and not stack"

.PHONY: proofs
proofs: setup-dev ## Run the proofs of all faults, each on repaired code and on the shipped bug: a minute on two cores
	@$(PYTEST) -n 5 $(SHARED) -m "not live and not long and not stack" --ignore tests/faults/test_sealed.py tests/faults

.PHONY: test-long
test-long: setup-dev ## Run the long tests: minutes of load, hundreds of kills
	@$(PYTEST) -m long --timeout 3600

.PHONY: test-stack
test-stack: setup-dev ## Run the tests that need real back ends, as far as they can be had here
	@$(PYTEST) -n 2 $(SHARED) -m "stack and not long" --timeout 1200 --ignore tests/stack || [ $$? -eq 5 ]
	@$(PYTEST) -m "stack and not long" --timeout 1200 tests/stack || [ $$? -eq 5 ] # alone: it needs the whole machine

.PHONY: check
check: setup-dev ## Run linter, formatter, types and import contracts
	@$(PYTHON) -m ruff check .
	@$(PYTHON) -m ruff format --check .
	@$(PYTHON) -m mypy $(PATHS)
	@.venv/bin/lint-imports

.PHONY: bench
bench: setup-dev ## Measure what we promise in figures
	@$(PYTHON) -m benchmarks

.PHONY: docs
docs: setup-dev ## Draw the generated parts of docs/, rules, dashboards and what is scraped anew
	@$(PYTHON) -m observability.slo
	@$(PYTHON) -m advisor.written
	@$(PYTHON) -m lab.advice
	@$(PYTHON) -m lab.stack
	@$(PYTHON) -m lab.scraping
	@$(PYTHON) -m grafana
	@$(PYTHON) -m lab.reference

.PHONY: lock
lock: setup-dev ## Pin the dependencies anew, keeping versions that still fit (UPGRADE=1: take the newest)
	@echo uv | $(COMPILE) --no-annotate $(if $(UPGRADE),--upgrade) -o requirements-uv.lock -
	@$(COMPILE) $(if $(UPGRADE),--upgrade) --extra dev -o requirements-dev.lock pyproject.toml
	@$(COMPILE) $(if $(UPGRADE),--upgrade) -c requirements-dev.lock -o requirements.lock pyproject.toml
