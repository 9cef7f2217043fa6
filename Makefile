.DEFAULT_GOAL := help
SHELL := /bin/bash
.SHELLFLAGS := -euo pipefail -c
.PHONY: help setup run stop status clean check test bench lock docs

PYTHON ?= python3.11
COLLECTION ?= mars
BIN := .venv/bin
UV := .uv/bin/uv
export FOTOTECA_HOME ?= $(CURDIR)/.fototeca
export UV_LINK_MODE ?= copy

help: ## List what make can do
	@awk -F ':.*## ' '/^[a-z-]+:.*## / {printf "  make %-8s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

setup: .venv/.tools ## Install everything that running and testing needs into .venv

run: .venv/.ready ## Run the main job on this machine; SOURCE=<folder or zip> COLLECTION=mars takes your images
	@$(BIN)/fototeca run "$(COLLECTION)" $(if $(SOURCE),--source "$(SOURCE)") $(if $(UPLOADS),--uploads "$(UPLOADS)") \
		$(if $(TASK),--task "$(TASK)")

stop: ## Stop the services and jobs of this machine; what they stored stays
	@if [ -x $(BIN)/fototeca ]; then $(BIN)/fototeca stop; else echo "Nothing was installed, so nothing runs."; fi

status: .venv/.ready ## Say which services run, and where
	@$(BIN)/fototeca status

clean: stop ## Stop the services and delete them with all that they stored on this machine (.fototeca)
	rm -rf "$(FOTOTECA_HOME)" .mypy_cache .ruff_cache .pytest_cache .import_linter_cache .hypothesis build

check: .venv/.tools ## Check style, types, layers and that generated pages are up to date
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports --no-cache
	$(BIN)/fototeca settings | diff docs/settings.md - || { echo "docs/settings.md is out of date: make docs"; exit 1; }

test: .venv/.tools ## Run all tests; they start and stop the servers that they need
	PATH="$(CURDIR)/$(BIN):$$PATH" $(BIN)/pytest $(TESTS)

bench: .venv/.tools ## Measure the hot paths beside what else one would use, and print ratios
	PATH="$(CURDIR)/$(BIN):$$PATH" $(BIN)/python -m bench

docs: .venv/.ready ## Write the pages that are made from the code
	$(BIN)/fototeca settings > docs/settings.md

lock: $(UV) ## Choose versions anew and write the hashed requirement files
	$(UV) pip compile -q --upgrade --generate-hashes --python-version 3.11 --no-header pyproject.toml --group build --group dev -o requirements-dev.txt
	$(UV) pip compile -q --generate-hashes --python-version 3.11 --no-header pyproject.toml --group build -c requirements-dev.txt -o requirements.txt

$(UV): requirements-uv.txt
	@command -v $(PYTHON) >/dev/null || { echo "Python 3.11 is needed: $(PYTHON) was not found. Set PYTHON=<its path>."; exit 1; }
	@$(PYTHON) -m venv .uv || { echo "Python's venv module is needed: sudo apt-get install -y python3-venv"; exit 1; }
	.uv/bin/pip install -q --disable-pip-version-check --require-hashes -r requirements-uv.txt
	@touch $@

.venv/.ready: requirements.txt pyproject.toml | $(UV)
	@test -x $(BIN)/python || $(UV) venv -q --python $(PYTHON) .venv
	$(UV) pip install -q --require-hashes -r requirements.txt
	$(UV) pip install -q --no-deps --no-build-isolation -e .
	@touch $@

.venv/.tools: requirements-dev.txt .venv/.ready
	$(UV) pip install -q --require-hashes -r requirements-dev.txt
	@touch $@
