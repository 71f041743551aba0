# Needs only Python 3.11 and make: .venv is made from requirements.lock by itself.
PYTHON ?= python3.11
VENV := .venv
RETABLE := $(VENV)/bin/retable

.PHONY: setup reproduce test campaign check test-tools docs studies lock

setup: $(VENV)/.ready

$(VENV)/.ready: requirements.lock pyproject.toml
	$(PYTHON) -m venv $(VENV)
	$(VENV)/bin/pip install --quiet --disable-pip-version-check --no-compile --require-hashes -r requirements.lock
	$(VENV)/bin/pip install --quiet --disable-pip-version-check --no-deps --no-build-isolation -e .
	-$(VENV)/bin/python -m compileall -qq -j 0 -x /tests/ $(VENV)/lib  # pip compiles one file at a time, tests too
	touch $@

# OPTIONS="--seeds 1" for a quick look.
reproduce: setup
	$(RETABLE) reproduce $(OPTIONS)

test: setup check
	$(VENV)/bin/python -m pytest --numprocesses 2 --dist loadfile --no-loadscope-reorder --max-worker-restart 0

# Tests that are too slow for every landing; a TeX (Debian: texlive-latex-recommended) and Slurm (slurm-wlm, munge)
# are used where there are any.
campaign: setup
	$(VENV)/bin/python -m pytest --numprocesses 2 -m slow

# Lint, format, types: the hooks of .pre-commit-config.yaml.
check: setup
	$(VENV)/bin/pre-commit run --all-files

# Debian packages that some tests use and are skipped without: a browser for the report, validators of units.
test-tools:
	command -v chromium >/dev/null && command -v crontab >/dev/null && \
		command -v systemd-analyze >/dev/null || { apt-get update -qq && \
		apt-get install -qq --no-install-recommends chromium fonts-dejavu-core cron systemd >/dev/null; }

# docs/results.md, docs/cells.md, docs/lectures.md, docs/speed.md, docs/costs.md, docs/audit.md and the
# tables of README.md, from the records.
docs: setup
	$(RETABLE) docs

# How well `retable explain` finds planted deviations: hours of training, then docs/explain.md.
studies: setup
	$(RETABLE) explain --planted
	$(RETABLE) docs

# Needs uv. The lock carries hashes and no index address.
lock:
	uv pip compile pyproject.toml --extra dev --python-version 3.11 --generate-hashes \
		--no-header --quiet --output-file requirements.lock
