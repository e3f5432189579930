# Les mots d'un nouveau venu : setup · run · test · check · bench. Le reste sert à ceux qui développent.
PORT ?= 8000
PY := .venv/bin/python
TEMPLATES := src/maillage/apps
SCRIPTS := "src/**/*.js" eslint.config.mjs "tools/*.mjs"
export UV_PYTHON_DOWNLOADS := never
export PATH := $(CURDIR)/.venv/bin:$(PATH)
# Un fichier ne change pas de main, les plus longs d’abord : aucun cœur n’attend l’autre à la fin.
EACH := -n $(shell nproc) --dist loadfile --no-loadscope-reorder

# Chaque vérification est une cible : elles sont menées ensemble, et un seul passage dit tout ce qui manque.
CHECKS := types dead-code names scripts style imports dependencies migrations generated notebook

.PHONY: setup run rues test test-all test-postgresql check $(addprefix check-,$(CHECKS)) bench epreuves-de-force attaques mutants lock avis assets docs format release image

# Les deux registres à la fois : chacun attend le réseau, puis un processeur.
setup:
	@$(MAKE) --no-print-directory -j2 .venv/.produit assets/.ready

# PAYS=exemple : un autre pays que la France, d’un dossier de data/pays ou d’ailleurs (docs/autres-pays.md)
run: setup
	@$(if $(PAYS),MAILLAGE_PAYS="$(PAYS)") .venv/bin/maillage servir --demonstration --port $(PORT)

# Une épreuve manquée n’empêche pas les suivantes : un seul passage dit tout ce qui manque. Le profil complet finit par
# la ligne que cite qui clôt un sujet.
test: .venv/.dev node_modules/.dev assets/.ready $(if $(filter complet,$(PROFIL)),.venv/.bench .venv/.rues .venv/.spark)
	@failed=0; $(MAKE) --no-print-directory test-all || failed=1; \
	$(MAKE) --no-print-directory test-postgresql || failed=1; \
	$(if $(filter complet,$(PROFIL)),echo "PROFIL=complet $$(git rev-parse --short HEAD) : $$([ $$failed = 0 ] && echo réussi || echo manqué)";) \
	exit $$failed

# Un parcours, une commande ou une base peut dépendre de l’instant : ses rares manques sont essayés une seconde fois, seuls.
test-all:
	$(PY) -m tests.support.second_try $(EACH)

# Les mêmes épreuves de la plateforme, sur un vrai PostgreSQL : celles qui sont marquées both_databases.
test-postgresql: .venv/.dev assets/.ready
	MAILLAGE_TESTS_ON=postgresql $(PY) -m pytest tests/apps -m both_databases $(EACH)

check: .venv/.dev node_modules/.dev assets/.ready
	@$(MAKE) --no-print-directory -j$$(nproc) --keep-going --output-sync=target $(addprefix check-,$(CHECKS))

# Le greffon de Django lit les réglages : ils font leur dossier parmi ce que mypy garde, et non celui d’une plateforme.
check-types:
	MAILLAGE_HOME=.mypy_cache/maison .venv/bin/mypy

check-dead-code:
	$(PY) tools/dead_code.py

# Les noms qui ne disent rien, refusés partout, sauf une colonne d’un modèle et un champ d’un formulaire.
check-names:
	$(PY) tools/plain_names.py

check-scripts:
	node_modules/.bin/prettier --check --log-level warn $(SCRIPTS)
	node_modules/.bin/eslint src assets/statics

check-style:
	.venv/bin/ruff format --check .
	.venv/bin/ruff check .
	.venv/bin/djangofmt --check $(TEMPLATES)
	.venv/bin/djangofmt check $(TEMPLATES)

check-imports:
	.venv/bin/lint-imports

check-dependencies:
	.venv/bin/deptry src --no-ansi
	.venv/bin/deptry packages/french-opening-hours/src --no-ansi --config packages/french-opening-hours/pyproject.toml
	.venv/bin/deptry bench tests tools --no-ansi --ignore DEP002,DEP004   # the other way round is asked of the product alone

check-migrations:
	$(PY) -m maillage.manage makemigrations --check --dry-run

check-generated:
	$(PY) tools/spec_docs.py
	$(PY) tools/locks.py --check
	$(PY) tools/messages.py --check
	$(PY) tools/advisories.py

# Un chiffre national et un local, retrouvés des fichiers bruts sans le code du produit ; l’interface Python.
check-notebook:
	$(PY) docs/en/notebook.py
	$(PY) -m doctest docs/en/api.md

bench: .venv/.bench $(if $(filter-out moteurs,$(SUITE)),,.venv/.spark) assets/.ready
	$(PY) -m bench $(SUITE) $(if $(TAILLE),--taille $(TAILLE))

# Un pays fabriqué, chargé, coupé, restauré : écrit docs/epreuves-de-force.md. PART=1 DEBIT=200 SECONDES=600
epreuves-de-force: .venv/.bench assets/.ready
	$(PY) -m bench.drills $(if $(PART),--part $(PART)) $(if $(DEBIT),--debit $(DEBIT)) \
		$(if $(SECONDES),--secondes $(SECONDES))

# Ce que tenterait un attaquant, et combien de fois : la table de docs/menaces.md. PROFIL=complet tente davantage.
attaques: .venv/.dev assets/.ready
	$(PY) -m tools.attacks $(EACH)

# ---------------------------------------------------------------------------------------------------------------

.venv/bin/python:
	@python3 -c 'import sys; sys.exit(sys.version_info < (3, 11))' || { echo "Maillage demande Python 3.11 ou plus récent."; exit 1; }
	@python3 -m venv .venv || { echo "Le module venv manque. Sur Debian ou Ubuntu : sudo apt install python3-venv"; rm -rf .venv; exit 1; }

.venv/.uv: requirements-build.lock | .venv/bin/python
	@.venv/bin/python -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements-build.lock
	@touch $@

.venv/.produit: requirements.lock pyproject.toml .venv/.uv
	@echo "Installation de Maillage…"
	@.venv/bin/uv pip install --quiet --compile-bytecode --python .venv --require-hashes -r requirements.lock
	@.venv/bin/uv pip install --quiet --python .venv --no-deps --no-build-isolation --editable .
	@.venv/bin/python -m compileall -q src packages
	@touch $@

.venv/.dev: requirements-dev.lock .venv/.produit
	@.venv/bin/uv pip install --quiet --compile-bytecode --python .venv --require-hashes -r requirements-dev.lock
	@touch $@

.venv/.bench: requirements-bench.lock .venv/.dev
	@.venv/bin/uv pip install --quiet --compile-bytecode --python .venv --require-hashes -r requirements-bench.lock
	@touch $@

# Un demi-giga, et Java : pour partager le calcul d’un pays entre plusieurs ordinateurs.
.venv/.spark: requirements-spark.lock .venv/.produit
	@.venv/bin/uv pip install --quiet --python .venv --require-hashes -r requirements-spark.lock
	@touch $@

# Dix mégaoctets, pour lire un extrait d’OpenStreetMap. Un registre qui ne l’a pas n’arrête rien : la commande le dira.
.venv/.rues: requirements-rues.lock .venv/.produit
	@.venv/bin/uv pip install --quiet --python .venv --require-hashes -r requirements-rues.lock \
		&& touch $@ || echo "Ce qui lit les rues n’a pas pu être installé ; le reste marche sans."

rues: .venv/.rues

# Qui ne fait que se servir de Maillage se passe des outils de qui le développe. Un ordinateur sans npm prend celui que
# l’environnement Python apporte : il l’attend.
NPM := $(shell command -v npm)
node_modules/.ready: package-lock.json $(if $(NPM),,.venv/.produit)
	@echo "Préparation des caractères, des pictogrammes et de la carte…"
	@npm ci --silent $$([ -e .venv/.dev ] || echo --omit=dev)
	@touch $@

node_modules/.dev: node_modules/.ready .venv/.dev
	@npm install --silent --no-save
	@touch $@

DESIGN := $(addprefix src/maillage/publishing/page/design/,tokens.yaml figures.css parcours.css dessins.css)
assets/.copied: node_modules/.ready .venv/.produit tools/assets.py $(DESIGN)
	@$(PY) tools/assets.py
	@touch $@

# Nos scripts et nos feuilles, tels qu’un navigateur de 2017 les lit (docs/decisions/0005).
FRONTS := $(shell find $(TEMPLATES) -path '*/static/*' -name '*.js' -o -path '*/static/*' -name '*.css')
assets/.ready: assets/.copied tools/old_browsers.mjs tools/former_methods.mjs $(FRONTS)
	@node tools/old_browsers.mjs
	@touch $@

assets: assets/.ready

format: .venv/.dev node_modules/.dev
	.venv/bin/ruff format .
	.venv/bin/ruff check --fix .
	.venv/bin/djangofmt check --fix $(TEMPLATES)
	.venv/bin/djangofmt $(TEMPLATES)
	node_modules/.bin/prettier --write --log-level warn $(SCRIPTS)
	node_modules/.bin/eslint --fix src

MINUTES ?= 20
mutants: .venv/.dev
	$(PY) tools/mutants.py --minutes $(MINUTES)

docs: .venv/.dev
	$(PY) tools/spec_docs.py
	$(PY) -m tools.treatments

# Écrit le numéro, replie les fragments de changes/ dans CHANGELOG.md : make release VERSION=0.3.0
release: .venv/.dev
	@$(PY) tools/release.py $(VERSION)
	@$(MAKE) --no-print-directory .venv/.produit

# L’image d’un conteneur, faite puis essayée telle qu’un serveur la lance : docs/installer.md, « Dans un conteneur ».
image:
	@python3 tools/container.py

sbom: .venv/.produit  # what the product is made of, for an audit
	@$(PY) tools/sbom.py > maillage.cdx.json

# Les failles publiées de ce qui est installé : make avis AVIS="PyPI.zip npm.zip", apportés d’un ordinateur relié.
avis: .venv/.dev
	$(PY) tools/advisories.py $(AVIS)

lock: .venv/.uv
	$(PY) tools/locks.py
