# Goodstanding: every command, from a bare machine with Python 3.11 and make. `make` alone lists them.
SHELL := /bin/bash
PYTHON ?= python3
BIN := .venv/bin
READY := .venv/ready
LOOK := src/goodstanding/look/static/goodstanding.css
HOME_DIR ?= build/demo
PORT ?= 8000
SERVE ?= yes
AS_OF ?=
DATA ?= ../shared/data/chicago-food-inspections
SIZES ?= 100000 1000000 10000000
ROUNDS ?= 3
BUSINESSES ?= 100000
SPREAD = --numprocesses auto --dist loadscope  # every processor; what shares a fixture of a module stays together
IN_DATABASE = tests/records tests/intake tests/office tests/publish tests/documents \
  tests/supervise/test_supervise_changed.py tests/supervise/test_supervise_classify.py \
  tests/supervise/test_supervise_case_cli.py tests/properties/test_measures.py tests/properties/test_consequences.py

.DEFAULT_GOAL := help
.PHONY: help setup look demo chicago nyc toronto serve test check fast test-postgres cases bench decisions-benchmark lots-benchmark draw-benchmark chicago-benchmark fields-benchmark spark-cluster lock clean

help: ## list the commands
	@grep -hE '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | awk -F ':.*## ' '{printf "  make %-15s %s\n", $$1, $$2}'

$(READY): requirements/dev.txt pyproject.toml
	$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11) and "Python 3.11 or later is needed: make PYTHON=python3.11")'
	$(PYTHON) -m venv .venv
	$(BIN)/pip install --quiet --disable-pip-version-check --require-hashes -r requirements/dev.txt
	$(BIN)/pip install --quiet --disable-pip-version-check --no-build-isolation --no-deps --editable .
	touch $@

$(LOOK): $(READY) web/package-lock.json $(wildcard web/src/*)
	$(BIN)/python web/build.py
	touch $@

setup: $(READY) look ## environment from pinned requirements, and the style sheet
look: $(LOOK) ## compile the style sheet

demo: $(READY) $(LOOK) ## a synthetic province, one whole supervision cycle, served on port 8000 (SERVE=no stops before)
	$(BIN)/goodstanding --home $(HOME_DIR) demo --fresh $(if $(filter no,$(SERVE)),--no-serve,--serve) --port $(PORT)

FIELD = $(BIN)/goodstanding --home build/$@ field --place $@ --fresh $(if $(AS_OF),--as-of $(AS_OF)) $(if $(filter no,$(SERVE)),--no-serve,--serve) --port $(PORT)

chicago: $(READY) $(LOOK) ## the real Chicago food inspections as of a day (AS_OF=2013-12-31); DATA=dir takes the folder from anywhere
	$(FIELD) --data $(DATA)

nyc: DATA = ../shared/data/nyc-restaurant-inspections
nyc: $(READY) $(LOOK) ## the real New York restaurant inspections as of a day (AS_OF=2015-03-31)
	$(FIELD) --data $(DATA)

toronto: DATA = ../shared/data/toronto-dinesafe
toronto: $(READY) $(LOOK) ## the real Toronto food inspections and charges as of a day (AS_OF=2011-12-31)
	$(FIELD) --data $(DATA)

serve: $(READY) $(LOOK) ## serve what `make demo` made
	$(BIN)/goodstanding --home $(HOME_DIR) serve --port $(PORT)

test: $(READY) $(LOOK) check ## everything .ci/run runs: style, types, arrows, tests on SQLite and on PostgreSQL
	tests/machine
	$(BIN)/pytest tests $(SPREAD)
	$(BIN)/python tests/on_postgresql.py $(BIN)/pytest $(IN_DATABASE) $(SPREAD)

check: $(READY) ## style, types and the arrows between the rooms
	$(BIN)/ruff check
	$(BIN)/ruff format --check
	$(BIN)/mypy
	$(BIN)/mypy --strict -p goodstanding.core
	$(BIN)/lint-imports

fast: $(READY) ## the tests without browser and demo
	$(BIN)/pytest tests -m "not browser and not slow"

test-postgres: $(READY) ## the tests that touch the database, on a PostgreSQL server of their own
	tests/machine
	$(BIN)/python tests/on_postgresql.py $(BIN)/pytest $(IN_DATABASE) $(SPREAD)

cases: $(READY) ## the law cases of every rulebook
	$(BIN)/pytest tests/law

bench: $(READY) ## import and classification, each beside a bare scan of the same columns (SIZES="100000" for a quick look)
	$(BIN)/python bench/import_rows.py
	$(BIN)/python bench/classify.py --entities $(SIZES) --rounds $(ROUNDS)
	$(BIN)/python bench/instant.py

decisions-benchmark: $(READY) ## a bulk of decisions on PostgreSQL beside a bare COPY of its rows (BUSINESSES=1000000)
	tests/machine
	$(BIN)/python tests/on_postgresql.py $(BIN)/python bench/decisions.py --businesses $(BUSINESSES)

lots-benchmark: $(READY) ## what 500 lots tell of a province whose truth is known, and what drawing by risk finds (after `make demo SERVE=no`)
	$(BIN)/python bench/lots.py --home $(HOME_DIR)

draw-benchmark: $(READY) ## a draw of 10 million units and 20,000 inspectors beside sorting the same hashes, and its checker
	tests/machine
	$(BIN)/python bench/draw.py

chicago-benchmark: $(READY) ## published, baseline and learned scorecards on the real Chicago inspections, with intervals
	$(BIN)/python bench/chicago.py --data $(DATA)

fields-benchmark: $(READY) ## the same learner on New York's and Toronto's visits
	$(BIN)/python bench/fields.py --place nyc --data ../shared/data/nyc-restaurant-inspections
	$(BIN)/python bench/fields.py --place toronto --data ../shared/data/toronto-dinesafe

spark-cluster: $(READY) ## a master and two workers on this machine, until Ctrl-C
	$(BIN)/python -m goodstanding.engine.cluster

lock: ## compile the pinned requirements anew (needs uv)
	cd requirements && uv pip compile --universal --python-version 3.11 --generate-hashes --no-emit-index-url --no-header --quiet dev.in -o dev.txt
	cd requirements && uv pip compile --universal --python-version 3.11 --generate-hashes --no-emit-index-url --no-header --quiet -c dev.txt run.in -o run.txt

clean: ## remove what was built here, the environment too
	rm -rf .venv build var src/goodstanding/look/static web/node_modules
