// SPDX-License-Identifier: BSD-3-Clause
/*
 * The flow director, 7.1.2.7: many filters that choose a queue by a packet's
 * flow, matched perfectly or by a signature. Software adds and removes them by
 * FDIRCMD; rx_queue.c asks for a match after the smaller filters.
 *
 * A flow is eleven words, as they are hashed: type and VLAN, source, and
 * destination address of four each, ports, flexible bytes.
 */
#include <stdlib.h>
#include <string.h>

#include "rx.h"

#define WORDS	    11u
#define SOURCE	    1u
#define DESTINATION 5u
#define PORTS	    9u
#define FLEX	    10u

#define L4_UDP	   (1u << 16)
#define L4_MASK	   (3u << 16)
#define TYPE_IPV6  (4u << 16)
#define POOL_MASK  (0x7Fu << 24)
#define VLAN_ID	   0x0FFFu
#define VLAN_CFI   0x1000u
#define VLAN_PRIO  0xE000u
#define HASH_BITS  0x7FFFu
#define REPORTED   0xFu /* RSS type: the hash is the flow's */
#define NONE	   0xFFFFu
#define FILTER_MAX 32768u

/* @key: the words that differ in IPv4, masked; a signature filter has none. */
struct flow_filter {
	uint32_t key[5];
	uint32_t command;
	uint16_t hash;
	uint16_t id; /* FDIRHASH's signature or software index */
	uint16_t next;
};

struct nic_flows {
	uint16_t bucket[FILTER_MAX];
	uint16_t first_free;
	uint16_t count;
	struct flow_filter filter[FILTER_MAX - 2];
};

static uint32_t be32(const uint8_t *at)
{
	return (uint32_t)at[0] << 24 | at[1] << 16 | at[2] << 8 | at[3];
}

static bool is_perfect(const struct nic *nic)
{
	return nic_reg(nic, FDIRCTRL) & FDIRCTRL_PERFECT;
}

/* Table of 7.1.2.7: a power of two by the memory that PBALLOC gives; as many buckets as filters. */
static uint32_t capacity(const struct nic *nic)
{
	uint32_t memory = nic_reg(nic, FDIRCTRL) & FDIRCTRL_PBALLOC;

	return memory ? (is_perfect(nic) ? 1024u : 4096u) << memory : 0;
}

static void clear(struct nic *nic)
{
	struct nic_flows *flows = nic->flows;

	if (!flows)
		return;
	memset(flows->bucket, 0xFF, sizeof(flows->bucket));
	for (unsigned int i = 0; i < FILTER_MAX - 2; i++)
		flows->filter[i].next = i + 1 < FILTER_MAX - 2 ? i + 1 : NONE;
	flows->first_free = 0;
	flows->count = 0;
}

void nic_flows_reset(struct nic *nic)
{
	free(nic->flows);
	nic->flows = NULL;
}

static void say_free(struct nic *nic)
{
	uint32_t free = capacity(nic) - 2 - nic->flows->count;

	nic_reg_set(nic, FDIRFREE, free);
	if (free < (nic_reg(nic, FDIRCTRL) >> FDIRCTRL_FULL_THRESH_SHIFT) * 16)
		nic_interrupt_cause(nic, EICR_FLOW_DIRECTOR);
}

/* Writing it initialises the tables; INIT_Done is there at once. */
void nic_fdirctrl_write(struct nic *nic, unsigned int index, uint32_t old, uint32_t value)
{
	if (!(value & FDIRCTRL_PBALLOC)) {
		nic_flows_reset(nic);
		return;
	}
	if (!nic->flows)
		nic->flows = malloc(sizeof(*nic->flows));
	clear(nic);
	if (nic->flows)
		say_free(nic);
}

static uint32_t reverse(uint32_t half)
{
	uint32_t reversed = 0;

	for (unsigned int bit = 0; bit < 16; bit++)
		reversed |= (half >> bit & 1) << (15 - bit);
	return reversed;
}

/* Of ports as they are in a flow, those bits that are compared; the registers have them reversed. */
static uint32_t port_bits(const struct nic *nic, uint32_t type)
{
	/* MISSING: which mask is SCTP's. Drivers write both alike. */
	uint32_t mask = nic_reg(nic, (type & L4_MASK) == L4_UDP ? FDIRUDPM : FDIRTCPM);

	return ~(reverse(mask & 0xFFFF) << 16 | reverse(mask >> 16));
}

/* MISSING: which bit of FDIRIP6M is which byte. The lowest is the first on the wire. */
static void mask_ipv6(uint32_t *words, uint32_t mask)
{
	for (unsigned int i = 0; i < 16; i++) {
		if (mask >> i & 1)
			words[i / 4] &= ~(0xFF000000u >> i % 4 * 8);
	}
}

static void mask_flow(const struct nic *nic, uint32_t *words)
{
	uint32_t mask = nic_reg(nic, FDIRM);
	uint32_t cleared = VLAN_CFI;

	words[PORTS] &= port_bits(nic, words[0]);
	if (mask & FDIRM_FLEX)
		words[FLEX] = 0;
	if (words[0] & TYPE_IPV6) {
		mask_ipv6(&words[SOURCE], nic_reg(nic, FDIRIP6M) & 0xFFFF);
		mask_ipv6(&words[DESTINATION],
			  mask & FDIRM_DIPV6 ? 0xFFFF : nic_reg(nic, FDIRIP6M) >> 16);
	} else {
		words[SOURCE] &= ~nic_reg(nic, FDIRSIP4M);
		words[DESTINATION] &= ~nic_reg(nic, FDIRDIP4M);
	}
	cleared |= mask & FDIRM_VLANID ? VLAN_ID : 0;
	cleared |= mask & FDIRM_VLANP ? VLAN_PRIO : 0;
	cleared |= mask & FDIRM_POOL ? POOL_MASK : 0;
	cleared |= mask & FDIRM_L4P ? L4_MASK : 0;
	words[0] &= ~cleared;
}

/*
 * 7.1.2.7.x: bit j of the hash sums those bits of the flow that are j above a set bit of the key,
 * in a period of 32; so words are added up first. The last 16 bits of the flow are not there, which
 * turns all by half a word; the first word comes twice.
 */
static uint32_t flow_hash(const uint32_t *words, uint32_t key)
{
	uint32_t upper = words[0] ^ words[0] >> 16, lower, hash = 0;
	uint32_t sum = 0;

	for (unsigned int i = 1; i < WORDS; i++)
		sum ^= words[i];
	upper ^= sum;
	lower = sum >> 16 | sum << 16;
	for (unsigned int i = 0; i < 16; i++) {
		if (key >> i & 1)
			hash ^= lower >> i;
		if (key >> (i + 16) & 1)
			hash ^= upper >> i;
		if (!i)
			lower ^= words[0] ^ words[0] << 16;
	}
	return hash & HASH_BITS;
}

static void take_key(uint32_t *key, const uint32_t *words)
{
	key[0] = words[0];
	key[1] = words[SOURCE];
	key[2] = words[DESTINATION];
	key[3] = words[PORTS];
	key[4] = words[FLEX];
}

/* The flow that the registers of a perfect filter name; FLEX has its first byte lowest. */
static void registers_flow(const struct nic *nic, uint32_t command, uint32_t *words)
{
	uint32_t ports = nic_reg(nic, FDIRPORT), vlan = nic_reg(nic, FDIRVLAN);

	memset(words, 0, WORDS * sizeof(*words));
	words[0] = (command >> FDIRCMD_TYPE_SHIFT & 7) << 16 | (vlan & 0xFFFF) |
		   (command >> FDIRCMD_POOL_SHIFT & 0x3F) << 24;
	words[SOURCE] = nic_reg(nic, FDIRIPSA);
	words[DESTINATION] = nic_reg(nic, FDIRIPDA);
	words[PORTS] = ports << 16 | ports >> 16;
	words[FLEX] = (vlan >> 16 & 0xFF) << 24 | (vlan >> 24) << 16;
	mask_flow(nic, words);
}

static void packet_flow(const struct nic *nic, const uint8_t *frame, size_t len,
			const struct nic_packet *packet, uint32_t *words)
{
	uint32_t flex = (nic_reg(nic, FDIRCTRL) >> FDIRCTRL_FLEX_SHIFT & 0x1F) * 2;

	memset(words, 0, WORDS * sizeof(*words));
	words[0] = packet->tag;
	if (packet->types & PACKET_UDP)
		words[0] |= L4_UDP;
	if (packet->types & PACKET_TCP)
		words[0] |= 2u << 16;
	if (packet->types & PACKET_SCTP)
		words[0] |= 3u << 16;
	if (packet->address_len == 16)
		words[0] |= TYPE_IPV6;
	for (unsigned int i = 0; i < packet->address_len / 4u; i++) {
		const uint8_t *at = frame + packet->addresses + i * 4;

		words[SOURCE + i] = be32(at);
		words[DESTINATION + i] = be32(at + packet->address_len);
	}
	if (packet->types & PACKET_L4_MASK)
		words[PORTS] = be32(frame + packet->l4);
	if (flex + 2 <= len)
		words[FLEX] = (uint32_t)frame[flex] << 24 | frame[flex + 1] << 16;
	mask_flow(nic, words);
}

/* What points to the filter, or to NONE at the end of its bucket's list. */
static uint16_t *find(struct nic_flows *flows, uint16_t hash, uint16_t id, const uint32_t *key)
{
	uint16_t *link = &flows->bucket[hash];

	for (; *link != NONE; link = &flows->filter[*link].next) {
		const struct flow_filter *filter = &flows->filter[*link];

		if (key ? !memcmp(filter->key, key, sizeof(filter->key)) : filter->id == id)
			break;
	}
	return link;
}

static bool add(struct nic *nic, uint16_t hash, uint16_t id, uint32_t command)
{
	struct nic_flows *flows = nic->flows;
	uint16_t *link = find(flows, hash, id, NULL);
	struct flow_filter *filter;
	uint32_t words[WORDS];
	uint16_t i = *link;

	if (i == NONE) {
		if (flows->count + 2u >= capacity(nic))
			return false;
		i = flows->first_free;
		flows->first_free = flows->filter[i].next;
		flows->filter[i].next = NONE;
		flows->count++;
		*link = i;
	} else if (!(command & FDIRCMD_FILTER_UPDATE)) {
		return false;
	}
	filter = &flows->filter[i];
	filter->hash = hash;
	filter->id = id;
	filter->command = command;
	registers_flow(nic, command, words);
	take_key(filter->key, words);
	return true;
}

static bool remove_filter(struct nic_flows *flows, uint16_t hash, uint16_t id)
{
	uint16_t *link = find(flows, hash, id, NULL);
	uint16_t i = *link;

	if (i == NONE)
		return false;
	*link = flows->filter[i].next;
	flows->filter[i].next = flows->first_free;
	flows->first_free = i;
	flows->count--;
	return true;
}

/* Adds to one half of a statistics register; a half stays at its maximum. */
static void count(struct nic *nic, uint32_t offset, unsigned int shift, uint32_t max)
{
	if ((nic_reg(nic, offset) >> shift & max) < max)
		nic_reg_set(nic, offset, nic_reg(nic, offset) + (1u << shift));
}

/* A command is done at once: FDIRCMD.CMD reads 0. */
void nic_fdircmd_write(struct nic *nic, unsigned int index, uint32_t old, uint32_t value)
{
	uint32_t named = nic_reg(nic, FDIRHASH);
	uint16_t hash = named & (capacity(nic) - 1) & HASH_BITS;
	uint16_t id = named >> 16 & HASH_BITS;
	bool done = false;

	if (value & FDIRCMD_CLEARHT)
		clear(nic);
	switch (value & FDIRCMD_CMD) {
	case FDIRCMD_ADD:
		done = nic->flows && add(nic, hash, id, value);
		count(nic, done ? FDIRUSTAT : FDIRFSTAT, 0, done ? 0xFFFF : 0xFF);
		break;
	case FDIRCMD_REMOVE:
		done = nic->flows && remove_filter(nic->flows, hash, id);
		count(nic, done ? FDIRUSTAT : FDIRFSTAT, done ? 16 : 8, done ? 0xFFFF : 0xFF);
		break;
	case FDIRCMD_QUERY:
		done = nic->flows && *find(nic->flows, hash, id, NULL) != NONE;
		value &= ~FDIRCMD_FILTER_VALID;
		nic_reg_set(nic, FDIRCMD,
			    (value & ~FDIRCMD_CMD) | (done ? FDIRCMD_FILTER_VALID : 0));
		return;
	default:
		return;
	}
	if (nic->flows)
		say_free(nic);
}

/* A match is said in the descriptor if FDIRCTRL wants it. */
static void report(const struct nic *nic, const struct flow_filter *filter,
		   struct nic_rx_info *info)
{
	info->status |= RX_FLM;
	if (!(nic_reg(nic, FDIRCTRL) & (FDIRCTRL_REPORT | FDIRCTRL_REPORT_ALWAYS)))
		return;
	info->rss_type = REPORTED;
	info->hash = (uint32_t)filter->hash << 16 | filter->id;
}

bool nic_flow_director(struct nic *nic, const uint8_t *frame, const struct nic_packet *packet,
		       struct nic_rx_info *info)
{
	const struct flow_filter *filter;
	uint32_t words[WORDS], key[5];
	uint16_t hash, i;

	/* MISSING: whether what is no IP packet counts as a miss. It does not. */
	if (!nic->flows || !packet->address_len)
		return false;
	packet_flow(nic, frame, info->len, packet, words);
	take_key(key, words);
	hash = flow_hash(words, nic_reg(nic, FDIRHKEY)) & (capacity(nic) - 1);
	i = *find(nic->flows, hash, flow_hash(words, nic_reg(nic, FDIRSKEY)),
		  is_perfect(nic) ? key : NULL);
	/* Perfect filters are for IPv4 only. */
	if (i == NONE || (is_perfect(nic) && packet->address_len != 4)) {
		nic_stats_add(nic, FDIRMISS, 1);
		return false;
	}
	nic_stats_add(nic, FDIRMATCH, 1);
	filter = &nic->flows->filter[i];
	report(nic, filter, info);
	if (filter->command & FDIRCMD_DROP)
		info->queue = nic_reg(nic, FDIRCTRL) >> FDIRCTRL_DROP_QUEUE_SHIFT &
			      (NIC_QUEUES - 1);
	else
		info->queue = filter->command >> FDIRCMD_RX_QUEUE_SHIFT & (NIC_QUEUES - 1);
	return filter->command & (FDIRCMD_DROP | FDIRCMD_QUEUE_EN);
}
