# Commands of the house. `make help` lists them; README.md gives the same steps for machines without make.
.DEFAULT_GOAL := help
.PHONY: help setup run test bench check translations routes initial-migration clean
SHELL := /bin/bash

PYTHON ?= python3
VENV   ?= .venv
BIN    := $(VENV)/bin
FLASK  := $(BIN)/flask --app app

help:  ## this list
	@awk -F ':.*## ' '/^[a-z-]+:.*## / {printf "  make %-20s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

setup: $(VENV)/installed  ## make .venv and install what the site needs (done once)

$(VENV)/installed: requirements.txt
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11) and "Python 3.11 or newer is needed: make setup PYTHON=python3.11")'
	@test -x $(BIN)/python || $(PYTHON) -m venv $(VENV) || \
	  { rm -rf $(VENV); echo "No venv module: install it (Debian: apt-get install python3-venv) and try again."; exit 1; }
	@echo "Installing the libraries (once, about a minute) ..."
	@$(BIN)/python -m pip install --quiet --quiet --disable-pip-version-check -r requirements.txt
	@touch $@

$(VENV)/installed-test: $(VENV)/installed requirements-test.txt
	@echo "Installing the test libraries (once) ..."
	@$(BIN)/python -m pip install --quiet --quiet --disable-pip-version-check -r requirements-test.txt
	@touch $@

run: setup  ## start the site with the demonstration neighbourhood on loopback (PORT, 5000 unless set)
	@$(FLASK) init --quiet
	@$(FLASK) demo load --if-empty
	@$(FLASK) demo links
	@echo "The site is at http://127.0.0.1:$${PORT:-5000} (Ctrl-C ends it)."
	@$(BIN)/python app.py || [ $$? = 130 ]

test: $(VENV)/installed-test  ## every test this machine can run; what is skipped is named with its reason
	@$(BIN)/python -m pytest -rs -q $(TESTS)

check: $(VENV)/installed-test  ## style, imports between rooms, translations, forbidden things
	@failed=0; for step in "ruff check --quiet ." "lint-imports --no-cache" \
	  "python -m tests.support.translations" "python -m tests.support.forbidden"; do \
	  echo "== $$step"; $(BIN)/$$step || failed=1; \
	done; exit $$failed

bench: $(VENV)/installed-test  ## measure the site against a bare floor on this machine
	@$(BIN)/python benchmarks/run.py

translations: $(VENV)/installed  ## collect the English sentences and bring the catalogues up to date
	@mkdir -p participation/translations
	@$(BIN)/pybabel --quiet extract -F babel.cfg -k say -k lazy_gettext -c "Translators:" --no-wrap --sort-by-file \
	  --add-location=file --header-comment "# The sentences of the site: see CONTRIBUTING.md." --project participation -o participation/translations/messages.pot \
	  --ignore-dirs=".* _* tests benchmarks docs static migrations instance" .
	@for language in zh_Hans ko; do \
	  if test -f participation/translations/$$language/LC_MESSAGES/messages.po; \
	  then command="update --no-fuzzy-matching --ignore-obsolete --ignore-pot-creation-date"; else command=init; fi; \
	  $(BIN)/pybabel --quiet $$command --no-wrap -i participation/translations/messages.pot \
	    -d participation/translations -l $$language || exit 1; \
	done
	@$(BIN)/pybabel --quiet compile -d participation/translations
	@$(BIN)/python -m tests.support.translations || echo "These sentences wait for a translator."

routes: $(VENV)/installed-test  ## write the list of routes and their doors anew (look at the difference!)
	@UPDATE_ROUTES=1 $(BIN)/python -m pytest -q tests/house/test_routes.py

initial-migration: $(VENV)/installed  ## until the first release: write migrations/versions/0001_initial.py anew from the models
	@$(BIN)/python migrations/initial.py

clean:  ## remove what was installed and built here; data in instance/ stays
	rm -rf $(VENV) .pytest_cache .ruff_cache .mypy_cache .hypothesis participation/translations/*/LC_MESSAGES/*.mo
