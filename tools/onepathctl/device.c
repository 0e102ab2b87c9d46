/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * The 82599s of this machine as sysfs shows them: which there are, who drives
 * them, what shares their IOMMU group; and moving one from driver to driver.
 */
#include <dirent.h>
#include <errno.h>
#include <json-c/json.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "ctl.h"
#include "ids.h"

#define DEVICES "bus/pci/devices"

static const struct ctl_id *find_id(unsigned int device_id)
{
	for (size_t i = 0; i < sizeof(ctl_ids) / sizeof(ctl_ids[0]); i++)
		if (ctl_ids[i].device == device_id)
			return &ctl_ids[i];
	return NULL;
}

static bool is_virtual_function(unsigned int device_id)
{
	for (size_t i = 0;
	     i < sizeof(ctl_virtual_function_ids) / sizeof(ctl_virtual_function_ids[0]); i++)
		if (ctl_virtual_function_ids[i] == device_id)
			return true;
	return false;
}

static unsigned int read_id(const char *address, const char *attribute)
{
	char text[CTL_TEXT_BYTES];

	if (ctl_sysfs_read(text, sizeof(text), DEVICES "/%s/%s", address, attribute))
		return 0;
	return (unsigned int)strtoul(text, NULL, 16);
}

/* A number, or -1 where there is none. */
static int to_number(const char *text)
{
	char *end;
	long value = strtol(text, &end, 10);

	return end == text || *end || value < 0 ? -1 : (int)value;
}

/* The first entry of a directory. */
static void read_first_entry(char name[CTL_TEXT_BYTES], const char *path)
{
	struct dirent *entry;
	DIR *dir = opendir(path);

	name[0] = '\0';
	if (!dir)
		return;
	while (!name[0] && (entry = readdir(dir)))
		if (entry->d_name[0] != '.' && strlen(entry->d_name) < CTL_TEXT_BYTES)
			strcpy(name, entry->d_name);
	closedir(dir);
}

void ctl_device_driver(const char *address, char driver[CTL_TEXT_BYTES])
{
	ctl_sysfs_link(driver, CTL_TEXT_BYTES, DEVICES "/%s/driver", address);
}

int ctl_device_override(const char *address, const char *driver)
{
	return ctl_sysfs_write(driver, DEVICES "/%s/driver_override", address);
}

int ctl_device_move(const char *address, const char *driver)
{
	char now[CTL_TEXT_BYTES];
	int err = 0;

	ctl_device_driver(address, now);
	if (!strcmp(now, driver))
		return 0;
	if (now[0])
		err = ctl_sysfs_write(address, "bus/pci/drivers/%s/unbind", now);
	if (!err && driver[0])
		err = ctl_sysfs_write(address, "bus/pci/drivers/%s/bind", driver);
	if (err)
		return err;
	ctl_device_driver(address, now);
	return strcmp(now, driver) ? -ENODEV : 0;
}

/* Reads the device at @address, which is in full form, if it is an 82599. */
static bool read_device(struct ctl_device *device, const char *address)
{
	char text[CTL_TEXT_BYTES], path[CTL_PATH_BYTES];
	const struct ctl_id *id;

	device->device_id = read_id(address, "device");
	id = find_id(device->device_id);
	if (read_id(address, "vendor") != CTL_VENDOR_INTEL || !id)
		return false;
	snprintf(device->address, sizeof(device->address), "%s", address);
	device->model = id->name;
	ctl_device_driver(address, device->driver);
	/* A driver_override that is not set reads "(null)". */
	ctl_sysfs_read(device->override, sizeof(device->override), DEVICES "/%s/driver_override",
		       address);
	if (!strcmp(device->override, "(null)"))
		device->override[0] = '\0';
	device->interface[0] = '\0';
	if (!ctl_sysfs_path(path, DEVICES "/%s/net", address))
		read_first_entry(device->interface, path);
	ctl_sysfs_link(text, sizeof(text), DEVICES "/%s/iommu_group", address);
	device->iommu_group = to_number(text);
	ctl_sysfs_read(text, sizeof(text), DEVICES "/%s/numa_node", address);
	device->numa_node = to_number(text);
	return true;
}

bool ctl_device_find(struct ctl_device *device, const char *address)
{
	char name[ONEPATH_NAME_BYTES];
	unsigned int vendor, device_id;

	if (onepath_port_name(address, name)) {
		ctl_error("\"%s\" is no PCI address, which looks like 0000:03:00.0 or 3:00.0",
			  address);
		exit(CTL_EXIT_USAGE);
	}
	if (read_device(device, name))
		return true;
	vendor = read_id(name, "vendor");
	device_id = read_id(name, "device");
	if (!ctl_sysfs_exists(DEVICES "/%s", name))
		ctl_error("there is no PCI device %s; `onepathctl list` shows the 82599s", name);
	else if (vendor == CTL_VENDOR_INTEL && is_virtual_function(device_id))
		ctl_error(
			"%s is a virtual function of an 82599; only physical functions can be ports",
			name);
	else
		ctl_error("%s is %04x:%04x, not an 82599; `onepathctl list` shows those", name,
			  vendor, device_id);
	return false;
}

static void add_number(struct json_object *object, const char *key, int number)
{
	json_object_object_add(object, key, number < 0 ? NULL : json_object_new_int(number));
}

struct json_object *ctl_device_json(const struct ctl_device *device)
{
	struct json_object *object = json_object_new_object();
	char id[8];

	snprintf(id, sizeof(id), "%04x", device->device_id);
	json_object_object_add(object, "address", json_object_new_string(device->address));
	json_object_object_add(object, "device_id", json_object_new_string(id));
	json_object_object_add(object, "model", json_object_new_string(device->model));
	add_number(object, "iommu_group", device->iommu_group);
	add_number(object, "numa_node", device->numa_node);
	return object;
}

static int compare_devices(const void *a, const void *b)
{
	return strcmp(((const struct ctl_device *)a)->address,
		      ((const struct ctl_device *)b)->address);
}

int ctl_devices_read(struct ctl_device **devices)
{
	char path[CTL_PATH_BYTES], name[ONEPATH_NAME_BYTES];
	struct ctl_device device, *all = NULL, *more;
	struct dirent *entry;
	size_t count = 0;
	DIR *dir;
	int err = ctl_sysfs_path(path, DEVICES);

	if (err)
		return err;
	dir = opendir(path);
	if (!dir)
		return -errno;
	while ((entry = readdir(dir))) {
		if (onepath_port_name(entry->d_name, name) || !read_device(&device, name))
			continue;
		more = realloc(all, (count + 1) * sizeof(*all));
		if (!more) {
			free(all);
			closedir(dir);
			return -ENOMEM;
		}
		all = more;
		all[count++] = device;
	}
	closedir(dir);
	if (count)
		qsort(all, count, sizeof(*all), compare_devices);
	*devices = all;
	return (int)count;
}

bool ctl_device_is_up(const struct ctl_device *device)
{
	char text[CTL_TEXT_BYTES];

	if (!device->interface[0] || ctl_sysfs_read(text, sizeof(text), DEVICES "/%s/net/%s/flags",
						    device->address, device->interface))
		return false;
	return strtoul(text, NULL, 16) & 1; /* IFF_UP */
}

void ctl_device_warn_group(const struct ctl_device *device)
{
	char path[CTL_PATH_BYTES], driver[CTL_TEXT_BYTES];
	struct dirent *entry;
	DIR *dir;

	if (ctl_sysfs_path(path, DEVICES "/%s/iommu_group/devices", device->address))
		return;
	dir = opendir(path);
	if (!dir)
		return;
	while ((entry = readdir(dir))) {
		if (entry->d_name[0] == '.')
			continue;
		ctl_device_driver(entry->d_name, driver);
		/* A bridge's driver makes no use of DMA, and so does not count. */
		if (!driver[0] || !strcmp(driver, CTL_DRIVER) || !strcmp(driver, "pcieport"))
			continue;
		ctl_error(
			"note: %s (driver %s) is in the same IOMMU group %d; until it is unbound too, "
			"an NF cannot open %s",
			entry->d_name, driver, device->iommu_group, device->address);
	}
	closedir(dir);
}
