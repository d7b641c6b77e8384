# `make run` does the main job; `make test` passes the tests, installing what they need.

ROLLCALL_CACHE ?= $(HOME)/.cache/rollcall
# One target folder for every clone: a fresh one compiles our crates, not the dependencies.
CARGO_TARGET_DIR ?= $(ROLLCALL_CACHE)/target
export ROLLCALL_CACHE CARGO_TARGET_DIR

.DEFAULT_GOAL := help
.PHONY: help run scan test lint bench docs setup-run setup-tests clean-cache

help: ## Says what there is to make
	@sed -n 's/^\([a-z-]*\):.*## \(.*\)/\1|\2/p' Makefile | \
		while IFS='|' read -r name text; do printf '  make %-12s %s\n' "$$name" "$$text"; done

run: setup-run ## Builds rollcall and shows it at work on a made-up company, until Ctrl-C
	@tools/run

scan: setup-run ## Builds rollcall, reads what it finds on this machine, shows the inventory
	@tools/scan

test: setup-tests ## Runs every test, on SQLite and PostgreSQL
	@tools/test

lint: setup-run ## Checks formatting, lints and dependencies
	@tools/lint

bench: setup-run ## Runs the benchmarks
	cargo bench -p rollcall-benches

docs: setup-run ## Writes the generated pages under docs/
	@tools/docs

setup-run: ## Checks for Rust and a C compiler
	@tools/setup-run

setup-tests: ## Installs PostgreSQL and what else the tests start or compare with
	@tools/setup-tests

clean-cache: ## Removes the shared build and test caches
	rm -rf "$(ROLLCALL_CACHE)/target" "$(ROLLCALL_CACHE)/venv" "$(ROLLCALL_CACHE)/postgres" \
		"$(ROLLCALL_CACHE)/node" "$(ROLLCALL_CACHE)"/okta-*
