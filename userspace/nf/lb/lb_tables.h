/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * What the load balancer is told by its configuration, in the form in which it is looked up:
 * services, with Maglev's table of each, and backends. Never written while frames are handled.
 */
#ifndef LB_TABLES_H
#define LB_TABLES_H

#include "maglev.h"
#include "packet.h"

#define LB_BACKENDS_MAX 1024
#define LB_SERVICES_MAX 256
#define LB_IDS		4096 /* of backends: a name keeps its own while it is configured */
#define LB_PLACES	1024 /* for services and their addresses; a power of two, at most half full */

/**
 * struct lb_backend - where a backend is
 * @mac: its address
 * @port: the port behind which it is
 * @usable: up or draining: keeps the connections that it has
 */
struct lb_backend {
	uint8_t mac[6];
	uint8_t port;
	bool usable;
};

/**
 * struct lb_place - a place of the hash table of services and addresses
 * @key: lb_service_key(); of an address alone: protocol and port are 0
 * @used: it is not empty
 * @table: Maglev's, of lb_tables.size places; NULL of an address
 */
struct lb_place {
	uint64_t key[3];
	bool used;
	const uint16_t *table;
};

/**
 * struct lb_tables - what is configured
 * @place: linear probing, from the hash of the key on
 * @backend: by id; those that are not configured are not usable
 * @size: of Maglev's tables
 * @seed: of the hash of connections: the same on all load balancers that share services
 */
struct lb_tables {
	struct lb_place place[LB_PLACES];
	struct lb_backend backend[LB_IDS];
	uint32_t size;
	uint64_t seed;
};

/* Who talks to whom, as the client sees it: offsets of addresses and ports in the frame. */
struct lb_talk {
	const uint8_t *client, *service, *client_port, *service_port;
	uint8_t network, protocol;
};

NF_INLINE void lb_read_address(uint64_t *key, const uint8_t *address, uint8_t network)
{
	key[0] = network == PACKET_IPV4 ? 0 : raw64(address);
	key[1] = network == PACKET_IPV4 ? raw32(address) : raw64(address + 8);
}

/* @port: NULL for the address alone; 2 bytes in network order. */
NF_INLINE void lb_service_key(uint64_t key[3], const uint8_t *address, uint8_t network,
			      uint8_t protocol, const uint8_t *port)
{
	lb_read_address(key, address, network);
	key[2] = (uint64_t)network << 32;
	if (port)
		key[2] |= (uint64_t)protocol << 16 | raw16(port);
}

NF_INLINE void lb_connection_key(uint64_t key[5], const struct lb_talk *talk)
{
	lb_read_address(key, talk->client, talk->network);
	lb_read_address(key + 2, talk->service, talk->network);
	key[4] = (uint64_t)talk->network << 40 | (uint64_t)talk->protocol << 32 |
		 (uint64_t)raw16(talk->client_port) << 16 | raw16(talk->service_port);
}

/* Not secret, since several load balancers (of the same byte order) have to agree: the finish of SplitMix64 for each word. */
NF_INLINE uint64_t lb_hash(const uint64_t *key, unsigned int words, uint64_t seed)
{
	uint64_t hash = seed;

#pragma GCC unroll 5
	for (unsigned int i = 0; i < words; i++) {
		hash ^= key[i];
		hash = (hash ^ hash >> 30) * 0xbf58476d1ce4e5b9;
		hash = (hash ^ hash >> 27) * 0x94d049bb133111eb;
	}
	return hash ^ hash >> 31;
}

/* The place with @key, or the empty one where it would be. */
NF_INLINE uint32_t lb_find_place(const struct lb_tables *tables, const uint64_t key[3])
{
	uint32_t at = (uint32_t)lb_hash(key, 3, 0) % LB_PLACES;

	for (unsigned int n = 0; n < LB_PLACES && tables->place[at].used; n++) {
		if (!memcmp(tables->place[at].key, key, sizeof(tables->place[at].key)))
			return at;
		at = (at + 1) % LB_PLACES;
	}
	return at;
}

/* Is it the address of a service? */
static inline bool lb_is_own(const struct lb_tables *tables, const uint8_t *address,
			     uint8_t network)
{
	uint64_t key[3];

	lb_service_key(key, address, network, 0, NULL);
	return tables->place[lb_find_place(tables, key)].used;
}

/* Which backend does Maglev give? Returns its id, or MAGLEV_FREE. */
NF_INLINE uint32_t lb_choose(const struct lb_tables *tables, const uint16_t *table,
			     const uint64_t key[5])
{
	uint64_t hash = lb_hash(key, 5, tables->seed);

	return table[(hash >> 32) * tables->size >> 32];
}

/* The Maglev table of who is talked to, or NULL. */
NF_INLINE const uint16_t *lb_find_service(const struct lb_tables *tables,
					  const struct lb_talk *talk)
{
	uint64_t key[3];

	lb_service_key(key, talk->service, talk->network, talk->protocol, talk->service_port);
	return tables->place[lb_find_place(tables, key)].table;
}

#endif
