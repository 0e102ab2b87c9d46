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
	"Usage: onepathctl info [--json] ADDRESS      (or show)\n"
	"\n"
	"Shows a port that is bound to onepath: MAC address, link, IOMMU, owner, what it is set\n"
	"to, as read back from the device, and what it counted since it was bound.\n"
	"\n"
	"  -j, --json  print it as JSON: an object\n"
	"  -h, --help  print this\n";

/* What info tells of a port beyond struct ctl_device. */
struct state {
	struct onepath_port_info info;
	struct ctl_settings settings;
	struct onepath_port_stats stats;
};

static void print_text(const struct ctl_device *device, const struct state *state)
{
	const struct onepath_port_info *info = &state->info;
	char mac[CTL_MAC_BYTES];

	ctl_mac_text(info->mac, mac);
	printf("port                 %s\n", device->address);
	printf("model                %s (8086:%04x)\n", device->model, device->device_id);
	printf("node                 %s/%s\n", ONEPATH_NODES, device->address);
	printf("MAC address          %s\n", mac);
	if (info->flags & ONEPATH_PORT_LINK_UP)
		printf("link                 up, %u Mb/s\n", info->speed_mbps);
	else
		printf("link                 down\n");
	printf("owned by an NF       %s\n", info->flags & ONEPATH_PORT_OWNED ? "yes" : "no");
	printf("confined (IOMMU)     %s\n", info->flags & ONEPATH_PORT_CONFINED ? "yes" : "no");
	if (device->iommu_group >= 0)
		printf("IOMMU group          %d\n", device->iommu_group);
	if (device->numa_node >= 0)
		printf("NUMA node            %d\n", device->numa_node);
	ctl_settings_print(&state->settings);
	for (size_t i = 0; i < ctl_counter_count; i++)
		printf("%-20s %" PRIu64 "\n", ctl_counters[i].text, ctl_counter(&state->stats, i));
}

static void print_json(const struct ctl_device *device, const struct state *state)
{
	struct json_object *object = ctl_device_json(device), *counted = json_object_new_object();
	const struct onepath_port_info *info = &state->info;
	char mac[CTL_MAC_BYTES];

	ctl_mac_text(info->mac, mac);
	json_object_object_add(object, "mac", json_object_new_string(mac));
	json_object_object_add(object, "link_up",
			       json_object_new_boolean(info->flags & ONEPATH_PORT_LINK_UP));
	json_object_object_add(object, "speed_mbps", json_object_new_int64(info->speed_mbps));
	json_object_object_add(object, "owned",
			       json_object_new_boolean(info->flags & ONEPATH_PORT_OWNED));
	json_object_object_add(object, "confined",
			       json_object_new_boolean(info->flags & ONEPATH_PORT_CONFINED));
	json_object_object_add(object, "settings", ctl_settings_json(&state->settings));
	ctl_counters_json(counted, &state->stats);
	json_object_object_add(object, "counters", counted);
	puts(json_object_to_json_string_ext(object, JSON_C_TO_STRING_PRETTY));
	json_object_put(object);
}

static int read_state(int port, struct state *state)
{
	int err = onepath_port_info(port, &state->info);

	if (!err)
		err = ctl_settings_read(port, &state->settings);
	return err ? err : onepath_port_stats(port, &state->stats);
}

int ctl_info(int argc, char **argv)
{
	struct ctl_options options;
	int first = ctl_options(argc, argv, help, "j", &options), port, err;
	struct ctl_device device;
	struct state state;

	if (first != argc - 1) {
		ctl_error("%s takes one address; `onepathctl list` shows them", argv[0]);
		return CTL_EXIT_USAGE;
	}
	port = ctl_port_open(&device, argv[first], ONEPATH_OBSERVE);
	if (port < 0)
		return EXIT_FAILURE;
	err = read_state(port, &state);
	close(port);
	if (err) {
		ctl_port_error(err, "ask port", &device);
		return EXIT_FAILURE;
	}
	(options.json ? print_json : print_text)(&device, &state);
	return EXIT_SUCCESS;
}
