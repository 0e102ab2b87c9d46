// SPDX-License-Identifier: BSD-3-Clause
/* States of the NFs, see nfs.h. Time stands still: limits and timeouts are such that this does not matter. */
#include "bench.h"
#include "nfs.h"
#include "policer/policer.h"

/* The same for every lane, so that all do the same. */
static struct flow_secret make_secret(void)
{
	struct flow_secret secret;
	uint64_t word = 1;

	for (size_t i = 0; i < sizeof(secret.word) / sizeof(secret.word[0]); i++)
		secret.word[i] = word *= 0x9e3779b97f4a7c15;
	return secret;
}

static void build(struct lane *lane, struct lpm *lpm, struct lpm_prefix *prefixes, size_t count)
{
	if (lpm_build(lpm, LPM_IPV4_BITS, prefixes, count))
		bench_die("no memory");
	lane_keep(lane, lpm->slot);
}

/* One limit, for all addresses together or, with several flows, for each. It is never reached. */
void *policer_begin(struct lane *lane)
{
	struct {
		struct policer policer;
		struct policer_rules rules;
		struct policer_limit limit[2];
		struct policer_bucket bucket;
	} *state = lane_memory(lane, sizeof(*state));
	const struct flow_secret secret = make_secret();
	const uint32_t capacity = 2 * lane->nic.flows.count;
	struct lpm_prefix prefix = { .length = 15, .value = 1 };

	put32(prefix.key, FLOWS_NETWORK);
	build(lane, &state->rules.ipv4, &prefix, 1);
	build(lane, &state->rules.ipv6, &prefix, 0);
	state->limit[1] = policer_limit(POLICER_RATE_MAX, UINT32_MAX,
					lane->nic.flows.count > 1 ? POLICER_EACH : 0);
	state->bucket.level = state->limit[1].full;
	state->rules.limit = state->limit;
	state->policer.rules = &state->rules;
	state->policer.bucket = &state->bucket;
	flow_table_init(&state->policer.addresses, POLICER_ADDRESSES,
			lane_memory(lane, flow_table_bytes(POLICER_ADDRESSES, capacity)), capacity,
			&secret);
	lane->nic.flows.to = FLOWS_TO_EACH;
	return &state->policer;
}
