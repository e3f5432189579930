# Les mots d'un nouveau venu : setup · run · test · check · bench. Le reste sert à ceux qui développent.
PORT ?= 8000
PY := .venv/bin/python
export UV_PYTHON_DOWNLOADS := never
export PATH := $(CURDIR)/.venv/bin:$(PATH)

.PHONY: setup run test check bench lock assets docs format

setup: .venv/.produit assets/.ready

run: setup
	@.venv/bin/maillage demo
	@.venv/bin/maillage servir --port $(PORT)

test: .venv/.dev assets/.ready
	$(PY) -m pytest -n auto --dist loadfile --no-loadscope-reorder

check: .venv/.dev assets/.ready
	.venv/bin/ruff format --check .
	.venv/bin/ruff check .
	.venv/bin/mypy
	.venv/bin/lint-imports
	$(PY) -m maillage.config.manage makemigrations --check --dry-run
	$(PY) tools/spec_docs.py --check
	$(PY) tools/locks.py --check
	$(PY) tools/messages.py --check

bench: .venv/.bench assets/.ready
	$(PY) -m bench

# ---------------------------------------------------------------------------------------------------------------

.venv/bin/python:
	@python3 -c 'import sys; sys.exit(sys.version_info < (3, 11))' || { echo "Maillage demande Python 3.11 ou plus récent."; exit 1; }
	@python3 -m venv .venv || { echo "Le module venv manque. Sur Debian ou Ubuntu : sudo apt install python3-venv"; rm -rf .venv; exit 1; }

.venv/.uv: requirements-uv.lock | .venv/bin/python
	@.venv/bin/python -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements-uv.lock
	@touch $@

.venv/.produit: requirements.lock pyproject.toml .venv/.uv
	@echo "Installation de Maillage…"
	@.venv/bin/uv pip install --quiet --compile-bytecode --python .venv --require-hashes -r requirements.lock
	@.venv/bin/uv pip install --quiet --python .venv --no-deps --no-build-isolation --editable .
	@.venv/bin/python -m compileall -q src
	@touch $@

.venv/.dev: requirements-dev.lock .venv/.produit
	@.venv/bin/uv pip install --quiet --python .venv --require-hashes -r requirements-dev.lock
	@touch $@

.venv/.bench: requirements-bench.lock .venv/.dev
	@.venv/bin/uv pip install --quiet --python .venv --require-hashes -r requirements-bench.lock
	@touch $@

node_modules/.ready: package-lock.json .venv/.produit
	@echo "Préparation des caractères, des pictogrammes et de la carte…"
	@npm ci --silent
	@touch $@

DESIGN := $(addprefix src/maillage/reports/design/,tokens.yaml figures.css dessins.css)
assets/.ready: node_modules/.ready tools/assets.py $(DESIGN)
	@$(PY) tools/assets.py
	@touch $@

assets: assets/.ready

format: .venv/.dev
	.venv/bin/ruff format .
	.venv/bin/ruff check --fix .

docs: .venv/.dev
	$(PY) tools/spec_docs.py

lock: .venv/.uv
	$(PY) tools/locks.py
