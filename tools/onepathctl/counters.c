/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * A port's counters, one line each: what `info` lists and `stats` follows.
 */
#include <json-c/json.h>
#include <string.h>

#include "ctl.h"

#define COUNTER(field, text) { #field, text, offsetof(struct onepath_port_stats, field) }

const struct ctl_counter ctl_counters[] = {
	COUNTER(rx_frames, "received frames"),
	COUNTER(rx_bytes, "received bytes"),
	COUNTER(rx_missed, "missed, no buffer"),
	COUNTER(rx_filtered, "filtered out"),
	COUNTER(rx_oversize, "too long"),
	COUNTER(rx_crc_errors, "CRC errors"),
	COUNTER(rx_length_errors, "length errors"),
	COUNTER(rx_other_errors, "other errors"),
	COUNTER(tx_frames, "sent frames"),
	COUNTER(tx_bytes, "sent bytes"),
	COUNTER(tx_lost, "lost, could not send"),
	COUNTER(rx_pause, "PAUSE received"),
	COUNTER(tx_pause, "PAUSE sent"),
	COUNTER(link_changes, "link changes"),
};

const size_t ctl_counter_count = sizeof(ctl_counters) / sizeof(ctl_counters[0]);

uint64_t ctl_counter(const struct onepath_port_stats *stats, size_t i)
{
	uint64_t value;

	memcpy(&value, (const char *)stats + ctl_counters[i].offset, sizeof(value));
	return value;
}

void ctl_counters_json(struct json_object *object, const struct onepath_port_stats *stats)
{
	for (size_t i = 0; i < ctl_counter_count; i++)
		json_object_object_add(object, ctl_counters[i].json,
				       json_object_new_int64((int64_t)ctl_counter(stats, i)));
}
