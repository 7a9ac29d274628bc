# The two commands of a fresh machine are `make serve` and `make test`. Each target installs the Debian packages it lacks.
SWIFT ?= swift
# One release configuration for serve, test and bench, so that they share one build.
BUILD_FLAGS := -c release
TEST_FLAGS := $(BUILD_FLAGS) --disable-testable-imports
MODELS ?= models
HOST ?= 127.0.0.1
PORT ?= 8080
# Of `make train`: how long, and a Python that has training/requirements.txt already.
MINUTES ?= 60
TRAIN_PYTHON ?=

# Inputs a target in `make fuzz`; `make test` takes few.
FUZZ_INPUTS ?= 100000
# What `make sanitize` leaves out: counts of allocations, since sanitizers bring their own allocator, and translation quality.
# ThreadSanitizer knows Synchronization.Mutex in the tests (Tests/CThreadSanitizer), not in the program they start.
ASAN_SKIPPED := --skip 'AllocationTests|BLEUTests'
TSAN_SKIPPED := --skip 'AllocationTests|BLEUTests|CommandLineTests'

# Of `make loadtest`: a running server (without it one is started here), which scenarios, seconds of each, the server's process id.
URL ?=
SCENARIO ?=
DURATION ?=
PID ?=

.PHONY: help serve build test test-arm fuzz sanitize image lint format bench bench-http loadtest train packages clean

help: ## Show the targets
	@grep -hE '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | awk -F ':.*## ' '{printf "  make %-11s %s\n", $$1, $$2}'

serve: build ## Build and serve the models in models/ on 127.0.0.1:8080
	@DRAGOMAN_COMMIT=$$(git rev-parse --short HEAD 2>/dev/null) exec .build/release/dragoman serve --host $(HOST) --port $(PORT) --models $(MODELS)

build: packages ## Build the program (.build/release/dragoman)
	$(SWIFT) build $(BUILD_FLAGS) --product dragoman

test: packages ## Run the whole test suite
	$(SWIFT) test $(TEST_FLAGS)

fuzz: packages ## Read FUZZ_INPUTS mutated inputs with every parser (docs/FUZZING.md)
	FUZZ_INPUTS=$(FUZZ_INPUTS) $(SWIFT) test $(TEST_FLAGS) --filter FuzzTests

sanitize: packages ## Run the tests under AddressSanitizer, then ThreadSanitizer
	LSAN_OPTIONS="suppressions=$(CURDIR)/Tests/lsan.suppressions" \
	  $(SWIFT) test --sanitize=address --scratch-path .build-asan $(TEST_FLAGS) $(ASAN_SKIPPED)
	$(SWIFT) test --sanitize=thread --scratch-path .build-tsan $(TEST_FLAGS) $(TSAN_SKIPPED)

test-arm: ## Compare the kernels for aarch64, under qemu, with those of this machine
	@[ "$$(uname -m)" = aarch64 ] || ./.ci/packages gcc-aarch64-linux-gnu libc6-dev-arm64-cross qemu-user-static
	@Tests/Arm/run.sh

lint: ## Check the format of all Swift code
	$(SWIFT) format lint --strict --recursive Package.swift Sources Tests

format: ## Format all Swift code
	$(SWIFT) format --in-place --recursive Package.swift Sources Tests

bench: build ## Measure speed beside CTranslate2 and ONNX Runtime (BENCH=series, quick, table or full)
	Benchmarks/run.sh

bench-http: ## Measure the HTTP server beside Hummingbird, FlyingFox, uvicorn and Node (ARGS=…)
	@./.ci/packages libssl-dev zlib1g-dev pkg-config wrk python3-venv
	@Benchmarks/http/bench.sh $(ARGS)

loadtest: $(if $(URL)$(DRAGOMAN),,build) ## Put load on URL=… or on a server of its own (SCENARIO=… DURATION=…; loadtest/README.md)
	@URL='$(URL)' SCENARIO='$(SCENARIO)' DURATION='$(DURATION)' PID='$(PID)' loadtest/run.sh

train: ## Train MODEL=en-x|x-en|teacher|summarizer|salience from DATA=folder for MINUTES=60 (training/README.md)
	@[ -n "$(TRAIN_PYTHON)" ] || ./.ci/packages python3-venv
	MODEL=$(MODEL) DATA=$(DATA) MINUTES=$(MINUTES) TRAIN_PYTHON=$(TRAIN_PYTHON) training/run.sh

image: ## Build the container image dragoman:latest with docker, podman or buildah
	@./.ci/image

packages:
	@./.ci/packages libssl-dev zlib1g-dev pkg-config

clean: ## Remove everything that was built
	rm -rf .build .build-asan .build-tsan .build-peers Benchmarks/results loadtest/results
