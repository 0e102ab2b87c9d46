// SPDX-License-Identifier: BSD-3-Clause
/*
 * The model's statistics registers: what counts where, and that reading clears.
 */
#include "nic_driver.h"

#define CRCERRS	 0x04000
#define ILLERRC	 0x04004
#define ERRBC	 0x04008
#define RLEC	 0x04040
#define PRC(i)	 (0x0405C + 4 * (i))
#define GPRC	 0x04074
#define BPRC	 0x04078
#define MPRC	 0x0407C
#define GPTC	 0x04080
#define GORCL	 0x04088
#define GORCH	 0x0408C
#define GOTCL	 0x04090
#define RUC	 0x040A4
#define RFC	 0x040A8
#define ROC	 0x040AC
#define RJC	 0x040B0
#define TORL	 0x040C0
#define TPR	 0x040D0
#define TPT	 0x040D4
#define PTC(i)	 (0x040D8 + 4 * (i))
#define MPTC	 0x040F0
#define BPTC	 0x040F4
#define RXMPC0	 0x03FA0
#define RQSMR0	 0x02300
#define TQSM0	 0x08600
#define QPRC(i)	 (0x01030 + 0x40 * (i))
#define QBRC(i)	 (0x01034 + 0x40 * (i))
#define QPRDC(i) (0x01430 + 0x40 * (i))
#define QPTC(i)	 (0x08680 + 4 * (i))
#define QBTC(i)	 (0x08700 + 8 * (i))

static void assert_counted(struct machine *m, uint32_t offset, uint32_t count)
{
	assert_int_equal(rd(m, offset), count);
	assert_int_equal(rd(m, offset), 0);
}

static void send_to(struct machine *m, unsigned int i, uint8_t first_byte, size_t len)
{
	make_frame(tx_buffer(m, i), len);
	memset(tx_buffer(m, i), first_byte, 6);
	put_tx(m, i, len, D_EOP | D_IFCS | D_RS);
	wr(m, D_TX(0, D_TDT), i + 1);
}

static void received_sizes(void **state)
{
	struct machine *m = *state;
	/* Without CRC: the first and the last size of each bin. */
	static const size_t sizes[] = { 60, 61, 123, 124, 251, 252, 507, 508, 1019, 1020, 1514 };
	uint32_t octets = 0;

	for (unsigned int i = 0; i < 11; i++) {
		assert_true(arrive(m, sizes[i], 0));
		octets += sizes[i] + 4;
	}
	assert_counted(m, PRC(0), 1);
	for (unsigned int i = 1; i < 6; i++)
		assert_counted(m, PRC(i), 2);
	assert_counted(m, GPRC, 11);
	assert_counted(m, TPR, 11);
	assert_counted(m, GORCL, octets);
	assert_counted(m, GORCH, 0);
	assert_counted(m, TORL, octets);
	assert_counted(m, QPRC(0), 11);
	assert_counted(m, QBRC(0), octets - 44);
	assert_no_rule_broken(m);
}

static void received_kinds(void **state)
{
	struct machine *m = *state;
	uint8_t frame[60];

	driver_halt_receive(m);
	set_bits(m, D_FCTRL, D_FCTRL_MPE);
	clear_bits(m, D_SECRXCTRL, D_SECRXCTRL_RX_DIS);
	make_frame(frame, 60);
	memset(frame, 0xFF, 6);
	nic_receive(m->nic, frame, 60, 0);
	frame[0] = 0x33;
	nic_receive(m->nic, frame, 60, 0);
	frame[0] = 0x32;
	nic_receive(m->nic, frame, 60, 0);
	assert_counted(m, BPRC, 1);
	assert_counted(m, MPRC, 1);
	assert_counted(m, GPRC, 2);
	assert_counted(m, TPR, 3);
}

static void received_errors(void **state)
{
	struct machine *m = *state;
	uint8_t frame[60];

	arrive(m, 100, NIC_WIRE_CRC_ERROR);
	arrive(m, 100, NIC_WIRE_SYMBOL_ERROR);
	arrive(m, 59, 0);
	arrive(m, 59, NIC_WIRE_CRC_ERROR);
	arrive(m, 7, 0);
	arrive(m, 1515, 0);
	arrive(m, 1515, NIC_WIRE_CRC_ERROR);
	make_frame(frame, 60);
	/* A length field one too large, and one that is right. */
	memcpy(frame + 12, "\x00\x2f", 2);
	nic_receive(m->nic, frame, 60, 0);
	memcpy(frame + 12, "\x00\x2e", 2);
	nic_receive(m->nic, frame, 60, 0);
	assert_counted(m, CRCERRS, 1);
	assert_counted(m, ILLERRC, 1);
	assert_counted(m, ERRBC, 1);
	assert_counted(m, RUC, 1);
	assert_counted(m, RFC, 1);
	assert_counted(m, ROC, 1);
	assert_counted(m, RJC, 1);
	assert_counted(m, RLEC, 1);
	assert_counted(m, GPRC, 2);
	assert_counted(m, TPR, 9);
}

static void missed_packets_are_good_ones_too(void **state)
{
	struct machine *m = *state;

	for (unsigned int i = 0; i < RING + 9; i++)
		arrive(m, 60, 0);
	assert_counted(m, GPRC, RING + 9);
	assert_counted(m, QPRC(0), RING - 1);
	assert_counted(m, QPRDC(0), 10);
	assert_counted(m, RXMPC0, 0);
}

static void sent_sizes_and_kinds(void **state)
{
	struct machine *m = *state;

	send_to(m, 0, 0xFF, 60);
	send_to(m, 1, 0x33, 20);
	send_to(m, 2, 0x22, 1514);
	send_to(m, 3, 0x22, 508);
	assert_counted(m, GPTC, 4);
	assert_counted(m, TPT, 4);
	assert_counted(m, GOTCL, 64 + 64 + 1518 + 512);
	assert_counted(m, BPTC, 1);
	assert_counted(m, MPTC, 1);
	assert_counted(m, PTC(0), 2);
	assert_counted(m, PTC(4), 1);
	assert_counted(m, PTC(5), 1);
	assert_counted(m, QPTC(0), 4);
	assert_counted(m, QBTC(0), 60 + 60 + 1514 + 508);
	assert_no_rule_broken(m);
}

static void queues_count_where_they_are_mapped(void **state)
{
	struct machine *m = *state;

	driver_init_on(m, 0, 70, true);
	wr(m, RQSMR0, 0x0000000C);
	wr(m, TQSM0 + 4 * (70 / 4), 0x00050000);
	assert_true(arrive(m, 60, 0));
	make_frame(tx_buffer(m, 0), 60);
	put_tx(m, 0, 60, D_EOP | D_IFCS | D_RS);
	wr(m, D_TX(70, D_TDT), 1);
	assert_counted(m, QPRC(0), 0);
	assert_counted(m, QPRC(12), 1);
	assert_counted(m, QBRC(12), 60);
	assert_counted(m, QPTC(5), 1);
	assert_counted(m, QBTC(5), 60);
	assert_no_rule_broken(m);
}

static void octets_have_36_bits(void **state)
{
	struct machine *m = *state;
	uint8_t frame[NIC_FRAME_MAX];
	uint64_t octets = 0;

	/* 4.3 GB of the largest frames; nobody takes them. */
	clear_bits(m, D_RX(0, D_RXDCTL), D_ENABLE);
	driver_halt_receive(m);
	set_bits(m, D_HLREG0, D_HLREG0_JUMBOEN);
	wr(m, D_MAXFRS, 16000u << 16);
	clear_bits(m, D_SECRXCTRL, D_SECRXCTRL_RX_DIS);
	make_frame(frame, sizeof(frame));
	while (octets >> 32 == 0) {
		assert_false(nic_receive(m->nic, frame, sizeof(frame), 0));
		octets += sizeof(frame) + 4;
	}
	assert_counted(m, GORCL, (uint32_t)octets);
	assert_counted(m, GORCH, 1);
	assert_no_rule_broken(m);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, driver_setup, machine_teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(received_sizes),	    TEST(received_kinds),
		TEST(received_errors),	    TEST(missed_packets_are_good_ones_too),
		TEST(sent_sizes_and_kinds), TEST(queues_count_where_they_are_mapped),
		TEST(octets_have_36_bits),
	};

	return cmocka_run_group_tests_name("nic: statistics", tests, NULL, NULL);
}
