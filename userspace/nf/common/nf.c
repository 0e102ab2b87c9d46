/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * An NF's life around its loop: ports are opened, paths made and started; once a
 * second, and on SIGINT or SIGTERM, the loop is asked to look up (nf_attend());
 * at the end paths are stopped in order. nf_options.c reads the arguments before,
 * nf_reload.c the configuration, nf_sleep.c waits when there is nothing to do,
 * nf_report.c prints the table after.
 */
#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/time.h>
#include <unistd.h>

#include "nf.h"

void nf_say(const struct nf *nf, const char *format, ...)
{
	va_list args;

	if (nf->quiet)
		return;
	fprintf(stderr, "onepath-%s: ", nf->name);
	va_start(args, format);
	vfprintf(stderr, format, args);
	va_end(args);
	fputc('\n', stderr);
}

static void tick_every(time_t seconds)
{
	struct itimerval timer = { .it_interval.tv_sec = seconds, .it_value.tv_sec = seconds };

	if (setitimer(ITIMER_REAL, &timer, NULL)) {
		perror("setitimer");
		exit(EXIT_FAILURE);
	}
}

/* Explains and ends: the kernel takes back whatever this process holds. */
static void check(int err, const char *what, const char *name)
{
	if (err >= 0)
		return;
	onepath_explain(err, what, name);
	exit(EXIT_FAILURE);
}

void nf_open(struct nf *nf, int argc, char **argv)
{
	nf_read_options(nf, argc, argv);
	nf_catch_signals(nf->config);
	if (nf->pcap)
		nf_pcap_open(nf);
	if (nf->config)
		nf_load(nf);
	for (unsigned int i = 0; i < nf->port_count && !nf->pcap; i++) {
		nf->port[i].fd = onepath_port_open(nf->port[i].name, ONEPATH_OWN);
		check(nf->port[i].fd, "open port", nf->port[i].name);
	}
}

unsigned int nf_buffer_bytes(const struct nf *nf, unsigned int mtu)
{
	const unsigned int step = ONEPATH_BUFFER_BYTES_STEP;
	unsigned int bytes = (mtu + NF_HEADER_BYTES + step - 1) / step * step;

	if (nf->options.buffer_bytes)
		return nf->options.buffer_bytes;
	return bytes > ONEPATH_BUFFER_BYTES ? bytes : ONEPATH_BUFFER_BYTES;
}

static unsigned int mtu_of(const struct nf_port *port)
{
	struct onepath_port_config config;

	check(onepath_port_get_config(port->fd, &config), "ask for the MTU of", port->name);
	return config.mtu;
}

static void create_path(struct nf *nf, struct nf_path *path)
{
	const struct nf_port *port = &nf->port[path->input];
	const struct onepath_port_config mtu = { .set = ONEPATH_CONFIG_MTU, .mtu = nf->mtu };
	struct onepath_path_options options = nf->options;
	int fd[ONEPATH_OUTPUTS_MAX];

	for (unsigned int k = 0; k < path->path.outputs; k++)
		fd[k] = nf->port[path->output[k]].fd;
	check(onepath_port_filter(port->fd,
				  ONEPATH_FILTER_PROMISCUOUS | ONEPATH_FILTER_ALL_MULTICAST),
	      "receive all frames on", port->name);
	if (nf->mtu)
		check(onepath_port_set_config(port->fd, &mtu), "set the MTU of", port->name);
	if (!options.buffer_bytes)
		options.buffer_bytes = nf_buffer_bytes(nf, mtu_of(port));
	check(onepath_path_create_with(&path->path, port->fd, fd, path->path.outputs, &options),
	      "make a path from", port->name);
}

void nf_add_path(struct nf *nf, unsigned int input, const unsigned int *outputs, unsigned int count)
{
	struct nf_path *path = &nf->path[nf->path_count++];

	path->input = input;
	path->path.outputs = count;
	for (unsigned int k = 0; k < count; k++)
		path->output[k] = outputs[k];
	if (nf->pcap)
		nf_pcap_add_path(nf, path);
	else
		create_path(nf, path);
}

void nf_port_mac(const struct nf *nf, unsigned int port, uint8_t mac[6])
{
	struct onepath_port_info info = { .mac = { 2, 0, 0, 0, 0, (uint8_t)port } };

	if (!nf->pcap)
		check(onepath_port_info(nf->port[port].fd, &info), "ask for the address of",
		      nf->port[port].name);
	memcpy(mac, info.mac, sizeof(info.mac));
}

/* What is told of links later are changes from here on. */
static void learn_link(struct nf_port *port)
{
	struct onepath_port_info info;

	port->link_up = !onepath_port_info(port->fd, &info) && info.flags & ONEPATH_PORT_LINK_UP;
}

static void start_paths(struct nf *nf)
{
	for (unsigned int i = 0; i < nf->port_count; i++)
		learn_link(&nf->port[i]);
	for (unsigned int i = 0; i < nf->path_count; i++)
		check(onepath_path_start(&nf->path[i].path), "start the path from",
		      nf->port[nf->path[i].input].name);
	tick_every(1);
}

void nf_start(struct nf *nf, const char *format, ...)
{
	va_list args;

	nf_report_start(nf);
	if (nf->pcap)
		nf_event = 1; /* asked for the next frame each round: nf_attend() */
	else
		start_paths(nf);
	if (nf->quiet)
		return;
	fprintf(stderr, "onepath-%s: ", nf->name);
	va_start(args, format);
	vfprintf(stderr, format, args);
	va_end(args);
	fputc('\n', stderr);
}

/* Whether a port was unbound or removed: a card that was pulled out, too, the kernel finds out. */
static bool is_port_gone(struct nf *nf)
{
	bool any = false;

	nf_look(nf, 0);
	for (unsigned int i = 0; i < nf->port_count; i++)
		any |= nf->port[i].gone;
	return any;
}

static void tell_gone(const struct nf *nf)
{
	for (unsigned int i = 0; i < nf->port_count; i++)
		if (nf->port[i].gone)
			fprintf(stderr,
				"onepath-%s: port %s is gone: unbound from onepath, or removed\n",
				nf->name, nf->port[i].name);
}

bool nf_attend(struct nf *nf)
{
	static unsigned int seconds;

	if (nf->pcap)
		return !nf_end_wanted() && nf_pcap_turn(nf);
	nf_event = 0;
	if (nf_end_wanted() || is_port_gone(nf) || nf->failed)
		return false;
	if (nf->config)
		nf_reload(nf);
	if (nf_second_passed() && nf->stats_s && ++seconds % nf->stats_s == 0)
		nf_report_line(nf);
	return true;
}

/* Returns the exit status. What failed has been said. A port that is gone has stopped, and is reported as gone. */
static int stop_paths(struct nf *nf)
{
	int status = nf->failed ? EXIT_FAILURE : EXIT_SUCCESS;

	for (unsigned int i = 0; i < nf->path_count; i++) {
		int err = onepath_path_stop(&nf->path[i].path);

		if (!err || err == -ENODEV)
			continue;
		onepath_explain(err, "stop the path from", nf->port[nf->path[i].input].name);
		status = EXIT_FAILURE;
	}
	if (!is_port_gone(nf))
		return status;
	tell_gone(nf);
	return EXIT_FAILURE;
}

static void let_go(struct nf *nf)
{
	for (unsigned int i = 0; i < nf->path_count; i++)
		onepath_path_destroy(&nf->path[i].path);
	for (unsigned int i = 0; i < nf->port_count; i++)
		close(nf->port[i].fd);
}

int nf_finish(struct nf *nf)
{
	int status;

	tick_every(0);
	status = nf->pcap ? nf_pcap_close(nf) : stop_paths(nf);
	if (!nf->quiet)
		nf_report_end(nf);
	if (!nf->pcap)
		let_go(nf);
	if (fflush(stdout)) {
		fprintf(stderr, "onepath-%s: cannot write the table: %s\n", nf->name,
			strerror(errno));
		status = EXIT_FAILURE;
	}
	return status;
}
