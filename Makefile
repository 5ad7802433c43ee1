# Every target is one command on a fresh machine with Python 3.11 or newer. `make help` lists them.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
PORT ?= 8000
HOST ?= 127.0.0.1
export PYTHONPATH := .

.DEFAULT_GOAL := help
.PHONY: help demo test check audit bench load scale soak shots lock migration messages format

help: ## list the targets
	@grep -hE '^[a-z]+:.*## ' Makefile | sort | awk -F ':.*## ' '{printf "  make %-10s %s\n", $$1, $$2}'

# Every package of the lock file, those of the tests included; the stamp makes later calls quick.
$(VENV)/.ok: requirements.lock pyproject.toml
	@test -x $(BIN)/python || $(PYTHON) -m venv $(VENV)
	@$(BIN)/python -c 'import uv' 2>/dev/null || $(BIN)/pip install --quiet uv
	@echo "installing the packages of requirements.lock …"
	@$(BIN)/uv pip install --quiet --python $(BIN)/python --require-hashes -r requirements.lock
	@$(BIN)/uv pip install --quiet --python $(BIN)/python --no-deps --no-build-isolation -e . 2>/dev/null \
		|| $(BIN)/uv pip install --quiet --python $(BIN)/python --no-deps -e .
	@touch $@

demo: $(VENV)/.ok ## build the sample company and serve it on 127.0.0.1:8000 (PORT=, HOST=)
	@$(BIN)/lms demo --host $(HOST) --port $(PORT)

# What was compiled once is there for all its processes. Long files come first (tests/conftest.py), so that all end together.
test: $(VENV)/.ok ## run the whole suite; what needs a browser or PostgreSQL gets it where it can
	@$(BIN)/python -m tests.support.machine
	@env -u PYTHONDONTWRITEBYTECODE $(BIN)/python -m pytest -n 3 --dist loadfile --no-loadscope-reorder $(ARGS)

check: $(VENV)/.ok ## format, lint, types, architecture, packages
	@$(BIN)/ruff format --check .
	@$(BIN)/ruff check .
	@$(BIN)/mypy
	@$(BIN)/python -m pytest -q tests/architecture
	@$(BIN)/python -m tests.support.supply

audit: $(VENV)/.ok ## what is known against the packages, and a bill of those that run (build/sbom.json)
	@$(BIN)/python -m tests.support.supply

bench: $(VENV)/.ok ## time the main operations beside a bare Flask hello (BENCH_OUT=file, BENCH_ONLY=name,…, BENCH_FULL=1)
	@$(BIN)/python -m tests.benchmarks

load: $(VENV)/.ok ## 500 people in one exam for MINUTES=30, answers and pages (DATABASE=sqlite|postgresql, LOAD_OUT=file)
	@$(BIN)/python -m tests.benchmarks.load

scale: $(VENV)/.ok ## pages beside 100,000 people and 10 million lines of the log, on PostgreSQL (PEOPLE=, 12 GB of disk)
	@$(BIN)/python -m tests.benchmarks.scale

soak: $(VENV)/.ok ## the long runs: thousands of kills, large fuzz, with their counts (hours; KILLS=, FUZZ=, ARGS=tests/…)
	@SOAK=1 $(BIN)/python -m pytest -q -s -m soak --timeout=0 $(ARGS)

shots: $(VENV)/.ok ## pictures of the main pages at 390 and 1280 px, zh and en, light and dark
	@$(BIN)/python -m tests.support.shots

lock: ## resolve the dependencies anew into requirements.lock
	@$(BIN)/uv pip compile --quiet pyproject.toml --all-extras --generate-hashes --no-emit-index-url --no-header --universal --upgrade -o requirements.lock

format: $(VENV)/.ok ## put every file into the one layout
	@$(BIN)/ruff format .
	@$(BIN)/ruff check --fix .

migration: $(VENV)/.ok ## bring the migrations to the models (after a release: MESSAGE='what changes')
	@$(BIN)/python -m lms.core.migrations.regenerate $(MESSAGE)
