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

static const char ports_help[] =
	"A PORT is the PCI address of an 82599 bound to onepath, such as 0000:03:00.0 or\n"
	"3:00.0; `onepathctl list` shows them, `onepathctl bind PORT` binds one.\n"
	"\n";

static const char options_help[] =
	"  -r, --ring N         buffers per path: a power of two, 64..4096 (default 256)\n"
	"  -b, --buffer BYTES   largest frame that a buffer holds: a multiple of 1024, up to 16384\n"
	"                       (default 2048, or what the MTU needs)\n"
	"  -m, --mtu BYTES      receive frames of so many bytes after the Ethernet header, 68..9706\n"
	"                       (default: as the port is set, at first 1500)\n"
	"  -p, --busy-poll      never sleep: keep polling also when no frames come\n"
	"  -s, --stats SECONDS  say how it goes every so many seconds, on standard error\n"
	"  -j, --json           print the closing table as JSON\n"
	"      --pcap DIR       no ports: frames come from DIR/in0.pcap (the first port's), DIR/in1.pcap\n"
	"                       and so on, at the times of capture, and leave to DIR/out0.pcap, ...\n"
	"  -q, --quiet          print errors only\n"
	"  -h, --help           print this\n"
	"\n";

static const char end_help[] =
	"It polls while frames come and sleeps while none do. It ends by SIGINT (Ctrl-C), SIGTERM or\n"
	"SIGHUP, then sends what it took, stops the ports and prints on standard output what\n"
	"was done.\n"
	"Exit status: 0 ended by such a signal, 1 failed or a port went away, 2 wrong arguments.\n";

static const char config_end_help[] =
	"It polls while frames come and sleeps while none do. On SIGHUP it reads FILE again: if there\n"
	"is a mistake in it, it says so and goes on as before. It ends by SIGINT (Ctrl-C) or SIGTERM,\n"
	"then sends what it took, stops the ports and prints on standard output what was done.\n"
	"Exit status: 0 ended by such a signal, 1 failed or a port went away, 2 wrong arguments or a\n"
	"mistake in FILE.\n";

static void print_help(const struct nf *nf)
{
	printf("Usage: onepath-%s [OPTION]... %s\n       onepath-%s [OPTION]... --pcap DIR\n\n%s\n\n%s",
	       nf->name, nf->ports_usage, nf->name, nf->about, ports_help);
	if (nf->tables)
		printf("  -c, --config FILE    what it is to do; onepath-%s(1) describes it%s\n",
		       nf->name, nf->config_optional ? "" : "; has to be given");
	printf("%s%s", options_help, nf->tables ? config_end_help : end_help);
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

static unsigned int read_ring_size(const struct nf *nf, const char *text)
{
	static const char what[] = "--ring takes a power of two, 64..4096, not";
	unsigned int size =
		read_number(nf, text, ONEPATH_RING_SIZE_MIN, ONEPATH_RING_SIZE_MAX, what);

	if (size & (size - 1))
		refuse(nf, what, text);
	return size;
}

static unsigned int read_buffer_bytes(const struct nf *nf, const char *text)
{
	static const char what[] = "--buffer takes a multiple of 1024 bytes, up to 16384, not";
	unsigned int bytes =
		read_number(nf, text, ONEPATH_BUFFER_BYTES_STEP, ONEPATH_BUFFER_BYTES_MAX, what);

	if (bytes % ONEPATH_BUFFER_BYTES_STEP)
		refuse(nf, what, text);
	return bytes;
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

#define PCAP 256 /* has no short form */

void nf_read_options(struct nf *nf, int argc, char **argv)
{
	static const struct option options[] = {
		{ "config", required_argument, NULL, 'c' },
		{ "ring", required_argument, NULL, 'r' },
		{ "buffer", required_argument, NULL, 'b' },
		{ "mtu", required_argument, NULL, 'm' },
		{ "busy-poll", no_argument, NULL, 'p' },
		{ "stats", required_argument, NULL, 's' },
		{ "json", no_argument, NULL, 'j' },
		{ "pcap", required_argument, NULL, PCAP },
		{ "quiet", no_argument, NULL, 'q' },
		{ "help", no_argument, NULL, 'h' },
		{ 0 },
	};
	int option;

	while ((option = getopt_long(argc, argv, "c:r:b:m:ps:jqh", options, NULL)) != -1) {
		switch (option) {
		case 'c':
			if (!nf->tables)
				refuse(nf, "it has no configuration", optarg);
			nf->config = optarg;
			break;
		case 'r':
			nf->options.ring_size = read_ring_size(nf, optarg);
			break;
		case 'b':
			nf->options.buffer_bytes = read_buffer_bytes(nf, optarg);
			break;
		case 'm':
			nf->mtu = read_number(nf, optarg, ONEPATH_MTU_MIN, ONEPATH_MTU_MAX,
					      "--mtu takes bytes, 68..9706, not");
			break;
		case 'p':
			nf->busy_poll = true;
			break;
		case 's':
			nf->stats_s = read_number(nf, optarg, 1, 86400,
						  "--stats takes seconds, 1..86400, not");
			break;
		case 'j':
			nf->json = true;
			break;
		case PCAP:
			nf->pcap = optarg;
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
	if (nf->tables && !nf->config && !nf->config_optional)
		refuse(nf, "a configuration has to be given", "--config FILE");
	if (!nf->pcap)
		read_ports(nf, argc - optind, argv + optind);
	else if (optind < argc)
		refuse(nf, "with --pcap there are no ports, so not", argv[optind]);
}
