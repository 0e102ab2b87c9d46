// SPDX-License-Identifier: BSD-3-Clause
/*
 * Advanced transmit descriptors: data and contexts, checksum offload, and how
 * completion is told. What leaves on the wire is judged by nic_send.h. Large
 * sends have their own test.
 */
#include "nic_send.h"

#define WHOLE (D_EOP | D_IFCS | D_RS | D_DATA)
#define TAG   0xE005u

static const struct kind kinds[] = {
	{ .l4 = TCP },
	{ .l4 = UDP },
	{ .l4 = SCTP },
	{ .l4 = TCP, .ipv6 = true },
	{ .l4 = UDP, .ipv6 = true },
	{ .l4 = SCTP, .ipv6 = true },
	{ .l4 = TCP, .ip_more = true, .tcp_options = 12 },
	{ .l4 = UDP, .ipv6 = true, .ip_more = true },
	{ .l4 = TCP, .soft_tag = true },
	{ .l4 = UDP, .snap = true },
	{ .l4 = SCTP, .ipv6 = true, .soft_tag = true, .snap = true },
};

#define KINDS (sizeof(kinds) / sizeof(kinds[0]))

/* The judge is judged first. */
static void the_tests_own_sums_are_right(void **state)
{
	static const uint8_t rfc1071[] = { 0x00, 0x01, 0xf2, 0x03, 0xf4, 0xf5, 0xf6, 0xf7 };
	static const uint8_t zeros[32], header[] = {
		0x45, 0x00, 0x00, 0x73, 0x00, 0x00, 0x40, 0x00, 0x40, 0x11,
		0xb8, 0x61, 0xc0, 0xa8, 0x00, 0x01, 0xc0, 0xa8, 0x00, 0xc7,
	};

	(void)state;
	assert_int_equal(ones_sum(0, rfc1071, sizeof(rfc1071)), 0xddf2);
	assert_int_equal(ones_sum(0, header, sizeof(header)), 0xFFFF);
	assert_int_equal(crc32c((const uint8_t *)"123456789", 9), 0xE3069283);
	assert_int_equal(crc32c(zeros, sizeof(zeros)), 0x8A9136AA);
}

static void every_length_is_sent(void **state)
{
	struct machine *m = *state;
	uint8_t expected[1514];
	unsigned int i = 0;

	for (size_t len = 14; len <= 1514; len++) {
		transmit(m, i, len, WHOLE | D_PAYLEN(len));
		memset(expected, 0, sizeof(expected));
		make_frame(expected, len);
		assert_int_equal(m->sent, len - 13);
		assert_int_equal(m->sent_len[(len - 14) % MAX_SENT], len < 60 ? 60 : len);
		assert_memory_equal(m->sent_frame[(len - 14) % MAX_SENT], expected,
				    len < 60 ? 60 : len);
		i = (i + 1) % RING;
		assert_int_equal(head_in_memory(m), i);
	}
	assert_no_rule_broken(m);
}

static void the_longest_packet_in_the_most_buffers(void **state)
{
	struct machine *m = *state;
	uint8_t frame[NIC_FRAME_MAX];
	size_t at = 0;

	make_frame(frame, sizeof(frame));
	memcpy(m->memory + BIG_AT, frame, sizeof(frame));
	for (unsigned int i = 0; i < 38; i++) {
		size_t part = i < 37 ? 400 + i : sizeof(frame) - at;

		/* PAYLEN and what else there is count in the first. */
		put_advanced(m, i, MEMORY_IOVA + BIG_AT + at,
			     D_IFCS | D_DATA | part | (i ? D_TSE : D_PAYLEN(sizeof(frame))) |
				     (i == 37 ? D_EOP | D_RS : 0));
		at += part;
	}
	wr(m, D_TX(0, D_TDT), 38);
	assert_int_equal(m->sent, 1);
	assert_int_equal(m->sent_len[0], NIC_FRAME_MAX);
	assert_memory_equal(m->sent_frame[0], frame, NIC_FRAME_MAX);
	assert_no_rule_broken(m);
}

static void both_formats_share_a_ring(void **state)
{
	struct machine *m = *state;

	for (unsigned int i = 0; i < RING - 1; i++) {
		make_frame(tx_buffer(m, i), 60 + i);
		put_tx(m, i, 60 + i, i % 2 ? WHOLE | D_PAYLEN(60 + i) : WHOLE & ~D_DATA);
	}
	wr(m, D_TX(0, D_TDT), RING - 1);
	assert_int_equal(m->sent, RING - 1);
	for (unsigned int i = 0; i < RING - 1; i++)
		assert_memory_equal(m->sent_frame[i], tx_buffer(m, i), 60 + i);
	assert_no_rule_broken(m);
}

/* A packet in @parts buffers behind the context in descriptor @first. Returns the next free one. */
static unsigned int send_packet(struct machine *m, unsigned int first, const struct kind *kind,
				size_t payload, unsigned int parts, uint16_t tag)
{
	uint8_t *frame = m->memory + BIG_AT;
	size_t len = put_headers(kind, frame, payload, false) + payload, at = 0;

	put_payload(frame + len - payload, 0, payload);
	put_context(m, first, kind, 0, tag, 0);
	for (unsigned int i = 1; i <= parts; i++) {
		size_t part = i < parts ? len / parts - i % 2 : len - at;

		put_advanced(m, first + i, MEMORY_IOVA + BIG_AT + at,
			     D_IFCS | D_DATA | D_TXSM | (kind->ipv6 ? 0 : D_IXSM) | D_PAYLEN(len) |
				     (tag ? D_VLE : 0) | (i == parts ? D_EOP | D_RS : 0) | part);
		at += part;
	}
	first = (first + 1 + parts) % RING;
	wr(m, D_TX(0, D_TDT), first);
	return first;
}

static void checksums_are_inserted(void **state)
{
	struct machine *m = *state;
	unsigned int i = 0, number = 0;

	for (size_t k = 0; k < KINDS; k++) {
		for (size_t payload = 0; payload < 100; payload++) {
			unsigned int parts = 1 + payload % 5;
			uint16_t tag = payload % 3 && !kinds[k].soft_tag ? TAG : 0;
			size_t headers = headers_len(&kinds[k]), len;
			const uint8_t *frame;

			i = send_packet(m, i, &kinds[k], payload * 17, parts, tag);
			frame = sent_untagged(m, number++, tag, &len);
			assert_packet_right(&kinds[k], frame, len, payload * 17);
			assert_memory_equal(frame + headers, m->memory + BIG_AT + headers,
					    payload * 17);
		}
	}
	assert_no_rule_broken(m);
}

/* What is in memory stays as it is. */
static void the_drivers_buffers_are_not_changed(void **state)
{
	struct machine *m = *state;
	uint8_t before[2000];

	send_packet(m, 0, &kinds[0], 1000, 1, TAG);
	put_headers(&kinds[0], before, 1000, false);
	assert_memory_equal(m->memory + BIG_AT, before, headers_len(&kinds[0]));
}

static void known_vectors(void **state)
{
	struct machine *m = *state;
	uint8_t *frame = tx_buffer(m, 1);

	/* The IPv4 header of RFC 791's example form whose checksum is b861. */
	make_frame(frame, 60);
	memcpy(frame + 14, "\x45\0\0\x73\0\0\x40\0\x40\x11\0\0\xc0\xa8\0\x01\xc0\xa8\0\xc7", 20);
	put_advanced(m, 0, D_MACLEN(14) | D_IPLEN(20), D_CONTEXT | D_TX_IPV4);
	put_tx(m, 1, 60, WHOLE | D_IXSM | D_PAYLEN(60));
	wr(m, D_TX(0, D_TDT), 2);
	assert_int_equal(get16(m->sent_frame[0] + 24), 0xb861);
	/* Only what was asked for. */
	assert_memory_equal(m->sent_frame[0] + 34, frame + 34, 26);
	/* 32 zeros: RFC 3720, B.4 */
	memset(tx_buffer(m, 3), 0, 66);
	put_advanced(m, 2, D_MACLEN(14) | D_IPLEN(20), D_CONTEXT | D_TX_IPV4 | D_L4T(2));
	put_tx(m, 3, 66, WHOLE | D_TXSM | D_PAYLEN(66));
	wr(m, D_TX(0, D_TDT), 4);
	assert_memory_equal(m->sent_frame[1] + 42, "\xaa\x36\x91\x8a", 4);
	/* What software has in the field is added: here 0x1000 more is 0x1000 less. */
	/* L4T is of no use to IXSM: it may be the reserved one. */
	put_advanced(m, 4, D_MACLEN(14) | D_IPLEN(20), D_CONTEXT | D_TX_IPV4 | D_L4T(3));
	memcpy(tx_buffer(m, 5), frame, 60);
	set16(tx_buffer(m, 5) + 24, 0x1000);
	put_tx(m, 5, 60, WHOLE | D_IXSM | D_PAYLEN(60));
	wr(m, D_TX(0, D_TDT), 6);
	assert_int_equal(get16(m->sent_frame[2] + 24), 0xa861);
	assert_no_rule_broken(m);
}

static void udp_never_has_a_checksum_of_zero(void **state)
{
	struct machine *m = *state;

	for (unsigned int l4 = TCP; l4 <= UDP; l4 += UDP - TCP) {
		struct kind kind = { .l4 = l4 };
		uint8_t *frame = tx_buffer(m, 1), *l4_at = frame + 34;
		size_t headers = put_headers(&kind, frame, 2, false);
		unsigned int number = m->sent;

		/* The payload makes the sum FFFF. */
		set16(frame + headers, 0);
		set16(frame + headers, 0xFFFF - ones_sum(0, l4_at, l4_len(&kind) + 2));
		put_context(m, 0, &kind, 0, 0, 0);
		put_tx(m, 1, headers + 2, WHOLE | D_TXSM | D_PAYLEN(headers + 2));
		wr(m, D_TX(0, D_TDT), 2);
		assert_int_equal(get16(m->sent_frame[number] + 34 + (l4 == TCP ? 16 : 6)),
				 l4 == TCP ? 0 : 0xFFFF);
		driver_init(m);
	}
}

static void each_queue_has_two_contexts(void **state)
{
	struct machine *m = *state;

	put_advanced(m, 0, D_VLAN(0x111), D_CONTEXT | D_IDX(0));
	put_advanced(m, 1, D_VLAN(0x222), D_CONTEXT | D_IDX(1));
	for (unsigned int i = 2; i < 6; i++) {
		make_frame(tx_buffer(m, i), 60);
		put_tx(m, i, 60, WHOLE | D_VLE | D_CC | D_PAYLEN(60) | D_IDX(i % 2));
	}
	wr(m, D_TX(0, D_TDT), 6);
	assert_int_equal(m->sent, 4);
	for (unsigned int i = 0; i < 4; i++)
		assert_int_equal(get16(m->sent_frame[i] + 14), i % 2 ? 0x222 : 0x111);
	assert_no_rule_broken(m);
	/* Another queue has them to itself, and a queue that starts again has none. */
	driver_setup_tx_queue(m, 7, false);
	driver_start_tx_queue(m, 7);
	put_tx(m, 0, 60, WHOLE | D_VLE | D_PAYLEN(60));
	wr(m, D_TX(7, D_TDT), 1);
	assert_int_equal(broken(m, "tx-context"), 1);
	clear_bits(m, D_TX(0, D_TXDCTL), D_ENABLE);
	wr(m, D_TX(0, D_TDH), 0);
	wr(m, D_TX(0, D_TDT), 0);
	driver_start_tx_queue(m, 0);
	wr(m, D_TX(0, D_TDT), 1);
	assert_int_equal(broken(m, "tx-context"), 2);
}

static void without_an_offload_no_context_is_needed(void **state)
{
	struct machine *m = *state;

	/* IDX is not looked at. */
	transmit(m, 0, 60, WHOLE | D_PAYLEN(60) | D_IDX(7));
	assert_int_equal(m->sent, 1);
	assert_no_rule_broken(m);
}

/* What a ring without head write-back is started with; nothing is broken, but RS is not for it. */
static void start_without_head(struct machine *m, unsigned int wthresh)
{
	driver_init_on(m, 0, 0, false);
	clear_bits(m, D_TX(0, D_TXDCTL), D_ENABLE);
	wr(m, D_TX(0, D_TXDCTL), D_WTHRESH(wthresh) | 4 << 8 | 16);
	driver_start_tx_queue(m, 0);
	memset(tx_descriptor(m, 0), 0, RING * 16);
	m->sent = 0;
}

/* A frame of one descriptor, without RS. */
static void send_one(struct machine *m, unsigned int i)
{
	transmit(m, i, 60, (WHOLE & ~D_RS) | D_PAYLEN(60));
}

static bool done(struct machine *m, unsigned int i)
{
	return tx_descriptor(m, i)[1] & D_DD;
}

static void dd_is_written_for_rs(void **state)
{
	struct machine *m = *state;

	start_without_head(m, 0);
	put_context(m, 0, &kinds[0], 0, 0, 0);
	put_tx(m, 1, 100, D_IFCS | D_DATA | D_PAYLEN(160));
	put_tx(m, 2, 60, WHOLE);
	put_tx(m, 3, 60, (WHOLE & ~D_RS) | D_PAYLEN(60));
	wr(m, D_TX(0, D_TDT), 4);
	assert_int_equal(m->sent, 2);
	assert_false(done(m, 0) || done(m, 1) || done(m, 3));
	assert_int_equal(tx_descriptor(m, 2)[1], WHOLE | D_DD | 60);
	assert_no_rule_broken(m);
}

static void wthresh_gathers(void **state)
{
	struct machine *m = *state;

	start_without_head(m, 4);
	for (unsigned int i = 0; i < 3; i++)
		send_one(m, i);
	assert_int_equal(m->sent, 3);
	assert_int_equal(rd(m, D_TX(0, D_TDH)), 3);
	sleep_ns(m, 1000 * MS);
	nic_poll(m->nic);
	assert_false(done(m, 0) || done(m, 1) || done(m, 2));
	send_one(m, 3);
	for (unsigned int i = 0; i < 4; i++)
		assert_true(done(m, i));
	/* Contexts and the parts of a packet count, and come with the rest. */
	put_context(m, 4, &kinds[0], 0, 0, 0);
	put_tx(m, 5, 60, D_IFCS | D_DATA | D_PAYLEN(120));
	put_tx(m, 6, 60, WHOLE & ~D_RS);
	wr(m, D_TX(0, D_TDT), 7);
	assert_false(done(m, 4) || done(m, 5) || done(m, 6));
	send_one(m, 7);
	for (unsigned int i = 4; i < 8; i++)
		assert_true(done(m, i));
	assert_no_rule_broken(m);
}

static void wthresh_of_one_writes_each(void **state)
{
	struct machine *m = *state;

	start_without_head(m, 1);
	for (unsigned int i = 0; i < 3; i++) {
		send_one(m, i);
		assert_true(done(m, i));
	}
	assert_no_rule_broken(m);
}

static void software_flushes(void **state)
{
	struct machine *m = *state;

	start_without_head(m, 16);
	send_one(m, 0);
	assert_false(done(m, 0));
	set_bits(m, D_TX(0, D_TXDCTL), D_SWFLSH);
	assert_true(done(m, 0));
	assert_int_equal(rd(m, D_TX(0, D_TXDCTL)) & D_SWFLSH, 0);
	/* At the end, too. */
	send_one(m, 1);
	wr(m, D_TX(0, D_TXDCTL), D_SWFLSH);
	assert_true(done(m, 1));
	assert_no_rule_broken(m);
}

static void the_interrupts_interval_flushes(void **state)
{
	struct machine *m = *state;
	uint64_t next;

	start_without_head(m, 16);
	/* Queue 0 transmits by vector 0, at most once in 50 us. */
	wr(m, D_IVAR(0), 0x80 << 8);
	wr(m, D_EITR(0), 25 << 3);
	send_one(m, 0);
	sleep_ns(m, 20000);
	send_one(m, 1);
	next = nic_poll(m->nic);
	assert_in_range(next - m->now_ns, 1, 30000);
	sleep_ns(m, 29999);
	nic_poll(m->nic);
	assert_false(done(m, 0));
	sleep_ns(m, 1);
	nic_poll(m->nic);
	assert_true(done(m, 0) && done(m, 1));
	assert_no_rule_broken(m);
}

/* A queue that reads as disabled writes nothing more: its ring may be somebody else's memory now. */
static void nothing_is_written_once_disabled(void **state)
{
	struct machine *m = *state;

	start_without_head(m, 16);
	wr(m, D_IVAR(0), 0x80 << 8);
	wr(m, D_EITR(0), 25 << 3);
	send_one(m, 0);
	clear_bits(m, D_TX(0, D_TXDCTL), D_ENABLE);
	assert_int_equal(rd(m, D_TX(0, D_TXDCTL)) & D_ENABLE, 0);
	assert_true(done(m, 0));
	memset(tx_descriptor(m, 0), 0, RING * 16);
	sleep_ns(m, 100 * MS);
	nic_poll(m->nic);
	wr(m, D_TX(0, D_TXDCTL), 1 << 26); /* SWFLSH */
	assert_false(done(m, 0));

	/* Nor what could not be written then. */
	start_without_head(m, 16);
	send_one(m, 0);
	set_bits(m, D_CTRL, D_CTRL_MASTER_DISABLE);
	clear_bits(m, D_TX(0, D_TXDCTL), D_ENABLE);
	clear_bits(m, D_CTRL, D_CTRL_MASTER_DISABLE);
	wr(m, D_TX(0, D_TXDCTL), 1 << 26);
	assert_false(done(m, 0));
	assert_no_rule_broken(m);
}

static void write_backs_interrupt(void **state)
{
	struct machine *m = *state;

	/* Queue 0 transmits by vector 3. */
	start_without_head(m, 0);
	wr(m, D_GPIE, D_GPIE_MULTIPLE_MSIX);
	wr(m, D_IVAR(0), 0x83 << 8);
	wr(m, D_EIAC, 0xFFFF);
	wr(m, D_EIMS_EX(1), 0xFFFFFFFF);
	send_one(m, 0);
	assert_int_equal(m->fired[3], 0);
	transmit(m, 1, 60, WHOLE | D_PAYLEN(60));
	assert_int_equal(m->fired[3], 1);
	/* With WTHRESH it is their number, or the end of EITR's interval. */
	clear_bits(m, D_TX(0, D_TXDCTL), D_ENABLE);
	wr(m, D_TX(0, D_TDH), 0);
	wr(m, D_TX(0, D_TDT), 0);
	wr(m, D_TX(0, D_TXDCTL), D_WTHRESH(2) | 4 << 8 | 16);
	driver_start_tx_queue(m, 0);
	send_one(m, 0);
	assert_int_equal(m->fired[3], 1);
	send_one(m, 1);
	assert_int_equal(m->fired[3], 2);
	wr(m, D_EITR(3), 25 << 3);
	send_one(m, 2);
	assert_int_equal(m->fired[3], 2);
	sleep_ns(m, 50000);
	nic_poll(m->nic);
	assert_int_equal(m->fired[3], 3);
	assert_no_rule_broken(m);
}

static void loopback_comes_back(void **state)
{
	struct machine *m = *state;
	const uint8_t *frame;

	set_bits(m, D_HLREG0, D_HLREG0_LPBK);
	send_packet(m, 0, &kinds[1], 301, 3, 0);
	assert_int_equal(m->sent, 0);
	frame = rx_buffer(m, 0);
	assert_packet_right(&kinds[1], frame, rx_descriptor(m, 0)[1] & 0xFFFF, 301);
}

static void faults_in_the_middle_send_nothing(void **state)
{
	struct machine *m = *state;

	put_tx(m, 0, 100, D_IFCS | D_DATA | D_PAYLEN(160));
	put_tx(m, 1, 60, WHOLE);
	tx_descriptor(m, 1)[0] = 0x1000;
	wr(m, D_TX(0, D_TDT), 2);
	assert_int_equal(m->sent, 0);
	assert_int_equal(nic_counters(m->nic)->dma_faults, 1);
	assert_int_equal(head_in_memory(m), 2);
}

/* A descriptor of any bits, more often than not with those that lead somewhere. */
static void put_hostile(struct machine *m, unsigned int i, uint64_t *seed)
{
	uint64_t how = next_random(seed), low = next_random(seed), high = next_random(seed);

	if (how & 1)
		high |= D_DEXT;
	if (how & 6)
		high = (high & ~(0xFull << 20)) | (how & 2 ? 3ull : 2ull) << 20;
	if (how & 0x70)
		high = (high & ~0xFFFFull) | (high & 0x3FF);
	if (how & 0x300)
		high |= D_EOP;
	if ((how & 2) && (how & 0x3000))
		low = MEMORY_IOVA + BIG_AT + (low & 0x7FFFF);
	else if (how & 4)
		low = D_MACLEN(14 + (low & 0xF)) | D_IPLEN(20 + (low >> 4 & 0x1F)) | low << 16;
	put_advanced(m, i, low, high);
}

static void nothing_a_driver_writes_does_harm(void **state)
{
	struct machine *m = *state;
	uint64_t seed = 82599;
	unsigned int tail = 0;

	m->dma_granule = 256;
	for (unsigned int i = 0; i < MEMORY_BYTES - BIG_AT; i++)
		m->memory[BIG_AT + i] = next_random(&seed);
	for (unsigned int round = 0; round < 20000; round++) {
		unsigned int count = 1 + next_random(&seed) % 40;

		for (unsigned int i = 0; i < count; i++)
			put_hostile(m, tail + i, &seed);
		if (!(round % 16))
			wr(m, D_TX(0, D_TXDCTL), (next_random(&seed) & 0x047F7F7F) | D_ENABLE);
		tail = (tail + count) % RING;
		wr(m, D_TX(0, D_TDT), tail);
		if (!(round % 64))
			nic_poll(m->nic);
		/* Packets that cannot be sent are over, too. */
		if (rd(m, D_TX(0, D_TDH)) != tail) {
			put_tx(m, tail, 0, D_EOP);
			tail = (tail + 1) % RING;
			wr(m, D_TX(0, D_TDT), tail);
		}
	}
	nic_poll(m->nic);
	assert_int_equal(rd(m, D_TX(0, D_TDH)), tail);
	assert_true(m->sent > 1000);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, driver_setup, machine_teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_tests_own_sums_are_right),
		TEST(every_length_is_sent),
		TEST(the_longest_packet_in_the_most_buffers),
		TEST(both_formats_share_a_ring),
		TEST(checksums_are_inserted),
		TEST(the_drivers_buffers_are_not_changed),
		TEST(known_vectors),
		TEST(udp_never_has_a_checksum_of_zero),
		TEST(each_queue_has_two_contexts),
		TEST(without_an_offload_no_context_is_needed),
		TEST(dd_is_written_for_rs),
		TEST(wthresh_gathers),
		TEST(wthresh_of_one_writes_each),
		TEST(software_flushes),
		TEST(the_interrupts_interval_flushes),
		TEST(nothing_is_written_once_disabled),
		TEST(write_backs_interrupt),
		TEST(loopback_comes_back),
		TEST(faults_in_the_middle_send_nothing),
		TEST(nothing_a_driver_writes_does_harm),
	};

	return cmocka_run_group_tests_name("nic: advanced transmit", tests, NULL, NULL);
}
