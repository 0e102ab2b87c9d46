/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * onepathctl: which 82599s there are, and handing them to onepath and back. This
 * file picks the verb and reads its options; each verb has a file of its own.
 */
#include <errno.h>
#include <getopt.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "ctl.h"

static const struct {
	const char *name;
	int (*run)(int argc, char **argv);
} verbs[] = {
	{ "list", ctl_list },
	{ "bind", ctl_bind },
	{ "unbind", ctl_unbind },
	{ "info", ctl_info },
};

static const char help[] =
	"Usage: onepathctl VERB [OPTION]... [ADDRESS]...\n"
	"\n"
	"  list            show all 82599s: driver, IOMMU group, NUMA node, link\n"
	"  bind ADDRESS    take ports from their driver and give them to onepath\n"
	"  unbind ADDRESS  give ports back to the driver that they had\n"
	"  info ADDRESS    show a bound port: MAC address, link, counters\n"
	"\n"
	"An ADDRESS is a PCI address such as 0000:03:00.0 or 3:00.0. `onepathctl VERB --help`\n"
	"says more of a verb. bind and unbind need root.\n"
	"Exit status: 0 done, 1 failed, 2 wrong arguments.\n";

volatile sig_atomic_t ctl_interrupted;

static void on_signal(int signal)
{
	ctl_interrupted = signal;
}

void ctl_signals_catch(void)
{
	struct sigaction action = { .sa_handler = on_signal, .sa_flags = SA_RESTART };

	if (sigaction(SIGINT, &action, NULL) || sigaction(SIGTERM, &action, NULL) ||
	    sigaction(SIGHUP, &action, NULL)) {
		perror("onepathctl: sigaction");
		exit(EXIT_FAILURE);
	}
}

void ctl_error(const char *format, ...)
{
	va_list args;

	fputs("onepathctl: ", stderr);
	va_start(args, format);
	vfprintf(stderr, format, args);
	va_end(args);
	fputc('\n', stderr);
}

void ctl_device_error(const struct ctl_device *device, const char *what, int err)
{
	ctl_error("%s: %s: %s%s", device->address, what, strerror(-err),
		  err == -EACCES || err == -EPERM ? " (this needs root)" : "");
}

/* What getopt_long() stopped at: a long option is a whole argument, a short one may be part of one. */
static void __attribute__((noreturn)) refuse_option(int option, char **argv)
{
	const char letter[] = { '-', (char)(option == '?' ? optopt : option), '\0' };
	const char *argument = argv[optind - 1];

	ctl_error("%s does not know the option %s; `onepathctl %s --help` says more", argv[0],
		  strncmp(argument, "--", 2) ? letter : argument, argv[0]);
	exit(CTL_EXIT_USAGE);
}

int ctl_options(int argc, char **argv, const char *verb_help, bool *json, bool *force)
{
	static const struct option options[] = {
		{ "json", no_argument, NULL, 'j' },
		{ "force", no_argument, NULL, 'f' },
		{ "help", no_argument, NULL, 'h' },
		{ 0 },
	};
	int option;

	opterr = 0;
	while ((option = getopt_long(argc, argv, "jfh", options, NULL)) != -1) {
		if (option == 'h') {
			fputs(verb_help, stdout);
			exit(EXIT_SUCCESS);
		} else if (option == 'j' && json) {
			*json = true;
		} else if (option == 'f' && force) {
			*force = true;
		} else {
			refuse_option(option, argv);
		}
	}
	return optind;
}

int main(int argc, char **argv)
{
	if (argc > 1 && (!strcmp(argv[1], "--help") || !strcmp(argv[1], "-h"))) {
		fputs(help, stdout);
		return EXIT_SUCCESS;
	}
	for (size_t i = 0; argc > 1 && i < sizeof(verbs) / sizeof(verbs[0]); i++) {
		if (!strcmp(argv[1], verbs[i].name)) {
			int status = verbs[i].run(argc - 1, argv + 1);

			if (fflush(stdout)) {
				perror("onepathctl: standard output");
				return EXIT_FAILURE;
			}
			return status;
		}
	}
	if (argc > 1)
		ctl_error("there is no verb \"%s\"", argv[1]);
	fputs(help, stderr);
	return CTL_EXIT_USAGE;
}
