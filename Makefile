# Everything a newcomer needs is `make demo` and `make test`; `make help` lists the rest.
SHELL := /bin/bash
PYTHON ?= python3
BIN := .venv/bin
STAMP := .venv/.made-from
REQUIREMENTS := requirements/dev.txt
# Tests use one worker per core; a run on two cores is what the limits are set for.
WORKERS ?= auto

.DEFAULT_GOAL := help
.PHONY: help setup demo demo-reset test check proof fuzz bench fmt docs pins clean

help: ## this list
	@grep -hE '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | sed -E 's/:.*## /\t/' | expand -t 14

setup: $(STAMP) ## make .venv with everything the other targets need; starts nothing
	@$(BIN)/python -m meruit.ui.assets

$(STAMP): $(REQUIREMENTS) pyproject.toml package-lock.json
	@echo "Setting up .venv (a minute or two, once) ..."
	@test -x $(BIN)/python || $(PYTHON) -m venv .venv
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes -r $(REQUIREMENTS)
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-deps --no-build-isolation -e .
	@touch $(STAMP)

demo: setup ## a firm of 25 people, one night's work, and the first pages in the browser
	@$(BIN)/meruit demo

demo-reset: setup ## forget the demo's data
	@$(BIN)/meruit demo --reset

check: setup ## formatting, lint, types, import contracts
	@$(BIN)/ruff format --check --quiet .
	@$(BIN)/ruff check --quiet .
	@$(BIN)/lint-imports
	@DATABASE_URL=postgresql://nobody@127.0.0.1:1/none $(BIN)/mypy

test: setup check ## the whole suite, browser tests included
	@$(BIN)/python -m tests.support.browser --install
	@$(BIN)/python -m pytest -n $(WORKERS)

proof: setup ## the full counts that stand behind docs/proof (long)
	@MERUIT_PROOF=1 $(BIN)/python -m pytest -n $(WORKERS) --timeout=7200 -m proof
	@for script in proof/*.py; do $(BIN)/python $$script || exit 1; done

fuzz: setup ## fuzz the readers, MINUTES each (default 20)
	@for target in fuzz/*.py; do $(BIN)/python $$target --minutes $${MINUTES:-20} || exit 1; done

bench: setup ## every benchmark beside its peer or limit, in the same run
	@for folder in benchmarks/*/; do $(BIN)/python -m benchmarks.$$(basename $$folder) || exit 1; done

fmt: setup ## format and sort
	@$(BIN)/ruff format --quiet .
	@$(BIN)/ruff check --fix --quiet .

docs: setup ## write the generated pages anew
	@$(BIN)/meruit docs

pins: setup ## resolve requirements/*.in anew, with hashes and without hosts
	@cd requirements && ../$(BIN)/uv pip compile --quiet --generate-hashes --universal --python-version 3.11 --no-header --no-emit-index-url --no-emit-find-links dev.in -o dev.txt
	@cd requirements && ../$(BIN)/uv pip compile --quiet --generate-hashes --universal --python-version 3.11 --no-header --no-emit-index-url --no-emit-find-links main.in -c dev.txt -o main.txt

clean: ## remove what was made
	@rm -rf .venv build .pytest_cache .mypy_cache .ruff_cache .hypothesis .import_linter_cache node_modules
