# Step Zero. `make serve` shows the book, `make test` checks it; both set themselves up.
PORT ?= 8000
PYTHON ?= python3
RUN := .venv/bin/python
FRESH := .verify/results
# MkDocs prints a notice about its own future at each build, TensorFlow a page about the processor
export NO_MKDOCS_2_WARNING := 1
export TF_CPP_MIN_LOG_LEVEL := 2
# where mkdocs-jupyter finds our template of a notebook's page
export JUPYTER_PATH := docs/theme

.PHONY: serve test measure replicate verify fresh proof slow compared portable portable-claims bench lock
.DELETE_ON_ERROR:

serve: .venv/installed  ## the site at http://127.0.0.1:8000, with live reload; PORT= to change
	@$(RUN) -m evidence serve --port $(PORT)

test: .venv/installed  ## everything that needs no MNIST and no browser; PyTorch, JAX, Transformers where they are installed
	@$(RUN) -m evidence status
	@$(RUN) -m evidence draw
	@$(RUN) -m pytest -n auto --dist loadfile -m "not browser and not cluster and not slow" $(if $(wildcard .venv/models),--all-frameworks)

measure: .venv/installed  ## rerun what is stale on MNIST; ONLY=name for one experiment or notebook
	@$(RUN) -m evidence measure $(ONLY)

replicate: .venv/installed  ## ask every claim on seeds that no recorded run used; SET=2 for others than those on record
	@$(RUN) -m evidence replicate $(if $(SET),--set $(SET)) $(if $(LAST),--last $(LAST))

verify:  ## what is checked before publishing, from freshly measured numbers; PART=HEAD for a third of them
	@$(MAKE) fresh
	@$(MAKE) proof

fresh: .venv/models  ## its first half: measure from nothing; SHARD=2/6 for the second of six parts, MINUTES= for an end
	rm -rf .verify
	$(RUN) -m evidence measure --results $(FRESH) $(if $(PART),--part $(PART)) $(if $(SHARD),--shard $(SHARD)) $(if $(MINUTES),--minutes $(MINUTES))

proof: slow compared  ## its second half

slow: .venv/models .venv/cluster  ## tests that take long, and on MNIST itself the blocks that read it; nothing freshly measured
	$(RUN) -m evidence draw
	$(RUN) -m pytest tests/test_cluster.py
	$(RUN) -m pytest -n auto tests -m slow
	$(RUN) -m pytest -n auto docs README.md --real-mnist --all-frameworks

compared: .venv/models  ## compare what was freshly measured, check the claims on it, build the site from it and look at that
	$(RUN) -m evidence compare $(FRESH)
	$(RUN) -m evidence draw --results $(FRESH)
	$(RUN) -m pytest -n auto tests/test_claims.py --results $(FRESH)
	$(RUN) -m mkdocs build --strict
	$(RUN) -m pytest -n auto --dist worksteal tests -m browser --site site

portable: .venv/frameworks  ## the tests that compute, under other instruction sets and threads; ONLY=sse for one
	@$(RUN) -m evidence draw
	@$(RUN) -m evidence portable $(ONLY)

portable-claims: .venv/models  ## measure everything under one of them and check the claims; ONLY=sse, or the week's
	@$(RUN) -m evidence portable --measure $(ONLY)

bench: .venv/frameworks  ## seconds per network: keras.fit, stacked, PyTorch
	@$(RUN) -m evidence bench

LOCK := $(RUN) -m uv pip compile --universal --python-version 3.11 --fork-strategy fewest --generate-hashes \
	--no-header --annotation-style line --quiet

lock: .venv/installed  ## requirements.txt and requirements-cluster.txt from their .in
	$(RUN) -m pip install --quiet uv
	$(LOCK) requirements.in --output-file requirements.txt
	$(LOCK) requirements-cluster.in --output-file requirements-cluster.txt

.venv/installed: requirements.txt
	@$(PYTHON) -c 'import sys; v = sys.version_info[:2]; (3, 11) <= v <= (3, 13) or sys.exit( \
		"Step Zero needs Python 3.11, 3.12 or 3.13 and this is %d.%d; name another: make PYTHON=python3.12" % v)'
	@echo "Setting up .venv from requirements.txt, once (about 2 GB on disk) …"
	@$(PYTHON) -m venv --clear .venv
	@$(RUN) -m pip install --quiet --disable-pip-version-check --require-hashes --only-binary=:all: -r requirements.txt
	@touch $@

# PyTorch and JAX.
.venv/frameworks: .venv/installed requirements-frameworks.txt
	@echo "Adding PyTorch and JAX from requirements-frameworks.txt, once …"
	@$(RUN) -m pip install --quiet --disable-pip-version-check -r requirements-frameworks.txt
	@touch $@

# Models that people use, to be audited. Once they are here, `make test` leaves nothing out.
.venv/models: .venv/frameworks requirements-models.txt
	@$(RUN) -m pip install --quiet --disable-pip-version-check -r requirements-models.txt
	@touch $@

# Dask, for measuring on more than one machine.
.venv/cluster: .venv/installed requirements-cluster.txt
	@$(RUN) -m pip install --quiet --disable-pip-version-check --require-hashes --only-binary=:all: -r requirements-cluster.txt
	@touch $@
