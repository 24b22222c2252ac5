# Everything that a fresh machine needs is Python 3.10 to 3.12, make and git; `make demo` and `make test` do the rest.
# Another interpreter: make test PYTHON=python3.12; tests in one process: make test PYTEST=

PYTHON ?= python3.11
VENV := .venv
BIN := $(VENV)/bin
READY := $(VENV)/.ready
# A process of tests for each processor, up to four; a file of tests stays together, since its tests share what is slow.
PYTEST ?= -n auto --maxprocesses 4 --dist loadfile
DEMO := fixtures/convert/create_s3_objects/dag.py
PIP := $(BIN)/python -m pip --disable-pip-version-check -qq
SHELL := /bin/bash
.SHELLFLAGS := -o pipefail -ec

.PHONY: help demo demo-migrate test test-quick test-full test-migrate-full test-migrate-model test-mutants test-runs test-first-hour test-corpora test-hooks test-editor test-browser lint format picture docs corpus matrix templates context-tables old-names mutants bench regen lock clean

help:
	@echo "make demo        convert a real DAG file and print its definition"
	@echo "make demo-migrate  rehearse a whole migration, with a crash in the middle, on this machine"
	@echo "make test        lint, types, import contracts, then the whole test suite"
	@echo "make test-quick  what needs neither Airflow nor other processes, in seconds"
	@echo "make test-full   the whole suite with every grid of cases in full (an hour and more)"
	@echo "make test-first-hour  308 DAG files in trouble, converted by what the closing summary says (six minutes)"
	@echo "make test-corpora  the forecast against what convert then does, on the files of make corpus (half an hour)"
	@echo "make test-hooks  the hooks with the real pre-commit (needs a package index)"
	@echo "make test-editor what needs Node: the editor's language server, SARIF's own schema"
	@echo "make test-browser the assessment's page in this machine's Chromium"
	@echo "make test-migrate-full   all crash points and large migrations; test-migrate-model: 2,000 random sequences"
	@echo "make test-runs   the run proof for every pair of fixtures with code"
	@echo "make lint        only what comes before the tests"
	@echo "make format      put the code into the house's format"
	@echo "make picture     the picture of an assessment in README, anew (needs a Chromium, four minutes)"
	@echo "make docs        the documentation as a site, links checked"
	@echo "make regen       write all generated files anew"
	@echo "make corpus      convert the example DAGs of the Amazon provider and print a table"
	@echo "make templates   5,000 random templates of each kind through lowering, rendered on both sides (half an hour)"
	@echo "make matrix      convert a task per operator class and argument, compare with what is expected"
	@echo "make mutants     damage the passes that rewrite texts, and ask the rendering witness alone"
	@echo "make context-tables  record what runs of Airflow 2 hold in their context, by Airflow 2.7 and 2.11"
	@echo "make old-names   what older wheels offer to DAG files against schemas/old_names.json, read in two ways"
	@echo "make bench       measure against the other converter, side by side; BENCH=\"--rows 'one file'\" for less"
	@echo "make lock        pin the packages of this environment in requirements.lock"

$(READY): requirements.lock pyproject.toml
	@test -x $(BIN)/python || $(PYTHON) -m venv $(VENV)
	@echo "Installing the environment (a few minutes, once)"
	@$(PIP) install --no-compile -r requirements.lock
	@$(PIP) install -e '.[airflow,rehearse]'
	@touch $@

demo: $(READY)
	@echo "\$$ dag-converter convert $(DEMO) --output -"
	@$(BIN)/dag-converter convert $(DEMO) --output - --format concise

demo-migrate: $(READY)
	@$(BIN)/dag-converter migrate rehearse --source fixtures/migrate/environment/dags --crash

test-mutants: $(READY)
	@DAGCONV_TEST_FULL=1 $(BIN)/pytest -q tests/prove/test_package_mutants.py

test-runs: $(READY)
	@DAGCONV_TEST_FULL=1 $(BIN)/pytest -q tests/prove/test_enactment.py

test-migrate-full: $(READY)
	@DAGCONV_TEST_FULL=1 $(BIN)/pytest -q tests/migrate

test-migrate-model: $(READY)
	@DAGCONV_TEST_MODEL=2000 $(BIN)/pytest -q tests/migrate/test_model.py

lint: $(READY)
	@$(BIN)/ruff format --check --quiet .
	@$(BIN)/ruff check --quiet .
	@$(BIN)/mypy
	@$(BIN)/lint-imports --no-logo

format: $(READY)
	@$(BIN)/ruff format .
	@$(BIN)/ruff check --fix .

test: lint
	@$(BIN)/pytest -q $(PYTEST)

test-quick: $(READY)
	@$(BIN)/pytest -q $(PYTEST) -m "not airflow and not slow"

test-full: $(READY)
	@DAGCONV_TEST_FULL=1 $(BIN)/pytest -q $(PYTEST) --timeout 1800

test-first-hour: $(READY)
	@DAGCONV_TEST_FULL=1 $(BIN)/pytest -q tests/cli/test_first_hour.py

test-corpora: $(READY)
	@$(BIN)/pytest -q -s tests/assessment/corpora_check.py

HOOKS := .cache/pre-commit
test-hooks: $(READY)
	@test -x $(HOOKS)/bin/pre-commit || { $(PYTHON) -m venv $(HOOKS) && $(HOOKS)/bin/python -m pip -qq install pre-commit; }
	@PRE_COMMIT=$(abspath $(HOOKS))/bin/pre-commit PRE_COMMIT_HOME=$(abspath $(HOOKS))/home $(BIN)/pytest -q tests/cli/hooks_check.py

NODE := .cache/node
SARIF := @microsoft/jest-sarif@1.0.0-beta.0
test-editor: $(READY)
	@mkdir -p $(NODE)
	@cd $(NODE) && { test -d node_modules/@microsoft || npm install --silent --no-audit --no-fund --ignore-scripts $(SARIF); }
	@SARIF_SCHEMA=$$(echo $(NODE)/node_modules/@microsoft/jest-sarif/lib/schemas/*.json) \
	  $(BIN)/pytest -q tests/diagnostics/sarif_check.py $(wildcard tests/*/editor_check.py)

test-browser: $(READY)
	@$(PIP) install playwright
	@$(BIN)/pytest -q tests/assessment/test_browser.py

picture: $(READY)
	@$(BIN)/python scripts/picture.py

docs: $(READY)
	@$(PIP) install mkdocs==1.6.1
	@$(BIN)/mkdocs build --strict --quiet
	@echo "written: .cache/site/index.html"

templates: $(READY)
	@DAGCONV_TEMPLATES=5000 $(BIN)/pytest -q -s --timeout 0 tests/lower/test_generated_templates.py

matrix: $(READY)
	@$(BIN)/python scripts/matrix.py

corpus: $(READY)
	@$(BIN)/python scripts/corpus.py

mutants: $(READY)
	@$(BIN)/python scripts/mutants.py

context-tables: $(READY)
	@$(BIN)/python scripts/context_tables.py

old-names: $(READY)
	@DAGCONV_TEST_FULL=1 $(BIN)/pytest -q --timeout 0 tests/scripts/test_old_names.py

bench: $(READY)
	@$(BIN)/python scripts/bench.py $(BENCH)

regen: $(READY)
	@$(BIN)/python scripts/regen.py

lock:
	@$(BIN)/python scripts/lock.py

clean:
	rm -rf $(VENV) .cache build dist
