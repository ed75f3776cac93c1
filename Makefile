.DEFAULT_GOAL := help
.DELETE_ON_ERROR:

PYTHON  ?= python3
ADDRESS ?= 127.0.0.1:8000
MEASURE ?= # further options of make benchmark, as in MEASURE="--quick --only post batch"
PYTEST  ?= # further options for pytest, as in make test PYTEST="-k api"
PARALLEL := -n auto --dist worksteal

VENV   := .venv
MANAGE := $(VENV)/bin/python manage.py
PIP    := $(VENV)/bin/python -m pip install --quiet --disable-pip-version-check
SERVE  := $(VENV)/.serve
ALL    := $(VENV)/.all
BENCHMARK := $(VENV)/.benchmark

# Settings of a production server, so that the checks apply to them.
PRODUCTION := env DEBUG=off ALLOWED_HOSTS=words.example BEHIND_PROXY=on \
	SECRET_KEY=not-a-secret-but-long-enough-to-pass-the-checks-of-django-0123456789

.PHONY: help run dev serve test test-faults test-postgres fuzz lint format messages train admin benchmark schema screenshots pin

help: ## list the commands
	@awk -F ':.*## ' '/^[a-z-]+:.*## / {printf "make %-14s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

run: $(SERVE) .env ## install, migrate and serve http://127.0.0.1:8000
	@$(MANAGE) migrate --verbosity 0
	@$(VENV)/bin/python -m gunicorn --config deploy/gunicorn.conf.py --bind $(ADDRESS) langid_site.wsgi

dev: $(SERVE) .env ## the same with Django's server, which reloads changed code
	@$(MANAGE) migrate --verbosity 0
	@$(MANAGE) runserver $(ADDRESS)

serve: $(SERVE) ## serve in production, with the settings of docs/operations.md
	@deploy/start --bind $(ADDRESS)

test: $(ALL) ## run all tests, on SQLite or the database of DATABASE_URL
	$(VENV)/bin/python -m pytest $(PARALLEL) $(PYTEST)

fuzz: $(ALL) ## run schemathesis with 50,000 examples on the API (half an hour)
	FUZZ_EXAMPLES=4500 $(VENV)/bin/python -m pytest tests/contract $(PYTEST)

test-faults: $(ALL) ## kill, starve and damage real servers: FAULTS times, by default 20
	FAULTS=$${FAULTS:-20} $(VENV)/bin/python -m pytest tests/faults $(PYTEST)

test-postgres: $(ALL) ## run the database tests on PostgreSQL, of DATABASE_URL or throw-away
	tests/with-postgres $(VENV)/bin/python -m pytest $(PARALLEL) $(PYTEST)

lint: $(ALL) ## check style, types, migrations and production settings
	$(VENV)/bin/ruff check
	$(VENV)/bin/ruff format --check
	$(PRODUCTION) $(VENV)/bin/mypy
	$(PRODUCTION) $(MANAGE) makemigrations --check --dry-run
	$(PRODUCTION) $(MANAGE) collectstatic --no-input --verbosity 0
	$(PRODUCTION) $(MANAGE) check --deploy --fail-level WARNING

format: $(ALL) ## format the code and apply ruff's fixes
	$(VENV)/bin/ruff check --fix
	$(VENV)/bin/ruff format

messages: $(SERVE) .env ## update the French and Spanish catalogues after a changed text (needs gettext)
	$(MANAGE) makemessages --locale fr --locale es --add-location file --no-obsolete --no-wrap --ignore tests --ignore var
	sed -i '/^"POT-Creation-Date:/d' classifier/locale/*/LC_MESSAGES/django.po
	$(MANAGE) compilemessages --locale fr --locale es --ignore .venv

train: $(ALL) .env ## train all models into ml_models/
	$(MANAGE) train --ship

admin: $(SERVE) .env ## create the local superuser "admin" and print its password once
	@$(MANAGE) migrate --verbosity 0
	@password=$$($(VENV)/bin/python -c "import secrets; print(secrets.token_urlsafe(12))") && \
	DJANGO_SUPERUSER_PASSWORD=$$password $(MANAGE) createsuperuser --no-input --verbosity 0 \
		--username admin --email admin@example.org && \
	echo "http://$(ADDRESS)/admin/  user: admin  password: $$password" || \
	{ echo "To give an existing admin a new password: $(MANAGE) changepassword admin"; exit 1; }

benchmark: $(BENCHMARK) ## measure speed and memory beside others (needs wrk), into docs/performance.md
	$(VENV)/bin/python -m benchmarks.performance $(MEASURE)

schema: $(SERVE) .env ## update the API schema after a changed API
	$(MANAGE) spectacular --validate --fail-on-warn --format openapi-json --file classifier/api/openapi.json

screenshots: $(ALL) ## update the README's screenshots and its moving picture (needs Chromium)
	$(VENV)/bin/python -m tests.browser.screenshots

pin: ## update the two locks after a changed requirement
	$(PYTHON) -m venv --clear $(VENV)/pin
	$(VENV)/pin/bin/python -m pip install --quiet --requirement requirements.txt
	{ head -n 1 requirements-lock.txt; $(VENV)/pin/bin/python -m pip freeze; } > $(VENV)/lock.txt
	mv $(VENV)/lock.txt requirements-lock.txt
	$(VENV)/pin/bin/python -m pip install --quiet uv
	{ head -n 1 requirements-serve-lock.txt; $(VENV)/pin/bin/uv pip compile --quiet --universal --python-version 3.11 \
		--generate-hashes --no-annotate --no-header --no-emit-index-url --no-emit-find-links \
		--constraint requirements-lock.txt requirements-serve.txt; } > $(VENV)/lock.txt
	mv $(VENV)/lock.txt requirements-serve-lock.txt
	rm -rf $(VENV)/pin

$(VENV)/bin/python:
	@$(PYTHON) -c "import sys; sys.exit(sys.version_info < (3, 11) and 'Python 3.11 or newer is needed: make PYTHON=...')"
	$(PYTHON) -m venv $(VENV)

$(SERVE): requirements-serve-lock.txt | $(VENV)/bin/python
	$(PIP) --require-hashes --requirement requirements-serve-lock.txt
	@touch $@

$(ALL): requirements.txt requirements-cluster.txt requirements-lock.txt $(SERVE)
	$(PIP) --constraint requirements-lock.txt --requirement requirements.txt
	@touch $@

$(BENCHMARK): requirements-benchmark.txt $(ALL)
	$(PIP) --constraint requirements-lock.txt --requirement $<
	@touch $@

.env: | $(VENV)/bin/python
	@umask 077 && $(VENV)/bin/python -c "import secrets; print('DEBUG=on\nSECRET_KEY=' + secrets.token_urlsafe(50))" > $@
	@echo "wrote .env: local settings with a random key"
