// SPDX-License-Identifier: BSD-3-Clause
/*
 * Reads the command line of onepath-nic, and explains it.
 */
#include <errno.h>
#include <getopt.h>
#include <stdio.h>
#include <string.h>

#include "options.h"

#define LINK_DELAY_MS	  20 /* until someone says otherwise */
#define LINK_DELAY_MS_MAX 60000

static void print_help(void)
{
	fputs("Usage: onepath-nic [OPTION]... --port socket=PATH[,KEY=VALUE]...,wire=WIRE...\n"
	      "       onepath-nic --tell [--json] CONTROL COMMAND...\n"
	      "Software Intel 82599 ports, each served as a PCI device to QEMU (vfio-user-pci).\n\n"
	      "  -p, --port SPEC         a port; at least one, at most 32. wire= comes last; before it\n"
	      "                          mac=MAC, link-delay-ms=N, lan=0|1 (which port of its card),\n"
	      "                          sfp=sr|lr|da|none (the SFP+ module, default sr),\n"
	      "                          doorbells=trapped|polled (default trapped: every access is\n"
	      "                          judged; polled: for speed)\n"
	      "  -l, --link-delay-ms N   from auto-negotiation to link up, for ports that do not say\n"
	      "                          (default 20)\n"
	      "  -r, --report FILE       JSON report, at exit and on SIGUSR1\n"
	      "  -c, --control PATH      socket for commands at run time; --tell sends one, e.g. help\n"
	      "  -t, --trace FILE        each register access as a line, - for standard error\n"
	      "  -w, --capture FILE      the frames of all ports, as pcapng with directions\n"
	      "  -s, --summary           table on standard error at exit\n"
	      "  -v, --log-rules         a line on standard error for each rule of the datasheet\n"
	      "                          that a driver breaks\n"
	      "  -1, --once              exit when the last client has left\n"
	      "  -h, --help              print this\n\n"
	      "Wires:\n",
	      stdout);
	for (const struct wire_ops *const *kind = wire_kinds; *kind; kind++)
		printf("  %s\n", (*kind)->help);
	fputs("\nExamples:\n"
	      "  onepath-nic --port socket=/run/p0,wire=tap:tap0,netns=left \\\n"
	      "              --port socket=/run/p1,wire=tap:tap1,netns=right\n"
	      "  onepath-nic --report nic.json --port socket=/run/p0,wire=pcap:in=a.pcap \\\n"
	      "              --port socket=/run/p1,wire=pcap:out=b.pcap\n"
	      "then for each port (QEMU 10.1 or newer)\n"
	      "  qemu-system-x86_64 -machine q35,memory-backend=m \\\n"
	      "    -object memory-backend-memfd,id=m,size=512M,share=on \\\n"
	      "    -device '{\"driver\":\"vfio-user-pci\",\"socket\":{\"type\":\"unix\",\"path\":\"/run/p0\"},"
	      "\"x-no-posted-writes\":true}'\n\n"
	      "Exit status: 0 ended by a signal or --once, 1 failed, 2 wrong arguments, 3 a driver broke\n"
	      "rules of the datasheet.\n",
	      stdout);
}

static int usage(const char *message, const char *value)
{
	fprintf(stderr, "onepath-nic: %s '%s'; see onepath-nic --help\n", message, value);
	return -EINVAL;
}

static int parse_delay(const char *text, uint32_t *delay_us)
{
	uint64_t ms;

	if (!wire_parse_number(text, 0, LINK_DELAY_MS_MAX, &ms))
		return usage("link delay is no number of ms in 0..60000:", text ? text : "");
	*delay_us = (uint32_t)ms * 1000;
	return 0;
}

static int parse_module(const char *text, enum nic_module *module)
{
	static const char *const names[] = {
		[NIC_MODULE_SR] = "sr",
		[NIC_MODULE_LR] = "lr",
		[NIC_MODULE_CABLE] = "da",
		[NIC_MODULE_NONE] = "none",
	};

	for (size_t i = 0; text && i < sizeof(names) / sizeof(names[0]); i++) {
		if (!strcmp(text, names[i])) {
			*module = i;
			return 0;
		}
	}
	return usage("--port: sfp= needs sr, lr, da or none, not", text ? text : "");
}

/* "socket=PATH,...,wire=WIRE": the wire's own commas belong to it. */
static int parse_port(struct port_options *port, char *spec)
{
	char *wire = !strncmp(spec, "wire=", 5) ? spec : strstr(spec, ",wire=");
	char *key, *value;

	if (!wire)
		return usage("--port without wire= (wire=none for none):", spec);
	if (*wire == ',')
		*wire++ = '\0';
	port->wire = wire + strlen("wire=");
	if (wire == spec)
		spec += strlen(spec);
	while (wire_next_option(&spec, &key, &value)) {
		if (!strcmp(key, "socket") && value && *value) {
			port->socket = value;
		} else if (!strcmp(key, "mac")) {
			if (!wire_parse_mac(value, port->mac) || (port->mac[0] & 1))
				return usage("--port: mac= needs a unicast address, not",
					     value ? value : "");
		} else if (!strcmp(key, "link-delay-ms")) {
			if (parse_delay(value, &port->link_delay_us))
				return -EINVAL;
		} else if (!strcmp(key, "lan")) {
			uint64_t lan_id;

			if (!wire_parse_number(value, 0, 1, &lan_id))
				return usage("--port: lan= needs 0 or 1, not", value ? value : "");
			port->lan_id = lan_id;
		} else if (!strcmp(key, "sfp")) {
			if (parse_module(value, &port->module))
				return -EINVAL;
		} else if (!strcmp(key, "doorbells")) {
			port->polled = value && !strcmp(value, "polled");
			if (!port->polled && (!value || strcmp(value, "trapped")))
				return usage("--port: doorbells= needs trapped or polled, not",
					     value ? value : "");
		} else {
			return usage("--port: unknown or empty", key);
		}
	}
	if (!port->socket)
		return usage("--port without socket= before wire=", port->wire);
	return 0;
}

static int add_port(struct options *options, const char *text)
{
	struct port_options *port = &options->ports[options->port_count];

	if (options->port_count == PORTS_MAX)
		return usage("more than 32 ports:", text);
	*port = (struct port_options){
		.mac = { 0x02, 0x00, 0x82, 0x59, 0x90, (uint8_t)options->port_count },
		.link_delay_us = UINT32_MAX,
	};
	options->port_count++;
	/* A copy, for the life of the process: ps shows the arguments as they were given. */
	port->text = strdup(text);
	if (!port->text)
		return usage("out of memory at", "--port");
	return parse_port(port, port->text);
}

int options_parse(struct options *options, int argc, char **argv)
{
	static const struct option names[] = {
		{ "port", required_argument, NULL, 'p' },
		{ "link-delay-ms", required_argument, NULL, 'l' },
		{ "report", required_argument, NULL, 'r' },
		{ "control", required_argument, NULL, 'c' },
		{ "trace", required_argument, NULL, 't' },
		{ "capture", required_argument, NULL, 'w' },
		{ "summary", no_argument, NULL, 's' },
		{ "log-rules", no_argument, NULL, 'v' },
		{ "once", no_argument, NULL, '1' },
		{ "help", no_argument, NULL, 'h' },
		{ 0 },
	};
	uint32_t delay_us = LINK_DELAY_MS * 1000;
	int ret = 0, c;

	*options = (struct options){ 0 };
	while (!ret && (c = getopt_long(argc, argv, "p:l:r:c:t:w:sv1h", names, NULL)) != -1) {
		switch (c) {
		case 'p':
			ret = add_port(options, optarg);
			break;
		case 'l':
			ret = parse_delay(optarg, &delay_us);
			break;
		case 'r':
			options->report = optarg;
			break;
		case 'c':
			options->control = optarg;
			break;
		case 't':
			options->trace = optarg;
			break;
		case 'w':
			options->capture = optarg;
			break;
		case 's':
			options->summary = true;
			break;
		case 'v':
			options->log_rules = true;
			break;
		case '1':
			options->once = true;
			break;
		case 'h':
			print_help();
			return 1;
		default: /* getopt_long() has said what is wrong */
			fputs("Try: onepath-nic --help\n", stderr);
			return -EINVAL;
		}
	}
	if (ret)
		return ret;
	if (optind < argc)
		return usage("unexpected argument", argv[optind]);
	if (!options->port_count)
		return usage("at least one --port is needed, e.g.",
			     "--port socket=/run/p0,wire=none");
	for (unsigned int i = 0; i < options->port_count; i++) {
		if (options->ports[i].link_delay_us == UINT32_MAX)
			options->ports[i].link_delay_us = delay_us;
	}
	return 0;
}
