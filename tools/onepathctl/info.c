/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * onepathctl info: one bound port, as kmod/port.c sees it. The node is opened
 * read-only: nothing is owned, nothing disturbed.
 */
#include <inttypes.h>
#include <json-c/json.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "ctl.h"

static const char help[] =
	"Usage: onepathctl info [--json] ADDRESS\n"
	"\n"
	"Shows a port that is bound to onepath: MAC address, link, IOMMU, owner, and what it\n"
	"counted since it was bound.\n"
	"\n"
	"  -j, --json  print it as JSON: an object\n"
	"  -h, --help  print this\n";

/* The counters' names, as JSON has them and as people read them. */
static const struct {
	const char *json, *text;
	size_t offset;
} counters[] = {
	{ "rx_frames", "received frames", offsetof(struct onepath_port_stats, rx_frames) },
	{ "rx_bytes", "received bytes", offsetof(struct onepath_port_stats, rx_bytes) },
	{ "rx_missed", "missed, no buffer", offsetof(struct onepath_port_stats, rx_missed) },
	{ "rx_crc_errors", "CRC errors", offsetof(struct onepath_port_stats, rx_crc_errors) },
	{ "rx_length_errors", "length errors",
	  offsetof(struct onepath_port_stats, rx_length_errors) },
	{ "rx_other_errors", "other errors", offsetof(struct onepath_port_stats, rx_other_errors) },
	{ "tx_frames", "sent frames", offsetof(struct onepath_port_stats, tx_frames) },
	{ "tx_bytes", "sent bytes", offsetof(struct onepath_port_stats, tx_bytes) },
};

#define COUNTERS (sizeof(counters) / sizeof(counters[0]))

static uint64_t counter(const struct onepath_port_stats *stats, size_t i)
{
	uint64_t value;

	memcpy(&value, (const char *)stats + counters[i].offset, sizeof(value));
	return value;
}

static void mac_text(const struct onepath_port_info *info, char text[18])
{
	const uint8_t *m = info->mac;

	snprintf(text, 18, "%02x:%02x:%02x:%02x:%02x:%02x", m[0], m[1], m[2], m[3], m[4], m[5]);
}

static void print_text(const struct ctl_device *device, const struct onepath_port_info *info,
		       const struct onepath_port_stats *stats)
{
	char mac[18];

	mac_text(info, mac);
	printf("port               %s\n", device->address);
	printf("model              %s (8086:%04x)\n", device->model, device->device_id);
	printf("node               %s/%s\n", ONEPATH_NODES, device->address);
	printf("MAC address        %s\n", mac);
	if (info->flags & ONEPATH_PORT_LINK_UP)
		printf("link               up, %u Mb/s\n", info->speed_mbps);
	else
		printf("link               down\n");
	printf("owned by an NF     %s\n", info->flags & ONEPATH_PORT_OWNED ? "yes" : "no");
	printf("confined (IOMMU)   %s\n", info->flags & ONEPATH_PORT_CONFINED ? "yes" : "no");
	if (device->iommu_group >= 0)
		printf("IOMMU group        %d\n", device->iommu_group);
	if (device->numa_node >= 0)
		printf("NUMA node          %d\n", device->numa_node);
	for (size_t i = 0; i < COUNTERS; i++)
		printf("%-18s %" PRIu64 "\n", counters[i].text, counter(stats, i));
}

static void print_json(const struct ctl_device *device, const struct onepath_port_info *info,
		       const struct onepath_port_stats *stats)
{
	struct json_object *object = ctl_device_json(device), *counted = json_object_new_object();
	char mac[18];

	mac_text(info, mac);
	json_object_object_add(object, "mac", json_object_new_string(mac));
	json_object_object_add(object, "link_up",
			       json_object_new_boolean(info->flags & ONEPATH_PORT_LINK_UP));
	json_object_object_add(object, "speed_mbps", json_object_new_int64(info->speed_mbps));
	json_object_object_add(object, "owned",
			       json_object_new_boolean(info->flags & ONEPATH_PORT_OWNED));
	json_object_object_add(object, "confined",
			       json_object_new_boolean(info->flags & ONEPATH_PORT_CONFINED));
	for (size_t i = 0; i < COUNTERS; i++)
		json_object_object_add(counted, counters[i].json,
				       json_object_new_int64((int64_t)counter(stats, i)));
	json_object_object_add(object, "counters", counted);
	puts(json_object_to_json_string_ext(object, JSON_C_TO_STRING_PRETTY));
	json_object_put(object);
}

int ctl_info(int argc, char **argv)
{
	bool json = false;
	int first = ctl_options(argc, argv, help, &json, NULL), port, err;
	struct onepath_port_info info;
	struct onepath_port_stats stats;
	struct ctl_device device;

	if (first != argc - 1) {
		ctl_error("info takes one address; `onepathctl list` shows them");
		return CTL_EXIT_USAGE;
	}
	if (!ctl_device_find(&device, argv[first]))
		return EXIT_FAILURE;
	if (strcmp(device.driver, CTL_DRIVER)) {
		ctl_error(
			"%s is not bound to onepath (its driver: %s); `onepathctl bind %s` does that",
			device.address, device.driver[0] ? device.driver : "none", device.address);
		return EXIT_FAILURE;
	}
	port = onepath_port_open(device.address, ONEPATH_OBSERVE);
	if (port < 0) {
		onepath_explain(port, "open port", device.address);
		return EXIT_FAILURE;
	}
	err = onepath_port_info(port, &info);
	if (!err)
		err = onepath_port_stats(port, &stats);
	close(port);
	if (err) {
		onepath_explain(err, "ask port", device.address);
		return EXIT_FAILURE;
	}
	(json ? print_json : print_text)(&device, &info, &stats);
	return EXIT_SUCCESS;
}
