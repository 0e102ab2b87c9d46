/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * onepathctl unbind: gives a device back to the driver that `bind` took it from. Once
 * begun it is not interrupted by Ctrl-C: it ends soon, and in a known state.
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "ctl.h"

static const char help[] =
	"Usage: onepathctl unbind ADDRESS...\n"
	"\n"
	"Takes each 82599 from onepath and gives it back to the driver that it had before\n"
	"`onepathctl bind`; if that is not known, to the one that the kernel chooses. A network\n"
	"function that still uses the port is told that it is gone (ENODEV, POLLHUP).\n"
	"\n"
	"  -h, --help  print this\n";

/* Hands an unbound device to whichever driver the kernel prefers, maybe none. */
static int let_kernel_choose(const char *address)
{
	int err = ctl_device_move(address, "");

	return err ? err : ctl_sysfs_write(address, "bus/pci/drivers_probe");
}

static bool give_back(const struct ctl_device *device)
{
	struct ctl_record record = { 0 };
	char now[CTL_TEXT_BYTES];
	int known = ctl_record_read(device->address, &record), err;

	err = ctl_device_override(device->address, record.override);
	if (err) {
		ctl_device_error(device, "cannot set driver_override", err);
		return false;
	}
	if (known == -ENOENT)
		err = let_kernel_choose(device->address);
	else if (known)
		err = ctl_device_move(device->address, "");
	else
		err = ctl_device_move(device->address, record.driver);

	ctl_device_driver(device->address, now);
	if (!strcmp(now, CTL_DRIVER)) {
		ctl_device_error(device, "onepath does not let go of it", err);
		return false;
	}
	ctl_record_remove(device->address);
	if (err) {
		ctl_error("%s has no driver now: %s did not take it: %s; is it loaded?",
			  device->address, known ? "the kernel's choice" : record.driver,
			  strerror(-err));
		return false;
	}
	if (known && known != -ENOENT)
		ctl_error("note: the record of %s is unreadable, so it is left without a driver",
			  device->address);
	return true;
}

int ctl_unbind(int argc, char **argv)
{
	struct ctl_options options;
	int first = ctl_options(argc, argv, help, "", &options), status = EXIT_SUCCESS;
	struct ctl_device device;

	if (first == argc) {
		ctl_error("unbind which device? `onepathctl list` shows them");
		return CTL_EXIT_USAGE;
	}
	ctl_signals_catch();
	for (int i = first; i < argc; i++) {
		if (ctl_interrupted) {
			ctl_error("interrupted before %s", argv[i]);
			return EXIT_FAILURE;
		}
		if (!ctl_device_find(&device, argv[i])) {
			status = EXIT_FAILURE;
		} else if (strcmp(device.driver, CTL_DRIVER)) {
			ctl_error("%s is not bound to onepath; its driver is: %s", device.address,
				  device.driver[0] ? device.driver : "none");
			status = EXIT_FAILURE;
		} else if (!give_back(&device)) {
			status = EXIT_FAILURE;
		}
	}
	return status;
}
