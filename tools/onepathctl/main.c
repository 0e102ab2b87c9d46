/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * onepathctl: which 82599s there are, handing them to onepath and back, and what bound
 * ports are set to and count. This file picks the verb and reads its options; each verb
 * has a file of its own.
 */
#include <ctype.h>
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
	{ "list", ctl_list }, { "bind", ctl_bind }, { "unbind", ctl_unbind }, { "info", ctl_info },
	{ "show", ctl_info }, { "set", ctl_set },   { "stats", ctl_stats },   { "link", ctl_link },
};

static const char help[] =
	"Usage: onepathctl VERB [OPTION]... [ADDRESS]...\n"
	"\n"
	"  list            show all 82599s: driver, IOMMU group, NUMA node, link\n"
	"  bind ADDRESS    take ports from their driver and give them to onepath\n"
	"  unbind ADDRESS  give ports back to the driver that they had\n"
	"  info ADDRESS    show a bound port: MAC address, link, settings, counters\n"
	"  set ADDRESS KEY VALUE...  change a bound port's settings, also under an owner\n"
	"  stats ADDRESS   show what bound ports counted; -w: again and again, with rates\n"
	"  link ADDRESS    show a bound port's link; -w: and each change of it\n"
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

/* An optional argument may also stand apart: an address has a colon, a number of seconds has none. */
static double read_seconds(int argc, char **argv)
{
	const char *text = optarg;
	double seconds;
	char *end;

	if (!text && optind < argc && isdigit((unsigned char)argv[optind][0]) &&
	    !strchr(argv[optind], ':'))
		text = argv[optind++];
	if (!text)
		return 1;
	seconds = strtod(text, &end);
	if (end == text || *end || !(seconds >= 0.1 && seconds <= 86400)) {
		ctl_error("-w takes seconds, 0.1 to 86400, not \"%s\"", text);
		exit(CTL_EXIT_USAGE);
	}
	return seconds;
}

int ctl_options(int argc, char **argv, const char *verb_help, const char *letters,
		struct ctl_options *options)
{
	static const struct option all[] = {
		{ "json", no_argument, NULL, 'j' },   { "force", no_argument, NULL, 'f' },
		{ "queues", no_argument, NULL, 'q' }, { "watch", optional_argument, NULL, 'w' },
		{ "help", no_argument, NULL, 'h' },   { 0 },
	};
	int option;

	*options = (struct ctl_options){ 0 };
	opterr = 0;
	while ((option = getopt_long(argc, argv, "jfqw::h", all, NULL)) != -1) {
		if (option != 'h' && !strchr(letters, option))
			refuse_option(option, argv);
		switch (option) {
		case 'h':
			fputs(verb_help, stdout);
			exit(EXIT_SUCCESS);
		case 'j':
			options->json = true;
			break;
		case 'f':
			options->force = true;
			break;
		case 'q':
			options->queues = true;
			break;
		case 'w':
			options->watch = true;
			options->seconds = read_seconds(argc, argv);
			break;
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
