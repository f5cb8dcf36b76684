# Every target sets up what it needs: a virtual environment with locked dependencies, and this package in it.
# Nothing is installed outside this folder.

PYTHON ?= python3
UV_VERSION := 0.13.9
VENV := .venv
# Test processes beside each other: most tests wait, for servers, signals and leases.
TESTERS ?= 3
BIN := $(VENV)/bin
READY := $(VENV)/ready
# All but the weights' own libraries (`diffusers`), which are gigabytes.
EXTRAS := cli engager gateway generator resolver reviewer stack

.DEFAULT_GOAL := help
.PHONY: help setup demo up test check format stubs verify lock chaos bench clean

help: ## Print the targets
	@awk -F ':.*## ' '/^[a-z]+:.*## / {printf "  make %-8s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

setup: $(READY) ## Make the virtual environment in .venv

demo: $(READY) ## Run the whole system on sample cards and players (CATALOG=path: on a catalogue of yours)
	@$(BIN)/atelier demo $(if $(CATALOG),--catalog "$(CATALOG)")

up: $(READY) ## Run the system on this machine until Ctrl-C
	@$(BIN)/atelier up

test: $(READY) ## Run every test
	@$(BIN)/python -m pytest -n $(TESTERS) --dist loadfile $(PYTEST)

check: $(READY) ## Format, lint, types, import contracts, protos, stubs
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/mypy
	$(BIN)/lint-imports --no-logo
	$(BIN)/buf lint gen/atelier.binpb
	$(BIN)/python protos/breaking.py
	@$(MAKE) --no-print-directory verify

format: $(READY) ## Format the code
	$(BIN)/ruff format .
	$(BIN)/ruff check --fix .

stubs: $(READY) ## Generate gen/ from protos/
	$(BIN)/python protos/generate.py

verify: $(READY) ## Prove that gen/ is what protos/ gives
	$(BIN)/python protos/generate.py --check

lock: $(READY) ## Pin the newest dependencies that pyproject.toml allows
	$(BIN)/uv pip compile --quiet pyproject.toml $(addprefix --extra ,$(EXTRAS)) --group dev --universal --generate-hashes --upgrade \
		--no-header --no-emit-index-url --no-annotate --output-file requirements.lock

chaos: $(READY) ## Storm a mixed load with crashes for MINUTES=3 by SEED=1; fails unless nothing is lost or doubled
	@SEED=$(SEED) MINUTES=$(MINUTES) $(BIN)/python -m tests.crash.chaos

bench: $(READY) ## Measure everything, or ONLY=name, beside its limits and peers
	@$(BIN)/python -m bench $(ONLY)

clean: ## Remove what the other targets made
	rm -rf $(VENV) .atelier .mypy_cache .ruff_cache .pytest_cache .hypothesis .import_linter_cache

$(READY): requirements.lock pyproject.toml
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || \
		{ echo "Atelier needs Python 3.11 or later; name one with PYTHON=…"; exit 1; }
	@test -x $(BIN)/python || $(PYTHON) -m venv $(VENV) || \
		{ echo "Python's venv module is missing; on Debian: apt-get install python3-venv"; exit 1; }
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check uv==$(UV_VERSION)
	@$(BIN)/uv pip install --quiet --python $(BIN)/python --require-hashes --requirement requirements.lock
	@$(BIN)/uv pip install --quiet --python $(BIN)/python --no-deps --no-build-isolation --editable .
	@touch $@
