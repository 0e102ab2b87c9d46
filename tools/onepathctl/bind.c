/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * onepathctl bind: all addresses are looked at before the first is touched; then each
 * is taken from its driver and given to onepath, or left exactly as it was.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "ctl.h"

static const char help[] =
	"Usage: onepathctl bind [--force] ADDRESS...\n"
	"\n"
	"Takes each 82599 from the driver that it has, if any, and binds it to onepath. Its\n"
	"node /dev/onepath/ADDRESS then exists, and its network interface is gone until\n"
	"`onepathctl unbind ADDRESS`. If this fails or is interrupted, the device goes back.\n"
	"\n"
	"  -f, --force  also if the device's network interface is up\n"
	"  -h, --help   print this\n";

/* Says why a device cannot be taken. */
static bool may_take(const struct ctl_device *device, bool force)
{
	if (force || !ctl_device_is_up(device))
		return true;
	ctl_error(
		"%s is in use: its interface %s is up; `ip link set %s down` first, or say --force",
		device->address, device->interface, device->interface);
	return false;
}

static void give_back(const struct ctl_device *device)
{
	int err = ctl_device_override(device->address, device->override);

	if (!err)
		err = ctl_device_move(device->address, device->driver);
	if (err) {
		ctl_error("%s could not be given back to its driver (%s): %s", device->address,
			  device->driver[0] ? device->driver : "none", strerror(-err));
		return;
	}
	ctl_record_remove(device->address);
}

static bool take(const struct ctl_device *device)
{
	struct ctl_record record;
	const char *what = "cannot note which driver it has";
	int err;

	strcpy(record.driver, device->driver);
	strcpy(record.override, device->override);
	err = ctl_record_write(device->address, &record);
	if (err) {
		ctl_device_error(device, what, err);
		return false;
	}
	what = "cannot set driver_override";
	err = ctl_device_override(device->address, CTL_DRIVER);
	if (!err) {
		what = "its driver does not let go of it";
		err = ctl_device_move(device->address, "");
	}
	if (!err) {
		what = "onepath does not take it (the kernel log says why)";
		err = ctl_device_move(device->address, CTL_DRIVER);
	}
	if (!err && !ctl_interrupted)
		return true;
	if (err)
		ctl_device_error(device, what, err);
	else
		ctl_error("interrupted: %s goes back", device->address);
	give_back(device);
	return false;
}

int ctl_bind(int argc, char **argv)
{
	struct ctl_options options;
	int first = ctl_options(argc, argv, help, "f", &options), status = EXIT_SUCCESS;
	struct ctl_device *device;

	if (first == argc) {
		ctl_error("bind which device? `onepathctl list` shows them");
		return CTL_EXIT_USAGE;
	}
	device = calloc((size_t)argc, sizeof(*device));
	if (!device) {
		ctl_error("out of memory");
		return EXIT_FAILURE;
	}
	for (int i = first; i < argc; i++)
		if (!ctl_device_find(&device[i], argv[i]) || !may_take(&device[i], options.force))
			status = EXIT_FAILURE;
	if (!status && !ctl_sysfs_exists("bus/pci/drivers/" CTL_DRIVER)) {
		ctl_error("the module is not loaded; `insmod onepath.ko` does that");
		status = EXIT_FAILURE;
	}
	ctl_signals_catch();
	for (int i = first; !status && i < argc; i++) {
		if (!strcmp(device[i].driver, CTL_DRIVER))
			fprintf(stderr, "onepathctl: %s is bound to onepath already\n",
				device[i].address);
		else if (take(&device[i]))
			ctl_device_warn_group(&device[i]);
		else
			status = EXIT_FAILURE;
	}
	free(device);
	return status;
}
