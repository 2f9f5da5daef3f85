# Everything a user types. Each target installs what is missing first and does nothing twice; the work is in tools/ and CMakePresets.json.
PRESET ?= release
BUILD := build/$(PRESET)
SMELT := $(BUILD)/smelt
JOBS ?= $(shell nproc)

.PHONY: help setup build everything quickstart mini test fast bench peers pages docs format tidy clean
help:  ## this list
	@awk -F ':.*## ' '/^[a-z]+:.*## / {printf "  make %-12s %s\n", $$1, $$2}' Makefile

setup:  ## install what building and testing need (Debian packages, LibTorch and Arrow wheels)
	@tools/setup.sh

build: setup  ## build build/release/smelt (PRESET=dev|data|asan|tsan for others)
build: TARGET := smelt
everything: setup  ## build the tests and benchmarks too
everything: TARGET := all
build everything:
	@JOBS=$(JOBS) tools/build.sh $(PRESET) $(TARGET)

pages: setup  ## fetch the web pages of the quickstart recipe
	@tools/pages.sh

quickstart: build pages  ## from web pages to a model you can talk to, in about 20 minutes
	@$(SMELT) run recipes/quickstart.toml --resume

mini: build pages  ## the same flow in two minutes
	@$(SMELT) run recipes/mini.toml --resume

test: everything  ## build and run every test
	@ctest --preset $(PRESET)

fast: everything  ## the tests that take a minute
	@ctest --preset $(PRESET) -L fast

peers: setup  ## the Python peers that comparisons run beside Smelt, in .peers
	@tools/peers.sh

bench: everything  ## all benchmarks, one table with shares of this machine's limits
	@tools/bench.sh $(BUILD)

docs: build  ## write the generated documents again (docs/recipes.md)
	@$(SMELT) help recipe > docs/recipes.md

format:  ## clang-format over the tree
	@git ls-files '*.h' '*.cpp' '*.cc' | xargs clang-format-19 -i

tidy:  ## clang-tidy on what differs from origin's main (ALL=1: everything)
	@tools/tidy.sh

clean:  ## remove what was built; keeps .deps, .peers, pages and runs
	@rm -rf build
