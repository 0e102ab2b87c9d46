# SPDX-License-Identifier: BSD-3-Clause
#
# onepath: `make help` says what there is. Everything that is built goes to
# build/: build/host for this machine, build/toolbox for the toolbox (where the
# tests and the demo run), build/kmod-<kernel> for the module.

O ?= host
B := build/$(O)
KDIR ?= /lib/modules/$(shell uname -r)/build

CC ?= gcc
CFLAGS ?= -O2 -g
# O=sanitize: whatever is wrong with memory or arithmetic ends the program. O=fuzz: the same for libFuzzer.
ifeq ($(O),sanitize)
CFLAGS += -O1 -fno-omit-frame-pointer -fsanitize=address,undefined -fno-sanitize-recover=all
endif
# O=tsan: races between threads.
ifeq ($(O),tsan)
CFLAGS += -fno-omit-frame-pointer -fsanitize=thread
endif
ifeq ($(O),fuzz)
CC := clang-19
CFLAGS += -fno-omit-frame-pointer -fsanitize=fuzzer-no-link,address,undefined -fno-sanitize-recover=all
endif
WARNINGS := -Wall -Wextra -Wmissing-prototypes -Wstrict-prototypes -Wno-unused-parameter
CPPFLAGS += -MMD -MP
ALL_CFLAGS := -std=gnu11 $(WARNINGS) $(CFLAGS)

TOOLBOX := tools/vm/toolbox
KERNELS := 6.1 6.12 newest

# Programs that run in the test VM are linked statically there.
ifeq ($(O),toolbox)
GUEST_LDFLAGS := -static
endif

.PHONY: all userspace tools module demo bench bench-asm bench-budget bench-vm test test-long kernels nf-test life soak peers rate selftests selftests-long fuzz-ioctl test-debug coverage test-sanitized fuzz proofs check format clean distclean help

all: userspace tools module ## everything for this machine: library, NFs, tools, and the module for KDIR

help: ## this list
	@echo "make TARGET [KDIR=/path/to/kernel/headers] [V=1]"
	@grep -hE '^[a-z-]+:.*##' $(MAKEFILE_LIST) | sed -E 's/:[^#]*## /\t/' | expand -t 16
	@echo
	@echo "demo and what follows need root, and bring what they use: 2 GB of Debian packages in a"
	@echo "folder of their own (~/.cache/onepath, once, about 3 minutes). Nothing else is touched."

# How a program is made: objects below $(B), one rule for all.
V ?= 0
ifeq ($(V),0)
Q := @
say = @printf '  %-7s %s\n' $(1) $(2)
endif

$(B)/%.o: %.c
	$(call say,CC,$<)
	@mkdir -p $(@D)
	$(Q)$(CC) $(CPPFLAGS) $(INCLUDES) $(ALL_CFLAGS) -c -o $@ $<

comma := ,
objects = $(patsubst %.c,$(B)/%.o,$(1))

define program # $(1) name, $(2) objects and archives, $(3) libraries, $(4) linker flags
$(B)/$(1): $(2)
	$(call say,LD,$(B)/$(1))
	@mkdir -p $$(@D)
	$(Q)$(CC) $(ALL_CFLAGS) $(LDFLAGS) $(4) -o $$@ $(2) $(3)
endef

# Userspace: libonepath and the NFs.
LIB_OBJECTS := $(call objects,$(wildcard userspace/lib/*.c))
NFS := nop broadcast $(patsubst userspace/nf/%/main.c,%,$(wildcard userspace/nf/*/main.c))
NF_PROGRAMS := $(NFS:%=$(B)/onepath-%)

userspace: $(B)/libonepath.a $(NF_PROGRAMS) ## libonepath and the NFs

$(B)/userspace/%.o $(B)/tests/system/%.o $(B)/tools/onepathctl/%.o: INCLUDES := -Iuapi -Iuserspace/include
$(B)/userspace/nf/%.o: INCLUDES := -Iuapi -Iuserspace/include -Iuserspace/nf/common

$(B)/libonepath.a: $(LIB_OBJECTS)
	$(call say,AR,$@)
	$(Q)rm -f $@ && $(AR) rcs $@ $^

# What NFs share, as an archive: an NF takes what it needs.
$(B)/libnf.a: $(call objects,$(wildcard userspace/nf/common/*.c))
	$(call say,AR,$@)
	$(Q)rm -f $@ && $(AR) rcs $@ $^

$(call objects,$(wildcard userspace/nf/common/nf_[cp]*.c)): | $(B)/libraries

# An NF is one file, or all files of a folder with a main.c.
nf_sources = $(wildcard userspace/nf/$(1).c userspace/nf/$(1)/*.c)

# Only dynamically: Debian's libpcap.a does not link. Without it there is no --pcap (nf_pcap.c).
NF_PCAP := $(if $(GUEST_LDFLAGS),,-lpcap)

$(foreach nf,$(NFS),$(eval $(call program,onepath-$(nf),$(call objects,$(call nf_sources,$(nf))) \
	$(B)/libnf.a $(B)/libonepath.a,$(NF_PCAP) -Wl$(comma)--as-needed -lyaml,$(GUEST_LDFLAGS))))

# Tools: onepathctl and the software 82599.
NIC_SOURCES := $(filter-out tools/nic/main.c,$(wildcard tools/nic/*.c))

tools: $(B)/onepathctl $(B)/onepath-nic ## onepathctl and onepath-nic, the software 82599

# The software 82599's time for a frame is in all that is measured with it: optimised as a whole, it
# needs two thirds of it.
ifneq ($(filter host toolbox,$(O)),)
NIC_FLAGS := -O3 -flto=auto -ffat-lto-objects
endif

$(B)/tools/nic/%.o: INCLUDES := -Itools/nic
$(B)/tools/nic/%.o: ALL_CFLAGS += $(NIC_FLAGS)

# Headers that are not there are named with their packages, once, before the compiler does it many times.
$(call objects,$(wildcard tools/onepathctl/*.c tools/nic/*.c)): | $(B)/libraries

$(B)/libraries:
	@mkdir -p $(@D)
	@for header in json-c/json.h pcap/pcap.h yaml.h; do \
		echo "#include <$$header>" | $(CC) $(CPPFLAGS) -MF /dev/null -E - >/dev/null 2>&1 || { \
		echo "onepath: <$$header> is missing: apt-get install libjson-c-dev libpcap-dev libyaml-dev" >&2; exit 1; }; \
	done
	@touch $@

$(eval $(call program,onepathctl,$(call objects,$(wildcard tools/onepathctl/*.c)) \
	$(B)/libonepath.a,-ljson-c,$(GUEST_LDFLAGS)))
$(eval $(call program,onepath-nic,$(call objects,tools/nic/main.c $(NIC_SOURCES)),-lpcap -ljson-c,$(NIC_FLAGS)))

# The module. kbuild writes beside its sources, so it gets links to them.
module: ## onepath.ko for KDIR (default: the running kernel)
	@if [ -d "$(KDIR)" ]; then tools/vm/build-module "$(KDIR)"; \
	else echo "module: skipped, no kernel headers at $(KDIR) (KDIR=... names others)"; fi

include tests/tests.mk

demo: ## forward real traffic through the real module, in a VM: under three minutes
	@$(TOOLBOX) setup
	@$(TOOLBOX) enter --net -- tools/vm/demo

test: ## all tests: model, server, driver, loop on the host, and the module in VMs with three kernels
	@$(TOOLBOX) setup
	@$(TOOLBOX) enter --net -- tests/run

test-long: ## the same with the long forms: 20 kills in each VM, 100000 wake-ups
	@$(TOOLBOX) setup
	@ONEPATH_ROUNDS=20 ONEPATH_WAKES=100000 $(TOOLBOX) enter --net -- tests/run

test-run-long: ## the hot loop, 10 million frames for each ring size and number of outputs; half an hour
	@$(TOOLBOX) setup
	@$(TOOLBOX) enter --net -- tests/loop-long

life: ## what ports and their owners live through: resets, suspends, errors, removal, tenants; on each of KERNELS
	@$(TOOLBOX) setup
	@$(TOOLBOX) enter --net -- tests/run life

kernels: ## what make test does on 6.12 alone, on 6.1 and the newest; life as a whole; 40 minutes
	@$(TOOLBOX) setup
	@$(TOOLBOX) enter --net -- tests/run kernels

KERNEL ?= 6.12
soak: ## ACTS random acts (500) against NFs at full load, the same for the same SEED (1), on KERNEL (6.12); an hour
	@$(TOOLBOX) setup
	@ONEPATH_SEED=$(or $(SEED),1) ONEPATH_ACTS=$(or $(ACTS),500) $(TOOLBOX) enter --net -- tests/run soak-$(KERNEL)
	@sed -n 's/^# //p' build/test/soak-$(KERNEL).log

rate: ## frames per second with trapped and with polled doorbells, in one VM
	@$(TOOLBOX) setup
	@$(TOOLBOX) enter --net -- tests/run rate
	@sed -n 's/^# //p' build/test/rate.log

bench-vm: ## frames per second of onepath, DPDK and Linux's bridge, side by side in one VM
	@$(TOOLBOX) setup
	@$(TOOLBOX) enter --net -- make -s -j2 O=toolbox tests-build
	@$(TOOLBOX) enter --net -- tools/vm/build-module 6.12
	@$(TOOLBOX) enter --net -- tests/bench/vm

bench: ## onepath, the paper's algorithm and DPDK's driver side by side: instructions, ticks; BENCH=--help
	@$(TOOLBOX) setup
	@$(TOOLBOX) enter -- $(MAKE) --no-print-directory -j2 O=toolbox bench-run BENCH='$(BENCH)'

bench-budget: ## what line rate asks of a core and of PCI Express, after make bench
	@$(TOOLBOX) setup
	@$(TOOLBOX) enter -- tests/bench/budget

bench-asm: ## the machine code of the hot loop for the no-op, with what each instruction does
	@$(TOOLBOX) setup
	@$(TOOLBOX) enter -- $(MAKE) --no-print-directory O=toolbox bench-asm-run

peers: ## drivers that nobody here wrote, unmodified, on the software 82599: Linux's ixgbe, DPDK's
	@$(TOOLBOX) setup
	@ONEPATH_PEER_ROUNDS=50 ONEPATH_PEER_MEGABYTES=16 $(TOOLBOX) enter --net -- tests/run peers

nf-test: ## each NF and Linux's own function, on the same frames: bridge, ip route, nftables, ...; a minute
	@$(TOOLBOX) setup
	@$(TOOLBOX) enter --net -- tests/run nf

test-sanitized: ## the model's tests, and one with each of KERNELS in a VM, with AddressSanitizer in the model
	@$(TOOLBOX) setup
	@ONEPATH_NIC_BIN=$(CURDIR)/build/sanitize/onepath-nic $(TOOLBOX) enter --net -- \
		tests/run model faults-6.12 $(KERNELS:%=system-%-on)

test-debug: ## the module on a kernel with KASAN, UBSAN, lockdep, kmemleak, ...: built once, 5 to 20 minutes
	@$(TOOLBOX) setup
	@$(TOOLBOX) enter -- tools/vm/debug-kernel
	@$(TOOLBOX) enter --net -- tests/run debug

coverage: ## which lines of kmod the tests on the debug kernel reach; build/coverage.txt has the others
	@$(TOOLBOX) setup
	@$(TOOLBOX) enter -- tools/vm/debug-kernel
	@$(TOOLBOX) enter --net -- tests/coverage

selftests: ## kselftests of the module (tests/selftests), on each of KERNELS
	@$(TOOLBOX) setup
	@$(TOOLBOX) enter --net -- tests/run selftests

selftests-long: ## the same on one kernel, with 10 minutes of races
	@$(TOOLBOX) setup
	@ONEPATH_RACE_SECONDS=150 ONEPATH_WILD_ROUNDS=10 $(TOOLBOX) enter --net -- tests/run selftests-6.12

FUZZ_SEED ?= 1
fuzz-ioctl: ## 10 minutes of random calls, from FUZZ_SEED (1), on the debug kernel, guided by what they reach
	@$(TOOLBOX) setup
	@$(TOOLBOX) enter -- tools/vm/debug-kernel
	@ONEPATH_FUZZ_SECONDS=600 ONEPATH_FUZZ_SEED=$(FUZZ_SEED) $(TOOLBOX) enter --net -- tests/run selftests-debug
	@grep -E '^# ioctl_fuzz|random calls' build/test/selftests-debug.log

FUZZ_RUNS ?= 10000000
fuzz: ## FUZZ_RUNS fuzz inputs (10 million) to the model and its vfio-user server; goes on where it was
	@$(TOOLBOX) setup
	@$(TOOLBOX) enter -- tests/fuzz/run $(FUZZ_RUNS)

proofs: ## CBMC: the hot loop, the driver's order of register writes, NFs: for any frame, ring and device
	@$(TOOLBOX) setup
	@$(TOOLBOX) enter -- tests/proofs/run $(PROOFS)

check: ## W=1, sparse, checkpatch, clang-format, include rules, shellcheck, man pages
	@$(TOOLBOX) setup
	@$(TOOLBOX) enter --net -- tests/check

format: ## let clang-format rewrite the sources
	@$(TOOLBOX) setup
	@$(TOOLBOX) enter --net -- tests/check --format

clean: ## delete build/
	rm -rf build

distclean: clean ## delete build/ and the toolbox
	$(TOOLBOX) remove

-include $(shell find $(B) -name '*.d' 2>/dev/null)
