/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * The load balancer's configuration:
 *	{"backends": [{"name": "a", "mac": "02:00:00:00:00:0a", "port": 1, "weight": 2},
 *		      {"name": "b", "mac": "02:00:00:00:00:0b", "port": 1, "state": "drain"}],
 *	 "services": [{"address": "192.0.2.80", "protocol": "tcp", "port": 80},
 *		      {"address": "2001:db8::80", "protocol": "udp", "port": 53, "backends": ["a"]}],
 *	 "flows": 65536, "table": 65537, "seed": 0,
 *	 "timeouts": {"tcp": "15 min", "tcp_closing": "2 min", "udp": "5 min"}}
 * Connections remember their backends by an id, which a name keeps as long as it is configured.
 */
#include <stdio.h>
#include <stdlib.h>

#include "config.h"
#include "nf_flow_config.h"
#include "nf_memory.h"

#define SIZE_DEFAULT   65537
#define SIZE_MIN       251
#define NAME_BYTES_MAX 63

enum state {
	UP,
	DRAIN,
	DOWN
};

/* @maglev.name is @name. */
struct backend {
	char name[NAME_BYTES_MAX + 1];
	enum state state;
	struct maglev_backend maglev;
};

/**
 * struct tables - what is made of a file
 * @tables: what packets see
 * @table: the memory of Maglev's tables, one for each service
 * @services: how many
 * @backend: in the order of the file
 * @backends: how many
 * @flows: "flows"
 * @timeout: of the classes of connections
 */
struct tables {
	struct lb_tables tables;
	uint16_t *table;
	unsigned int services;
	struct backend backend[LB_BACKENDS_MAX];
	unsigned int backends;
	uint32_t flows;
	uint32_t timeout[LB_CLASSES];
};

struct lb lb;
static struct tables *current;

static void release(void *argument)
{
	struct tables *tables = argument;

	if (!tables)
		return;
	free(tables->table);
	free(tables);
}

static const struct backend *find_name(const struct tables *tables, const char *name)
{
	for (unsigned int i = 0; tables && i < tables->backends; i++)
		if (!strcmp(tables->backend[i].name, name))
			return &tables->backend[i];
	return NULL;
}

static bool is_id_used(const struct tables *tables, uint16_t id)
{
	for (unsigned int i = 0; tables && i < tables->backends; i++)
		if (tables->backend[i].maglev.id == id)
			return true;
	return false;
}

/* The id that the name has, or the one that was not used for longest. There are more than any two files need. */
static uint16_t id_of(const struct tables *tables, const char *name)
{
	static uint16_t next;
	const struct backend *known = find_name(current, name);

	if (known)
		return known->maglev.id;
	do
		next = (next + 1) % LB_IDS;
	while (is_id_used(current, next) || is_id_used(tables, next));
	return next;
}

static void read_backend(struct tables *tables, const struct nf *nf, struct nf_value object)
{
	static const char *const names[] = { "name", "mac", "port", "weight", "state", NULL };
	static const char *const states[] = { "up", "drain", "down", NULL };
	struct nf_value name = nf_config_field(object, "name");
	struct nf_value mac = nf_config_field(object, "mac");
	struct nf_value weight = nf_config_field(object, "weight");
	struct nf_value state = nf_config_field(object, "state");
	struct backend *backend = &tables->backend[tables->backends];
	struct lb_backend *target;

	nf_config_check_fields(object, names);
	snprintf(backend->name, sizeof(backend->name), "%s",
		 nf_config_string(name, NAME_BYTES_MAX));
	if (find_name(tables, backend->name))
		nf_config_refuse(name, "\"%s\" was given before", backend->name);
	backend->state = nf_config_given(state) ? nf_config_choice(state, states) : UP;
	backend->maglev.name = backend->name;
	backend->maglev.id = id_of(tables, backend->name);
	backend->maglev.weight = 1;
	if (nf_config_given(weight))
		backend->maglev.weight =
			(uint32_t)nf_config_number(weight, NULL, 1, MAGLEV_WEIGHT_MAX);
	target = &tables->tables.backend[backend->maglev.id];
	nf_config_mac(mac, target->mac);
	if (target->mac[0] & 1)
		nf_config_refuse(mac, "the address of a group; wanted that of a host");
	target->port = (uint8_t)nf_config_number(nf_config_field(object, "port"), NULL, 0,
						 nf->port_count - 1);
	target->usable = backend->state != DOWN;
	tables->backends++;
}

/* How many there are in a list, which may have so many. */
static unsigned int count_of(struct nf_value list, unsigned int most)
{
	unsigned int count = nf_config_count(list);

	if (count <= most)
		return count;
	nf_config_refuse(list, "%u of them; there may be %u", count, most);
	return 0;
}

static void add_candidate(struct maglev_backend *candidate, unsigned int *count,
			  const struct backend *backend)
{
	if (backend->state == UP)
		candidate[(*count)++] = backend->maglev;
}

static int compare(const void *a, const void *b)
{
	const struct maglev_backend *left = a, *right = b;

	return strcmp(left->name, right->name);
}

/* Those of the service's backends that are up. Returns how many. */
static unsigned int read_candidates(const struct tables *tables, struct nf_value list,
				    struct maglev_backend *candidate)
{
	unsigned int count = 0, given;

	if (!nf_config_given(list)) {
		for (unsigned int i = 0; i < tables->backends; i++)
			add_candidate(candidate, &count, &tables->backend[i]);
		return count;
	}
	given = count_of(list, LB_BACKENDS_MAX);
	for (unsigned int i = 0; i < given; i++) {
		struct nf_value value = nf_config_item(list, i);
		const char *name = nf_config_string(value, NAME_BYTES_MAX);
		const struct backend *backend = find_name(tables, name);

		if (!backend) {
			nf_config_refuse(value, "\"%s\" is none of the backends", name);
			return 0;
		}
		add_candidate(candidate, &count, backend);
	}
	return count;
}

/* Puts a key in its place. Returns false if it was there. */
static bool add_place(struct lb_tables *tables, const uint64_t key[3], const uint16_t *table)
{
	struct lb_place *place = &tables->place[lb_find_place(tables, key)];

	if (place->used)
		return false;
	memcpy(place->key, key, sizeof(place->key));
	place->used = true;
	place->table = table;
	return true;
}

static void read_service(struct tables *tables, struct nf_value object)
{
	static const char *const names[] = { "address", "protocol", "port", "backends", NULL };
	static const char *const protocols[] = { "tcp", "udp", NULL };
	static struct maglev_backend candidate[LB_BACKENDS_MAX];
	uint16_t *table = tables->table + (size_t)tables->services++ * tables->tables.size;
	struct nf_address address;
	uint8_t protocol, network, port[2];
	uint64_t key[3];
	unsigned int count;

	nf_config_check_fields(object, names);
	address = nf_config_address(nf_config_field(object, "address"));
	network = address.is_ipv6 ? PACKET_IPV6 : PACKET_IPV4;
	protocol = nf_config_choice(nf_config_field(object, "protocol"), protocols) ? PROTOCOL_UDP
										    : PROTOCOL_TCP;
	put16(port, (uint16_t)nf_config_number(nf_config_field(object, "port"), NULL, 1, 65535));
	count = read_candidates(tables, nf_config_field(object, "backends"), candidate);
	if (nf_config_failed(object.config))
		return;
	qsort(candidate, count, sizeof(*candidate),
	      compare); /* their order in the file is not to matter */
	maglev_fill(table, tables->tables.size, candidate, count);
	lb_service_key(key, address.bytes, network, protocol, port);
	if (!add_place(&tables->tables, key, table))
		nf_config_refuse(object, "the same service was given before");
	lb_service_key(key, address.bytes, network, 0, NULL);
	add_place(&tables->tables, key, NULL); /* other services may have the same address */
}

static void read_backends(struct tables *tables, const struct nf *nf, struct nf_value list)
{
	unsigned int count = count_of(list, LB_BACKENDS_MAX);
	uint32_t weights = 0;

	for (unsigned int i = 0; i < count; i++) {
		read_backend(tables, nf, nf_config_item(list, i));
		weights += tables->backend[i].maglev.weight;
	}
	if (weights > tables->tables.size)
		nf_config_refuse(list, "weights of %u together; \"table\" has only %u places",
				 weights, tables->tables.size);
}

static void read_services(struct tables *tables, struct nf_value list)
{
	unsigned int count = count_of(list, LB_SERVICES_MAX);

	tables->table = calloc(count + 1u, tables->tables.size * sizeof(*tables->table));
	if (!tables->table) {
		nf_config_refuse(list, "not enough memory");
		return;
	}
	for (unsigned int i = 0; i < count; i++)
		read_service(tables, nf_config_item(list, i));
}

static void read_settings(struct tables *tables, struct nf_value root)
{
	static const char *const timeouts[] = { "tcp", "tcp_closing", "udp", NULL };
	struct nf_value size = nf_config_field(root, "table"), seed = nf_config_field(root, "seed");

	tables->flows = nf_config_flows(root, current ? current->flows : 0);
	nf_config_timeouts(root, timeouts, tables->timeout);
	tables->tables.size = SIZE_DEFAULT;
	if (nf_config_given(size))
		tables->tables.size =
			(uint32_t)nf_config_number(size, NULL, SIZE_MIN, MAGLEV_SIZE_MAX);
	if (!maglev_is_prime(tables->tables.size))
		nf_config_refuse(size, "%u; wanted a prime", tables->tables.size);
	if (nf_config_given(seed))
		tables->tables.seed = nf_config_number(seed, NULL, 0, UINT32_MAX);
}

static void *load(const struct nf *nf, struct nf_config *config)
{
	static const char *const names[] = { "backends", "services", "flows", "table",
					     "seed",	 "timeouts", NULL };
	struct nf_value root = nf_config_root(config);
	struct tables *tables = calloc(1, sizeof(*tables));

	if (!tables) {
		nf_config_refuse(root, "not enough memory");
		return NULL;
	}
	tables->timeout[LB_TCP] = 15 * 60;
	tables->timeout[LB_TCP_CLOSING] = 2 * 60;
	tables->timeout[LB_UDP] = 5 * 60;
	nf_config_check_fields(root, names);
	read_settings(tables, root);
	read_backends(tables, nf, nf_config_field(root, "backends"));
	read_services(tables, nf_config_field(root, "services"));
	return tables;
}

/* The table of connections is made once. */
static void start(uint32_t flows)
{
	void *memory = nf_memory(flow_table_bytes(lb_type, flows));
	struct flow_secret secret;

	if (!memory) {
		fprintf(stderr, "onepath-lb: not enough memory for %u flows\n", flows);
		exit(EXIT_FAILURE);
	}
	nf_random(&secret, sizeof(secret));
	flow_table_init(&lb.connections, lb_type, memory, flows, &secret);
}

static void *adopt(struct nf *nf, void *argument)
{
	struct tables *tables = argument, *before = current;

	if (!before)
		start(tables->flows);
	memcpy(lb.connections.timeout, tables->timeout, sizeof(tables->timeout));
	lb.tables = &tables->tables;
	current = tables;
	return before;
}

const struct nf_tables lb_config = { load, adopt, release };
