# Everything from nothing but python3 (3.11 to 3.13), make and a package index.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
export Q

.DEFAULT_GOAL := help
.PHONY: help setup models ask chat browser test lint types gate check lock clean

help:  ## Show what there is to make
	@grep -hE '^[a-z]+:.*## ' $(MAKEFILE_LIST) | sed -E 's/:.*## /\t/' | expand -t 12

setup: $(VENV)/.installed models  ## Install into a private .venv and pull the models

$(VENV)/.installed: requirements.lock pyproject.toml
	@$(PYTHON) -c 'import sys; ok = (3, 11) <= sys.version_info < (3, 14); \
	  ok or sys.exit("paperqa needs Python 3.11, 3.12 or 3.13; this is " + sys.version.split()[0] \
	  + ". Name one: make PYTHON=python3.12 ...")'
	$(PYTHON) -m venv $(VENV)
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements.lock
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-deps --no-build-isolation --editable .
	@touch $@

models: $(VENV)/.installed  ## Pull and check the models that the settings need
	@$(BIN)/paperqa models pull --quiet

ask: setup  ## Ask a question: make ask Q="Which papers ...?"
	@$(BIN)/paperqa ask "$$Q"

chat: setup  ## The chat in the browser
	@$(BIN)/paperqa serve

browser:  ## Install the browser that tests of the page need (Debian, as root)
	apt-get update --quiet
	apt-get install --quiet --yes --no-install-recommends chromium

test: setup  ## Run the whole test suite
	$(BIN)/python -m pytest -n 3 --dist loadgroup

lint: $(VENV)/.installed  ## Lint and check the format
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .

types: $(VENV)/.installed  ## Check types, strictly
	$(BIN)/mypy

gate: setup  ## See that answers didn't get worse (offline, half a minute)
	@PAPERQA_LLM=none $(BIN)/paperqa eval gate

check: lint types test gate  ## Lint, format, types, tests, gate

lock:  ## Make requirements.lock anew (needs uv)
	uv pip compile --quiet --universal --generate-hashes --python-version 3.11 --no-emit-index-url \
	  --group dev pyproject.toml --output-file requirements.lock

clean:  ## Delete the .venv and caches, not the models
	rm -rf $(VENV) .pytest_cache .mypy_cache .ruff_cache
