# The two commands of a fresh machine are `make serve` and `make test`. Each target installs the Debian packages it lacks.
SWIFT ?= swift
# One release configuration for serve, test and bench, so that they share one build.
BUILD_FLAGS := -c release
TEST_FLAGS := $(BUILD_FLAGS) --disable-testable-imports
MODELS ?= models
HOST ?= 127.0.0.1
PORT ?= 8080

.PHONY: help serve build test lint format bench packages clean

help: ## Show the targets
	@grep -hE '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | awk -F ':.*## ' '{printf "  make %-10s %s\n", $$1, $$2}'

serve: build ## Build and serve the models in models/ on 127.0.0.1:8080
	@DRAGOMAN_COMMIT=$$(git rev-parse --short HEAD 2>/dev/null) exec .build/release/dragoman serve --host $(HOST) --port $(PORT) --models $(MODELS)

build: packages ## Build the program (.build/release/dragoman)
	$(SWIFT) build $(BUILD_FLAGS) --product dragoman

test: packages ## Run the whole test suite
	$(SWIFT) test $(TEST_FLAGS)

lint: ## Check the format of all Swift code
	$(SWIFT) format lint --strict --recursive Package.swift Sources Tests

format: ## Format all Swift code
	$(SWIFT) format --in-place --recursive Package.swift Sources Tests

bench: build ## Measure speed beside CTranslate2 (Python, in a virtual environment of its own)
	Benchmarks/run.sh

packages:
	@./.ci/packages libssl-dev zlib1g-dev pkg-config

clean: ## Remove everything that was built
	rm -rf .build Benchmarks/results
