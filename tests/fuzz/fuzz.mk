# SPDX-License-Identifier: BSD-3-Clause
#
# Fuzz targets. O=fuzz builds them with clang and libFuzzer, any other O with
# replay.c instead, for the inputs kept in tests/fuzz/corpus.

FUZZ_TARGETS := fuzz_registers fuzz_vfio_user

ifeq ($(O),fuzz)
FUZZ_MAIN := $(call objects,tests/fuzz/snapshot.c)
FUZZ_LDFLAGS := -fsanitize=fuzzer
$(B)/tools/nic/%.o $(B)/tests/fuzz/nic/%.o: CPPFLAGS += -DSNAPSHOT_MODEL -include tests/fuzz/snapshot.h
$(B)/tests/fuzz/fuzz_%.o: CPPFLAGS += -DFUZZ_SNAPSHOT
# Loops over all bytes of a frame or all registers: the fuzzer would look at each comparison.
$(B)/tools/nic/crc.o $(B)/tools/nic/registers.o: ALL_CFLAGS += -fno-sanitize-coverage=trace-cmp
else
FUZZ_MAIN := $(call objects,tests/fuzz/replay.c)
endif

$(B)/tests/fuzz/%.o: INCLUDES := -Itests/fuzz -Itests/host -Itools/nic

# A port with the target's clock, whose doorbell pages stay where they are.
$(B)/tests/fuzz/nic/port.o: CPPFLAGS += -Dclock_gettime=fuzz_clock_gettime \
	-Dnic_doorbells_renew=fuzz_doorbells_renew
$(B)/tests/fuzz/nic/%.o: tools/nic/%.c
	$(call say,CC,$<)
	@mkdir -p $(@D)
	$(Q)$(CC) $(CPPFLAGS) $(INCLUDES) $(ALL_CFLAGS) -c -o $@ $<

EXTRA_fuzz_vfio_user := $(B)/tests/fuzz/nic/port.o

.PHONY: fuzz-build
fuzz-build: $(FUZZ_TARGETS:%=$(B)/%)

$(foreach t,$(FUZZ_TARGETS),$(eval $(call program,$(t),$(call objects,tests/fuzz/$(t).c) \
	$(EXTRA_$(t)) $(FUZZ_MAIN) $(B)/libnic.a,-lpcap -ljson-c,$(FUZZ_LDFLAGS))))
