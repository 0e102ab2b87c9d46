/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * The policer's configuration:
 *	{"addresses": 65536,
 *	 "limits": [{"prefix": "192.0.2.0/24", "rate": "100 Mbit/s", "burst": "64 KiB"},
 *		    {"prefix": "2001:db8::/32", "rate": "1 Mbit/s", "burst": "16 KiB", "each": true}]}
 * A prefix that was in the configuration before keeps its bucket, with what is in it.
 */
#include <stdio.h>
#include <stdlib.h>

#include "config.h"
#include "nf_config.h"
#include "nf_memory.h"

#define BURST_MIN	  1500 /* less, and no full frame ever passes */
#define ADDRESSES_DEFAULT 65536

enum family {
	IPV4,
	IPV6,
	FAMILIES
};

/**
 * struct tables - what is made of a file
 * @rules: what packets see
 * @limit: of @rules, from 1
 * @prefix: of each family, in order after lpm_build()
 * @count: of @prefix
 * @addresses: "addresses"
 * @timeout_s: after which an address may be forgotten
 */
struct tables {
	struct policer_rules rules;
	struct policer_limit *limit;
	struct lpm_prefix *prefix[FAMILIES];
	uint32_t count[FAMILIES];
	uint32_t addresses;
	uint32_t timeout_s;
};

struct policer policer;
static struct tables *current;

static void release(void *argument)
{
	struct tables *tables = argument;

	if (!tables)
		return;
	lpm_free(&tables->rules.ipv4);
	lpm_free(&tables->rules.ipv6);
	for (unsigned int f = 0; f < FAMILIES; f++)
		free(tables->prefix[f]);
	free(tables->limit);
	free(tables);
}

static void read_limit(struct tables *tables, struct nf_value object, uint32_t value)
{
	static const char *const names[] = { "prefix", "rate", "burst", "each", NULL };
	struct nf_value each = nf_config_field(object, "each");
	struct lpm_prefix *entry;
	struct nf_prefix prefix;
	uint64_t rate, burst;
	enum family family;
	bool own;

	nf_config_check_fields(object, names);
	prefix = nf_config_prefix(nf_config_field(object, "prefix"));
	rate = nf_config_number(nf_config_field(object, "rate"), nf_rates, 1, POLICER_RATE_MAX);
	burst = nf_config_number(nf_config_field(object, "burst"), nf_sizes, BURST_MIN, UINT32_MAX);
	own = nf_config_given(each) && nf_config_bool(each);
	family = prefix.address.is_ipv6 ? IPV6 : IPV4;
	entry = &tables->prefix[family][tables->count[family]++];
	memcpy(entry->key, prefix.address.bytes, sizeof(entry->key));
	entry->length = prefix.length;
	entry->value = value;
	tables->limit[value] = policer_limit(rate, (uint32_t)burst, own ? POLICER_EACH : 0);
}

static bool allocate(struct tables *tables, unsigned int count)
{
	tables->limit = calloc(count + 1, sizeof(*tables->limit));
	for (unsigned int f = 0; f < FAMILIES; f++)
		tables->prefix[f] = calloc(count + 1, sizeof(*tables->prefix[f]));
	return tables->limit && tables->prefix[IPV4] && tables->prefix[IPV6];
}

static void read_limits(struct tables *tables, struct nf_value list)
{
	unsigned int count = nf_config_count(list);

	if (count > POLICER_LIMITS_MAX) {
		nf_config_refuse(list, "%u limits; there may be %u", count, POLICER_LIMITS_MAX);
		count = 0;
	}
	if (!allocate(tables, count)) {
		nf_config_refuse(list, "not enough memory");
		return;
	}
	for (unsigned int i = 0; i < count; i++)
		read_limit(tables, nf_config_item(list, i), i + 1);
}

/* Keys, then lengths, as lpm_build() orders them. */
static int compare(const struct lpm_prefix *left, const struct lpm_prefix *right)
{
	int order = memcmp(left->key, right->key, sizeof(left->key));

	return order ? order : left->length - right->length;
}

/* Equal prefixes are neighbours now, the one from further down behind. */
static void refuse_twins(const struct tables *tables, enum family family, struct nf_value list)
{
	const struct lpm_prefix *prefix = tables->prefix[family];

	for (uint32_t i = 1; i < tables->count[family]; i++)
		if (!compare(&prefix[i - 1], &prefix[i]))
			nf_config_refuse(nf_config_field(nf_config_item(list, prefix[i].value - 1),
							 "prefix"),
					 "given before, as limits[%u]", prefix[i - 1].value - 1);
}

static void build(struct tables *tables, struct nf_value list)
{
	tables->rules.limit = tables->limit;
	if (lpm_build(&tables->rules.ipv4, LPM_IPV4_BITS, tables->prefix[IPV4],
		      tables->count[IPV4]) ||
	    lpm_build(&tables->rules.ipv6, LPM_IPV6_BITS, tables->prefix[IPV6],
		      tables->count[IPV6]))
		nf_config_refuse(list, "not enough memory");
	refuse_twins(tables, IPV4, list);
	refuse_twins(tables, IPV6, list);
}

/* The same prefix's limit in the tables in use, NULL if there is none. @at moves on through them. */
static const struct policer_limit *former(enum family family, const struct lpm_prefix *prefix,
					  uint32_t *at)
{
	const struct lpm_prefix *known = current ? current->prefix[family] : NULL;
	const uint32_t count = current ? current->count[family] : 0;

	while (*at < count && compare(&known[*at], prefix) < 0)
		++*at;
	if (*at == count || compare(&known[*at], prefix))
		return NULL;
	return &current->limit[known[*at].value];
}

/*
 * Gives each limit the bucket that its prefix has, or one that is not in use, full: there are
 * twice as many as limits. Those not in use are not looked at by the loop.
 */
static void assign_buckets(struct tables *tables)
{
	static bool used[POLICER_BUCKETS];
	uint32_t free_one = 0;

	memset(used, 0, sizeof(used));
	for (unsigned int f = 0; current && f < FAMILIES; f++)
		for (uint32_t i = 0; i < current->count[f]; i++) {
			uint32_t bucket = current->limit[current->prefix[f][i].value].bucket;

			if (bucket != POLICER_EACH)
				used[bucket] = true;
		}
	for (unsigned int f = 0; f < FAMILIES; f++)
		for (uint32_t i = 0, at = 0; i < tables->count[f]; i++) {
			const struct lpm_prefix *prefix = &tables->prefix[f][i];
			struct policer_limit *limit = &tables->limit[prefix->value];
			const struct policer_limit *before = former(f, prefix, &at);

			if (limit->bucket == POLICER_EACH)
				continue;
			if (before && before->bucket != POLICER_EACH) {
				limit->bucket = before->bucket;
				continue;
			}
			while (used[free_one])
				free_one++;
			used[free_one] = true;
			limit->bucket = free_one;
			policer.bucket[free_one] = (struct policer_bucket){ .level = limit->full };
		}
}

/* An address whose bucket is full again is as one that never came. */
static void set_timeout(struct tables *tables)
{
	for (unsigned int f = 0; f < FAMILIES; f++)
		for (uint32_t i = 0; i < tables->count[f]; i++) {
			const struct policer_limit *limit =
				&tables->limit[tables->prefix[f][i].value];
			uint64_t seconds = limit->fill_us / POLICER_MILLION + 2;

			if (limit->bucket == POLICER_EACH && seconds > tables->timeout_s)
				tables->timeout_s =
					(uint32_t)(seconds < INT32_MAX ? seconds : INT32_MAX);
		}
}

static void read_addresses(struct tables *tables, struct nf_value value)
{
	tables->addresses = ADDRESSES_DEFAULT;
	if (nf_config_given(value))
		tables->addresses = (uint32_t)nf_config_number(value, NULL, 1, FLOW_CAPACITY_MAX);
	if (current && current->addresses != tables->addresses)
		nf_config_refuse(value, "%u; it cannot change from %u while the NF runs",
				 tables->addresses, current->addresses);
}

static void *load(const struct nf *nf, struct nf_config *config)
{
	static const char *const names[] = { "addresses", "limits", NULL };
	struct nf_value root = nf_config_root(config), list = nf_config_field(root, "limits");
	struct tables *tables = calloc(1, sizeof(*tables));

	if (!tables || (!policer.bucket &&
			!(policer.bucket = nf_memory(POLICER_BUCKETS * sizeof(*policer.bucket))))) {
		nf_config_refuse(root, "not enough memory");
		return tables;
	}
	nf_config_check_fields(root, names);
	read_addresses(tables, nf_config_field(root, "addresses"));
	read_limits(tables, list);
	if (!nf_config_failed(config))
		build(tables, list);
	if (nf_config_failed(config))
		return tables;
	assign_buckets(tables);
	set_timeout(tables);
	return tables;
}

/* The table of addresses is made once. */
static void start(uint32_t addresses)
{
	void *memory = nf_memory(flow_table_bytes(POLICER_ADDRESSES, addresses));
	struct flow_secret secret;

	if (!memory) {
		fprintf(stderr, "onepath-policer: not enough memory for %u addresses\n", addresses);
		exit(EXIT_FAILURE);
	}
	nf_random(&secret, sizeof(secret));
	flow_table_init(&policer.addresses, POLICER_ADDRESSES, memory, addresses, &secret);
}

static void *adopt(struct nf *nf, void *argument)
{
	struct tables *tables = argument, *before = current;

	if (!before)
		start(tables->addresses);
	policer.addresses.timeout[0] = tables->timeout_s;
	policer.rules = &tables->rules;
	current = tables;
	return before;
}

const struct nf_tables policer_tables = { load, adopt, release };
