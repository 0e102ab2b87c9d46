// SPDX-License-Identifier: BSD-3-Clause
/*
 * Advanced receive descriptors: what is said of each kind of packet, checksum
 * offload, header split, frames over several descriptors, queue filters, and
 * queues that are full while others are not.
 */
#include "nic_queues.h"

#define ADVANCED D_SRRCTL_ADVANCED
#define GOOD	 (D_RX_DD | D_RX_EOP)

static void make4(struct packet *p, int tag, uint8_t protocol, size_t options, size_t payload)
{
	ethernet(p, tag, 0x0800);
	ipv4(p, protocol, options);
	l4(p, payload);
	finish(p);
}

static void make6(struct packet *p, int tag, uint8_t protocol, size_t payload)
{
	ethernet(p, tag, 0x86DD);
	ipv6(p, protocol);
	l4(p, payload);
	finish(p);
}

/* Types and status of @p, which is stored whole; DD and EOP need not be said. */
static void assert_said(struct machine *m, const struct packet *p, uint32_t types, uint32_t status)
{
	struct said said = receive_into(m, 0, p, ADVANCED);

	assert_int_equal(said.types, types);
	assert_int_equal(said.status, status | GOOD);
	assert_int_equal(said.len, p->len);
	assert_int_equal(said.vlan, 0);
	assert_false(said.split);
	assert_int_equal(said.rss_type, 0);
	assert_memory_equal(m->memory + small_buffer_at(0, 0), p->bytes, p->len);
}

static void packet_types(void **state)
{
	struct machine *m = *state;
	struct packet p;

	ethernet(&p, -1, 0x0806);
	finish(&p);
	assert_said(m, &p, 0, 0);
	for (int tag = -1; tag < 10; tag += 6) {
		make4(&p, tag, 6, 0, 100);
		assert_said(m, &p, D_IPV4 | D_TCP, D_RX_IPCS | D_RX_L4CS);
		make4(&p, tag, 17, 0, 101);
		assert_said(m, &p, D_IPV4 | D_UDP, D_RX_IPCS | D_RX_L4CS | D_RX_UDPCS);
		make4(&p, tag, 132, 0, 64);
		assert_said(m, &p, D_IPV4 | D_SCTP, D_RX_IPCS | D_RX_L4CS);
		make4(&p, tag, 1, 0, 64);
		assert_said(m, &p, D_IPV4, D_RX_IPCS);
		make4(&p, tag, 6, 40, 1);
		assert_said(m, &p, D_IPV4 | D_IPV4E | D_TCP, D_RX_IPCS | D_RX_L4CS);
		make4(&p, tag, 50, 0, 64);
		assert_said(m, &p, D_IPV4 | D_ESP, D_RX_IPCS);
		make6(&p, tag, 6, 33);
		assert_said(m, &p, D_IPV6 | D_TCP, D_RX_L4CS);
		make6(&p, tag, 17, 1200);
		assert_said(m, &p, D_IPV6 | D_UDP, D_RX_L4CS | D_RX_UDPCS);
		make6(&p, tag, 132, 40);
		assert_said(m, &p, D_IPV6 | D_SCTP, D_RX_L4CS);
		make6(&p, tag, 58, 40);
		assert_said(m, &p, D_IPV6, 0);
	}
	assert_no_rule_broken(m);
}

static void snap_is_ethernet_too(void **state)
{
	struct machine *m = *state;
	struct packet p;

	ethernet(&p, -1, 0);
	memcpy(p.bytes + p.len, "\xAA\xAA\x03\x00\x00\x00\x08\x00", 8);
	p.len += 8;
	ipv4(&p, 17, 0);
	l4(&p, 100);
	finish(&p);
	put16(p.bytes + 12, p.len - 14);
	assert_said(m, &p, D_IPV4 | D_UDP, D_RX_IPCS | D_RX_L4CS | D_RX_UDPCS);
	assert_int_equal(nic_counters(m->nic)->sums_checked, 1);
}

static void extension_headers(void **state)
{
	struct machine *m = *state;
	struct packet p;
	uint8_t *at;

	ethernet(&p, -1, 0x86DD);
	ipv6(&p, 0);
	extension(&p, 43, 8);
	extension(&p, 60, 8);
	extension(&p, 17, 24);
	l4(&p, 50);
	finish(&p);
	assert_said(m, &p, D_IPV6 | D_IPV6E | D_UDP, D_RX_L4CS | D_RX_UDPCS);
	/* Segments left, a home address, a fragment: not what the checksum could be tried on. */
	ethernet(&p, -1, 0x86DD);
	ipv6(&p, 43);
	extension(&p, 17, 24)[3] = 1;
	l4(&p, 50);
	finish(&p);
	assert_said(m, &p, D_IPV6 | D_IPV6E, 0);
	ethernet(&p, -1, 0x86DD);
	ipv6(&p, 60);
	at = extension(&p, 17, 24);
	at[2] = 1, at[3] = 0, at[4] = 201, at[5] = 16;
	l4(&p, 50);
	finish(&p);
	assert_said(m, &p, D_IPV6 | D_IPV6E, 0);
	ethernet(&p, -1, 0x86DD);
	ipv6(&p, 44);
	extension(&p, 17, 8);
	l4(&p, 50);
	finish(&p);
	assert_said(m, &p, D_IPV6 | D_IPV6E, 0);
}

/* Every bit of the headers and of some payload is turned, and seen, or is none of the sum's. */
static void wrong_checksums(void **state)
{
	static const uint8_t protocols[] = { 6, 17, 132 };
	struct machine *m = *state;
	struct packet p;

	for (unsigned int i = 0; i < 3; i++) {
		uint32_t good = D_RX_L4CS | (protocols[i] == 17 ? D_RX_UDPCS : 0);
		uint32_t type = D_TCP << i;
		size_t first;

		make4(&p, -1, protocols[i], 0, 40);
		first = p.l4 + (protocols[i] == 6 ? 16 : protocols[i] == 17 ? 6 : 8);
		p.bytes[first] ^= 0x40;
		assert_said(m, &p, D_IPV4 | type, D_RX_IPCS | good | D_RX_L4E);
		p.bytes[first] ^= 0x40;
		p.bytes[p.len - 1] ^= 1;
		assert_said(m, &p, D_IPV4 | type, D_RX_IPCS | good | D_RX_L4E);
		p.bytes[p.len - 1] ^= 1;
		p.bytes[p.l3 + 10] ^= 1;
		assert_said(m, &p, D_IPV4 | type, D_RX_IPCS | good | D_RX_IPE);
		make6(&p, 7, protocols[i], 41);
		p.bytes[p.len - 1] ^= 1;
		assert_said(m, &p, D_IPV6 | type, good | D_RX_L4E);
	}
	/* The pseudo header counts. */
	make6(&p, -1, 17, 40);
	p.bytes[p.l3 + 8] ^= 1;
	assert_said(m, &p, D_IPV6 | D_UDP, D_RX_L4CS | D_RX_UDPCS | D_RX_L4E);
}

static void udp_without_checksum(void **state)
{
	struct machine *m = *state;
	struct packet p;

	make4(&p, -1, 17, 0, 40);
	put16(p.bytes + p.l4 + 6, 0);
	assert_said(m, &p, D_IPV4 | D_UDP, D_RX_IPCS);
	make6(&p, -1, 17, 40);
	put16(p.bytes + p.l4 + 6, 0);
	assert_said(m, &p, D_IPV6 | D_UDP, D_RX_L4CS | D_RX_UDPCS | D_RX_L4E);
	/* A length that is not the packet's: not tried. */
	make4(&p, -1, 17, 0, 40);
	put16(p.bytes + p.l4 + 4, 47);
	assert_said(m, &p, D_IPV4 | D_UDP, D_RX_IPCS);
}

/* 7.1.13: the fragments' sums add up to ones with the pseudo header's. */
static void udp_fragments(void **state)
{
	struct machine *m = *state;
	struct packet whole, p;
	uint64_t sum;
	struct said said;

	make4(&whole, -1, 17, 0, 1000 - 8);
	sum = pseudo_header(&whole);
	wr(m, D_RXCSUM, D_RXCSUM_IPPCSE);
	for (unsigned int part = 0; part < 2; part++) {
		ethernet(&p, -1, 0x0800);
		ipv4(&p, 17, 0);
		memcpy(p.bytes + p.len, whole.bytes + whole.l4 + part * 600, part ? 400 : 600);
		p.len += part ? 400 : 600;
		put16(p.bytes + p.l3 + 2, p.len - p.l3);
		put16(p.bytes + p.l3 + 6, part ? 600 / 8 : 0x2000);
		finish_ipv4(&p);
		said = receive_into(m, 0, &p, ADVANCED);
		assert_int_equal(said.status,
				 GOOD | D_RX_IPCS | D_RX_UDPCS | (part ? 0 : D_RX_UDPV));
		assert_int_equal(said.types, D_IPV4);
		assert_int_equal(said.hash & 0xFFFF, 0);
		assert_int_equal(said.hash >> 16,
				 ones_sum(p.bytes + p.l4, p.len - p.l4, 0) % 65536);
		sum += said.hash >> 16;
	}
	assert_int_equal(ones_sum(NULL, 0, sum), 0xFFFF);
	/* Not without IPPCSE, and not where the hash stands. */
	wr(m, D_RXCSUM, 0);
	assert_said(m, &p, D_IPV4, D_RX_IPCS);
	wr(m, D_RXCSUM, D_RXCSUM_IPPCSE | D_RXCSUM_PCSD);
	assert_said(m, &p, D_IPV4, D_RX_IPCS);
	assert_int_equal(said_in(m, 0, 0).hash, 0);
}

static void vlan_is_stripped_by_queue(void **state)
{
	struct machine *m = *state;
	struct said said;
	struct packet p;

	make4(&p, 0x6005, 6, 0, 100);
	set_bits(m, D_RX(0, D_RXDCTL), D_RXDCTL_VME);
	start_small_queue(m, 0, ADVANCED);
	set_bits(m, D_RX(0, D_RXDCTL), D_RXDCTL_VME);
	assert_true(arrive_packet(m, &p));
	said = said_in(m, 0, 0);
	assert_int_equal(said.vlan, 0x6005);
	assert_int_equal(said.len, p.len - 4);
	assert_int_equal(said.status, GOOD | D_RX_VP | D_RX_IPCS | D_RX_L4CS);
	assert_int_equal(said.types, D_IPV4 | D_TCP);
	assert_memory_equal(m->memory + small_buffer_at(0, 0), p.bytes, 12);
	assert_memory_equal(m->memory + small_buffer_at(0, 0) + 12, p.bytes + 16, p.len - 16);
	assert_no_rule_broken(m);
}

static void jumbo_frames(struct machine *m)
{
	driver_halt_receive(m);
	set_bits(m, D_HLREG0, D_HLREG0_JUMBOEN);
	wr(m, D_MAXFRS, 15876u << 16);
	clear_bits(m, D_SECRXCTRL, D_SECRXCTRL_RX_DIS);
}

static void several_descriptors(void **state)
{
	struct machine *m = *state;
	struct packet p;

	jumbo_frames(m);
	make4(&p, -1, 6, 0, 9000);
	start_small_queue(m, 0, ADVANCED);
	/* Seven of 2 KB are enough for 9054 bytes, not for twice that. */
	assert_true(arrive_packet(m, &p));
	for (unsigned int i = 0; i < 5; i++) {
		struct said said = said_in(m, 0, i);

		assert_int_equal(said.len, i < 4 ? BUFFER : p.len - 4 * BUFFER);
		assert_memory_equal(m->memory + small_buffer_at(0, i), p.bytes + i * BUFFER,
				    said.len);
		assert_int_equal(said.status, i < 4 ? D_RX_DD : GOOD | D_RX_IPCS | D_RX_L4CS);
		assert_int_equal(said.types, i < 4 ? 0 : D_IPV4 | D_TCP);
	}
	assert_int_equal(rd(m, D_RX(0, D_RDH)), 5);
	clear_bits(m, D_RX(0, D_SRRCTL), D_SRRCTL_DROP_EN);
	assert_true(arrive_packet(m, &p));
	assert_int_equal(rd(m, D_RX(0, D_RDH)), 5);
	for (unsigned int i = 0; i < 5; i++)
		give(m, 0, i);
	wr(m, D_RX(0, D_RDT), 1);
	assert_int_equal(rd(m, D_RX(0, D_RDH)), 5);
	wr(m, D_RX(0, D_RDT), 2);
	assert_int_equal(rd(m, D_RX(0, D_RDH)), 2);
	assert_int_equal(said_in(m, 0, 1).status, GOOD | D_RX_IPCS | D_RX_L4CS);
	/* The longest there is: 15.5 KB takes eight, and this ring has only seven to give. */
	make4(&p, -1, 17, 0, NIC_FRAME_MAX - 42);
	assert_int_equal(p.len, NIC_FRAME_MAX);
	wr(m, D_RX(0, D_SRRCTL), rd(m, D_RX(0, D_SRRCTL)) | D_SRRCTL_DROP_EN);
	assert_false(arrive_packet(m, &p));
	assert_false(nic_can_receive(m->nic));
	assert_no_rule_broken(m);
}

/* Header and payload of descriptor 0 of queue 0. */
static void assert_split(struct machine *m, const struct packet *p, size_t header, size_t payload)
{
	assert_memory_equal(m->memory + small_header_at(0, 0), p->bytes, header);
	assert_memory_equal(m->memory + small_buffer_at(0, 0), p->bytes + header, payload);
	assert_int_equal(said_in(m, 0, 0).len, payload);
}

static void header_split(void **state)
{
	struct machine *m = *state;
	struct said said;
	struct packet p;

	wr(m, D_PSRTYPE, D_PSRTYPE_TCP | D_PSRTYPE_IPV4 | D_PSRTYPE_IPV6);
	make4(&p, -1, 6, 8, 200);
	said = receive_into(m, 0, &p, D_SRRCTL_SPLIT);
	assert_true(said.split);
	assert_int_equal(said.header, 14 + 28 + 20);
	assert_int_equal(said.status, GOOD | D_RX_IPCS | D_RX_L4CS);
	assert_split(m, &p, 62, 200);
	/* No bit for UDP: after the IP header. */
	make6(&p, -1, 17, 100);
	said = receive_into(m, 0, &p, D_SRRCTL_SPLIT);
	assert_int_equal(said.header, 54);
	assert_split(m, &p, 54, 108);
	/* Nothing but a header. */
	make4(&p, -1, 6, 8, 0);
	said = receive_into(m, 0, &p, D_SRRCTL_SPLIT);
	assert_int_equal(said.header, 62);
	assert_split(m, &p, 62, 0);
	/* No header known, and a header that is longer than its buffer. */
	ethernet(&p, -1, 0x88B5);
	p.len = 300;
	said = receive_into(m, 0, &p, D_SRRCTL_SPLIT);
	assert_false(said.split);
	assert_split(m, &p, 0, 300);
	ethernet(&p, -1, 0x86DD);
	ipv6(&p, 0);
	extension(&p, 6, 256);
	l4(&p, 100);
	finish(&p);
	said = receive_into(m, 0, &p, D_SRRCTL_SPLIT);
	assert_true(said.split);
	assert_int_equal(said.header, 14 + 40 + 256 + 20);
	assert_int_equal(said.status, GOOD | D_RX_HBO | D_RX_L4CS);
	assert_split(m, &p, 0, p.len);
	said = receive_into(m, 0, &p, D_SRRCTL_ALWAYS);
	assert_int_equal(said.status, GOOD | D_RX_HBO | D_RX_L4CS);
	assert_split(m, &p, 256, p.len - 256);
	assert_no_rule_broken(m);
}

static void split_always(void **state)
{
	struct machine *m = *state;
	struct said said;
	struct packet p;

	wr(m, D_PSRTYPE, D_PSRTYPE_UDP);
	make4(&p, -1, 17, 0, 256 - 42);
	said = receive_into(m, 0, &p, D_SRRCTL_ALWAYS);
	assert_false(said.split);
	assert_int_equal(said.header, 256);
	assert_split(m, &p, 256, 0);
	make4(&p, -1, 17, 0, 257 - 42);
	said = receive_into(m, 0, &p, D_SRRCTL_ALWAYS);
	assert_true(said.split);
	assert_int_equal(said.header, 42);
	assert_split(m, &p, 42, 257 - 42);
	ethernet(&p, -1, 0x88B5);
	p.len = 300;
	said = receive_into(m, 0, &p, D_SRRCTL_ALWAYS);
	assert_false(said.split);
	assert_int_equal(said.header, 256);
	assert_split(m, &p, 256, 44);
}

static void split_over_several(void **state)
{
	struct machine *m = *state;
	struct packet p;

	jumbo_frames(m);
	wr(m, D_PSRTYPE, D_PSRTYPE_TCP);
	make4(&p, 5, 6, 0, 2 * BUFFER + 1);
	start_small_queue(m, 0, D_SRRCTL_SPLIT);
	set_bits(m, D_RX(0, D_RXDCTL), D_RXDCTL_VME);
	assert_true(arrive_packet(m, &p));
	assert_int_equal(rd(m, D_RX(0, D_RDH)), 3);
	assert_int_equal(said_in(m, 0, 0).header, 54);
	assert_true(said_in(m, 0, 0).split);
	assert_false(said_in(m, 0, 1).split);
	assert_int_equal(said_in(m, 0, 0).types, 0);
	assert_int_equal(said_in(m, 0, 2).types, D_IPV4 | D_TCP);
	assert_int_equal(said_in(m, 0, 2).vlan, 5);
	assert_int_equal(said_in(m, 0, 2).len, 1);
	assert_memory_equal(m->memory + small_buffer_at(0, 1), p.bytes + p.l4 + 20 + BUFFER,
			    BUFFER);
	assert_memory_equal(m->memory + small_header_at(0, 0) + 12, p.bytes + 16, 42);
}

static void reserved_types_move_nothing(void **state)
{
	struct machine *m = *state;
	struct packet p;

	make4(&p, -1, 6, 0, 100);
	start_small_queue(m, 0, 3u << 25);
	assert_int_equal(broken(m, "rx-descriptor-type"), 1);
	assert_false(arrive_packet(m, &p));
	assert_int_equal(nic_counters(m->nic)->unsupported, 1);
	assert_int_equal(rd(m, D_RX(0, D_RDH)), 0);
}

static void legacy_descriptors_tell_of_checksums(void **state)
{
	struct machine *m = *state;
	struct packet p;

	make4(&p, -1, 17, 0, 100);
	p.bytes[p.l3 + 8]--;
	p.bytes[p.len - 1] ^= 1;
	start_small_queue(m, 0, 0);
	assert_true(arrive_packet(m, &p));
	assert_int_equal(small_descriptor(m, 0, 0)[1],
			 (uint64_t)(D_RX_IPCS | D_RX_L4CS | D_RX_UDPCS | GOOD) << 32 |
				 0xC0ull << 40 | p.len);
}

/* Queues 0 to 3 are on; which of them @p came to. */
static unsigned int queue_of(struct machine *m, const struct packet *p)
{
	unsigned int found = 0, q = 0;

	for (unsigned int i = 0; i < 4; i++)
		start_small_queue(m, i, ADVANCED);
	assert_true(arrive_packet(m, p));
	for (unsigned int i = 0; i < 4; i++) {
		if (rd(m, D_RX(i, D_RDH)))
			found++, q = i;
	}
	assert_int_equal(found, 1);
	return q;
}

static void ethertype_filters(void **state)
{
	struct machine *m = *state;
	struct packet p;

	wr(m, D_ETQF(3), 1u << 31 | 0x88F7);
	ethernet(&p, -1, 0x88F7);
	finish(&p);
	/* Said, but no queue chosen; then chosen. */
	assert_int_equal(queue_of(m, &p), 0);
	assert_int_equal(said_in(m, 0, 0).types, D_L2 | 3);
	wr(m, D_ETQS(3), 1u << 31 | 1u << 29 | 2u << 16);
	assert_int_equal(queue_of(m, &p), 2);
	assert_int_equal(said_in(m, 2, 0).types, D_L2 | 3);
	assert_int_equal(said_in(m, 2, 0).status, GOOD | D_RX_LLINT);
	/* Of one user priority. */
	wr(m, D_ETQF(3), 1u << 31 | 1u << 19 | 5u << 16 | 0x88F7);
	assert_int_equal(queue_of(m, &p), 0);
	ethernet(&p, 5 << 13 | 1, 0x88F7);
	finish(&p);
	assert_int_equal(queue_of(m, &p), 2);
	wr(m, D_ETQF(3), 0x88F7);
	assert_int_equal(queue_of(m, &p), 0);
}

static void five_tuple_filters(void **state)
{
	struct machine *m = *state;
	struct packet p;

	make4(&p, -1, 17, 0, 40);
	/* All five, then each of them wrong, then each of these masked. */
	wr(m, D_SAQF(7), 192 | 168 << 8 | 1 << 16 | 2u << 24);
	wr(m, D_DAQF(7), 10 | 20 << 8 | 30 << 16 | 40u << 24);
	wr(m, D_SDPQF(7), 2794 >> 8 | (2794 & 255) << 8 | (1766 >> 8) << 16 | (1766u & 255) << 24);
	wr(m, D_L34TIMIR(7), 3u << 21 | 0x81000);
	wr(m, D_FTQF(7), 1u << 31 | 1u << 30 | 1 << 2 | 1);
	assert_int_equal(queue_of(m, &p), 3);
	for (unsigned int field = 0; field < 5; field++) {
		static const uint8_t at[] = { 12, 16, 20, 22 };
		struct packet other = p;

		if (field < 4) {
			other.bytes[other.l3 + at[field]] ^= 1;
		} else {
			make4(&other, -1, 6, 0, 40);
		}
		wr(m, D_FTQF(7), 1u << 31 | 1u << 30 | 1 << 2 | 1);
		assert_int_equal(queue_of(m, &other), 0);
		wr(m, D_FTQF(7), 1u << 31 | 1u << 30 | 1u << (25 + field) | 1 << 2 | 1);
		assert_int_equal(queue_of(m, &other), 3);
	}
	/* A higher priority wins, whatever its place. */
	wr(m, D_FTQF(100), 1u << 31 | 0x1Fu << 25 | 5 << 2);
	wr(m, D_L34TIMIR(100), 1u << 21 | 0x81000);
	assert_int_equal(queue_of(m, &p), 1);
	wr(m, D_FTQF(100), 1u << 31 | 0x1Fu << 25);
	assert_int_equal(queue_of(m, &p), 3);
	/* Among equals, the first. */
	wr(m, D_FTQF(100), 1u << 31 | 0x1Fu << 25 | 1 << 2);
	assert_int_equal(queue_of(m, &p), 3);
	/* IPv4 only; a fragment has no ports. */
	wr(m, D_FTQF(100), 0);
	make6(&p, -1, 17, 40);
	assert_int_equal(queue_of(m, &p), 0);
	make4(&p, -1, 17, 0, 40);
	put16(p.bytes + p.l3 + 6, 0x2000);
	assert_int_equal(queue_of(m, &p), 0);
}

static void syn_filter(void **state)
{
	struct machine *m = *state;
	struct packet p;

	make4(&p, -1, 6, 0, 0);
	wr(m, D_SYNQF, 1 | 2 << 1);
	assert_int_equal(queue_of(m, &p), 0);
	p.bytes[p.l4 + 13] = 0x02;
	assert_int_equal(queue_of(m, &p), 2);
	wr(m, D_FTQF(0), 1u << 31 | 0x1Fu << 25);
	wr(m, D_L34TIMIR(0), 1u << 21 | 0x81000);
	assert_int_equal(queue_of(m, &p), 1);
	wr(m, D_SYNQF, 1u << 31 | 1 | 2 << 1);
	assert_int_equal(queue_of(m, &p), 2);
}

/* ARP comes to queue 0, LLDP to queue 1. */
static void two_queues(struct machine *m, struct packet *arp, struct packet *lldp, uint32_t srrctl)
{
	wr(m, D_ETQF(0), 1u << 31 | 0x88CC);
	wr(m, D_ETQS(0), 1u << 31 | 1u << 16);
	wr(m, D_RQSMR(0), 5 << 8);
	ethernet(arp, -1, 0x0806);
	finish(arp);
	ethernet(lldp, -1, 0x88CC);
	finish(lldp);
	start_small_queue(m, 0, srrctl);
	start_small_queue(m, 1, srrctl);
}

static void a_full_queue_that_may_drop(void **state)
{
	struct machine *m = *state;
	struct packet arp, lldp;

	two_queues(m, &arp, &lldp, ADVANCED | D_SRRCTL_DROP_EN);
	wr(m, D_RXDSTATCTRL, 5);
	for (unsigned int i = 0; i < 7; i++)
		assert_true(arrive_packet(m, &lldp));
	assert_false(nic_can_receive(m->nic));
	assert_false(arrive_packet(m, &lldp));
	assert_true(arrive_packet(m, &arp));
	assert_int_equal(rd(m, D_QPRC(5)), 7);
	assert_int_equal(rd(m, D_QPRC(0)), 1);
	assert_int_equal(rd(m, D_QPRDC(5)), 1);
	assert_int_equal(rd(m, D_QPRDC(0)), 0);
	assert_int_equal(rd(m, D_RXDGPC), 7);
	wr(m, D_RX(1, D_RDT), 0);
	assert_true(nic_can_receive(m->nic));
	assert_no_rule_broken(m);
}

static void a_full_queue_that_may_not_blocks_all(void **state)
{
	struct machine *m = *state;
	struct packet arp, lldp;

	two_queues(m, &arp, &lldp, ADVANCED);
	for (unsigned int i = 0; i < 8; i++)
		assert_true(arrive_packet(m, &lldp));
	for (unsigned int i = 0; i < 3; i++)
		assert_true(arrive_packet(m, &arp));
	assert_int_equal(rd(m, D_RX(0, D_RDH)), 0);
	assert_int_equal(rd(m, D_RX(1, D_RDH)), 7);
	assert_false(nic_can_receive(m->nic));
	/* One descriptor frees them all, each to its own queue. */
	give(m, 1, 0);
	wr(m, D_RX(1, D_RDT), 0);
	assert_int_equal(rd(m, D_RX(0, D_RDH)), 3);
	assert_int_equal(rd(m, D_RX(1, D_RDH)), 0);
	assert_int_equal(said_in(m, 1, 7).status, GOOD);
	/* So does switching its queue off, which loses what waits for it. */
	for (unsigned int i = 0; i < 2; i++)
		assert_true(arrive_packet(m, &lldp));
	assert_true(arrive_packet(m, &arp));
	assert_int_equal(rd(m, D_RX(0, D_RDH)), 3);
	clear_bits(m, D_RX(1, D_RXDCTL), D_ENABLE);
	assert_int_equal(rd(m, D_RX(0, D_RDH)), 4);
	assert_int_equal(rd(m, D_QPRDC(5)), 2);
	assert_int_equal(nic_counters(m->nic)->stored, 8 + 3 + 1);
	assert_no_rule_broken(m);
}

static void what_waits_while_masters_are_off_comes_later(void **state)
{
	struct machine *m = *state;
	struct packet p;

	make4(&p, -1, 6, 0, 100);
	start_small_queue(m, 0, ADVANCED);
	set_bits(m, D_CTRL, D_CTRL_MASTER_DISABLE);
	assert_true(arrive_packet(m, &p));
	assert_int_equal(rd(m, D_RX(0, D_RDH)), 0);
	clear_bits(m, D_CTRL, D_CTRL_MASTER_DISABLE);
	assert_int_equal(rd(m, D_RX(0, D_RDH)), 1);
}

static void dma_faults(void **state)
{
	struct machine *m = *state;
	struct packet p;

	wr(m, D_PSRTYPE, D_PSRTYPE_TCP);
	make4(&p, -1, 6, 0, 100);
	start_small_queue(m, 0, D_SRRCTL_SPLIT);
	small_descriptor(m, 0, 0)[1] = 0x1000;
	small_descriptor(m, 0, 1)[0] = ~0ull;
	small_descriptor(m, 0, 2)[1] |= 1; /* DD: software clears it */
	for (unsigned int i = 0; i < 3; i++) {
		assert_true(arrive_packet(m, &p));
		assert_int_equal(said_in(m, 0, i).status, GOOD | D_RX_IPCS | D_RX_L4CS);
	}
	assert_int_equal(nic_counters(m->nic)->dma_faults, 2);
	assert_int_equal(nic_counters(m->nic)->stored, 1);
	assert_memory_equal(m->memory + small_header_at(0, 2), p.bytes, 54);
	/* A ring outside of memory. */
	wr(m, D_RX(0, D_RXDCTL), 0);
	wr(m, D_RX(0, D_RDBAH), 0xFFFFFFFF);
	wr(m, D_RX(0, D_RXDCTL), D_ENABLE);
	rd(m, D_RX(0, D_RXDCTL));
	assert_false(arrive_packet(m, &p));
	assert_int_equal(nic_counters(m->nic)->dma_faults, 3);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, driver_setup, machine_teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(packet_types),
		TEST(snap_is_ethernet_too),
		TEST(extension_headers),
		TEST(wrong_checksums),
		TEST(udp_without_checksum),
		TEST(udp_fragments),
		TEST(vlan_is_stripped_by_queue),
		TEST(several_descriptors),
		TEST(header_split),
		TEST(split_always),
		TEST(split_over_several),
		TEST(reserved_types_move_nothing),
		TEST(legacy_descriptors_tell_of_checksums),
		TEST(ethertype_filters),
		TEST(five_tuple_filters),
		TEST(syn_filter),
		TEST(a_full_queue_that_may_drop),
		TEST(a_full_queue_that_may_not_blocks_all),
		TEST(what_waits_while_masters_are_off_comes_later),
		TEST(dma_faults),
	};

	return cmocka_run_group_tests_name("nic: advanced receive", tests, NULL, NULL);
}
