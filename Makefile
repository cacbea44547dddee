# `make` prints this help. Everything here works on a fresh clone with nothing but Python 3.11 and make.
# uv is used when it is on the path, pip otherwise; what is installed is pinned by hash in the lock files.

SHELL := /bin/bash
.SHELLFLAGS := -eu -o pipefail -c
.DEFAULT_GOAL := help
MAKEFLAGS += --no-print-directory

# Settings, each of which may be given on the command line: make test JOBS=1
VENV ?= .venv
SPARK_VENV ?= .venv-spark
DUCKDB15_VENV ?= .venv-duckdb15
PEERS_VENV ?= .venv-peers
JOBS ?= 2
# A first choice of interpreter; the first one that is 3.11 or newer is taken.
PYTHON ?= $(firstword $(foreach name,python3.11 python3.12 python3.13 python3 python,\
	$(shell command -v $(name) >/dev/null 2>&1 && $(name) -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null && echo $(name))))
# Where the contract suites are that every DuckDB release and Spark must pass.
DUCKDB15_TESTS ?= $(wildcard tests/contracts tests/stream tests/insight/measure)
SPARK_TESTS ?= $(wildcard tests/contracts tests/stream tests/insight tests/cli tests/house)
REPORT ?= demo-report
TRUTH ?= few

BIN := $(VENV)/bin
PYTEST := $(BIN)/python -m pytest
UV := $(shell command -v uv 2>/dev/null)
export PIP_DISABLE_PIP_VERSION_CHECK := 1
# Compiled once and kept, also where the shell says otherwise: every test and every demo starts the faster for it.
export PYTHONDONTWRITEBYTECODE :=

.PHONY: help truth demo test check format lint types contracts rules references slow postgres spark duckdb15 peers bench lock docs clean

help: ## this list
	@echo 'Lianyi 涟漪'
	@awk -F':.*## ' '/^[a-z0-9-]+:.*## / { printf "  make %-12s%s\n", $$1, $$2 }' $(firstword $(MAKEFILE_LIST))

demo: $(VENV)/plain.stamp ## build the demo brand, evaluate it and say where the report is
	@$(BIN)/lianyi demo --out $(REPORT)

test: $(VENV)/dev.stamp ## the default suite; needs nothing but the embedded parts
	@$(PYTEST) -n $(JOBS) --dist loadfile --durations 8 --durations-min 2

check: lint types contracts rules references test slow truth postgres duckdb15 peers spark ## everything, exactly as CI runs it
	@echo 'make check: all of it passed'

format: $(VENV)/dev.stamp ## put the code into its one form
	@$(BIN)/ruff check --fix --quiet .
	@$(BIN)/ruff format .

lint: $(VENV)/dev.stamp ## ruff: rules and format
	@$(BIN)/ruff check .
	@$(BIN)/ruff format --check .

types: $(VENV)/dev.stamp ## mypy, strict
	@$(BIN)/mypy

contracts: $(VENV)/dev.stamp ## import contracts, regenerated and checked
	@$(BIN)/python -m tools.contracts --check
	@$(BIN)/lint-imports --no-logo

rules: $(VENV)/dev.stamp ## our own rules over the syntax tree
	@$(BIN)/python -m tools.rules src

references: $(VENV)/dev.stamp ## the generated reference pages are current
	@$(BIN)/python -m tools.reference --check

slow: $(VENV)/dev.stamp ## the slower tests, those that inject faults, those in a real browser, and every property on many examples
	@$(PYTEST) -m '(slow or fault) and not browser' -n $(JOBS) --dist loadfile
	@$(PYTEST) -m browser -n $(JOBS) --dist loadfile tests/browser
	@$(PYTEST) -m 'hypothesis and not slow and not fault and not browser and not spark and not peers and not truth' --hypothesis-profile=many -n $(JOBS) --dist loadfile

duckdb15: $(DUCKDB15_VENV)/duckdb15.stamp ## the engine and metric suites on the older DuckDB
	@$(DUCKDB15_VENV)/bin/python -m pytest -q $(DUCKDB15_TESTS)

peers: $(PEERS_VENV)/peers.stamp ## answers held against well-known libraries, which live in an environment of their own
	@$(PEERS_VENV)/bin/python -m pytest -q -m peers tests/peers

# The operations' suite once more on PostgreSQL; without a database it is left out, in plain sight, and CI is never let off.
ifneq ($(LIANYI_TEST_DATABASE_URL),)
postgres: $(VENV)/dev.stamp ## the operations on PostgreSQL (LIANYI_TEST_DATABASE_URL)
	@LIANYI_DATABASE_URL=$(LIANYI_TEST_DATABASE_URL) $(PYTEST) -n $(JOBS) --dist loadfile tests/ops tests/server
	@LIANYI_DATABASE_URL=$(LIANYI_TEST_DATABASE_URL) $(PYTEST) -m 'fault and not slow' -n $(JOBS) --dist loadfile tests/ops
else
postgres:
	@echo 'SKIPPED the suite on PostgreSQL: LIANYI_TEST_DATABASE_URL names no database' >&2
	@test -z "$${CI:-}"
endif

# Without Java the Spark suite is left out, in plain sight; CI is never let off.
ifneq ($(shell command -v java 2>/dev/null),)
spark: $(SPARK_VENV)/spark.stamp ## the Spark suite: local, and a standalone master with two workers on loopback
	@SPARK_LOCAL_IP=127.0.0.1 $(SPARK_VENV)/bin/python -m pytest -m spark $(SPARK_TESTS)
else
spark:
	@echo 'SKIPPED the Spark suite: no java on the path (OpenJDK 17 is what it is tested with)' >&2
	@test -z "$${CI:-}"
endif

truth: $(VENV)/dev.stamp ## estimates held against worlds whose truth is known; TRUTH=all tries as many worlds as the guide tells of
	@LIANYI_TRUTH=$(TRUTH) $(PYTEST) -m truth -n $(JOBS) --dist loadfile tests/truth

bench: $(VENV)/dev.stamp ## the benchmarks, as ratios within one run
	@$(BIN)/python -m benchmarks

docs: $(VENV)/dev.stamp ## rewrite docs/reference and the import contracts from the code and its data files
	@$(BIN)/python -m tools.contracts
	@$(BIN)/python -m tools.reference

lock: $(VENV)/dev.stamp ## resolve the lock files anew
	@$(BIN)/python -m tools.lock

clean: ## remove environments, caches and what demo and bench wrote
	rm -rf $(VENV) $(SPARK_VENV) $(DUCKDB15_VENV) $(PEERS_VENV) $(REPORT) .bench .pytest_cache .mypy_cache .ruff_cache .import_linter_cache .hypothesis
	find src tests tools benchmarks -name __pycache__ -type d -prune -exec rm -rf {} +

# An environment is made once and refreshed when its lock file or pyproject.toml changes; the stamp remembers that.
# The package itself is installed editable from locked build tools: nothing is fetched that is not pinned.
define install
	@test -n "$(PYTHON)" || { echo 'Lianyi needs Python 3.11 or newer; none was found on the path (make PYTHON=/path/to/python3.11)' >&2; exit 1; }
	@echo "installing $(2) into $(1)"
	@test -x $(1)/bin/python || $(if $(UV),$(UV) venv --quiet --python "$$(command -v $(PYTHON))" $(1),$(PYTHON) -m venv $(1))
	@$(if $(UV),$(UV) pip install --quiet --python $(1)/bin/python,$(1)/bin/python -m pip install --quiet) --require-hashes -r $(2)
	@$(if $(UV),$(UV) pip install --quiet --python $(1)/bin/python,$(1)/bin/python -m pip install --quiet) --no-deps --no-build-isolation -e .
	@touch $@
endef

$(VENV)/dev.stamp: requirements-dev.lock pyproject.toml
	$(call install,$(VENV),requirements-dev.lock)
	@touch $(VENV)/plain.stamp

$(VENV)/plain.stamp: requirements.lock pyproject.toml
	$(call install,$(VENV),requirements.lock)

$(DUCKDB15_VENV)/duckdb15.stamp: requirements-duckdb15.lock pyproject.toml
	$(call install,$(DUCKDB15_VENV),requirements-duckdb15.lock)

$(PEERS_VENV)/peers.stamp: requirements-peers.lock pyproject.toml
	$(call install,$(PEERS_VENV),requirements-peers.lock)

$(SPARK_VENV)/spark.stamp: requirements-spark.lock pyproject.toml
	$(call install,$(SPARK_VENV),requirements-spark.lock)
