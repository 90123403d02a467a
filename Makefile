# SPDX-FileCopyrightText: The Waybill developers
# SPDX-License-Identifier: Apache-2.0

SHELL := /bin/sh
.DEFAULT_GOAL := help
.PHONY: help setup setup-test setup-bench build run demo test bench crash lint clean

SWIFT ?= swift
JOBS ?= $(shell nproc 2>/dev/null || echo 2)
export SWIFT

help: ## this list
	@printf 'Waybill: file-drop exchange agent\n\n'
	@sed -n 's/^\([a-z-]*\):[^#]*## \(.*\)/  make \1|\2/p' $(firstword $(MAKEFILE_LIST)) | \
		while IFS='|' read -r name text; do printf '%-18s %s\n' "$$name" "$$text"; done

setup: ## install the Debian packages that the build links, if they are missing
	@sh scripts/setup.sh build

setup-test:
	@sh scripts/setup.sh test

setup-bench:
	@sh scripts/setup.sh bench

build: setup ## build the programs (release) into .build/release
	$(SWIFT) build -c release -j $(JOBS)

run: build ## run the agent on this folder as its root (stop with Ctrl-C)
	.build/release/waybill init .
	.build/release/waybill --root . run

demo: build ## show a sample exchange on its whole way, in a temporary root
	@bash scripts/demo.sh .build/release/waybill

test: setup-test ## build (debug) and run every test
	$(SWIFT) build --build-tests -j $(JOBS)
	$(SWIFT) test --skip-build

bench: setup-bench build ## Waybill against two peers (QUICK=1: small; ARGS="--products 100000 --write": see bench/README.md)
	@python3 bench/run $(if $(QUICK),--quick) $(ARGS)

crash: setup-test ## kill the program at every call that changes the disk (long; make test takes a few)
	WAYBILL_CRASH=all $(SWIFT) test -j $(JOBS) --filter CrashTests

lint: setup ## formatting, floors, file lengths, licences
	$(SWIFT) format lint --strict --parallel --recursive Sources Tests Package.swift
	$(SWIFT) test -j $(JOBS) --filter LayeringTests

clean: ## remove what was built
	rm -rf .build
