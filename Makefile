# Sluice: see README.md. Every target installs what it needs, once, saying what.

HOST ?= 127.0.0.1
HTTP ?= 3000

# What `make` alone does: the list of these targets.
.DEFAULT_GOAL := help
.PHONY: help run test build lint oracle bench bench-gate bench-peers gate kill-recorder fuzz soak docs clean

help:
	@grep -E '^[a-z-]+: ##' Makefile | sed 's/: ## /\t/' | expand -t 16

run: ## a room with moving picture and sound, and the page to see it
	@Scripts/run $(HOST) $(HTTP)

build: ## release binaries in .build/release
	@Scripts/install build
	swift build -c release

lint: ## format and house rules
	swift format lint --strict --recursive Package.swift Sources Tests Benchmarks Fuzz
	@Scripts/house-meter

test: ## builds, lints, runs every test
	@Scripts/install build test
	@Scripts/venv
	swift build --build-tests
	@$(MAKE) --no-print-directory lint
	swift run --package-path Tests/Embedding --quiet Host
	@Scripts/test --skip-build --skip InteropTests
	@echo "Real clients and cameras, one suite after another: two cores carry no more."
	@Scripts/test --skip-build --no-parallel --filter InteropTests

oracle: ## ten thousand random recordings, read back by libavformat; ten thousand files of one
	@Scripts/oracle

bench: ## the benchmarks: a table, and .build/bench.json (GATE=gate: fails above the limits)
	@Scripts/install build bench run
	@Scripts/bench
	@Scripts/bench-containers $(GATE)
	@Scripts/bench-closing $(GATE)
	@Scripts/bench-seeking $(GATE)
	@Scripts/bench-payloads
	@Scripts/bench-pacer
	@Scripts/bench-cameras $(GATE)

bench-gate: ## fails when instructions or allocations a packet have risen
	@Scripts/install build bench
	@Scripts/bench-gate
	@Scripts/bench-payloads gate

bench-peers: ## sfu beside Pion and Janus, as root: a table, and .build/bench-peers.json
	@Scripts/install build bench
	@Scripts/install peers || echo "Peers that are not installed are left out."
	@Scripts/bench-peers

kill-recorder: ## kills KILLS (1000) recorders: what plays, what is lost (GSTREAMER, BROWSER: so many play there, 30 each; LOSS: percent)
	@Scripts/install build test
	@Scripts/venv
	swift build -c release --product recorder
	@for segment in 0 1; do for format in mpegts fmp4 mp4 webm; do Scripts/kill-recorder --format $$format \
		--segment $$segment --kills $(or $(KILLS),1000) --gstreamer $(or $(GSTREAMER),30) \
		--browser $(or $(BROWSER),30) --loss $(or $(LOSS),0) || exit 1; done; done

fuzz: ## every fuzz target for FUZZ_SECONDS (600)
	@Scripts/install build
	@Scripts/fuzz

gate: ## what a change must pass before it is called done
	@Scripts/gate

docs: ## the libraries' documentation, in .build/docs
	@Scripts/docs

soak: ## ten minutes of Chromium behind a camera in bursts, then the fuzz targets for an hour each
	@Scripts/install build run
	@Scripts/venv
	@Scripts/soak-viewer
	@FUZZ_SECONDS=3600 Scripts/fuzz

clean: ## removes what was built
	rm -rf .build
