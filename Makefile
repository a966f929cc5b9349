# `make` or `make help` lists what can be done.  Only make and Python 3.11 or newer are
# needed: the rest is installed into .venv/ from the lock files, hashes checked.

SHELL := /bin/sh
.DEFAULT_GOAL := help
.NOTPARALLEL:
.PHONY: help demo test check fix docs bench bench-quick soak lock clean

BIN := .venv/bin
PYTHON_FILES := src tests tools benchmarks docs
LOCK := $(BIN)/python -m uv pip compile pyproject.toml --all-extras --universal \
	--python-version 3.11 --generate-hashes --no-emit-index-url --no-header \
	--no-annotate --quiet

say = @printf '\n== %s\n' "$(1)"

help: ## List what can be done
	@awk -F ':.*## ' '/^[a-z-]+:.*## / {printf "  make %-12s %s\n", $$1, $$2}' Makefile

demo: ## Make a report on real students (Project STAR) and print where it is
	@sh tools/environment.sh run
	$(call say,The report on Project STAR)
	@$(BIN)/equitable demo

test: ## Run everything that must hold: lint, types, imports, docs, tests
	@sh tools/environment.sh dev
	@sh tools/chromium.sh
	@$(MAKE) --no-print-directory checks
	$(call say,Tests)
	@$(BIN)/python -m pytest -n 2 -m "not soak"

check: ## Lint, types, import contracts and documentation, without the tests
	@sh tools/environment.sh dev
	@$(MAKE) --no-print-directory checks

.PHONY: checks
checks:
	$(call say,Lint)
	@$(BIN)/ruff check $(PYTHON_FILES)
	@$(BIN)/ruff format --check $(PYTHON_FILES)
	$(call say,Types)
	@$(BIN)/mypy
	$(call say,Imports run downwards only)
	@$(BIN)/lint-imports
	$(call say,Documentation)
	@$(BIN)/python -m sphinx --quiet --fail-on-warning --keep-going docs docs/_build/html

fix: ## Put right what lint and format can put right themselves
	@sh tools/environment.sh dev
	@$(BIN)/ruff check --fix $(PYTHON_FILES)
	@$(BIN)/ruff format $(PYTHON_FILES)

docs: ## Build the documentation and print where it is
	@sh tools/environment.sh dev
	$(call say,Documentation)
	@$(BIN)/python -m sphinx --quiet --fail-on-warning --keep-going docs docs/_build/html
	@echo "$(CURDIR)/docs/_build/html/index.html"

bench: ## Measure against DuckDB's own reading: 10 million rows; 1,733 columns (some minutes)
	@sh tools/environment.sh run
	@$(BIN)/python benchmarks/csv_gaps.py --rows 10000000
	@$(BIN)/python benchmarks/civil_rights.py $(COLLECTION)
	@$(BIN)/python benchmarks/protection.py

bench-quick: ## The same at 1 million rows, without writing the page
	@sh tools/environment.sh run
	@$(BIN)/python benchmarks/csv_gaps.py --rows 1000000 --no-page
	@$(BIN)/python benchmarks/civil_rights.py --runs 2 --no-page $(COLLECTION)
	@$(BIN)/python benchmarks/protection.py --schools 8 --no-page

soak: ## Endurance and simulation: what takes too long for `make test`
	@sh tools/environment.sh dev
	$(call say,Endurance and simulation)
	@$(BIN)/python -m pytest -n 2 -m soak

lock: ## Write both lock files anew from pyproject.toml
	@sh tools/environment.sh dev
	@$(LOCK) -o requirements.lock
	@$(LOCK) --group dev -o requirements-dev.lock
	@echo "requirements.lock and requirements-dev.lock are written."

clean: ## Remove what was built, installed or cached
	rm -rf .venv build dist demo docs/_build .pytest_cache .mypy_cache .ruff_cache \
		.hypothesis .import_linter_cache
	find src tests tools benchmarks docs -name __pycache__ -type d -prune -exec rm -rf {} +
