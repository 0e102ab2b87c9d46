/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * What the parts of the NAT's packet logic share: settings, mappings, counters.
 */
#ifndef NAT_STATE_H
#define NAT_STATE_H

#include "flow_table.h"
#include "packet.h"

#define NAT_ADDRESSES_MAX 16

/* What ports belong to; ICMP's are the identifiers of queries. */
enum nat_kind {
	NAT_TCP,
	NAT_UDP,
	NAT_ICMP,
	NAT_KINDS,
	NAT_FRAGMENTS = NAT_KINDS, /* of one packet from outside */
};

/* Classes of flows, by timeout. */
enum nat_class {
	NAT_TCP_TRANSITORY, /* being opened or closed */
	NAT_TCP_ESTABLISHED,
	NAT_UDP_USED,
	NAT_ICMP_QUERY,
	NAT_FRAGMENTED,
	NAT_CLASSES,
};

/* What was seen of a mapping's TCP connection. */
#define NAT_ANSWERED	0x01 /* from outside */
#define NAT_ESTABLISHED 0x02 /* acknowledged from inside after that */
#define NAT_FIN_INSIDE	0x04
#define NAT_FIN_OUTSIDE 0x08
#define NAT_RESET	0x10
#define NAT_SEVERAL	0x20 /* there was another connection: when all are over is not known */

/**
 * struct nat_mapping - an inside endpoint and its outside one; one cache line
 * @flow: its key is the inside endpoint and the kind, or what fragments have in common
 * @outside: address, raw, as are the following
 * @inside: address
 * @outside_port: or ICMP's identifier
 * @inside_port: or ICMP's identifier
 * @ip_change: of the sum of an IP header by inside turned into outside
 * @l4_change: of the sum of a segment, pseudo header included, by the same
 * @mac: of the neighbour inside that its packets came from
 * @kind: enum nat_kind
 * @address: which of the outside addresses it is
 * @remote: of TCP: the other side of its first connection
 * @remote_port: the same
 * @state: of TCP: NAT_ANSWERED, ...
 */
struct nat_mapping {
	struct flow flow;
	uint32_t outside, inside;
	uint16_t outside_port, inside_port;
	uint16_t ip_change, l4_change;
	uint8_t mac[6];
	uint8_t kind;
	uint8_t address;
	uint32_t remote;
	uint16_t remote_port;
	uint8_t state;
	uint64_t key[1];
} __attribute__((aligned(64)));

static const struct flow_type nat_mappings = { sizeof(struct nat_mapping),
					       offsetof(struct nat_mapping, key), 1 };

/**
 * struct nat_ports - the ports of one outside address and kind
 * @mapping: by port, in host byte order: which flow has it, or FLOW_NONE
 * @free: those that have none, the even and the odd ones, in no order
 * @place: by port: where in @free it is
 * @left: how many are in @free
 */
struct nat_ports {
	uint32_t mapping[65536];
	uint16_t free[2][32768];
	uint16_t place[65536];
	uint32_t left[2];
};

/* One side's link. @address: of the NAT itself; outside, it is the first one */
struct nat_side {
	uint8_t mac[6];
	uint32_t address;
};

/**
 * struct nat_settings - may be changed between two frames, but for those marked
 * @inside: link
 * @outside: link
 * @address: outside addresses, raw; fixed
 * @addresses: how many; fixed
 * @first_port: of the ports that are given away, in host byte order; fixed, as is the next
 * @last_port: the last one
 * @gateway: whom all goes to that leaves, raw
 * @gateway_mac: if @gateway_fixed; else it is asked for
 * @timeout: seconds, by enum nat_class
 */
struct nat_settings {
	struct nat_side inside, outside;
	uint32_t address[NAT_ADDRESSES_MAX];
	uint32_t addresses;
	uint16_t first_port, last_port;
	uint32_t gateway;
	uint8_t gateway_mac[6];
	bool gateway_fixed;
	uint32_t timeout[NAT_CLASSES];
};

/* What is counted: X(name). Frames, but for the first three. */
#define NAT_COUNTERS(X)      \
	X(mappings_opened)   \
	X(mappings_expired)  \
	X(fragmented_in)     \
	X(hairpinned)        \
	X(errors_translated) \
	X(arp_answered)      \
	X(echo_answered)     \
	X(gateway_asked)     \
	X(gateway_waiting)   \
	X(dropped_full)      \
	X(dropped_ports)     \
	X(dropped_unknown)   \
	X(dropped_fragment)  \
	X(dropped_ttl)       \
	X(dropped_protocol)  \
	X(dropped_malformed) \
	X(dropped_not_for_us)

struct nat_counters {
#define X(name) uint64_t name;
	NAT_COUNTERS(X)
#undef X
};

static const char *const nat_counter_names[] = {
#define X(name) #name,
	NAT_COUNTERS(X)
#undef X
		NULL,
};

/* @mac: where it was when it was @heard of; @asked: when it was asked for last. Seconds. */
struct nat_gateway {
	uint8_t mac[6];
	bool known;
	uint32_t heard, asked;
};

/**
 * struct nat - all there is
 * @table: the mappings
 * @ports: of address 0: TCP's, UDP's, ICMP's; of address 1: ...
 * @now: seconds; nat_set_time()
 * @fragments: flows of that kind
 * @random: for ports; never 0
 */
struct nat {
	struct flow_table table;
	struct nat_ports *ports;
	uint32_t now;
	uint32_t fragments;
	uint64_t random;
	const struct nat_settings *settings;
	struct nat_gateway gateway;
	struct nat_counters count;
};

NF_INLINE struct nat_mapping *nat_mapping_at(const struct nat *nat, uint32_t n)
{
	return n == FLOW_NONE ? NULL : flow_at(&nat->table, nat_mappings, n);
}

NF_INLINE struct nat_ports *nat_ports_of(const struct nat *nat, uint32_t address, uint32_t kind)
{
	return &nat->ports[address * NAT_KINDS + kind];
}

/* Which outside address it is, or NAT_ADDRESSES_MAX. */
NF_INLINE uint32_t nat_address_of(const struct nat *nat, uint32_t address)
{
	const struct nat_settings *settings = nat->settings;

	for (uint32_t i = 0; i < settings->addresses; i++)
		if (settings->address[i] == address)
			return i;
	return NAT_ADDRESSES_MAX;
}

/*
 * The outside address of an inside one: always the same ("paired", RFC 4787, REQ-2), so that
 * later fragments, which have no ports, get the right one too.
 */
NF_INLINE uint32_t nat_address_for(const struct nat *nat, uint32_t inside)
{
	return (uint32_t)((uint64_t)(inside * 0x9e3779b1u) * nat->settings->addresses >> 32);
}

NF_INLINE enum nat_kind nat_kind_of(uint8_t transport)
{
	return transport == PROTOCOL_TCP ? NAT_TCP : transport == PROTOCOL_UDP ? NAT_UDP : NAT_ICMP;
}

#endif
