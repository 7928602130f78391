# Everything a developer or a machine does with this repository, one word each. `make help` lists them.

SWIFT ?= swift
# Added to each Swift build, for instance SWIFT_FLAGS='-j 2'.
SWIFT_FLAGS ?=
PREFIX ?= /usr/local
DESTDIR ?=
# A checkout of the WASI test suite, for `make conformance`.
WASI_SUITE ?=
# A folder of scripts of the component model (`.wast`), for `make conformance`.
COMPONENT_SUITE ?=
# How long each fuzzer runs, and which ones: none named is all.
FUZZ_SECONDS ?= 600
FUZZ_TARGETS ?=

BUILD := $(SWIFT) build $(SWIFT_FLAGS)
# The checks of exclusive access keep a list per thread, which fibers do not follow, and are a tenth of what a request
# costs; tests run with them. With Swift's runtime inside, counting references takes no detour, and what `make install`
# installs needs no toolchain (Linux only).
RELEASE_FLAGS ?= -Xswiftc -enforce-exclusivity=unchecked -Xswiftc -cross-module-optimization \
	$(if $(filter Linux,$(shell uname -s)),--static-swift-stdlib)
RELEASE := $(BUILD) -c release $(RELEASE_FLAGS)
TEST := $(SWIFT) test $(SWIFT_FLAGS) --disable-xctest
MARTLET := .build/release/martlet
HELLO := examples/hello/spin.toml

# Where a sanitizer has something to say: the C border, fibers, and what threads share. The engine handles SIGSEGV
# itself and leaves stacks without telling the sanitizers; docs/sanitizers.md says what follows from that. Each suite has
# a process of its own: under a sanitizer those that compute would keep those with clients waiting for minutes.
ADDRESS_SANITIZED := WasmEngineTests,ComponentModelTests,ComponentEncodingTests,ComponentRuntimeTests,HostSystemTests,$\
	WASITests,WASIHTTPTests,OutboundHTTPTests,HTTPServerTests,HTTPTriggerTests
THREAD_SANITIZED := HTTPServerTests,OutboundHTTPTests,WASIHTTPTests,HTTPTriggerTests,ComponentModelTests,$\
	ComponentEncodingTests
ADDRESS_OPTIONS := handle_segv=0:allow_user_segv_handler=1:detect_stack_use_after_return=0:detect_leaks=0

INSTALLED := $(DESTDIR)$(PREFIX)
COMPLETIONS = \
	bash:share/bash-completion/completions/martlet \
	zsh:share/zsh/site-functions/_martlet \
	fish:share/fish/vendor_completions.d/martlet.fish

.DEFAULT_GOAL := help
.PHONY: help setup up build release guests test lint bench fuzz sanitize sanitize-address sanitize-thread \
	conformance install clean

help: ## List the targets
	@sed -n 's/^\([a-z-]*\):.*## /\1\t/p' $(MAKEFILE_LIST) | while IFS="$$(printf '\t')" read -r name text; do \
		printf '  make %-16s %s\n' "$$name" "$$text"; done

setup: ## Check the toolchain and fetch what is missing (offline when nothing is)
	@scripts/setup

up: release ## Build Martlet and serve examples/hello on 127.0.0.1:3000
	$(MARTLET) build -f $(HELLO)
	exec $(MARTLET) up -f $(HELLO)

build: setup ## Build everything, for debugging
	$(BUILD)

release: setup
	$(RELEASE) --product martlet

guests: setup ## Build the guest programs that tests and examples run
	@scripts/setup --toolchains
	@scripts/build-guests

test: lint guests ## Lint, build and run all tests
	@scripts/setup --peer
	$(BUILD) --build-tests
	scripts/test -- $(TEST) --skip-build --parallel

lint: setup ## Check the format of every Swift file
	$(SWIFT) format lint --strict --parallel --recursive $(wildcard Sources Tests Benchmarks Fuzzing guests) Package.swift

bench: guests ## Measure Martlet beside its rivals and print the ratios
	@scripts/setup --bench
	$(RELEASE) --product martlet
	$(RELEASE) --product engine-bench
	$(RELEASE) --product component-bench
	$(RELEASE) --product bare-server
	scripts/bench

fuzz: setup ## Run the fuzzers, each target for FUZZ_SECONDS (600), FUZZ_TARGETS or all
	scripts/fuzz $(FUZZ_SECONDS) $(FUZZ_TARGETS)

sanitize: sanitize-thread sanitize-address ## Run what they can follow under the thread and the address sanitizer

sanitize-address: guests
	$(BUILD) --build-tests --sanitize=address --scratch-path .build-asan
	ASAN_OPTIONS=$(ADDRESS_OPTIONS) scripts/test --suites $(ADDRESS_SANITIZED) --label address -- \
		$(TEST) --skip-build --sanitize=address --scratch-path .build-asan

sanitize-thread: guests
	$(BUILD) --build-tests --sanitize=thread --scratch-path .build-tsan
	scripts/test --suites $(THREAD_SANITIZED) --label thread -- \
		$(TEST) --skip-build --sanitize=thread --scratch-path .build-tsan

conformance: $(if $(WASI_SUITE),release) ## Run other people's suites, WASI_SUITE=FOLDER and COMPONENT_SUITE=FOLDER
	@if [ -n "$(WASI_SUITE)" ]; then scripts/conformance "$(WASI_SUITE)"; \
		else echo "wasi-p1: not run, WASI_SUITE names no folder"; \
		echo "wasi-0.3: not run, WASI_SUITE names no folder"; fi
	$(TEST) --filter ComponentRuntimeTests.ConformanceTests
	@if [ -n "$(COMPONENT_SUITE)" ]; then scripts/conformance --scripts "$(COMPONENT_SUITE)" -- $(TEST); \
		else echo "component-suite: not run, COMPONENT_SUITE names no folder"; fi

install: release ## Install under PREFIX (default /usr/local), staged by DESTDIR
	install -d "$(INSTALLED)/bin" "$(INSTALLED)/lib/martlet"
	install -s -m 755 $(MARTLET) "$(INSTALLED)/bin/martlet"
	install -m 644 .deps/wasmtime/lib/libwasmtime.* "$(INSTALLED)/lib/martlet/"
	@set -e; for pair in $(COMPLETIONS); do \
		file="$(INSTALLED)/$${pair#*:}"; install -d "$$(dirname "$$file")"; \
		$(MARTLET) completions "$${pair%%:*}" >"$$file.new"; mv "$$file.new" "$$file"; done

clean: ## Remove what was built; what setup fetched stays
	rm -rf .build .build-asan .build-tsan .build-fuzz .build-guests
