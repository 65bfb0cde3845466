# Everything a newcomer needs: make run, make test.
PYTHON ?= python3
BIN := .venv/bin
export PIP_DISABLE_PIP_VERSION_CHECK := 1

.PHONY: run test databases check audit fuzz explore bench replicas silence twins chaos docs format clean

# The set-up is redone only when what it depends on has changed.
.venv/ready: pyproject.toml constraints.txt
	@echo "Installing, once; this takes a few minutes."
	$(PYTHON) -m venv .venv
	$(BIN)/pip install --quiet --constraint constraints.txt --editable '.[dev]'
	$(BIN)/python -m compileall -q bot adapters storage
	touch $@

run: .venv/ready
	$(BIN)/baton run

test: .venv/ready
	$(BIN)/python -m pytest

# Each rule of the core on both databases, where the suite tries it on one of them.
databases: .venv/ready
	BATON_TEST_DATABASES=all $(BIN)/python -m pytest tests/integration

check: .venv/ready
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports

# Known vulnerabilities of what is pinned; says so when they cannot be looked up.
.venv/audit/ready: .venv/ready
	$(PYTHON) -m venv .venv/audit
	.venv/audit/bin/pip install --quiet pip-audit
	touch $@

audit: .venv/audit/ready
	.venv/audit/bin/python .ci/audit

# Whatever may come from outside, broken, by the hundred; make fuzz COUNT=10000 for more.
COUNT ?= 500
fuzz: .venv/ready
	BATON_FUZZ=$(COUNT) $(BIN)/python -m pytest tests/fuzz -k whatever -n 0 -q -s --timeout 3600

# The rules that are tried with examples, with others than the suite has.
explore: .venv/ready
	BATON_EXPLORE=1 $(BIN)/python -m pytest tests/unit tests/contract tests/integration/core

# Figures of one benchmark: make bench NAME=footprint ARGS=--json
NAME ?= footprint
bench: .venv/ready
	$(BIN)/python -m benchmarks.$(NAME) $(ARGS)

# Three processes on one PostgreSQL, killed and hung again and again: make replicas ROUNDS=12 SEED=1
# SLACK=http: Slack's requests reach them by a balancer.
ROUNDS ?= 12
SEED ?= 1
SLACK ?= socket
replicas: .venv/ready
	$(BIN)/python -m tests.integration.process.replicas --rounds $(ROUNDS) --seed $(SEED) --slack $(SLACK)

# Thousands of orders of messages, handovers and late answers of the model: make silence LIVES=1000
LIVES ?= 300
silence: .venv/ready
	BATON_SILENCE=$(LIVES) $(BIN)/python -m pytest tests/integration/agent/test_silence_machine.py \
		tests/integration/agent/test_late_answers.py -k silence_holds -n 0 -q -s

# Lives of two SQLite stores, one whose units share commits and what they know: make twins LIVES=1000
twins: .venv/ready
	BATON_TWINS=$(LIVES) $(BIN)/python -m pytest tests/contract/test_store_twin.py -n 0 -q -x

# Killed while both sides write on faulty platforms: every platform on every database, by seed.
SEEDS ?= 1 2 3
chaos: .venv/ready
	$(BIN)/python -m benchmarks.chaos.table --seeds $(SEEDS)

# The generated parts of docs/, the README's picture, and those of Discord.
docs: .venv/ready
	$(BIN)/python -m docs.generate
	$(BIN)/python -m tests.e2e.pictures docs
	$(BIN)/python -m tests.e2e.discord_pictures

format: .venv/ready
	$(BIN)/ruff check --fix .
	$(BIN)/ruff format .

clean:
	rm -rf .venv
