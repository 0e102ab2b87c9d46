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

/* Beside the MTU's bytes: Ethernet header and two VLAN tags. */
#define HEADER_BYTES 22

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
	if (nf->config)
		nf_load(nf);
	for (unsigned int i = 0; i < nf->port_count; i++) {
		nf->port[i].fd = onepath_port_open(nf->port[i].name, ONEPATH_OWN);
		check(nf->port[i].fd, "open port", nf->port[i].name);
	}
}

/* The smallest size of buffers that holds what the port receives, the usual one at least. */
static unsigned int bytes_for_mtu(const struct nf_port *port)
{
	const unsigned int step = ONEPATH_BUFFER_BYTES_STEP;
	struct onepath_port_config config;
	unsigned int bytes;

	check(onepath_port_get_config(port->fd, &config), "ask for the MTU of", port->name);
	bytes = (config.mtu + HEADER_BYTES + step - 1) / step * step;
	return bytes > ONEPATH_BUFFER_BYTES ? bytes : ONEPATH_BUFFER_BYTES;
}

void nf_add_path(struct nf *nf, unsigned int input, const unsigned int *outputs, unsigned int count)
{
	struct nf_path *path = &nf->path[nf->path_count++];
	const struct nf_port *port = &nf->port[input];
	const struct onepath_port_config mtu = { .set = ONEPATH_CONFIG_MTU, .mtu = nf->mtu };
	struct onepath_path_options options = nf->options;
	int fd[ONEPATH_OUTPUTS_MAX];

	path->input = input;
	for (unsigned int k = 0; k < count; k++) {
		path->output[k] = outputs[k];
		fd[k] = nf->port[outputs[k]].fd;
	}
	check(onepath_port_filter(port->fd,
				  ONEPATH_FILTER_PROMISCUOUS | ONEPATH_FILTER_ALL_MULTICAST),
	      "receive all frames on", port->name);
	if (nf->mtu)
		check(onepath_port_set_config(port->fd, &mtu), "set the MTU of", port->name);
	if (!options.buffer_bytes)
		options.buffer_bytes = bytes_for_mtu(port);
	check(onepath_path_create_with(&path->path, port->fd, fd, count, &options),
	      "make a path from", port->name);
}

/* What is told of links later are changes from here on. */
static void learn_link(struct nf_port *port)
{
	struct onepath_port_info info;

	port->link_up = !onepath_port_info(port->fd, &info) && info.flags & ONEPATH_PORT_LINK_UP;
}

void nf_start(struct nf *nf, const char *format, ...)
{
	va_list args;

	for (unsigned int i = 0; i < nf->port_count; i++)
		learn_link(&nf->port[i]);
	nf_report_start(nf);
	for (unsigned int i = 0; i < nf->path_count; i++)
		check(onepath_path_start(&nf->path[i].path), "start the path from",
		      nf->port[nf->path[i].input].name);
	tick_every(1);
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

int nf_finish(struct nf *nf)
{
	int status;

	tick_every(0);
	status = stop_paths(nf);
	if (!nf->quiet)
		nf_report_end(nf);
	for (unsigned int i = 0; i < nf->path_count; i++)
		onepath_path_destroy(&nf->path[i].path);
	for (unsigned int i = 0; i < nf->port_count; i++)
		close(nf->port[i].fd);
	if (fflush(stdout)) {
		fprintf(stderr, "onepath-%s: cannot write the table: %s\n", nf->name,
			strerror(errno));
		status = EXIT_FAILURE;
	}
	return status;
}
