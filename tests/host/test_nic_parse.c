// SPDX-License-Identifier: BSD-3-Clause
/*
 * The parser of received frames and what follows it, against frames that are
 * cut off at every length and frames of chance bytes: each lies at the end of
 * its own piece of memory, so that a sanitizer, or a page that is not there,
 * sees a read beyond it.
 */
#include <sys/mman.h>
#include <unistd.h>

#include "nic_packets.h"
#include "nic_queues.h"
#include "rx.h"

/* Two pages, of which only the first is there. */
static uint8_t *guard_page(void)
{
	size_t page = (size_t)sysconf(_SC_PAGESIZE);
	uint8_t *at =
		mmap(NULL, 2 * page, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

	assert_ptr_not_equal(at, MAP_FAILED);
	assert_int_equal(mprotect(at + page, page, PROT_NONE), 0);
	return at + page;
}

/* Whatever the frame is, offsets are in order and within it. */
static void assert_sane(const struct nic_packet *packet, size_t len)
{
	assert_true(packet->l3 <= len);
	assert_true(packet->end <= len);
	if (packet->address_len) {
		assert_true(packet->addresses > packet->l3);
		assert_true(packet->addresses + 2u * packet->address_len <= packet->l4);
		assert_true(packet->l4 <= len);
	}
	if (packet->types & PACKET_L4_MASK) {
		assert_true(packet->l4 < packet->payload);
		assert_true(packet->payload <= packet->end);
		assert_false(packet->fragment);
	}
}

/* @frame of @len bytes at the end of memory: parsed, hashed, summed, received. */
static void try(struct machine *m, uint8_t *end, const uint8_t *frame, size_t len)
{
	struct nic_packet packet;

	memcpy(end - len, frame, len);
	nic_packet_parse(end - len, len, 0x8100, &packet);
	assert_sane(&packet, len);
	for (unsigned int bit = 4; bit < 13; bit++)
		assert_true(nic_packet_header(&packet, 1u << bit) <= len);
	nic_receive(m->nic, end - len, len, 0);
	wr(m, D_RX(0, D_RDT), (rd(m, D_RX(0, D_RDH)) + SMALL - 1) % SMALL);
}

static int parse_setup(void **state)
{
	struct machine *m;

	driver_setup(state);
	m = *state;
	driver_halt_receive(m);
	wr(m, D_FCTRL, D_FCTRL_SBP | D_FCTRL_UPE | D_FCTRL_MPE | D_FCTRL_BAM);
	clear_bits(m, D_SECRXCTRL, D_SECRXCTRL_RX_DIS);
	wr(m, D_MRQC, D_MRQC_RSS | 0xFFFF0000);
	wr(m, D_RXCSUM, D_RXCSUM_IPPCSE);
	wr(m, D_PSRTYPE, D_PSRTYPE_TCP | D_PSRTYPE_UDP | D_PSRTYPE_IPV4 | D_PSRTYPE_IPV6);
	wr(m, D_SYNQF, 1);
	wr(m, D_FTQF(0), 1u << 31);
	wr(m, 0x0EE00, 0x1F << 16 | 1); /* FDIRCTRL: on, flexible bytes 62 bytes in */
	start_small_queue(m, 0, D_SRRCTL_SPLIT);
	set_bits(m, D_RX(0, D_RXDCTL), D_RXDCTL_VME);
	return 0;
}

static void make(struct packet *p, unsigned int kind)
{
	static const uint8_t protocols[] = { 6, 17, 132, 50, 51, 1, 41 };
	uint8_t protocol = protocols[kind % 7];

	ethernet(p, kind % 2 ? 5 : -1, kind & 8 ? 0x86DD : 0x0800);
	if (kind & 8) {
		ipv6(p, kind & 4 ? 0 : protocol);
		if (kind & 4) {
			extension(p, 43, 8);
			extension(p, 60, 8);
			extension(p, kind & 2 ? 44 : protocol, 24);
			if (kind & 2)
				extension(p, protocol, 8);
		}
	} else {
		ipv4(p, protocol, kind & 4 ? 40 : 0);
	}
	l4(p, 60);
	finish(p);
	if (!(kind & 8) && (kind & 2)) {
		put16(p->bytes + p->l3 + 6, 0x2000);
		finish_ipv4(p);
	}
}

static void cut_off_anywhere(void **state)
{
	uint8_t *end = guard_page();
	struct packet p;

	for (unsigned int kind = 0; kind < 16 * 7; kind++) {
		make(&p, kind);
		for (size_t len = 1; len <= p.len; len++)
			try(*state, end, p.bytes, len);
	}
}

/* Each byte of the headers is changed to what hurts most. */
static void any_byte_wrong(void **state)
{
	static const uint8_t values[] = { 0, 1, 0x0F, 0x40, 0x4F, 0x60, 0x7F, 0x80, 0xF0, 0xFF };
	uint8_t *end = guard_page();
	struct packet p;

	for (unsigned int kind = 0; kind < 16 * 7; kind++) {
		for (size_t at = 12; at < 140; at++) {
			for (unsigned int v = 0; v < sizeof(values); v++) {
				make(&p, kind);
				p.bytes[at] = values[v];
				try(*state, end, p.bytes, p.len);
			}
		}
	}
}

static void chance(void **state)
{
	static const uint16_t types[] = { 0x0800, 0x86DD, 0x8100, 0x0040 };
	uint8_t *end = guard_page();
	struct packet p;

	srand(1);
	for (unsigned int n = 0; n < 100000; n++) {
		size_t len = 1 + (size_t)rand() % 200;

		ethernet(&p, rand() % 2 ? 1 : -1, types[rand() % 4]);
		for (size_t i = p.len; i < len; i++)
			p.bytes[i] = rand();
		if (rand() % 2)
			p.bytes[p.len] = rand() % 2 ? 0x45 : 0x60;
		try(*state, end, p.bytes, len);
	}
}

/* As many extension headers as fit: bounded, and not followed to the end. */
static void many_extensions(void **state)
{
	struct nic_packet packet;
	struct packet p;

	for (unsigned int count = 0; count < 170; count++) {
		ethernet(&p, -1, 0x86DD);
		ipv6(&p, count ? 60 : 17);
		for (unsigned int i = 0; i < count; i++)
			extension(&p, i + 1 < count ? 60 : 17, 8);
		l4(&p, 10);
		finish(&p);
		nic_packet_parse(p.bytes, p.len, 0x8100, &packet);
		assert_int_equal(!!(packet.types & PACKET_UDP), count <= 8);
		try(*state, guard_page(), p.bytes, p.len);
	}
}

static void a_tunnel_is_seen_and_not_entered(void **state)
{
	struct nic_packet packet;
	struct packet p;

	ethernet(&p, -1, 0x0800);
	ipv4(&p, 41, 0);
	ipv6(&p, 17);
	l4(&p, 20);
	p.l3 = 14;
	put16(p.bytes + 16, p.len - 14);
	nic_packet_parse(p.bytes, p.len, 0x8100, &packet);
	assert_int_equal(packet.types, PACKET_IPV4 | PACKET_IPV6);
	assert_int_equal(packet.address_len, 4);
	assert_int_equal(nic_packet_header(&packet, 1u << 9), 34);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, parse_setup, machine_teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(cut_off_anywhere),
		TEST(any_byte_wrong),
		TEST(chance),
		TEST(many_extensions),
		TEST(a_tunnel_is_seen_and_not_entered),
	};

	return cmocka_run_group_tests_name("nic: parser", tests, NULL, NULL);
}
