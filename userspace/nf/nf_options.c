/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * An NF's arguments: the same options for all, then its ports. Runs before
 * anything is opened, so that a slip of the keyboard changes nothing.
 */
#include <getopt.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "nf.h"

#define RING_SIZE_DEFAULT 256

static const char options_help[] =
	"A PORT is the PCI address of an 82599 bound to onepath, such as 0000:03:00.0 or\n"
	"3:00.0; `onepathctl list` shows them, `onepathctl bind PORT` binds one.\n"
	"\n"
	"  -r, --ring N         buffers per path: a power of two, 64..4096 (default 256)\n"
	"  -s, --stats SECONDS  say how it goes every so many seconds, on standard error\n"
	"  -j, --json           print the closing table as JSON\n"
	"  -q, --quiet          print errors only\n"
	"  -h, --help           print this\n"
	"\n"
	"It polls until SIGINT (Ctrl-C), SIGTERM or SIGHUP, then sends what it took, stops the\n"
	"ports and prints on standard output what was done.\n"
	"Exit status: 0 ended by such a signal, 1 failed or a port went away, 2 wrong arguments.\n";

static void print_help(const struct nf *nf)
{
	printf("Usage: onepath-%s [OPTION]... %s\n\n%s\n\n%s", nf->name, nf->ports_usage, nf->about,
	       options_help);
}

static void __attribute__((noreturn)) refuse(const struct nf *nf, const char *what,
					     const char *value)
{
	fprintf(stderr, "onepath-%s: %s: %s; --help says more\n", nf->name, what, value);
	exit(2);
}

static unsigned int read_number(const struct nf *nf, const char *text, unsigned int min,
				unsigned int max, const char *what)
{
	char *end;
	long value = strtol(text, &end, 10); /* out of its range, it is out of ours */

	if (end == text || *end || value < (long)min || value > (long)max)
		refuse(nf, what, text);
	return (unsigned int)value;
}

static void read_ports(struct nf *nf, int count, char **names)
{
	if (count < (int)nf->ports_min)
		refuse(nf, "too few ports; wanted", nf->ports_usage);
	if (count > (int)nf->ports_max)
		refuse(nf, "too many ports, the first too many is", names[nf->ports_max]);
	for (int i = 0; i < count; i++) {
		char *name = nf->port[i].name;

		if (onepath_port_name(names[i], name))
			refuse(nf, "a port is a PCI address such as 0000:03:00.0, not", names[i]);
		for (int j = 0; j < i; j++)
			if (!strcmp(name, nf->port[j].name))
				refuse(nf, "port given twice", name);
	}
	nf->port_count = (unsigned int)count;
}

void nf_read_options(struct nf *nf, int argc, char **argv)
{
	static const struct option options[] = {
		{ "ring", required_argument, NULL, 'r' }, { "stats", required_argument, NULL, 's' },
		{ "json", no_argument, NULL, 'j' },	  { "quiet", no_argument, NULL, 'q' },
		{ "help", no_argument, NULL, 'h' },	  { 0 },
	};
	int option;

	nf->ring_size = RING_SIZE_DEFAULT;
	while ((option = getopt_long(argc, argv, "r:s:jqh", options, NULL)) != -1) {
		switch (option) {
		case 'r':
			nf->ring_size = read_number(nf, optarg, ONEPATH_RING_SIZE_MIN,
						    ONEPATH_RING_SIZE_MAX,
						    "--ring takes a power of two, 64..4096, not");
			if (nf->ring_size & (nf->ring_size - 1))
				refuse(nf, "--ring takes a power of two, 64..4096, not", optarg);
			break;
		case 's':
			nf->stats_s = read_number(nf, optarg, 1, 86400,
						  "--stats takes seconds, 1..86400, not");
			break;
		case 'j':
			nf->json = true;
			break;
		case 'q':
			nf->quiet = true;
			break;
		case 'h':
			print_help(nf);
			exit(EXIT_SUCCESS);
		default: /* getopt_long() has said what is wrong */
			fprintf(stderr, "Try: onepath-%s --help\n", nf->name);
			exit(2);
		}
	}
	read_ports(nf, argc - optind, argv + optind);
}
