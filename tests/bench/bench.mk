# SPDX-License-Identifier: BSD-3-Clause
#
# The benchmark (make bench), and the part of it that is a test: without DPDK.

BENCH_INCLUDES := -Iuapi -Iuserspace/include -Iuserspace/nf -Iuserspace/nf/common -Itools/nic
BENCH_LANES := $(call objects,$(addprefix tests/bench/,bench_nic.c cases.c count.c flows.c lane.c nfs.c paths.c)) \
	$(B)/libnf.a

$(B)/tests/bench/%.o: INCLUDES := $(BENCH_INCLUDES)

# Asked for when one of these is made, and not each time that make runs.
$(call objects,$(wildcard tests/bench/dpdk*.c)): CPPFLAGS += $(subst -I/,-isystem /,$(shell pkg-config --cflags libdpdk))
DPDK_LIBRARIES := -Wl,--no-as-needed -lrte_net_ixgbe -lrte_mempool_ring -lrte_ethdev -lrte_mbuf \
	-lrte_mempool -lrte_ring -lrte_pci -lrte_log -lrte_eal

# DPDK's driver registers itself with a function of the program's own: -rdynamic.
$(eval $(call program,bench,$(call objects,$(filter-out %/noop_loop.c,$(wildcard tests/bench/*.c))) $(B)/libnic.a $(B)/libnf.a, \
	-lpthread -lm -lpcap -ljson-c $(DPDK_LIBRARIES),-rdynamic))

.PHONY: bench-run bench-asm-run
bench-run: $(B)/bench
	@$(B)/bench $(BENCH)
	@tests/bench/plot build/bench.json build/bench

# The hot loop of the no-op: what the compiler made of it.
bench-asm-run: $(B)/tests/bench/noop_loop.o
	@tests/bench/asm $<
