#!/bin/bash
# SPDX-License-Identifier: BSD-3-Clause
#
# Breaks kmod/hw_*.c once in each way that matters and requires that one of their
# tests notices. Prints TAP, one line for each mutant.
#
# usage: test_hw_mutants.sh [BUILD_DIR]      (CC and CFLAGS as in make)
# shellcheck source=tests/host/mutants.sh
. "$(dirname "$0")/mutants.sh"

includes="-I$top/tests/host/include -I$top/kmod -I$top/tests/host -I$top/tools/nic -I$top/uapi
	-I$top/userspace/include"

# the slow ones last: the first that fails is enough
tests="test_hw test_hw_irq test_hw_queues test_hw_stats test_hw_settings test_hw_faults
	test_hw_model"

# object SOURCE OBJECT
object()
{
	# shellcheck disable=SC2086 # several words
	compile $includes -fPIC -c "$1" -o "$2"
}

# kmod/hw_*.c as a library, so that a mutant is one small file to compile and one to link
library()
{
	compile -shared "$work"/kmod/hw_*.o -o "$work/libhw.so"
}

# try FILE SED_SCRIPT
try()
{
	local test passed=1

	mutate "$top/kmod/$1" "$work/$1" "$2"
	object "$work/$1" "$work/kmod/${1%.c}.o"
	library
	for test in $tests; do
		timeout 60 "$work/$test" >"$work/log" 2>&1 && continue
		passed=0
		break
	done
	cp "$work/kmod/${1%.c}.good" "$work/kmod/${1%.c}.o"
	[ "$passed" -eq 1 ]
}

mkdir "$work/kmod" "$work/nic"
for source in "$top"/kmod/hw_*.c; do
	object "$source" "$work/kmod/$(basename "$source" .c).o"
	cp "$work/kmod/$(basename "$source" .c).o" "$work/kmod/$(basename "$source" .c).good"
done
library
for source in hw_fake hw_model $tests; do
	object "$top/tests/host/$source.c" "$work/$source.o"
done
for source in "$top"/tools/nic/*.c; do
	object "$source" "$work/nic/$(basename "$source" .c).o"
done
rm "$work/nic/main.o"
ar rcs "$work/libnic.a" "$work"/nic/*.o # as an archive: only what is needed gets linked
for test in $tests; do
	compile "$work/$test.o" "$work/hw_fake.o" "$work/hw_model.o" "$work/libnic.a" -L"$work" -lhw \
		-Wl,-rpath,"$work" -lcmocka -o "$work/$test"
done
if ! try hw_reset.c ""; then
	cat "$work/log" >&2
	echo "$0: the tests fail with kmod/hw_*.c as they are" >&2
	exit 1
fi

mutant "a missing device is waited for" hw_reset.c 's/if (value == ALL_ONES \&\& /if (0 \&\& /'
mutant "a wait has no bound" hw_reset.c 's/if (slept_us >= timeout_us)/if (slept_us >= 1000 * timeout_us)/'
mutant "a timeout is not told" hw_reset.c '/io->timeout(/d'
mutant "a timeout is taken for success" hw_reset.c 's/return -ETIMEDOUT/return 0/'
mutant "interrupts not masked" hw_reset.c 's/^[[:space:]]*onepath_hw_mask_interrupts(io);//'
mutant "upper receive queues left running" hw_reset.c 's/onepath_hw_queue_disable(io, REG_RXDCTL_HIGH(n), \&timeout_us)/0/'
mutant "half of the transmit queues left running" hw_reset.c 's/2 \* ONEPATH_HW_QUEUES/ONEPATH_HW_QUEUES/'
mutant "no master disable" hw_reset.c '/onepath_write(io, REG_CTRL, ctrl | CTRL_PCIE_MASTER_DISABLE)/d'
mutant "a reset that never ended is written back" hw_reset.c 's/onepath_read(io, REG_CTRL) \& ~(CTRL_RST | CTRL_LRST)/onepath_read(io, REG_CTRL)/'
mutant "no loopback when the bus does not stop" hw_reset.c 's/hlreg0 | HLREG0_LPBK/hlreg0/'
mutant "one reset when the bus does not stop" hw_reset.c 's/\*resets = 2/*resets = 1/'
mutant "1 ms after a reset" hw_reset.c 's/\(define RESET_US[[:space:]]*\)10000/\11000/'
mutant "a link reset not asked for" hw_reset.c 's/link ? CTRL_LRST : 0/CTRL_LRST/'
mutant "errors told of a missing device" hw_irq.c '/^u32 onepath_hw_errors/,/^}/s/causes == ALL_ONES ||//'
mutant "errors of the bus not cleared" hw_irq.c '/onepath_write(io, REG_PICAUSE, PICAUSE_ERRORS)/d'
mutant "errors of the bus not let through" hw_init.c '/REG_PIENA/d'
mutant "EEPROM not waited for" hw_init.c 's/rc = onepath_hw_wait(io, REG_EEC.*/rc = 0;/'
mutant "DMA unit not waited for" hw_init.c 's/rc = onepath_hw_wait(io, REG_RDRXCTL.*/rc = 0;/'
mutant "a table not cleared" hw_filter.c '/REG_PFVLVFB/d'
mutant "filter changed while receiving" hw_filter.c '/^int onepath_hw_filter_set/,/^}/s/int rc = onepath_hw_rx_hold(io)/int rc = 0/'
mutant "receive left held" hw_filter.c '/^int onepath_hw_filter_set/,/^}/{/onepath_hw_rx_release(io);/d}'
mutant "promiscuous and all-multicast swapped" hw_filter.c '/^int onepath_hw_filter_set/,/^}/{s/FCTRL_UPE/FCTRL_X/;s/FCTRL_MPE/FCTRL_UPE/;s/FCTRL_X/FCTRL_MPE/}'
mutant "CRC strip in one of two places" hw_rx.c '/REG_HLREG0, HLREG0_RXCRCSTRP/d'
mutant "jumbo frames let in" hw_rx.c 's/mtu == MTU_DEFAULT/0/'
mutant "jumbo frames kept out" hw_rx.c 's/mtu == MTU_DEFAULT/1/'
mutant "MTU changed while receiving" hw_rx.c '/^int onepath_hw_mtu_set/,/^}/s/= onepath_hw_rx_hold(io)/= 0/'
mutant "MTU without the CRC" hw_rx.c 's/\(FRAME_OVERHEAD[[:space:]]*\)18/\114/'
mutant "MTU read from a register that does not count" hw_rx.c 's/if (!(onepath_read(io, REG_HLREG0) & HLREG0_JUMBOEN))/if (0)/'
mutant "receive stalls instead of dropping" hw_rx.c 's/? 0 : SRRCTL_DROP_EN/? 0 : 0/'
mutant "RDT before the queue is enabled" hw_rx.c 's/onepath_write(io, REG_RDT(queue), 0)/onepath_write(io, REG_RDT(queue), ring_size - 1)/'
mutant "RDT full" hw_rx.c 's/REG_RDT(queue), ring_size - 1/REG_RDT(queue), ring_size/'
mutant "RXDCTL not waited for" hw_rx.c '/^int onepath_hw_rx_start/,/^}/s/rc = onepath_hw_wait(/rc = 0 \& onepath_hw_rdt(0); (void)(/'
mutant "receive enabled without a hold" hw_rx.c '/^int onepath_hw_rx_enable/,/^}/s/= onepath_hw_rx_hold(io)/= 0/'
mutant "memory used up to the end of rx_stop" hw_rx.c '/io->sleep_us(io, 100)/d'
mutant "relaxed ordering of heads" hw_tx.c '/DCA_TXCTRL_DESC_WB_RO_EN/d'
mutant "no head write-back" hw_tx.c 's/ | TDWBAL_HEAD_WB_EN//'
mutant "PTHRESH without HTHRESH" hw_tx.c 's/TXDCTL_HTHRESH(4)/TXDCTL_HTHRESH(0)/'
mutant "no padding" hw_tx.c 's/ | HLREG0_TXPADEN//'
mutant "transmit unit not enabled" hw_tx.c '/DMATXCTL_TE/d'
mutant "MTQC with the arbiter running" hw_tx.c '/onepath_set(io, REG_RTTDCS, RTTDCS_ARBDIS)/d'
mutant "TDH always 0" hw_tx.c 's/REG_TDH(queue), at)/REG_TDH(queue), 0)/'
mutant "TDT always 0" hw_tx.c 's/REG_TDT(queue), at)/REG_TDT(queue), 0)/'
mutant "head and tail swapped" hw_tx.c 's/\*head = onepath_read(io, REG_TDH/*head = onepath_read(io, REG_TDT/'
mutant "buffers of 2 KB always" hw_rx.c 's/KB(buffer_bytes \/ 1024)/KB(2)/'
mutant "the wrong receive head" hw_rx.c 's/REG_RDH(queue));/REG_RDT(queue));/'
mutant "receive held for each queue" hw_rx.c 's/if (onepath_read(io, REG_RXCTRL) & RXCTRL_RXEN)/if (0)/'
mutant "receive causes cleared by reading" hw_irq.c 's/GPIE_OCD | //'
mutant "vectors not masked by their message" hw_irq.c '/REG_EIAM_EX(0)/d'
mutant "causes not cleared by their message" hw_irq.c '/REG_EIAC/d'
mutant "interrupts not moderated" hw_irq.c '/REG_EITR(n)/s/EITR_INTERVAL_US(INTERVAL_US)/0/'
mutant "open from the beginning" hw_irq.c '/REG_EIMC_EX(0), ALL_ONES/d'
mutant "old causes not dropped at init" hw_irq.c '/REG_EICR, ALL_ONES/d'
mutant "queues' vectors one too low" hw_irq.c 's/(1 + (q))/(q)/'
mutant "odd queues led to the even one's vector" hw_irq.c 's/RX_VECTOR(q + 1)/RX_VECTOR(q)/'
mutant "all queues led to vectors" hw_irq.c 's/q < ONEPATH_HW_RX_QUEUES/1/'
mutant "errors do not interrupt" hw_irq.c 's/EICR_LSC | ERRORS)/EICR_LSC)/'
mutant "link changes do not interrupt" hw_irq.c 's/EICR_LSC | ERRORS)/ERRORS)/'
mutant "link change not cleared" hw_irq.c '/REG_EICR, EICR_LSC/d'
mutant "all causes cleared with a link change" hw_irq.c 's/REG_EICR, EICR_LSC/REG_EICR, ALL_ONES/'
mutant "errors not kept" hw_irq.c 's/onepath_write(io, REG_EIMC, ERRORS)/onepath_write(io, REG_EICR, ERRORS)/'
mutant "errors not cleared" hw_irq.c '/REG_EICR, causes & ERRORS/d'
mutant "errors stay masked" hw_irq.c '/REG_EIMS, ERRORS/d'
mutant "errors opened though vector 0 is not" hw_irq.c 's/if (onepath_read(io, REG_EIMS) & EICR_LSC)//'
mutant "a missing device's causes" hw_irq.c '/^u32 onepath_hw_irq_other(/,/^}/s/if (causes == ALL_ONES)/if (0)/'
mutant "a stale cause interrupts" hw_irq.c '/REG_EICR, EICR_RTXQ/d'
mutant "EICR's bit 16 is taken for vector 16" hw_irq.c 's/if (vector < EICR_VECTORS)//'
mutant "arm opens all" hw_irq.c 's/REG_EIMS_EX(0), BIT(vector)/REG_EIMS_EX(0), RX_VECTORS/'
mutant "disarm leaves it open" hw_irq.c 's/REG_EIMC_EX(0), BIT/REG_EIMC_EX(1), BIT/'
mutant "filter read back swapped" hw_filter.c '/^u32 onepath_hw_filter_get/,/^}/s/FCTRL_UPE ?/FCTRL_MPE ?/'
mutant "addresses one entry too low" hw_filter.c 's/onepath_hw_address_write(io, 1 + n/onepath_hw_address_write(io, n/'
mutant "old addresses stay" hw_filter.c '/onepath_write(io, REG_RAH(1 + n), 0)/d'
mutant "an address of nobody's" hw_filter.c '/REG_MPSAR(2 \* entry), 1/d'
mutant "an address never valid" hw_filter.c 's/RAH_AV | address/address/'
mutant "the last address not read" hw_filter.c 's/n <= ONEPATH_HW_ADDRESSES_MAX/n < ONEPATH_HW_ADDRESSES_MAX/'
mutant "addresses changed while receiving" hw_filter.c '/^int onepath_hw_addresses_set/,/^}/s/= onepath_hw_rx_hold(io)/= 0/'
mutant "VLANs not filtered" hw_filter.c 's/if (filter)/if (0)/'
mutant "VLAN filter left on" hw_filter.c '/onepath_clear(io, REG_VLNCTRL, VLNCTRL_VFE)/s/onepath_clear/(void)/; s/(void)(io, REG/(void)(REG/'
mutant "VLANs of the first word" hw_filter.c 's/onepath_write(io, REG_VFTA(n), ids\[n\])/onepath_write(io, REG_VFTA(n), ids[0])/'
mutant "VLANs changed while receiving" hw_filter.c '/^int onepath_hw_vlans_set/,/^}/s/= onepath_hw_rx_hold(io)/= 0/'
mutant "PAUSE frames sent too late" hw_pause.c 's/\(define MARGIN_BYTES[[:space:]]*\)(48/\1(8/'
mutant "PAUSE frames not repeated" hw_pause.c 's/PAUSE_AGAIN_QUANTA : 0/0 : 0/'
mutant "PAUSE not ended" hw_pause.c 's/FCRTL_XONE | //'
mutant "PAUSE frames sent always" hw_pause.c 's/onepath_write(io, REG_FCCFG, 0)/(void)0/; s/on ? FCRTH_FCEN/1 ? FCRTH_FCEN/'
mutant "PAUSE frames never obeyed" hw_pause.c 's/rx ? MFLCN_RFCE/0 ? MFLCN_RFCE/'
mutant "PAUSE frames passed on" hw_pause.c 's/ | MFLCN_DPF//'
mutant "dropped instead of waited with" hw_pause.c '/onepath_hw_rx_drop/d'
mutant "waited with before the start" hw_rx.c 's/onepath_hw_pause_get(io) & ONEPATH_HW_PAUSE_TX/0/'
mutant "an output obeys no PAUSE" hw_pause.c 's/rx ? onepath_hw_rx_enable(io) : 0/0/'
mutant "paused the other way round" hw_pause.c 's/return !(onepath_read(io, REG_TFCS)/return (onepath_read(io, REG_TFCS)/'
mutant "RSS key backwards" hw_rss.c 's/onepath_hw_rss_write(io, REG_RSSRK(0), key/onepath_hw_rss_write(io, REG_RSSRK(0), table/'
mutant "RSS table's bytes reversed" hw_rss.c 's/bytes\[n + 1\] << 8 | bytes\[n + 2\] << 16/bytes[n + 2] << 8 | bytes[n + 1] << 16/'
mutant "RSS hashes UDP as TCP" hw_rss.c 's/MRQC_TCP_IPV4, MRQC_UDP_IPV4/MRQC_UDP_IPV4, MRQC_TCP_IPV4/'
mutant "RSS never on" hw_rss.c 's/hash ? MRQC_MRQE_RSS : 0/0/'
mutant "RSS changed while receiving" hw_rss.c '/^int onepath_hw_rss_set/,/^}/s/= onepath_hw_rx_hold(io)/= 0/'
mutant "RSS not reset" hw_rss.c '/REG_MRQC, 0)/d'
mutant "speeds of any kind of link" hw_link.c 's/(!both \&\& onepath_hw_link_is_sfi(io))/!both/'
mutant "both speeds at once" hw_link.c 's/(!both \&\& onepath_hw_link_is_sfi(io))/onepath_hw_link_is_sfi(io)/'
mutant "speed not restarted" hw_link.c 's/autoc | AUTOC_RESTART_AN/autoc/'
mutant "link restarted for the speed that it has" hw_link.c 's/if (rc || speeds == onepath_hw_speeds_get(io))/if (rc)/'
mutant "rate select the other way round" hw_link.c 's/if (fast)/if (!fast)/'
mutant "tx_stop does not drain" hw_tx.c 's/onepath_read(io, REG_TDH(queue)) != onepath_read(io, REG_TDT(queue))/0/'
mutant "tx_stop takes more time off than it waited" hw_tx.c 's/-= DRAIN_STEP_US/-= 2 * DRAIN_STEP_US/'
mutant "a reset waits for each stuck queue anew" hw_reset.c 's/\*timeout_us = 0/(void)0/'
mutant "statistics believe a missing device" hw_stats.c 's/if (onepath_hw_gone(io))/if (0)/'
mutant "a missing device is not noticed" hw_reset.c 's/REG_STATUS) == ALL_ONES;/REG_STATUS) == 1;/'
mutant "bytes counted without their upper half" hw_stats.c 's/return value | .*/return onepath_read(io, high), value >> 1;/'
mutant "old counts not dropped at init" hw_stats.c '/onepath_hw_stats_read(io, &unused);/d'
mutant "all receive queues in one set" hw_stats.c '/onepath_hw_stats_map(io, REG_RQSMR/d'
mutant "all transmit queues in one set" hw_stats.c '/onepath_hw_stats_map(io, REG_TQSM/d'
mutant "queues beyond the last set in the first" hw_stats.c 's/: SETS - 1)/: 0)/'
mutant "a counter of a set is missing" hw_stats.c 's/set\[n\].rx_missed += now.rx_missed/set[n].rx_missed += 0/'
mutant "sets of transmit count frames as bytes" hw_stats.c 's/now.tx_frames, REG_QBTC_L(n),/now.tx_frames, REG_QPTC(n),/'
mutant "bytes of frames that were read before init are kept" hw_stats.c '/former driver did read/,/}/d'
mutant "oversize frames are length errors" hw_stats.c 's/rx_oversize += onepath_read(io, REG_ROC)/rx_length_errors += onepath_read(io, REG_ROC)/'
mutant "what is taken is read before what came" hw_stats.c 's/REG_RXNFGPC/REG_X/; s/REG_GPRC/REG_RXNFGPC/; s/REG_X/REG_GPRC/; s/sum->rx_unfiltered, *$/sum->rx_taken,/; s/^\t\t\t\t\t\t sum->rx_taken/sum->rx_unfiltered/'
mutant "differences go back" hw_stats.c 's/all - part > before ? all - part : before/1 ? all - part : before/'
mutant "differences below zero" hw_stats.c 's/all > part \&\& //'
mutant "PAUSE frames obeyed are filtered frames" hw_stats.c 's/sum->rx_taken += off/(void)off/'
mutant "PAUSE frames that end a pause are filtered frames" hw_stats.c 's/sum->rx_taken += onepath_read(io, REG_LXONRXCNT)/(void)0/'
mutant "PAUSE frames sent are frames sent" hw_stats.c 's/sum->tx_pause_all += off/(void)off/'
mutant "PAUSE frames of 60 bytes" hw_stats.c 's/PAUSE_BYTES 64/PAUSE_BYTES 60/'
mutant "pauses received and sent swapped" hw_stats.c 's/sum->rx_pause += off/sum->tx_pause += off/'
mutant "laser left off" hw_link.c 's/onepath_clear(io, REG_ESDP, ESDP_SDP3_DATA);//'
mutant "link restarted although up" hw_link.c 's/if (!(onepath_read(io, REG_LINKS) & LINKS_UP))//'
mutant "speed of a link that is down" hw_link.c 's/if (!(links & LINKS_UP))/if (0)/'

mutants_end
