# Everything a fresh machine needs, with names relative to this folder: a space in its path would break absolute ones.
# Tools are called as `python -m`, because the scripts of an environment break when the folder is moved.

PYTHON ?= python3
PORT ?= 8000
DEMO ?= 1
# One more than there are processors: tests often wait for a browser or a server.
WORKERS ?= $(shell expr $$(getconf _NPROCESSORS_ONLN) + 1)
export PORT DEMO

PY := .venv/bin/python
# An environment whose interpreter is gone (an upgrade, a copied folder) is made anew.
STALE := $(shell $(PY) -c "" 2>/dev/null || rm -f .venv/.installed .venv/.installed-dev)
PIP := $(PY) -m pip install --quiet --disable-pip-version-check --no-input --require-hashes
# Settings are read by the type checker too; it connects to nothing.
LINT_SETTINGS := SECRET_KEY=lint BROKER_URL=unix:///lint CACHE_URL=unix:///lint LETHE_HOME=build/lint \
	DATABASE_URL=postgresql://lint@/lint KEYRING_DATABASE_URL=postgresql://lint@/lint

.DEFAULT_GOAL := help
.PHONY: help run test lint bench

help: ## say what there is
	@echo "make run    install what is missing, start everything, print the address (PORT=8123, DEMO=0)"
	@echo "make test   every test, with services of their own; the data of make run is not touched"
	@echo "make lint   ruff, mypy, import-linter"
	@echo "make bench  figures beside those of a peer, one JSON line each"

run: .venv/.installed
	@exec $(PY) -m config.run

test: .venv/.installed-dev
	@$(PY) -m tests.browser
	@exec $(PY) -m pytest -n $(WORKERS) --dist loadfile $(ARGS)

lint: .venv/.installed-dev
	@mkdir -p build/lint
	$(PY) -m ruff check .
	$(LINT_SETTINGS) $(PY) -m mypy .
	$(PY) -c "from importlinter.cli import lint_imports_command; lint_imports_command()" --no-logo

bench: .venv/.installed-dev
	@exec $(PY) -m bench $(ARGS)

.venv/.installed: requirements.txt
	@$(PYTHON) -c "import sys; sys.exit(sys.version_info < (3, 11))" || \
		{ echo "Lethe needs Python 3.11 or newer as $(PYTHON). Name another: make $(MAKECMDGOALS) PYTHON=python3.12"; exit 1; }
	@$(PYTHON) -c "import ensurepip, venv" 2>/dev/null || { test "$$(id -u)" = 0 && command -v apt-get >/dev/null \
		&& apt-get update -qq && apt-get install -y -qq python3-venv >/dev/null; } || \
		{ echo "This Python can't make environments. On Debian run, as root: apt-get install python3-venv"; exit 1; }
	@echo "Installing into .venv (about half a minute)."
	@$(PY) -c "import pip" 2>/dev/null || $(PYTHON) -m venv --clear .venv
	@$(PIP) -r requirements.txt
	@touch $@

.venv/.installed-dev: .venv/.installed requirements-dev.txt
	@echo "Installing what the tests need into .venv."
	@$(PIP) -r requirements.txt -r requirements-dev.txt
	@touch $@
