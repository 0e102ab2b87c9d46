// SPDX-License-Identifier: BSD-3-Clause
/*
 * Every rule of the model is broken on purpose, once, by a driver that did
 * all before it right, and must be counted. The table names every rule.
 */
#include "nic_driver.h"

#define WHOLE (D_EOP | D_IFCS | D_RS)

/* A port is reset and ready, or in use; then something is wrong: @commit, or a write or two. */
struct violation {
	const char *rule;
	void (*prepare)(struct machine *m);
	void (*commit)(struct machine *m);
	struct {
		uint32_t offset;
		uint32_t value;
	} writes[2];
};

static void power_on(struct machine *m)
{
}

/* Set up to where receive would be enabled. */
static void before_receive(struct machine *m)
{
	driver_reset(m);
	driver_init_receive(m);
	driver_setup_rx_queue(m, 0);
}

/* Set up to where transmit would be enabled. */
static void before_transmit(struct machine *m)
{
	driver_reset(m);
	driver_init_transmit(m);
	driver_setup_tx_queue(m, 0, true);
}

static void just_reset(struct machine *m)
{
	driver_quiesce(m);
	set_bits(m, D_CTRL, D_CTRL_RST);
}

static void unknown_register(struct machine *m)
{
	assert_int_equal(rd(m, 0x00004), 0);
}

static void misaligned_access(struct machine *m)
{
	assert_int_equal(rd(m, D_CTRL + 2), 0);
}

static void reserved_bits(struct machine *m)
{
	set_bits(m, D_RX(3, D_SRRCTL), 1u << 30);
	assert_int_equal(rd(m, D_RX(3, D_SRRCTL)) >> 30, 0);
}

static void reset_master_disable(struct machine *m)
{
	set_bits(m, D_CTRL, D_CTRL_MASTER_DISABLE);
	set_bits(m, D_CTRL, D_CTRL_RST);
}

static void reset_queue_enabled(struct machine *m)
{
	set_bits(m, D_CTRL, D_CTRL_MASTER_DISABLE);
	rd(m, D_STATUS);
	set_bits(m, D_CTRL, D_CTRL_RST);
}

static void reset_interrupts(struct machine *m)
{
	driver_quiesce(m);
	wr(m, D_EIMS, 1);
	set_bits(m, D_CTRL, D_CTRL_RST);
}

static void reset_twice(struct machine *m)
{
	sleep_ns(m, 1000);
	wr(m, D_CTRL, D_CTRL_RST);
}

static void reset_access(struct machine *m)
{
	sleep_ns(m, MS - 1);
	rd(m, D_STATUS);
}

static void reset_wait(struct machine *m)
{
	sleep_ns(m, 10 * MS - 1);
	wr(m, D_FCTRL, 0);
}

static void eeprom_autoload(struct machine *m)
{
	sleep_ns(m, 10 * MS);
	wr(m, D_RAL(0), 0);
}

static void dma_init(struct machine *m)
{
	sleep_ns(m, 10 * MS);
	driver_setup_rx_queue(m, 0);
	set_bits(m, D_RX(0, D_RXDCTL), D_ENABLE);
}

static void filter_running(struct machine *m)
{
	set_bits(m, D_FCTRL, D_FCTRL_UPE);
}

static void eeprom_autoload_link(struct machine *m)
{
	sleep_ns(m, 10 * MS);
	set_bits(m, D_AUTOC, D_AUTOC_RESTART_AN);
}

static void dma_init_transmit(struct machine *m)
{
	sleep_ns(m, 12 * MS);
	set_bits(m, D_DMATXCTL, 1);
}

static void dma_init_receive(struct machine *m)
{
	sleep_ns(m, 12 * MS);
	driver_init_receive(m);
	driver_enable_receive(m);
}

static void tables(struct machine *m)
{
	driver_reset(m);
	clear_bits(m, D_RDRXCTL, D_RDRXCTL_RSCFRSTSIZE);
	set_bits(m, D_RDRXCTL, D_RDRXCTL_CRCSTRIP | D_RDRXCTL_FIXED);
	driver_enable_receive(m);
}

static void rxen_path_halted(struct machine *m)
{
	set_bits(m, D_SECRXCTRL, D_SECRXCTRL_RX_DIS);
	set_bits(m, D_RXCTRL, 1);
}

static void crc_strip(struct machine *m)
{
	clear_bits(m, D_HLREG0, D_HLREG0_RXCRCSTRP);
	driver_enable_receive(m);
}

static void rscfrstsize(struct machine *m)
{
	set_bits(m, D_RDRXCTL, 8u << 17);
	driver_enable_receive(m);
}

static void rdrxctl_fixed(struct machine *m)
{
	clear_bits(m, D_RDRXCTL, 1u << 26);
	driver_enable_receive(m);
}

static void tail_before_enable_again(struct machine *m)
{
	clear_bits(m, D_RX(0, D_RXDCTL), D_ENABLE);
	wr(m, D_RX(0, D_RDT), 0);
	wr(m, D_RX(0, D_RXDCTL), D_ENABLE);
	wr(m, D_RX(0, D_RDT), 1);
}

/* A tail that is made the head gives nothing; the next one does. */
static void tail_before_enable_beyond_head(struct machine *m)
{
	wr(m, D_TX(0, D_TDH), 5);
	wr(m, D_TX(0, D_TDT), 5);
	assert_int_equal(nic_rules_broken(m->nic), 0);
	wr(m, D_TX(0, D_TDT), 6);
}

static void tail_before_enable_tx(struct machine *m)
{
	set_bits(m, D_TX(0, D_TXDCTL), D_ENABLE);
	transmit(m, 0, 60, WHOLE);
}

static void tail_range_tx(struct machine *m)
{
	wr(m, D_TX(0, D_TDT), RING);
	assert_int_equal(m->sent, 0);
}

static void tx_enable_order(struct machine *m)
{
	clear_bits(m, D_DMATXCTL, 1);
	set_bits(m, D_TX(0, D_TXDCTL), D_ENABLE);
	assert_int_equal(rd(m, D_TX(0, D_TXDCTL)) & D_ENABLE, 0);
}

static void head_wb_alignment(struct machine *m)
{
	wr(m, D_TX(0, D_TDWBAL), (uint32_t)(MEMORY_IOVA + HEAD_AT + 8) | 1);
	driver_start_tx_queue(m, 0);
	set_bits(m, D_AUTOC, 1);
	transmit(m, 0, 60, WHOLE);
	assert_int_equal(m->sent, 1);
	/* As on hardware, nothing is written. */
	assert_int_equal(m->memory[HEAD_AT + 8], 0);
}

static void head_wb_ordering(struct machine *m)
{
	set_bits(m, D_TX(0, D_DCA_TXCTRL), 1 << 11);
	driver_start_tx_queue(m, 0);
}

static void tx_legacy_mode(struct machine *m)
{
	set_bits(m, D_RTTDCS, D_RTTDCS_ARBDIS);
	wr(m, D_MTQC, 2);
	clear_bits(m, D_RTTDCS, D_RTTDCS_ARBDIS);
	transmit(m, 0, 60, WHOLE);
}

static void tx_null(struct machine *m)
{
	put_tx(m, 0, 0, D_IFCS);
	transmit(m, 1, 60, WHOLE);
}

static void tx_null_inside(struct machine *m)
{
	put_tx(m, 0, 60, D_IFCS);
	put_tx(m, 1, 0, WHOLE);
	wr(m, D_TX(0, D_TDT), 2);
}

static void tx_too_short(struct machine *m)
{
	transmit(m, 0, 13, WHOLE);
	assert_int_equal(m->sent, 0);
	assert_int_equal(head_in_memory(m), 1);
}

static void tx_too_long(struct machine *m)
{
	put_tx(m, 0, NIC_FRAME_MAX + 1, WHOLE);
	wr(m, D_TX(0, D_TDT), 1);
	assert_int_equal(m->sent, 0);
	assert_int_equal(head_in_memory(m), 1);
}

static void tx_descriptors(struct machine *m)
{
	/* 38 are just right. */
	for (unsigned int i = 0; i < 38; i++)
		put_tx(m, i, 20, i == 37 ? WHOLE : D_IFCS);
	wr(m, D_TX(0, D_TDT), 38);
	assert_int_equal(m->sent_len[0], 38 * 20);
	assert_no_rule_broken(m);
	for (unsigned int i = 38; i < 38 + 39; i++)
		put_tx(m, i % RING, 20, i == 38 + 38 ? WHOLE : D_IFCS);
	wr(m, D_TX(0, D_TDT), (38 + 39) % RING);
	assert_int_equal(m->sent, 1);
}

static void tx_padding(struct machine *m)
{
	transmit(m, 0, 63, D_EOP | D_RS);
}

static void head_wb_wthresh(struct machine *m)
{
	wr(m, D_TX(0, D_TXDCTL), D_WTHRESH(1) | 4 << 8 | 32);
	driver_start_tx_queue(m, 0);
}

static void tx_ifcs(struct machine *m)
{
	transmit(m, 0, 64, D_EOP | D_RS | D_VLE);
}

static void tx_rs_eop(struct machine *m)
{
	put_tx(m, 0, 60, D_IFCS | D_RS);
	transmit(m, 1, 60, WHOLE);
	assert_int_equal(m->sent_len[0], 120);
}

static void tx_rs_wthresh(struct machine *m)
{
	wr(m, D_TX(0, D_TDWBAL), 0);
	wr(m, D_TX(0, D_TXDCTL), D_WTHRESH(8) | 4 << 8 | 32);
	driver_start_tx_queue(m, 0);
	set_bits(m, D_AUTOC, 1);
	/* Once a queue. */
	transmit(m, 0, 60, WHOLE);
	transmit(m, 1, 60, WHOLE);
	assert_int_equal(m->sent, 2);
}

/* A frame of 60 bytes that wants what @high says, behind a context of an IPv4 packet. */
static void advanced(struct machine *m, uint64_t low, uint64_t context, uint64_t high)
{
	make_frame(tx_buffer(m, 1), 1000);
	put_advanced(m, 0, low, D_CONTEXT | context);
	put_tx(m, 1, 60, WHOLE | D_DATA | high);
	wr(m, D_TX(0, D_TDT), 2);
	assert_int_equal(head_in_memory(m), 2);
}

#define LENGTHS (D_MACLEN(14) | D_IPLEN(20))
#define LARGE	(D_TSE | D_TXSM | D_IXSM | D_PAYLEN(6))

static void tx_format(struct machine *m)
{
	put_tx(m, 0, 60, D_IFCS);
	transmit(m, 1, 60, WHOLE | D_DATA);
	assert_int_equal(m->sent_len[0], 120);
}

static void tx_format_context_inside(struct machine *m)
{
	put_tx(m, 0, 60, D_IFCS | D_DATA | D_PAYLEN(120));
	/* What lies where a length would be is none. */
	put_advanced(m, 1, LENGTHS, D_CONTEXT | 0x1FF);
	transmit(m, 2, 60, WHOLE | D_DATA);
	assert_int_equal(m->sent_len[0], 120);
}

static void tx_format_type(struct machine *m)
{
	transmit(m, 0, 60, WHOLE | D_DEXT | 1 << 20);
	assert_int_equal(m->sent, 0);
}

static void tx_context(struct machine *m)
{
	advanced(m, LENGTHS, D_TX_IPV4, D_TXSM | D_IDX(1) | D_PAYLEN(60));
	assert_int_equal(m->sent, 1);
}

static void tx_context_index(struct machine *m)
{
	advanced(m, LENGTHS, D_TX_IPV4 | D_IDX(2), D_PAYLEN(60));
}

static void tx_header_length(struct machine *m)
{
	advanced(m, D_MACLEN(14) | D_IPLEN(40), D_L4T(1), D_TXSM | D_PAYLEN(60));
	/* As it is. */
	assert_memory_equal(m->sent_frame[0], tx_buffer(m, 1), 60);
}

static void tx_header_length_mac(struct machine *m)
{
	advanced(m, D_MACLEN(13) | D_IPLEN(20), D_TX_IPV4, D_IXSM | D_PAYLEN(60));
}

static void tx_header_length_large(struct machine *m)
{
	advanced(m, LENGTHS, D_TX_IPV4 | D_L4T(1) | D_L4LEN(16) | D_MSS(100),
		 D_TSE | D_TXSM | D_IXSM | D_PAYLEN(10));
	assert_int_equal(m->sent, 0);
}

static void tx_mss(struct machine *m)
{
	advanced(m, LENGTHS, D_TX_IPV4 | D_L4T(1) | D_L4LEN(20), LARGE);
	assert_int_equal(m->sent, 0);
}

static void tx_mss_too_long(struct machine *m)
{
	uint32_t mss = NIC_FRAME_MAX - 54 - 4;

	/* With its tag the first is just right. */
	for (unsigned int i = 0; i < 4; i += 2) {
		put_advanced(m, i, LENGTHS,
			     D_CONTEXT | D_TX_IPV4 | D_L4T(1) | D_L4LEN(20) | D_MSS(mss + i / 2));
		put_advanced(m, i + 1, MEMORY_IOVA + BIG_AT,
			     WHOLE | D_DATA | D_TSE | D_TXSM | D_IXSM | D_VLE | D_PAYLEN(20000) |
				     20054);
		wr(m, D_TX(0, D_TDT), i + 2);
		assert_int_equal(m->sent, 2);
		assert_int_equal(head_in_memory(m), i + 2);
		assert_int_equal(broken(m, "tx-mss"), i / 2);
	}
	assert_int_equal(m->sent_len[0], NIC_FRAME_MAX);
}

static void tx_paylen(struct machine *m)
{
	transmit(m, 0, 60, WHOLE | D_DATA | D_PAYLEN(59));
	assert_int_equal(m->sent_len[0], 60);
}

static void tx_paylen_large(struct machine *m)
{
	advanced(m, LENGTHS, D_TX_IPV4 | D_L4T(1) | D_L4LEN(20) | D_MSS(6),
		 D_TSE | D_TXSM | D_IXSM | D_PAYLEN(100));
	assert_int_equal(m->sent, 1);
}

static void tx_popts_ipv6(struct machine *m)
{
	advanced(m, D_MACLEN(14) | D_IPLEN(40), 0, D_IXSM | D_PAYLEN(60));
	assert_memory_equal(m->sent_frame[0], tx_buffer(m, 1), 60);
}

static void tx_popts_type(struct machine *m)
{
	advanced(m, LENGTHS, D_TX_IPV4 | D_L4T(3), D_IXSM | D_TXSM | D_PAYLEN(60));
	assert_memory_equal(m->sent_frame[0] + 34, tx_buffer(m, 1) + 34, 26);
}

static void tx_popts_large(struct machine *m)
{
	advanced(m, LENGTHS, D_TX_IPV4 | D_L4T(1) | D_L4LEN(20) | D_MSS(6), LARGE & ~D_TXSM);
	assert_int_equal(m->sent, 1);
}

static void tx_popts_sctp(struct machine *m)
{
	advanced(m, LENGTHS, D_TX_IPV4 | D_L4T(2) | D_L4LEN(20) | D_MSS(6), LARGE);
	assert_int_equal(m->sent, 0);
}

static const struct violation violations[] = {
	{ "unknown-register", power_on, .commit = unknown_register },
	{ "misaligned-access", power_on, .commit = misaligned_access },
	{ "read-only-register", power_on, .writes = { { D_STATUS, 0 } } },
	{ "reserved-bits", power_on, .commit = reserved_bits },
	{ "reset-master-disable", power_on, .commit = reset_master_disable },
	{ "reset-queue-enabled", driver_init, .commit = reset_queue_enabled },
	{ "reset-interrupts", power_on, .commit = reset_interrupts },
	{ "reset-twice", just_reset, .commit = reset_twice },
	{ "reset-access", just_reset, .commit = reset_access },
	{ "reset-wait", just_reset, .commit = reset_wait },
	{ "eeprom-autoload", just_reset, .commit = eeprom_autoload },
	{ "eeprom-autoload", just_reset, .commit = eeprom_autoload_link },
	{ "dma-init", just_reset, .commit = dma_init },
	{ "dma-init", just_reset, .commit = dma_init_transmit },
	{ "dma-init", just_reset, .commit = dma_init_receive },
	{ "sw-fw-sync", power_on, .writes = { { D_SW_FW_SYNC, 1 } } },
	{ "filter-running", driver_init, .commit = filter_running },
	{ "tables", power_on, .commit = tables },
	{ "rxen-path-halted", before_receive, .commit = rxen_path_halted },
	{ "rxen-last", driver_init, .writes = { { D_MAXFRS, 2000u << 16 } } },
	{ "crc-strip", before_receive, .commit = crc_strip },
	{ "rscfrstsize", before_receive, .commit = rscfrstsize },
	{ "rdrxctl-fixed", before_receive, .commit = rdrxctl_fixed },
	{ "ring-base", before_receive, .writes = { { D_RX(0, D_RDBAL), 64 } } },
	{ "ring-base", before_transmit, .writes = { { D_TX(0, D_TDBAL), 16 } } },
	{ "ring-length", before_receive,
	  .writes = { { D_RX(0, D_RDLEN), 64 * 16 + 16 }, { D_RX(0, D_RXDCTL), D_ENABLE } } },
	{ "ring-length", before_transmit,
	  .writes = { { D_TX(0, D_TDLEN), 0 }, { D_TX(0, D_TXDCTL), D_ENABLE } } },
	{ "ring-length", before_receive,
	  .writes = { { D_RX(0, D_RDLEN), 128 * 1024 + 128 }, { D_RX(0, D_RXDCTL), D_ENABLE } } },
	{ "ring-running", driver_init, .writes = { { D_RX(0, D_RDLEN), 128 } } },
	{ "ring-running", driver_init, .writes = { { D_TX(0, D_TDBAH), 7 } } },
	{ "head-running", driver_init, .writes = { { D_RX(0, D_RDH), 1 } } },
	{ "head-running", driver_init, .writes = { { D_TX(0, D_TDH), 1 } } },
	{ "tail-before-enable", before_receive,
	  .writes = { { D_RX(0, D_RXDCTL), D_ENABLE }, { D_RX(0, D_RDT), 1 } } },
	{ "tail-before-enable", driver_init, .commit = tail_before_enable_again },
	{ "tail-before-enable", driver_init,
	  .writes = { { D_RX(0, D_RXDCTL), 0 }, { D_RX(0, D_RDT), 1 } } },
	{ "tail-before-enable", before_transmit, .commit = tail_before_enable_tx },
	{ "tail-before-enable", before_transmit, .commit = tail_before_enable_beyond_head },
	{ "tail-range", driver_init, .writes = { { D_RX(0, D_RDT), RING } } },
	{ "tail-range", driver_init, .commit = tail_range_tx },
	{ "rx-buffer-size", before_receive,
	  .writes = { { D_RX(0, D_SRRCTL), 0 }, { D_RX(0, D_RXDCTL), D_ENABLE } } },
	{ "rx-header-size", before_receive,
	  .writes = { { D_RX(0, D_SRRCTL), 2u << 25 | 2 }, { D_RX(0, D_RXDCTL), D_ENABLE } } },
	{ "rx-header-size", before_receive,
	  .writes = { { D_RX(0, D_SRRCTL), 5u << 25 | 17u << 8 | 2 },
		      { D_RX(0, D_RXDCTL), D_ENABLE } } },
	{ "rx-descriptor-type", before_receive,
	  .writes = { { D_RX(0, D_SRRCTL), 3u << 25 | 2 }, { D_RX(0, D_RXDCTL), D_ENABLE } } },
	{ "srrctl-running", driver_init,
	  .writes = { { D_RX(0, D_SRRCTL), D_SRRCTL_DROP_EN | 4 } } },
	{ "tx-enable-order", before_transmit, .commit = tx_enable_order },
	{ "tx-thresholds", before_transmit, .writes = { { D_TX(0, D_TXDCTL), D_ENABLE | 32 } } },
	{ "mtqc-arbiter", before_transmit, .writes = { { D_MTQC, 1 } } },
	{ "head-wb-alignment", before_transmit, .commit = head_wb_alignment },
	{ "head-wb-ordering", before_transmit, .commit = head_wb_ordering },
	{ "tx-legacy-mode", driver_init, .commit = tx_legacy_mode },
	{ "tx-null", driver_init, .commit = tx_null },
	{ "tx-null", driver_init, .commit = tx_null_inside },
	{ "tx-too-short", driver_init, .commit = tx_too_short },
	{ "tx-too-long", driver_init, .commit = tx_too_long },
	{ "tx-descriptors", driver_init, .commit = tx_descriptors },
	{ "tx-padding", driver_init, .commit = tx_padding },
	{ "head-wb-wthresh", before_transmit, .commit = head_wb_wthresh },
	{ "tx-ifcs", driver_init, .commit = tx_ifcs },
	{ "tx-rs-eop", driver_init, .commit = tx_rs_eop },
	{ "tx-rs-wthresh", before_transmit, .commit = tx_rs_wthresh },
	{ "tx-format", driver_init, .commit = tx_format },
	{ "tx-format", driver_init, .commit = tx_format_context_inside },
	{ "tx-format", driver_init, .commit = tx_format_type },
	{ "tx-context", driver_init, .commit = tx_context },
	{ "tx-context", driver_init, .commit = tx_context_index },
	{ "tx-header-length", driver_init, .commit = tx_header_length },
	{ "tx-header-length", driver_init, .commit = tx_header_length_mac },
	{ "tx-header-length", driver_init, .commit = tx_header_length_large },
	{ "tx-mss", driver_init, .commit = tx_mss },
	{ "tx-mss", driver_init, .commit = tx_mss_too_long },
	{ "tx-paylen", driver_init, .commit = tx_paylen },
	{ "tx-paylen", driver_init, .commit = tx_paylen_large },
	{ "tx-popts", driver_init, .commit = tx_popts_ipv6 },
	{ "tx-popts", driver_init, .commit = tx_popts_type },
	{ "tx-popts", driver_init, .commit = tx_popts_large },
	{ "tx-popts", driver_init, .commit = tx_popts_sctp },
};

#define VIOLATIONS (sizeof(violations) / sizeof(violations[0]))

/* The rule is counted, and no other is: each says one thing. */
static void is_counted(void **state)
{
	const struct violation *violation = *state;
	struct machine *m = machine_create(0);

	violation->prepare(m);
	assert_no_rule_broken(m);
	if (violation->commit)
		violation->commit(m);
	for (unsigned int i = 0; i < 2 && violation->writes[i].offset; i++)
		wr(m, violation->writes[i].offset, violation->writes[i].value);
	assert_int_equal(broken(m, violation->rule), 1);
	assert_int_equal(nic_rules_broken(m->nic), 1);
	machine_destroy(m);
}

static void every_rule_has_its_violation(void **state)
{
	size_t count;
	const struct nic_rule *rules = nic_rules(&count);

	for (size_t i = 0; i < count; i++) {
		size_t v = 0;

		assert_non_null(rules[i].name);
		assert_true(strlen(rules[i].section) > 0 && strlen(rules[i].text) > 0);
		while (v < VIOLATIONS && strcmp(violations[v].rule, rules[i].name))
			v++;
		if (v == VIOLATIONS)
			fail_msg("no test breaks rule %s", rules[i].name);
	}
}

static void the_log_names_rule_register_and_section(void **state)
{
	struct machine *m = *state;
	char text[8192] = "", *line = text;
	FILE *log = fmemopen(text, sizeof(text), "w");

	assert_non_null(log);
	nic_set_log(m->nic, log);
	for (unsigned int i = 0; i < 100; i++)
		wr(m, D_RX(64, D_RDBAL), 64);
	assert_int_equal(fclose(log), 0);
	nic_set_log(m->nic, NULL);
	assert_int_equal(broken(m, "ring-base"), 100);
	assert_non_null(strstr(text, "port0: rule ring-base (8.2.3.8.1) broken at RDBAL[64]"));
	/* Eight lines; the last one says that it is the last. */
	for (unsigned int i = 0; i < 7; i++)
		line = strchr(line, '\n') + 1;
	assert_ptr_equal(strchr(line, '\n'), text + strlen(text) - 1);
	assert_true(strstr(text, "from now on only counted") > line);
}

static void each_register_is_remembered_once(void **state)
{
	struct machine *m = *state;
	uint32_t at[NIC_RULE_REGISTERS];
	size_t rule = 0, count;
	const struct nic_rule *rules = nic_rules(&count);

	while (strcmp(rules[rule].name, "reserved-bits"))
		rule++;
	assert_int_equal(nic_rule_registers(m->nic, rule, at), 0);
	for (unsigned int i = 0; i < 3; i++) {
		wr(m, D_RX(i, D_RDH), 1u << 16);
		wr(m, D_CTRL, rd(m, D_CTRL) ^ 1);
	}
	assert_int_equal(nic_rule_registers(m->nic, rule, at), 2);
	assert_int_equal(at[0], D_RX(0, D_RDH));
	assert_int_equal(at[1], D_CTRL);
	assert_int_equal(nic_rule_registers(m->nic, count, at), 0);
}

static void the_limits_are_allowed(void **state)
{
	struct machine *m = *state;

	driver_init(m);
	for (unsigned int q = 1; q < 3; q++) {
		driver_setup_rx_queue(m, q);
		wr(m, D_RX(q, D_RDLEN), q == 1 ? 128 : 128 * 1024);
		wr(m, D_RX(q, D_SRRCTL), q == 1 ? 1 : 16);
		wr(m, D_RX(q, D_RDH), 3);
		wr(m, D_RX(q, D_RDH), 0);
		set_bits(m, D_RX(q, D_RXDCTL), D_ENABLE);
		driver_wait(m, D_RX(q, D_RXDCTL), D_ENABLE);
		wr(m, D_RX(q, D_RDT), q == 1 ? 7 : 8191);
		/* What is written again as it is does not change. */
		wr(m, D_RX(q, D_RDBAL), rd(m, D_RX(q, D_RDBAL)));
		wr(m, D_RX(q, D_RDLEN), rd(m, D_RX(q, D_RDLEN)));
		wr(m, D_RX(q, D_RDH), 0);
		wr(m, D_FCTRL, rd(m, D_FCTRL));
	}
	assert_no_rule_broken(m);
}

static void a_correct_driver_breaks_none(void **state)
{
	struct machine *m = *state;

	for (unsigned int i = 0; i < 3; i++) {
		driver_init_on(m, i * 63, i * 63, i % 2);
		assert_true(arrive(m, 60, 0) == (i == 0));
	}
	assert_no_rule_broken(m);
}

int main(void)
{
	enum {
		OTHERS = 5
	};
	static struct CMUnitTest tests[VIOLATIONS + OTHERS] = {
		cmocka_unit_test(every_rule_has_its_violation),
		cmocka_unit_test_setup_teardown(the_log_names_rule_register_and_section,
						machine_setup, machine_teardown),
		cmocka_unit_test_setup_teardown(each_register_is_remembered_once, machine_setup,
						machine_teardown),
		cmocka_unit_test_setup_teardown(the_limits_are_allowed, machine_setup,
						machine_teardown),
		cmocka_unit_test_setup_teardown(a_correct_driver_breaks_none, machine_setup,
						machine_teardown),
	};

	for (size_t i = 0; i < VIOLATIONS; i++) {
		tests[i + OTHERS].name = violations[i].rule;
		tests[i + OTHERS].test_func = is_counted;
		tests[i + OTHERS].initial_state = (void *)&violations[i];
	}
	return cmocka_run_group_tests_name("nic: rules", tests, NULL, NULL);
}
