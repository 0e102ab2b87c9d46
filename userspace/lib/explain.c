/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Tells a person why a call failed and what to do next. The errno contract is
 * uapi/onepath.h's; this turns it into advice for whoever started the NF.
 */
#define _GNU_SOURCE /* program_invocation_short_name */
#include <errno.h>
#include <onepath/onepath.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static const char *advice(int error)
{
	switch (error) {
	case ENOENT:
		return access(ONEPATH_NODES, F_OK)
			       ? "the module is not loaded, or no port is bound to it; try "
				 "`insmod onepath.ko` and `onepathctl bind ADDRESS`"
			       : "the port is not bound to onepath; `onepathctl list` shows all, "
				 "`onepathctl bind ADDRESS` binds one";
	case EPERM:
		return "no IOMMU confines the device's memory accesses; switch it on (firmware: VT-d or "
		       "AMD-Vi; kernel: intel_iommu=on), or take the risk: load the module with "
		       "allow_unsafe_noiommu=1 and run with CAP_SYS_RAWIO";
	case EOPNOTSUPP:
		return "the port, or this platform, cannot do that; the kernel log says why";
	case EACCES:
		return "the permissions of the port's node in " ONEPATH_NODES
		       " decide who may use it";
	case EBUSY:
		return "another process owns the port, or one of its IOMMU group (the kernel log then "
		       "names the group)";
	case ENODEV:
		return "the port was unbound from onepath, or its card was removed";
	case ETIMEDOUT:
		return "the device did not answer in time; the kernel log names the register";
	case EIO:
		return "the port was reset and did not come back; close it (end the program), and if that "
		       "does not help, bind it anew: `onepathctl unbind`, `onepathctl bind`";
	case ECONNRESET:
		return "a port was reset, which stopped the path; it may be started again";
	case EAGAIN:
		return "the device is being reset, or is suspended; try again";
	case EMSGSIZE:
		return "the buffers are too small for the port's MTU; make them larger, or the MTU smaller";
	case ENOSPC:
		return "an output port has no transmit queue left";
	case EXDEV:
		return "the ports cannot share memory: each is already used with other ports";
	case EPROTO:
		return "module and library are not of the same version";
	case ENOTTY:
		return "this is not a port of onepath, or the module is older than the library";
	default:
		return NULL;
	}
}

void onepath_explain(int error, const char *what, const char *name)
{
	int positive = abs(error);
	const char *text = advice(positive);

	fprintf(stderr, "%s: cannot %s%s%s: %s\n", program_invocation_short_name, what,
		name ? " " : "", name ? name : "", strerror(positive));
	if (text)
		fprintf(stderr, "  %s\n", text);
}
