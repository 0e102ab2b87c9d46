# SPDX-License-Identifier: BSD-3-Clause
#
# Test programs: built by tests/run in the toolbox. A host test is one program
# for each tests/host/test_*.c; what else it links is listed here.

HOST_TESTS := $(patsubst tests/host/%.c,%,$(wildcard tests/host/test_*.c))
SYSTEM_PROGRAMS := configure cycles events failnth hold hostile ioctl_fuzz kin pages spread wild

# Tests of the model: built with O=sanitize, so that what they touch wrongly shows.
MODEL_TESTS := $(filter test_nic_% test_vfio_% test_pci test_wire test_shm_%,$(HOST_TESTS))

# Tests of the loop with the device on other threads: built with O=tsan, so that races show.
THREAD_TESTS := test_run_threads

.PHONY: tests-build sanitized-build tsan-build selftests-build
tests-build: userspace tools selftests-build $(patsubst %,$(B)/%,$(filter-out $(MODEL_TESTS),$(HOST_TESTS)) $(SYSTEM_PROGRAMS))
sanitized-build: $(NF_PROGRAMS) $(B)/onepath-nic $(MODEL_TESTS:%=$(B)/%) fuzz-build $(B)/planted
tsan-build: $(THREAD_TESTS:%=$(B)/%)

# tests/selftests are built as in a kernel's tree.
selftests-build:
	@mkdir -p $(B)/selftests
	@$(MAKE) --no-print-directory -C tests/selftests OUTPUT=$(CURDIR)/$(B)/selftests all

$(eval $(call program,planted,$(call objects,tests/host/planted.c)))

OBJECTS_ioctl_fuzz := $(call objects,tests/system/ioctl_fuzz_calls.c)
$(foreach p,$(SYSTEM_PROGRAMS),$(eval $(call program,$(p),$(call objects,tests/system/$(p).c) $(OBJECTS_$(p)) \
	$(B)/libonepath.a,,$(GUEST_LDFLAGS))))

# The model without its main(), as an archive: a test takes what it needs.
$(B)/libnic.a: $(call objects,$(NIC_SOURCES))
	$(call say,AR,$@)
	$(Q)rm -f $@ && $(AR) rcs $@ $^

$(B)/tests/host/%.o: INCLUDES := -Itests/host -Itools/nic -Iuapi -Iuserspace/include -Iuserspace/nf -Iuserspace/nf/common
$(B)/tests/host/%.o: ALL_CFLAGS += -Wno-missing-prototypes

# kmod/hw_*.c as they are, with the kernel's headers of tests/host/include.
HW_OBJECTS := $(patsubst kmod/%.c,$(B)/tests/hw/%.o,$(wildcard kmod/hw_*.c))
HW_INCLUDES := -Itests/host/include -Ikmod -Itools/nic -Iuapi -Iuserspace/include

$(B)/tests/hw/%.o: kmod/%.c
	$(call say,CC,$<)
	@mkdir -p $(@D)
	$(Q)$(CC) $(CPPFLAGS) $(HW_INCLUDES) $(ALL_CFLAGS) -c -o $@ $<

$(B)/tests/host/test_hw.o $(B)/tests/host/test_hw_%.o $(B)/tests/host/hw_%.o: INCLUDES := $(HW_INCLUDES)

# They run over a scripted register file, or over the model, or both.
HW_MACHINES := $(call objects,tests/host/hw_fake.c tests/host/hw_model.c) $(HW_OBJECTS) $(B)/libnic.a

$(foreach t,$(filter test_hw%,$(HOST_TESTS)),$(eval EXTRA_$(t) := $(HW_MACHINES)))

include tests/bench/bench.mk
EXTRA_test_bench := $(BENCH_LANES)
EXTRA_test_nf_steps := $(BENCH_LANES)
EXTRA_test_run := $(call objects,tests/host/run_device.c tests/host/run_frames.c tests/host/run_kernel.c)
EXTRA_test_outputs := $(EXTRA_test_run)
EXTRA_test_run_properties := $(EXTRA_test_run)
EXTRA_test_run_threads := $(call objects,tests/host/run_threads.c tests/host/run_frames.c)
EXTRA_test_lib := $(B)/libonepath.a
LDFLAGS_test_lib := $(foreach f,open ioctl mmap munmap close poll,-Wl,--wrap=$(f))
EXTRA_test_lib_calls := $(EXTRA_test_lib)
LDFLAGS_test_lib_calls := $(LDFLAGS_test_lib)
EXTRA_test_nf_config := $(B)/libnf.a
EXTRA_test_nf_firewall_config := $(call objects,userspace/nf/firewall/config.c) $(B)/libnf.a
EXTRA_test_nf_nat_config := $(call objects,userspace/nf/nat/config.c) $(B)/libnf.a
EXTRA_test_nf_policer := $(B)/libnf.a
EXTRA_test_nf_policer_config := $(call objects,userspace/nf/policer/config.c) $(B)/libnf.a
EXTRA_test_lpm := $(B)/libnf.a
EXTRA_test_nf_bridge_config := $(call objects,userspace/nf/bridge/config.c) $(B)/libnf.a
EXTRA_test_nf_lb := $(call objects,userspace/nf/lb/maglev.c)
EXTRA_test_nf_lb_config := $(call objects,$(addprefix userspace/nf/lb/,config.c maglev.c)) $(B)/libnf.a
EXTRA_test_nf_router := $(call objects,userspace/nf/router/tables.c) $(EXTRA_test_lpm)
EXTRA_test_nf_router_ipv6 := $(EXTRA_test_nf_router)
EXTRA_test_nf_router_config := $(call objects,$(addprefix userspace/nf/router/,config.c plan.c tables.c)) $(B)/libnf.a
$(foreach t,$(MODEL_TESTS),$(eval EXTRA_$(t) := $(B)/libnic.a))

$(foreach t,$(HOST_TESTS),$(eval $(call program,$(t),$(call objects,tests/host/$(t).c) \
	$(EXTRA_$(t)),-lcmocka -lpcap -ljson-c -lyaml -lpthread,$(LDFLAGS_$(t)))))

include tests/fuzz/fuzz.mk
