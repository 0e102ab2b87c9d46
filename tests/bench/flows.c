// SPDX-License-Identifier: BSD-3-Clause
/* Frames of many flows, see flows.h. */
#include "../host/routes.h"
#include "bench.h"
#include "checksum.h"

#define SEED	 1
#define GOLDEN	 0x9e3779b1u /* 2^32 divided by the golden ratio, odd */
#define PORT_MIN 1024

/* Ethernet, IPv4, UDP without checksum; addresses, ports and IPv4's checksum are written in. */
static const uint8_t header[42] = { 2,	  0, 0, 0,  0, 1, 2, 0, 0,  0,	0, 2,  8, 0,
				    0x45, 0, 0, 46, 0, 0, 0, 0, 64, 17, 0, 0,  0, 0,
				    0,	  0, 0, 0,  0, 0, 0, 0, 0,  53, 0, 26, 0, 0 };

uint32_t flows_of(const struct flows *flows, uint64_t number)
{
	return (uint32_t)((uint64_t)((uint32_t)number * GOLDEN) * flows->count >> 32);
}

struct lpm_prefix *flows_routes(uint32_t values)
{
	struct lpm_prefix *routes = malloc(FLOWS_ROUTES * sizeof(*routes));

	if (!routes)
		bench_die("no memory");
	routes_make(routes, FLOWS_ROUTES, LPM_IPV4_BITS, values, SEED);
	return routes;
}

/* An address in one of the routes, for each flow. */
static const uint32_t *routed_addresses(void)
{
	static uint32_t addresses[1 << 16];
	struct lpm_prefix *routes;
	uint64_t seed = SEED;

	if (addresses[0])
		return addresses;
	routes = flows_routes(1);
	for (size_t i = 0; i < sizeof(addresses) / sizeof(addresses[0]);) {
		const struct lpm_prefix *route = &routes[routes_random(&seed) % FLOWS_ROUTES];
		uint32_t host = (uint32_t)routes_random(&seed);

		if (route->key[0] == 127) /* no packet goes there */
			continue;
		addresses[i++] = get32(route->key) |
				 (route->length < 32 ? host & UINT32_MAX >> route->length : 0);
	}
	free(routes);
	return addresses;
}

static uint32_t destination_of(const struct flows *flows, uint32_t flow)
{
	switch (flows->to) {
	case FLOWS_TO_EACH:
		return FLOWS_NETWORK + flow;
	case FLOWS_TO_ROUTES:
		return routed_addresses()[flow];
	default:
		return FLOWS_SERVER;
	}
}

void flows_mac(uint32_t flow, uint8_t mac[6])
{
	memcpy(mac, header, 6);
	put32(mac + 2, 0x10000 + flow);
}

void flows_write(const struct flows *flows, uint8_t *frame, uint16_t length, uint64_t number)
{
	uint32_t flow = flows_of(flows, number);

	memcpy(frame, header, sizeof(header));
	memset(frame + sizeof(header), 0, length - sizeof(header));
	put16(frame + 10, (uint16_t)flow);
	if (flows->to == FLOWS_TO_MACS)
		flows_mac(flow, frame);
	put16(frame + 16, length - 14);
	put32(frame + 26, FLOWS_CLIENTS + 1 + flow);
	put32(frame + 30, destination_of(flows, flow));
	put16(frame + 34, (uint16_t)(PORT_MIN + flow % (65536 - PORT_MIN)));
	put16(frame + 38, length - 34);
	put_raw16(frame + 24, (uint16_t)~checksum_fold(checksum_add(0, frame + 14, 20)));
}
