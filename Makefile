# Martlet. `make help` lists what there is.
SHELL := /bin/bash
.DEFAULT_GOAL := help
.DELETE_ON_ERROR:
.NOTPARALLEL:

# The Swift toolchain's own ld.lld and llvm tools come first: they fit its object files.
swift_bin := $(dir $(realpath $(shell command -v swift)))
export PATH := $(swift_bin):$(PATH)

bare_scratch := .build-bare
bare_out := $(bare_scratch)/x86_64-unknown-none-elf/release
bare_build := MARTLET_BARE=x86_64 swift build -c release --triple x86_64-unknown-none-elf \
  --scratch-path $(bare_scratch) --explicit-target-dependency-import-check error
guests := $(patsubst Sources/Guests/guest-%,%,$(wildcard Sources/Guests/guest-*))

.PHONY: help
help: ## this list
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "make %-8s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

.PHONY: image
image: ## build the hypervisor: build/martlet (boots by -kernel or GRUB), build/martlet-syms
	rm -f $(bare_out)/libMartlet.a  # members of the same name would pile up in an old one
	$(bare_build) --product Martlet
	Tools/link-image $(bare_out)/libMartlet.a Sources/Bare/Martlet/link.ld build/martlet
	Tools/check-image build/martlet-syms

.PHONY: guests
guests: ## build our test guests: build/guests/NAME
	Tools/link-guest $(guests)

# A program of the toolstack with all of Swift in it: build/NAME.
define static_program
	mkdir -p build/static
	ln -sf "$$(clang -print-file-name=libstdc++.a)" build/static/
	swift build -c release --static-swift-stdlib --product $(1) -Xlinker -L$(CURDIR)/build/static
	llvm-strip -o build/$(1) .build/release/$(1)
endef

.PHONY: xenstored
xenstored: ## build our xenstored for dom0, with all of Swift in it: build/xenstored
	$(call static_program,xenstored)

.PHONY: xenstore
xenstore: ## build the clients, xenstore-read and the like, as one program: build/xenstore
	$(call static_program,xenstore)

PREFIX ?= /usr/local
.PHONY: install
install: xenstored xenstore ## install xenstored and its clients below DESTDIR/PREFIX (/usr/local)
	Packaging/install --prefix "$(PREFIX)" --destdir "$(DESTDIR)" build/xenstored build/xenstore

.PHONY: setup
setup: ## install the Debian packages that are missing (asks sudo when not root)
	Tools/setup

.PHONY: images
images: ## make the Debian kernel, dom0 root, guest and stock Xen under build/cache
	Tools/images

.PHONY: tools
tools: ## build the hosted half of the package
	swift build

.PHONY: demo
demo: setup image images ## boot Debian on Martlet, start a Debian guest, leave you at dom0's prompt
	Tools/demo --hypervisor build/martlet

.PHONY: test
test: lint setup ## every test: house rules and units, test guests, end to end (under an hour)
	Tools/images stock
	Tools/host-tests
	Tools/simulate-xenstore
	$(MAKE) image guests xenstored xenstore images
	Tests/EndToEnd/run --hypervisor build/martlet --quick

.PHONY: test-full
test-full: image guests xenstored xenstore images ## end to end, the long ones too
	Tests/EndToEnd/run --hypervisor build/martlet

.PHONY: simulate-xenstore
simulate-xenstore: ## our xenstored against a model: 20 runs of a million random operations
	Tools/simulate-xenstore

.PHONY: fuzz-xenstore
fuzz-xenstore: ## fuzz our xenstored for SECONDS (60) a target; KEEP=1, ASAN=1
	Tools/fuzz-xenstore --seconds $(or $(SECONDS),60) $(if $(KEEP),--keep)

.PHONY: bench
bench: image guests images ## measure against stock Xen 4.17 and write docs/benchmarks.md
	Benchmarks/run

.PHONY: flood-xenstore
flood-xenstore: ## measure what a domain that floods its ring costs the other clients of xenstored
	for product in xenstored xenstore-flood XenShim; do \
	  swift build -c release --product $$product || exit 1; done
	.build/release/xenstore-flood

.PHONY: bench-xenstore
bench-xenstore: ## measure our xenstored beside Debian's two and write docs/benchmarks-xenstore.md
	for product in xenstored xenstore-load xenstore-null XenShim; do \
	  swift build -c release --product $$product || exit 1; done
	Tools/images stock
	Benchmarks/xenstore

.PHONY: iso
iso: image images ## build/martlet.iso: a GRUB CD (BIOS, UEFI) with hypervisor, dom0 kernel and its root
	Tools/iso --hypervisor build/martlet --output build/martlet.iso

.PHONY: lint
lint: ## formatting of every Swift file
	swift format lint --strict --parallel -r Sources Tests Package.swift

.PHONY: clean
clean: ## remove what was built, keep what was downloaded
	rm -rf .build $(bare_scratch)
	if [ -d build ]; then find build -mindepth 1 -maxdepth 1 ! -name cache -exec rm -rf {} +; fi
