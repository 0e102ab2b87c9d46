/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * The firewall's flows: their keys, how they begin, what is seen of them and how they end.
 */
#ifndef ONEPATH_NF_FIREWALL_FLOWS_H
#define ONEPATH_NF_FIREWALL_FLOWS_H

#include "flow_table.h"
#include "packet.h"

/* Classes of flows, by timeout. */
enum firewall_class {
	FIREWALL_TCP_TRANSITORY, /* being opened or closed */
	FIREWALL_TCP_ESTABLISHED,
	FIREWALL_UDP, /* and what has no ports */
	FIREWALL_ICMP,
	FIREWALL_FRAGMENTS, /* of one packet, from outside */
	FIREWALL_CLASSES,
};

/* Fragmented packets take no more of the table than one in so many flows: anyone may send them. */
#define FIREWALL_FRAGMENTS_SHARE 16

/* What was seen of a TCP connection. */
#define FIREWALL_ANSWERED    0x01 /* from outside */
#define FIREWALL_ESTABLISHED 0x02 /* acknowledged from inside after that */
#define FIREWALL_FIN_INSIDE  0x04
#define FIREWALL_FIN_OUTSIDE 0x08
#define FIREWALL_RESET	     0x10

/*
 * A flow. Its key: word 0 has the ports (inside, outside), the protocol, the kind of key and
 * the VLAN; then come the addresses (inside, outside), one word or four. ICMP's ports are its
 * identifier, twice. IPv4 and IPv6 differ in the kind, so that both fit in one table.
 */
struct firewall_flow {
	struct flow flow;
	uint32_t state;
	uint64_t key[5];
} __attribute__((aligned(64)));

static const struct flow_type firewall_ipv4 = { sizeof(struct firewall_flow),
						offsetof(struct firewall_flow, key), 2 };
static const struct flow_type firewall_ipv6 = { sizeof(struct firewall_flow),
						offsetof(struct firewall_flow, key), 5 };

/**
 * struct firewall_settings - may be changed between two frames
 * @timeout: seconds by enum firewall_class
 * @tcp_loose: TCP from inside opens a flow without SYN, too
 * @tcp_service: which TCP ports are open to all, a bit each
 * @udp_service: the same for UDP
 */
struct firewall_settings {
	uint32_t timeout[FIREWALL_CLASSES];
	bool tcp_loose;
	uint8_t tcp_service[8192];
	uint8_t udp_service[8192];
};

/* Frames, but for the first three. */
struct firewall_counters {
	uint64_t flows_opened;
	uint64_t flows_expired;
	uint64_t fragmented_in; /* packets */
	uint64_t services_in;
	uint64_t errors_in;
	uint64_t dropped_unknown;
	uint64_t dropped_full;
	uint64_t dropped_malformed;
	uint64_t dropped_other_type;
	uint64_t dropped_fragment;
};

#define FIREWALL_COUNTERS (sizeof(struct firewall_counters) / sizeof(uint64_t))

static const char *const firewall_counter_names[FIREWALL_COUNTERS + 1] = {
	"flows_opened",
	"flows_expired",
	"fragmented_in",
	"services_in",
	"errors_in",
	"dropped_unknown",
	"dropped_full",
	"dropped_malformed",
	"dropped_other_type",
	"dropped_fragment",
	NULL,
};

/* @now: seconds; firewall_set_time() */
struct firewall {
	struct flow_table table;
	uint32_t now;
	uint32_t fragments; /* flows of that class */
	const struct firewall_settings *settings;
	struct firewall_counters count;
};

/* A frame that is being looked at. */
struct firewall_look {
	struct packet packet;
	uint32_t hash;
	uint64_t key[5];
};

enum firewall_kind {
	FIREWALL_KEY = 4, /* 4 for IPv4, 6 for IPv6 */
	FIREWALL_KEY_FRAGMENTS = 0x40,
};

/* The VLAN of a frame with tags: the outer one's number, and how many tags there are. */
static inline uint16_t firewall_vlan(const struct packet *packet, const uint8_t *frame)
{
	return (uint16_t)((get16(frame + ETHERNET_BYTES) & 0xfff) | packet->tags << 12);
}

NF_INLINE uint64_t firewall_key_word(const struct packet *packet, const uint8_t *frame,
				     uint32_t ports, uint32_t kind)
{
	uint64_t word = ports | (uint64_t)packet->protocol << 32;

	kind |= packet->network == PACKET_IPV4 ? 4 : 6;
	if (nf_unlikely(packet->tags))
		kind |= (uint32_t)firewall_vlan(packet, frame) << 8;
	return word | (uint64_t)kind << 40;
}

/* Both addresses, that of the inside first: the source if it comes @from_inside. */
NF_INLINE void firewall_key_addresses(const struct packet *packet, const uint8_t *frame,
				      bool from_inside, uint64_t *key)
{
	const uint8_t *source = frame + packet_source(packet);

	if (nf_likely(packet->network == PACKET_IPV4)) {
		uint64_t both = raw64(source);

		key[1] = from_inside ? both : both << 32 | both >> 32;
		return;
	}
	for (unsigned int i = 0; i < 4; i++)
		key[1 + i] = raw64(source + (from_inside ? i : i ^ 2) * 8);
}

NF_INLINE uint32_t firewall_ports(const struct packet *packet, const uint8_t *frame,
				  bool from_inside)
{
	const uint8_t *l4 = frame + packet->l4;
	uint32_t ports;

	switch (packet->transport) {
	case PROTOCOL_TCP:
	case PROTOCOL_UDP:
		ports = raw32(l4);
		return from_inside ? ports : ports << 16 | ports >> 16;
	case PROTOCOL_ICMP:
	case PROTOCOL_ICMPV6:
		return raw16(l4 + 4) * 0x10001u;
	default:
		return 0;
	}
}

NF_INLINE void firewall_hash(const struct firewall *firewall, struct firewall_look *look)
{
	look->hash = look->packet.network == PACKET_IPV4
			     ? flow_hash(&firewall->table, firewall_ipv4, look->key)
			     : flow_hash(&firewall->table, firewall_ipv6, look->key);
}

/* The key of the flow that a packet belongs to. */
NF_INLINE void firewall_make_key(const struct firewall *firewall, struct firewall_look *look,
				 const uint8_t *frame, bool from_inside)
{
	const struct packet *packet = &look->packet;

	look->key[0] =
		firewall_key_word(packet, frame, firewall_ports(packet, frame, from_inside), 0);
	firewall_key_addresses(packet, frame, from_inside, look->key);
	firewall_hash(firewall, look);
}

/* The key of the fragments of a packet from outside, of which this is one. */
static inline void firewall_make_fragments_key(const struct firewall *firewall,
					       struct firewall_look *look, const uint8_t *frame)
{
	const struct packet *packet = &look->packet;
	const uint8_t *identification = frame + packet->identification;
	uint32_t number = packet->network == PACKET_IPV4 ? raw16(identification)
							 : raw32(identification);

	look->key[0] = firewall_key_word(packet, frame, number, FIREWALL_KEY_FRAGMENTS);
	if (packet->network == PACKET_IPV6)
		look->key[0] &=
			~((uint64_t)0xff << 32); /* the last header's: first ones may have more */
	firewall_key_addresses(packet, frame, false, look->key);
	firewall_hash(firewall, look);
}

NF_INLINE struct firewall_flow *firewall_at(const struct firewall *firewall, uint32_t n)
{
	return n == FLOW_NONE ? NULL : flow_at(&firewall->table, firewall_ipv4, n);
}

NF_INLINE struct firewall_flow *firewall_find(const struct firewall *firewall,
					      const struct firewall_look *look)
{
	const struct flow_table *table = &firewall->table;
	uint32_t n =
		look->packet.network == PACKET_IPV4
			? flow_find(table, firewall_ipv4, look->key, look->hash, firewall->now)
			: flow_find(table, firewall_ipv6, look->key, look->hash, firewall->now);

	return firewall_at(firewall, n);
}

/* Removes a flow that expired, if there is one. */
static inline bool firewall_expire_one(struct firewall *firewall)
{
	uint32_t n = flow_due(&firewall->table, firewall_ipv4, firewall->now);

	if (n == FLOW_NONE)
		return false;
	firewall->fragments -= firewall_at(firewall, n)->flow.list == FIREWALL_FRAGMENTS;
	flow_remove(&firewall->table, firewall_ipv4, n);
	firewall->count.flows_expired++;
	return true;
}

/* Returns NULL if the table is full. */
static inline struct firewall_flow *firewall_open(struct firewall *firewall,
						  const struct firewall_look *look,
						  enum firewall_class class)
{
	const struct flow_type type = look->packet.network == PACKET_IPV4 ? firewall_ipv4
									  : firewall_ipv6;
	struct firewall_flow *flow;

	firewall_expire_one(firewall);
	flow = firewall_at(firewall, flow_add(&firewall->table, type, look->key, look->hash, class,
					      firewall->now));
	if (!flow)
		return NULL;
	flow->state = 0;
	firewall->count.flows_opened++;
	return flow;
}

NF_INLINE void firewall_use(struct firewall *firewall, struct firewall_flow *flow, uint32_t class)
{
	uint32_t n = (uint32_t)(flow - (struct firewall_flow *)firewall->table.flows);

	flow_use(&firewall->table, firewall_ipv4, n, class, firewall->now);
}

/*
 * What a TCP segment changes (RFC 5382, REQ-5): established once the three-way handshake is
 * seen; transitory again after a reset or when both sides have ended.
 */
static inline void firewall_note_tcp(struct firewall *firewall, struct firewall_flow *flow,
				     uint8_t flags, bool from_inside)
{
	const uint32_t both = FIREWALL_FIN_INSIDE | FIREWALL_FIN_OUTSIDE;
	uint32_t state = flow->state;
	bool over = state & FIREWALL_RESET || (state & both) == both;

	if (from_inside && over && (flags & (TCP_SYN | TCP_ACK)) == TCP_SYN)
		state = 0; /* the same ports again */
	if (!from_inside)
		state |= FIREWALL_ANSWERED;
	else if (state & FIREWALL_ANSWERED && flags & TCP_ACK)
		state |= FIREWALL_ESTABLISHED;
	if (flags & TCP_FIN)
		state |= from_inside ? FIREWALL_FIN_INSIDE : FIREWALL_FIN_OUTSIDE;
	if (flags & TCP_RST)
		state |= FIREWALL_RESET;
	flow->state = state;
	over = state & FIREWALL_RESET || (state & both) == both;
	firewall_use(firewall, flow,
		     state & FIREWALL_ESTABLISHED && !over ? FIREWALL_TCP_ESTABLISHED
							   : FIREWALL_TCP_TRANSITORY);
}

/* Notes a packet of a flow. */
NF_INLINE void firewall_note(struct firewall *firewall, struct firewall_flow *flow,
			     const struct packet *packet, const uint8_t *frame, bool from_inside)
{
	uint8_t flags;

	if (packet->transport != PROTOCOL_TCP) {
		firewall_use(firewall, flow, flow->flow.list);
		return;
	}
	flags = frame[packet->l4 + 13];
	if (nf_likely(flow->flow.list == FIREWALL_TCP_ESTABLISHED &&
		      !(flags & (TCP_FIN | TCP_RST))))
		firewall_use(firewall, flow, FIREWALL_TCP_ESTABLISHED);
	else
		firewall_note_tcp(firewall, flow, flags, from_inside);
}

#endif
