/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * onepathctl list: every 82599 of the machine, bound or not, as a table or as JSON.
 * Ports are asked through their nodes, read-only, which disturbs no NF.
 */
#include <json-c/json.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "ctl.h"

static const char help[] =
	"Usage: onepathctl list [--json]\n"
	"\n"
	"Shows all 82599s of this machine, one a line:\n"
	"  ADDRESS  PCI address          ID     PCI device id      MODEL  what it is\n"
	"  DRIVER   driver, if any       GROUP  IOMMU group        NUMA   NUMA node\n"
	"  NODE     a port's node, or the network interface of another driver\n"
	"  OWNED    whether an NF has the port (? without the permission to ask)\n"
	"  LINK     speed in Mb/s, down, or up (? without the permission to ask)\n"
	"\n"
	"  -j, --json  print it as JSON: an array of objects\n"
	"  -h, --help  print this\n";

/* What list shows beyond struct ctl_device; "-": does not apply, "?": not known. */
struct state {
	char node[CTL_TEXT_BYTES];
	char owned[8];
	char link[16];
};

static void read_port_state(const struct ctl_device *device, struct state *state)
{
	struct onepath_port_info info;
	int port = onepath_port_open(device->address, ONEPATH_OBSERVE);

	snprintf(state->node, sizeof(state->node), "%s/%s", ONEPATH_NODES, device->address);
	strcpy(state->owned, "?");
	strcpy(state->link, "?");
	if (port < 0)
		return;
	if (!onepath_port_info(port, &info)) {
		strcpy(state->owned, info.flags & ONEPATH_PORT_OWNED ? "yes" : "no");
		if (info.flags & ONEPATH_PORT_LINK_UP)
			snprintf(state->link, sizeof(state->link), "%u", info.speed_mbps);
		else
			strcpy(state->link, "down");
	}
	close(port);
}

static void read_state(const struct ctl_device *device, struct state *state)
{
	char carrier[CTL_TEXT_BYTES];

	if (!strcmp(device->driver, CTL_DRIVER)) {
		read_port_state(device, state);
		return;
	}
	strcpy(state->node, device->interface[0] ? device->interface : "-");
	strcpy(state->owned, "-");
	strcpy(state->link, "-");
	if (!device->interface[0])
		return;
	/* An interface that is not up cannot say: reading its carrier fails. */
	if (!ctl_sysfs_read(carrier, sizeof(carrier), "bus/pci/devices/%s/net/%s/carrier",
			    device->address, device->interface))
		strcpy(state->link, !strcmp(carrier, "1") ? "up" : "down");
}

/* A number, or "-" for the -1 that stands for none. */
static const char *number_text(int number, char text[16])
{
	snprintf(text, 16, number < 0 ? "-" : "%d", number);
	return text;
}

static void print_table(const struct ctl_device *devices, int count)
{
	char group[16], numa[16];
	struct state state;

	printf("%-13s %-4s %-21s %-10s %5s %4s %-26s %-5s %s\n", "ADDRESS", "ID", "MODEL", "DRIVER",
	       "GROUP", "NUMA", "NODE", "OWNED", "LINK");
	for (int i = 0; i < count; i++) {
		const struct ctl_device *d = &devices[i];

		read_state(d, &state);
		printf("%-13s %04x %-21s %-10s %5s %4s %-26s %-5s %s\n", d->address, d->device_id,
		       d->model, d->driver[0] ? d->driver : "-", number_text(d->iommu_group, group),
		       number_text(d->numa_node, numa), state.node, state.owned, state.link);
	}
}

static struct json_object *text_or_null(const char *text)
{
	return text[0] && strcmp(text, "-") && strcmp(text, "?") ? json_object_new_string(text)
								 : NULL;
}

static struct json_object *make_json(const struct ctl_device *device)
{
	struct json_object *object = ctl_device_json(device);
	bool bound = !strcmp(device->driver, CTL_DRIVER);
	struct state state;

	read_state(device, &state);
	json_object_object_add(object, "driver", text_or_null(device->driver));
	json_object_object_add(object, "node", bound ? json_object_new_string(state.node) : NULL);
	json_object_object_add(object, "interface", text_or_null(device->interface));
	json_object_object_add(object, "owned",
			       state.owned[0] == '?' || state.owned[0] == '-'
				       ? NULL
				       : json_object_new_boolean(!strcmp(state.owned, "yes")));
	json_object_object_add(object, "link", text_or_null(state.link));
	return object;
}

int ctl_list(int argc, char **argv)
{
	struct ctl_options options;
	int first = ctl_options(argc, argv, help, "j", &options), count;
	struct ctl_device *devices = NULL;

	if (first != argc) {
		ctl_error("list takes no address; `onepathctl info %s` shows one port",
			  argv[first]);
		return CTL_EXIT_USAGE;
	}
	count = ctl_devices_read(&devices);
	if (count < 0) {
		ctl_error("cannot read the PCI devices in sysfs: %s", strerror(-count));
		return EXIT_FAILURE;
	}
	if (options.json) {
		struct json_object *array = json_object_new_array();

		for (int i = 0; i < count; i++)
			json_object_array_add(array, make_json(&devices[i]));
		puts(json_object_to_json_string_ext(array, JSON_C_TO_STRING_PRETTY));
		json_object_put(array);
	} else if (count) {
		print_table(devices, count);
	} else {
		ctl_error("no 82599 found");
	}
	free(devices);
	return EXIT_SUCCESS;
}
