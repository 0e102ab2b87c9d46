// SPDX-License-Identifier: BSD-3-Clause
/*
 * Transmit segmentation: a large send becomes the frames that a receiver
 * expects. Every frame is judged alone by nic_send.h, and all together must
 * carry the payload, once and in order.
 */
#include "nic_send.h"

#define TAG   0x6FFEu
#define FIN   0x001u
#define PSH   0x008u
#define CWR   0x080u
#define ACK   0x010u
#define LARGE (D_IFCS | D_DATA | D_TSE | D_TXSM)

#define BIG_BYTES (MEMORY_BYTES - BIG_AT)

static const struct kind kinds[] = {
	{ .l4 = TCP, .tcp_flags = ACK },
	{ .l4 = UDP },
	{ .l4 = TCP, .ipv6 = true, .tcp_flags = ACK },
	{ .l4 = UDP, .ipv6 = true },
	{ .l4 = TCP, .tcp_options = 12, .ip_more = true, .tcp_flags = ACK },
	{ .l4 = TCP, .tcp_options = 40, .ipv6 = true, .ip_more = true, .tcp_flags = ACK },
	{ .l4 = TCP, .soft_tag = true, .tcp_flags = ACK },
	{ .l4 = TCP, .snap = true, .tcp_flags = ACK },
	{ .l4 = UDP, .ipv6 = true, .soft_tag = true, .snap = true },
};

#define KINDS (sizeof(kinds) / sizeof(kinds[0]))

/* A large send whose descriptors each have @part bytes, or as @split says for the first. */
struct large {
	const struct kind *kind;
	size_t payload;
	uint32_t mss;
	uint16_t tag;
	size_t split;
	size_t part;
};

/* Puts it at descriptor @first; returns the next free one. */
static unsigned int put_large(struct machine *m, unsigned int first, const struct large *large)
{
	uint8_t *at = m->memory + BIG_AT;
	size_t headers = put_headers(large->kind, at, large->payload, true);
	size_t left = headers + large->payload, part = large->split;
	uint64_t iova = MEMORY_IOVA + BIG_AT, once;

	assert_true(left <= BIG_BYTES);
	put_payload(at + headers, 0, large->payload);
	put_context(m, first++, large->kind, 0, large->tag, large->mss);
	once = LARGE | D_PAYLEN(large->payload) | (large->kind->ipv6 ? 0 : D_IXSM) |
	       (large->tag ? D_VLE : 0);
	for (; left; part = large->part) {
		if (!part || part > left)
			part = left < 0xFFFF ? left : 0xFFFF;
		put_advanced(m, first++, iova,
			     (once ? once : D_IFCS | D_DATA) | part |
				     (part == left ? D_EOP | D_RS : 0));
		once = 0;
		iova += part;
		left -= part;
	}
	return first % RING;
}

static uint32_t expected_flags(const struct large *large, bool last)
{
	uint32_t flags = large->kind->tcp_flags;

	if (last)
		return flags & 0xF7F;
	return flags & 0xFF6;
}

/* The frame that carries the payload at @at. */
static void assert_segment(struct machine *m, const struct large *large, unsigned int number,
			   size_t at, size_t payload)
{
	const struct kind *kind = large->kind;
	size_t headers = headers_len(kind), len;
	const uint8_t *frame = sent_untagged(m, number, large->tag, &len);
	const uint8_t *ip = frame + mac_len(kind), *l4 = ip + ip_len(kind);

	assert_packet_right(kind, frame, len, payload);
	if (!kind->ipv6)
		assert_int_equal(get16(ip + 4), (IP_ID + at / large->mss) & 0xFFFF);
	if (kind->l4 == TCP) {
		assert_int_equal(get32(l4 + 4), (uint32_t)(SEQUENCE + at));
		assert_int_equal(get16(l4 + 12) & 0xFFF,
				 expected_flags(large, at + payload == large->payload));
		assert_int_equal(get16(l4 + 12) >> 12, l4_len(kind) / 4);
		/* The rest of it is copied. */
		assert_memory_equal(l4 + 8, m->memory + BIG_AT + headers - l4_len(kind) + 8, 4);
		assert_memory_equal(l4 + 18, m->memory + BIG_AT + headers - l4_len(kind) + 18,
				    l4_len(kind) - 18);
	}
	for (size_t i = 0; i < payload; i++) {
		if (frame[headers + i] != payload_byte(at + i))
			fail_msg("byte %zu of the payload is wrong", at + i);
	}
}

/* Sends it and looks at what left. Returns the next free descriptor. */
static unsigned int send_large(struct machine *m, unsigned int first, const struct large *large)
{
	unsigned int number = m->sent, next = put_large(m, first, large);

	wr(m, D_TX(0, D_TDT), next);
	for (size_t at = 0; at < large->payload; at += large->mss) {
		size_t left = large->payload - at;

		assert_segment(m, large, number++, at, left < large->mss ? left : large->mss);
	}
	assert_int_equal(m->sent, number);
	assert_int_equal(head_in_memory(m), next);
	return next;
}

static void every_kind_is_segmented(void **state)
{
	static const uint32_t sizes[] = { 1, 2, 99, 100, 101, 199, 200, 201, 1000, 1037 };
	struct machine *m = *state;
	unsigned int i = 0;

	for (size_t k = 0; k < KINDS; k++) {
		for (size_t s = 0; s < sizeof(sizes) / sizeof(sizes[0]); s++) {
			struct large large = { .kind = &kinds[k], .payload = sizes[s], .mss = 100 };

			large.tag = s % 2 && !kinds[k].soft_tag ? TAG : 0;
			i = send_large(m, i, &large);
			large.mss = 33;
			i = send_large(m, i, &large);
		}
	}
	assert_no_rule_broken(m);
}

static void headers_may_be_split_anywhere(void **state)
{
	struct machine *m = *state;
	unsigned int i = 0;

	for (size_t split = 1; split < headers_len(&kinds[4]) + 20; split++) {
		struct large large = { .kind = &kinds[4], .payload = 701, .mss = 127 };

		large.split = split;
		large.part = 30 + split % 7;
		i = send_large(m, i, &large);
	}
	assert_no_rule_broken(m);
}

static void memory_may_be_in_pieces(void **state)
{
	struct machine *m = *state;
	struct large large = { .kind = &kinds[2], .payload = 9001, .mss = 1440 };

	m->dma_granule = 64;
	send_large(m, 0, &large);
}

static void the_largest_send(void **state)
{
	struct machine *m = *state;
	/* All that PAYLEN can say, in frames as large as they get. */
	struct large large = { .kind = &kinds[0], .payload = (1 << 18) - 1, .mss = 1460 };
	unsigned int i = send_large(m, 0, &large);

	large.mss = NIC_FRAME_MAX - headers_len(&kinds[0]);
	i = send_large(m, i, &large);
	large.mss -= 4;
	large.tag = TAG;
	send_large(m, i, &large);
	assert_no_rule_broken(m);
}

static void flags_pass_through_the_masks(void **state)
{
	static const struct kind kind = { .l4 = TCP, .tcp_flags = 0xFFF };
	struct large large = { .kind = &kind, .payload = 400, .mss = 100 };
	static const uint32_t expected[] = { 0x123, 0x456, 0x456, 0x789 };
	struct machine *m = *state;
	unsigned int i = send_large(m, 0, &large);

	wr(m, D_DTXTCPFLGL, 0x04560123);
	wr(m, D_DTXTCPFLGH, 0x0789);
	put_large(m, i, &large);
	wr(m, D_TX(0, D_TDT), i + 2);
	assert_int_equal(m->sent, 8);
	for (unsigned int s = 0; s < 4; s++) {
		assert_int_equal(get16(m->sent_frame[4 + s] + 46), 0x5000 | expected[s]);
		assert_packet_right(&kind, m->sent_frame[4 + s], m->sent_len[4 + s], 100);
	}
	/* FIN and PSH are the last's alone, CWR is not for it: as they are after a reset. */
	assert_int_equal(m->sent_frame[0][47] & (FIN | PSH | CWR), CWR);
	assert_int_equal(m->sent_frame[2][47] & (FIN | PSH | CWR), CWR);
	assert_int_equal(m->sent_frame[3][47] & (FIN | PSH | CWR), FIN | PSH);
}

static void every_segment_is_counted(void **state)
{
	struct machine *m = *state;
	struct large large = { .kind = &kinds[0], .payload = 1003, .mss = 200 };

	send_large(m, 0, &large);
	assert_int_equal(rd(m, D_GPTC), 6);
	/* Five of 254, one of 57 that is padded; with CRC on the wire, without for the queue. */
	assert_int_equal(rd(m, D_GOTCL), 5 * (254 + 4) + 64);
	assert_int_equal(rd(m, D_QPTC(0)), 6);
	assert_int_equal(rd(m, D_QBTC_L(0)), 5 * 254 + 60);
	assert_int_equal(rd(m, D_PTC64), 1);
	assert_int_equal(nic_counters(m->nic)->wire_out, 6);
}

static void pause_comes(struct machine *m)
{
	static const uint8_t frame[60] = { 0x01, 0x80, 0xC2, 0,	   0, 1, 2, 0, 0,
					   0,	 0,    1,    0x88, 8, 0, 1, 1, 0 };

	m->on_send = NULL;
	nic_receive(m->nic, frame, sizeof(frame), 0);
}

/* Flow control stops between two frames, not between two packets; what is read waits in the port. */
static void a_pause_stops_in_the_middle(void **state)
{
	struct machine *m = *state;
	struct large large = { .kind = &kinds[0], .payload = 1003, .mss = 200 };
	unsigned int next = put_large(m, 0, &large);

	wr(m, D_MFLCN, D_MFLCN_RFCE | D_MFLCN_DPF);
	m->on_send = pause_comes;
	wr(m, D_TX(0, D_TDT), next);
	assert_int_equal(m->sent, 1);
	sleep_ns(m, 100000);
	m->on_send = pause_comes;
	nic_poll(m->nic);
	assert_int_equal(m->sent, 2);
	sleep_ns(m, 100000);
	nic_poll(m->nic);
	assert_int_equal(m->sent, 6);
	assert_int_equal(nic_counters(m->nic)->large_sends, 1);
	assert_int_equal(nic_counters(m->nic)->sums_inserted, 6);
	assert_int_equal(nic_counters(m->nic)->tags_inserted, 0);
	for (unsigned int i = 0; i < 6; i++)
		assert_segment(m, &large, i, i * 200, i < 5 ? 200 : 3);
	assert_int_equal(head_in_memory(m), next);
	assert_no_rule_broken(m);
}

/* The packet buffer is finite: a packet that does not fit goes on. */
static void a_large_send_may_be_too_large_to_stop(void **state)
{
	struct machine *m = *state;
	struct large large = { .kind = &kinds[0], .payload = 200000, .mss = 1000 };
	unsigned int next = put_large(m, 0, &large), first;

	wr(m, D_MFLCN, D_MFLCN_RFCE | D_MFLCN_DPF);
	m->on_send = pause_comes;
	wr(m, D_TX(0, D_TDT), next);
	first = m->sent;
	assert_in_range(first, 2, 199);
	sleep_ns(m, 100000);
	nic_poll(m->nic);
	assert_int_equal(m->sent, 200);
	for (unsigned int i = 0; i < 200; i++)
		assert_segment(m, &large, i, i * 1000, 1000);
	/* It is empty again: the next one fits as far as the first did. */
	next = put_large(m, next, &large);
	m->on_send = pause_comes;
	wr(m, D_TX(0, D_TDT), next);
	assert_int_equal(m->sent, 200 + first);
}

static void loopback_comes_back(void **state)
{
	struct machine *m = *state;
	struct large large = { .kind = &kinds[3], .payload = 300, .mss = 100 };

	set_bits(m, D_HLREG0, D_HLREG0_LPBK);
	wr(m, D_TX(0, D_TDT), put_large(m, 0, &large));
	assert_int_equal(m->sent, 0);
	for (unsigned int i = 0; i < 3; i++)
		assert_packet_right(&kinds[3], rx_buffer(m, i), rx_descriptor(m, i)[1] & 0xFFFF,
				    100);
}

/* What is there is sent, up to PAYLEN; never more, and nothing else. */
static void payload_and_buffers_may_differ(void **state)
{
	struct machine *m = *state;
	struct large large = { .kind = &kinds[0], .payload = 250, .mss = 100 };

	for (unsigned int i = 0; i < 4; i += 2) {
		unsigned int number = m->sent;
		uint32_t payload = i ? 210 : 290;

		put_large(m, i, &large);
		tx_descriptor(m, i + 1)[1] &= D_PAYLEN(1) - 1;
		tx_descriptor(m, i + 1)[1] |= D_PAYLEN(payload);
		wr(m, D_TX(0, D_TDT), i + 2);
		assert_int_equal(m->sent, number + 3);
		assert_packet_right(&kinds[0], m->sent_frame[number + 2], m->sent_len[number + 2],
				    i ? 10 : 50);
	}
	assert_int_equal(broken(m, "tx-paylen"), 2);
}

static void a_fault_ends_it(void **state)
{
	struct machine *m = *state;
	struct large large = { .kind = &kinds[0], .payload = 1000, .mss = 100 };

	large.split = large.part = 354;
	put_large(m, 0, &large);
	tx_descriptor(m, 3)[0] = 0x1000;
	wr(m, D_TX(0, D_TDT), 4);
	/* 654 bytes of payload can be read: six segments of them are whole. */
	assert_int_equal(m->sent, 6);
	assert_int_equal(nic_counters(m->nic)->dma_faults, 1);
	assert_int_equal(head_in_memory(m), 4);
}

/* Frames of one byte by the hundred thousand: others get their turn. */
static void the_smallest_segments_take_turns(void **state)
{
	struct machine *m = *state;
	struct large large = { .kind = &kinds[1], .payload = 65000, .mss = 1 };
	unsigned int i = 0, turns = 0;

	while (i < 6)
		i = put_large(m, i, &large);
	wr(m, D_TX(0, D_TDT), i);
	assert_int_equal(m->sent, 65000);
	for (; m->sent < 3 * 65000; turns++)
		assert_int_equal(nic_poll(m->nic), turns ? UINT64_MAX : 0);
	assert_int_equal(turns, 2);
	assert_int_equal(m->sent, 3 * 65000);
	assert_int_equal(head_in_memory(m), i);
	assert_int_equal(nic_poll(m->nic), UINT64_MAX);
	assert_no_rule_broken(m);
}

/* The port's time is one for all queues, and none waits for all of another. */
static void queues_share_the_ports_time(void **state)
{
	struct machine *m = *state;
	struct large large = { .kind = &kinds[1], .payload = 65000, .mss = 1 };
	unsigned int tail = 0;

	driver_setup_tx_queue(m, 1, false);
	driver_start_tx_queue(m, 1);
	for (unsigned int packets = 0; packets < 3; packets++)
		tail = put_large(m, tail, &large);
	wr(m, D_TX(0, D_TDT), tail);
	wr(m, D_TX(1, D_TDT), tail);
	for (unsigned int turns = 1; turns <= 6; turns++) {
		assert_int_equal(m->sent, turns * 65000);
		if (turns == 3) {
			assert_int_not_equal(rd(m, D_TX(0, D_TDH)), tail);
			assert_int_not_equal(rd(m, D_TX(1, D_TDH)), 0);
		}
		assert_int_equal(nic_poll(m->nic), turns < 5 ? 0 : UINT64_MAX);
	}
	assert_int_equal(m->sent, 6 * 65000);
}

/* Work that sends nothing is work. */
static void packets_of_nothing_take_turns(void **state)
{
	struct machine *m = *state;
	unsigned int tail = 0;

	for (unsigned int i = 0; i < RING; i++)
		put_tx(m, i, 0, D_EOP);
	for (unsigned int round = 0; round < 1000; round++) {
		tail = (tail + RING - 1) % RING;
		wr(m, D_TX(0, D_TDT), tail);
	}
	assert_int_not_equal(rd(m, D_TX(0, D_TDH)), tail);
	assert_int_equal(nic_due(m->nic), 0);
	assert_int_equal(nic_poll(m->nic), UINT64_MAX);
	assert_int_equal(rd(m, D_TX(0, D_TDH)), tail);
}

/* Any context, any lengths, any flags: headers of a large send that are none. */
static void nothing_a_driver_writes_does_harm(void **state)
{
	struct machine *m = *state;
	uint64_t seed = 7, unlikely;
	unsigned int tail = 0;

	for (unsigned int i = 0; i < BIG_BYTES; i++)
		m->memory[BIG_AT + i] = next_random(&seed);
	for (unsigned int round = 0; round < 20000; round++) {
		unsigned int parts = 1 + next_random(&seed) % 6;
		uint32_t mss = 100 + next_random(&seed) % 2000;

		if (!(round % 64))
			mss = next_random(&seed) % 64;
		/* Mostly context 0 or 1, and neither FCoE nor SCTP. */
		unlikely = round % 8 ? D_IDX(6) | 1 << 15 | D_L4T(2) : 0;
		put_advanced(m, tail, next_random(&seed),
			     (next_random(&seed) & ~(0xFFFFull << 48 | 0xFull << 20 | unlikely)) |
				     D_CONTEXT | D_MSS(mss));
		for (unsigned int i = 0; i < parts; i++) {
			uint64_t fields = next_random(&seed) & ~(0xFull << 20 | 0xFFFFull | D_EOP);
			uint32_t len = next_random(&seed) % 1500;

			if (round % 4)
				fields = (fields & (D_PAYLEN(1) - 1) & ~D_IDX(6)) |
					 D_PAYLEN(parts * 700);
			fields |= D_DATA | D_TSE | len | (i + 1 == parts ? D_EOP : 0);
			put_advanced(m, tail + 1 + i,
				     MEMORY_IOVA + BIG_AT + next_random(&seed) % BIG_BYTES, fields);
		}
		tail = (tail + 1 + parts) % RING;
		wr(m, D_TX(0, D_TDT), tail);
		nic_poll(m->nic);
	}
	while (nic_poll(m->nic) <= m->now_ns)
		;
	assert_int_equal(rd(m, D_TX(0, D_TDH)), tail);
	assert_true(m->sent > 10000);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, driver_setup, machine_teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(every_kind_is_segmented),
		TEST(headers_may_be_split_anywhere),
		TEST(memory_may_be_in_pieces),
		TEST(the_largest_send),
		TEST(flags_pass_through_the_masks),
		TEST(every_segment_is_counted),
		TEST(a_pause_stops_in_the_middle),
		TEST(a_large_send_may_be_too_large_to_stop),
		TEST(loopback_comes_back),
		TEST(payload_and_buffers_may_differ),
		TEST(a_fault_ends_it),
		TEST(the_smallest_segments_take_turns),
		TEST(queues_share_the_ports_time),
		TEST(packets_of_nothing_take_turns),
		TEST(nothing_a_driver_writes_does_harm),
	};

	return cmocka_run_group_tests_name("nic: transmit segmentation", tests, NULL, NULL);
}
