/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * lb: spreads connections to virtual services over backends. What goes to a service leaves for
 * one of its backends with only its MAC addresses changed; the backend, which has the service's
 * address on an interface that does not answer ARP, answers the client directly (IPVS calls it
 * direct routing). So the load balancer sees one direction. Read lb_judge() first.
 *
 * Maglev's table (maglev.h) says which backend a new connection gets; a flow table remembers
 * it, so that connections stay where they are when backends come, go or drain.
 */
#ifndef LB_H
#define LB_H

#include <onepath/run.h>

#include "answers.h"
#include "flow_table.h"
#include "lb_tables.h"
#include "nf_steps.h"

#define LB_PORTS_MAX 16

/* Classes of connections. */
enum lb_class {
	LB_TCP,
	LB_TCP_CLOSING, /* the client sent FIN or RST */
	LB_UDP,
	LB_CLASSES
};

#define LB_COUNTERS(X)                                                                 \
	X(forwarded) /* packets to backends */                                         \
	X(icmp_forwarded) /* ICMP errors about what backends sent */                   \
	X(arp_answered) /* requests for services' addresses */                         \
	X(nd_answered) /* solicitations for them */                                    \
	X(echo_answered) /* pings of them */                                           \
	X(not_for_us) /* dropped: to other hosts of the link, or to groups */          \
	X(no_service) /* dropped */                                                    \
	X(no_backend) /* dropped: none of the service's is up */                       \
	X(fragments) /* dropped: only the first would have ports */                    \
	X(malformed) /* dropped */                                                     \
	X(connections) /* new ones */                                                  \
	X(moved) /* connections whose backend went down, or new ones in their place */ \
	X(table_full) /* packets of new connections that are not remembered, though they went on */

struct lb_counters {
#define X(name) uint64_t name;
	LB_COUNTERS(X)
#undef X
};

static const char *const lb_counter_names[] __attribute__((unused)) = {
#define X(name) #name,
	LB_COUNTERS(X)
#undef X
		NULL
};

/* @key: client, service, then their ports, protocol and IP version: lb_connection_key() */
struct lb_connection {
	struct flow flow;
	uint32_t backend;
	uint64_t key[5];
};

static const struct flow_type lb_type = {
	.bytes = sizeof(struct lb_connection),
	.key = offsetof(struct lb_connection, key),
	.words = 5,
};

/**
 * struct lb - what all paths share
 * @tables: of the configuration in force
 * @connections: of type lb_type
 * @now_s: set once a burst
 * @mac: of the ports
 * @count: counters
 */
struct lb {
	const struct lb_tables *tables;
	struct flow_table connections;
	uint32_t now_s;
	uint8_t mac[LB_PORTS_MAX][6];
	struct lb_counters count;
};

/* The path of one port; its output k is port k. */
struct lb_path {
	struct lb *lb;
	unsigned int input;
};

/**
 * struct lb_look - what is known of a frame before its connection is looked for
 * @packet: where its headers are
 * @table: Maglev's, of the service that it is for, or NULL; of what follows nothing is known then
 * @key: of its connection
 * @hash: of @key
 */
struct lb_look {
	struct packet packet;
	const uint16_t *table;
	uint64_t key[5];
	uint32_t hash;
};

NF_INLINE uint32_t lb_drop(uint64_t *counter)
{
	++*counter;
	return 0;
}

/*
 * The class of a connection after a packet of the client; @before: its class before, LB_CLASSES
 * if it is new. Once the client closed it, only SYN makes it last again (RFC 9293, 3.6).
 */
NF_INLINE uint32_t lb_class_of(const struct packet *packet, const uint8_t *bytes, uint32_t before)
{
	uint8_t flags;

	if (packet->transport == PROTOCOL_UDP)
		return LB_UDP;
	flags = bytes[packet->l4 + 13];
	if (flags & (TCP_FIN | TCP_RST))
		return LB_TCP_CLOSING;
	return before == LB_TCP_CLOSING && !(flags & TCP_SYN) ? LB_TCP_CLOSING : LB_TCP;
}

static inline void lb_remember(struct lb *lb, const uint64_t key[5], uint32_t hash, uint32_t class,
			       uint32_t backend)
{
	struct flow_table *table = &lb->connections;
	uint32_t n;

	for (unsigned int i = 0; i < 2;
	     i++) { /* of those that expired two go for each that comes */
		n = flow_due(table, lb_type, lb->now_s);
		if (n != FLOW_NONE)
			flow_remove(table, lb_type, n);
	}
	n = flow_add(table, lb_type, key, hash, class, lb->now_s);
	if (n == FLOW_NONE) {
		lb->count.table_full++;
		return;
	}
	((struct lb_connection *)flow_at(table, lb_type, n))->backend = backend;
	lb->count.connections++;
}

/* May the connection not stay with its backend? That went down, or this is another connection between the same ports. */
NF_INLINE bool lb_is_to_move(const struct lb *lb, const struct lb_connection *connection,
			     uint32_t class)
{
	if (nf_unlikely(!lb->tables->backend[connection->backend].usable))
		return true;
	return connection->flow.list == LB_TCP_CLOSING && class == LB_TCP;
}

/*
 * The backend of a packet to a service: the connection's, as long as it is usable, or else a new
 * one. Returns its id, or MAGLEV_FREE.
 */
NF_INLINE uint32_t lb_assign(struct lb *lb, const struct lb_look *look, const uint8_t *bytes)
{
	uint32_t backend, class;
	uint32_t n = flow_find(&lb->connections, lb_type, look->key, look->hash, lb->now_s);
	struct lb_connection *connection;

	if (nf_unlikely(n == FLOW_NONE)) {
		backend = lb_choose(lb->tables, look->table, look->key);
		if (backend != MAGLEV_FREE)
			lb_remember(lb, look->key, look->hash,
				    lb_class_of(&look->packet, bytes, LB_CLASSES), backend);
		return backend;
	}
	connection = flow_at(&lb->connections, lb_type, n);
	class = lb_class_of(&look->packet, bytes, connection->flow.list);
	if (nf_unlikely(lb_is_to_move(lb, connection, class))) {
		backend = lb_choose(lb->tables, look->table, look->key);
		if (backend == MAGLEV_FREE)
			return backend;
		lb->count.moved += connection->backend != backend;
		connection->backend = backend;
	}
	flow_use(&lb->connections, lb_type, n, class, lb->now_s);
	return connection->backend;
}

/* For what belongs to a connection but says nothing of its age. Returns an id, or MAGLEV_FREE. */
static inline uint32_t lb_recall(const struct lb *lb, const uint64_t key[5], const uint16_t *table)
{
	uint32_t hash = flow_hash(&lb->connections, lb_type, key);
	uint32_t n = flow_find(&lb->connections, lb_type, key, hash, lb->now_s);
	const struct lb_connection *connection;

	if (n == FLOW_NONE)
		return lb_choose(lb->tables, table, key);
	connection = flow_at(&lb->connections, lb_type, n);
	if (!lb->tables->backend[connection->backend].usable)
		return lb_choose(lb->tables, table, key);
	return connection->backend;
}

/* To a backend: only the MAC addresses change. */
NF_INLINE uint32_t lb_send(const struct lb *lb, uint8_t *bytes, uint16_t length, uint32_t id)
{
	const struct lb_backend *backend = &lb->tables->backend[id];

	answer_write_macs(bytes, backend->mac, lb->mac[backend->port]);
	return onepath_only(length, (uint16_t)(1u << backend->port));
}

NF_INLINE uint32_t lb_serve(struct lb *lb, const struct lb_look *look, uint8_t *bytes,
			    uint16_t length)
{
	uint32_t backend;

	if (nf_unlikely(!look->table))
		return lb_drop(&lb->count.no_service);
	if (nf_unlikely(look->packet.fragment))
		return lb_drop(&lb->count.fragments);
	backend = lb_assign(lb, look, bytes);
	if (nf_unlikely(backend == MAGLEV_FREE))
		return lb_drop(&lb->count.no_backend);
	lb->count.forwarded++;
	return lb_send(lb, bytes, length, backend);
}

/*
 * An ICMP error: a router could not deliver what a backend sent to a client (RFC 1191 needs it).
 * It quotes that packet, in which the service is the source.
 */
static inline uint32_t lb_handle_error(struct lb *lb, uint8_t *bytes, uint16_t length,
				       const struct packet *packet)
{
	struct lb_talk talk;
	struct packet quoted;
	const uint16_t *table;
	uint64_t key[5];
	uint32_t backend;

	if (packet->fragment)
		return lb_drop(&lb->count.fragments);
	if (!packet_parse_quoted(&quoted, packet, bytes))
		return lb_drop(&lb->count.malformed);
	if (quoted.transport != PROTOCOL_TCP && quoted.transport != PROTOCOL_UDP)
		return lb_drop(&lb->count.no_service);
	talk.service = bytes + packet_source(&quoted);
	talk.client = talk.service + packet_address_bytes(&quoted);
	talk.service_port = bytes + quoted.l4;
	talk.client_port = talk.service_port + 2;
	talk.network = quoted.network;
	talk.protocol = quoted.transport;
	table = lb_find_service(lb->tables, &talk);
	if (!table)
		return lb_drop(&lb->count.no_service);
	lb_connection_key(key, &talk);
	backend = lb_recall(lb, key, table);
	if (backend == MAGLEV_FREE)
		return lb_drop(&lb->count.no_backend);
	lb->count.icmp_forwarded++;
	return lb_send(lb, bytes, length, backend);
}

/* What is for the services' addresses themselves. */
static inline uint32_t lb_answer(const struct lb_path *path, uint8_t *bytes,
				 const struct packet *packet)
{
	struct lb *lb = path->lb;
	const uint8_t *mac = lb->mac[path->input], *ignored;
	uint16_t length = 0;

	if (packet->network == PACKET_ARP) {
		if (get16(bytes + packet->l3 + ARP_OPERATION) == ARP_REQUEST &&
		    lb_is_own(lb->tables, bytes + packet->l3 + ARP_TARGET_IP, PACKET_IPV4)) {
			length = answer_arp(bytes, mac);
			lb->count.arp_answered++;
		}
	} else if (nd_is_message(bytes, packet)) {
		if (bytes[packet->l4] == ICMPV6_SOLICITATION &&
		    nd_is_valid(bytes, packet, &ignored) &&
		    lb_is_own(lb->tables, bytes + packet->l4 + ND_TARGET, PACKET_IPV6)) {
			length = nd_answer(bytes, packet, mac, ND_OVERRIDE);
			lb->count.nd_answered++;
		}
	} else if (answer_is_echo(bytes, packet) && !(bytes[0] & 1) &&
		   lb_is_own(lb->tables,
			     bytes + packet_source(packet) + packet_address_bytes(packet),
			     packet->network)) {
		length = answer_echo(bytes, packet, mac);
		if (length)
			lb->count.echo_answered++;
	}
	if (!length)
		return lb_drop(&lb->count.no_service);
	return onepath_only(length, (uint16_t)(1u << path->input));
}

/* Has it a service's ports? */
NF_INLINE bool lb_is_for_services(const struct packet *packet)
{
	return packet->transport == PROTOCOL_TCP || packet->transport == PROTOCOL_UDP;
}

/* The first step, see nf_steps.h; @state: a struct lb_path. */
NF_INLINE void lb_look(struct lb_look *look, const uint8_t *bytes, uint16_t length, void *state)
{
	const struct lb_path *path = state;
	const struct lb *lb = path->lb;
	const struct packet *packet = &look->packet;
	const uint8_t *source, *l4;
	struct lb_talk talk;

	look->table = NULL;
	if (nf_unlikely(!packet_parse(&look->packet, bytes, length) || !lb_is_for_services(packet)))
		return;
	source = bytes + packet_source(packet);
	l4 = bytes + packet->l4;
	talk = (struct lb_talk){ source,
				 source + packet_address_bytes(packet),
				 l4,
				 l4 + 2,
				 packet->network,
				 packet->transport };
	look->table = lb_find_service(lb->tables, &talk);
	if (nf_unlikely(!look->table))
		return;
	lb_connection_key(look->key, &talk);
	look->hash = flow_hash(&lb->connections, lb_type, look->key);
	flow_prefetch(&lb->connections, look->hash);
}

/* The second step. */
NF_INLINE void lb_fetch(const struct lb_look *look, void *state)
{
	const struct lb_path *path = state;

	if (look->table)
		flow_prefetch_flow(&path->lb->connections, lb_type, look->hash);
}

/* The last step. */
NF_INLINE uint32_t lb_judge(const struct lb_look *look, uint8_t *bytes, uint16_t length,
			    void *state)
{
	const struct lb_path *path = state;
	const struct packet *packet = &look->packet;
	struct lb *lb = path->lb;

	if (nf_unlikely(packet->problem))
		return lb_drop(&lb->count.malformed);
	if (nf_unlikely(packet->tags || bytes[6] & 1 ||
			(memcmp(bytes, lb->mac[path->input], 6) && !(bytes[0] & 1))))
		return lb_drop(&lb->count.not_for_us);
	if (nf_likely(lb_is_for_services(packet))) {
		if (nf_unlikely(bytes[0] & 1))
			return lb_drop(&lb->count.not_for_us);
		return lb_serve(lb, look, bytes, length);
	}
	if (packet->fragment == PACKET_LATER)
		return lb_drop(&lb->count.fragments);
	if (packet_is_icmp_error(packet, bytes) && !(bytes[0] & 1))
		return lb_handle_error(lb, bytes, length, packet);
	return lb_answer(path, bytes, packet);
}

NF_STEPS(lb)

#endif
