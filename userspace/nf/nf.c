/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * An NF's life around its loop: ports are opened, paths made and started; once a
 * second, and on SIGINT or SIGTERM, the loop is asked to look up (nf_attend());
 * at the end paths are stopped in order. nf_options.c reads the arguments before,
 * nf_report.c prints the table after.
 */
#include <errno.h>
#include <poll.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/time.h>
#include <unistd.h>

#include "nf.h"

volatile sig_atomic_t nf_event;
static volatile sig_atomic_t end_wanted; /* never taken back, so that no tick can hide it */

static void on_signal(int signal)
{
	if (signal != SIGALRM)
		end_wanted = 1;
	nf_event = 1;
}

static void catch_signals(void)
{
	const int signals[] = { SIGINT, SIGTERM, SIGHUP, SIGALRM };
	struct sigaction action = { .sa_handler = on_signal, .sa_flags = SA_RESTART };

	for (unsigned int i = 0; i < sizeof(signals) / sizeof(signals[0]); i++)
		sigaddset(&action.sa_mask, signals[i]);
	for (unsigned int i = 0; i < sizeof(signals) / sizeof(signals[0]); i++) {
		if (sigaction(signals[i], &action, NULL)) {
			perror("sigaction");
			exit(EXIT_FAILURE);
		}
	}
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
	catch_signals();
	for (unsigned int i = 0; i < nf->port_count; i++) {
		nf->port[i].fd = onepath_port_open(nf->port[i].name, ONEPATH_OWN);
		check(nf->port[i].fd, "open port", nf->port[i].name);
	}
}

void nf_add_path(struct nf *nf, unsigned int input, const unsigned int *outputs, unsigned int count)
{
	struct nf_path *path = &nf->path[nf->path_count++];
	const struct nf_port *port = &nf->port[input];
	int fd[ONEPATH_OUTPUTS_MAX];

	path->input = input;
	for (unsigned int k = 0; k < count; k++) {
		path->output[k] = outputs[k];
		fd[k] = nf->port[outputs[k]].fd;
	}
	check(onepath_port_filter(port->fd,
				  ONEPATH_FILTER_PROMISCUOUS | ONEPATH_FILTER_ALL_MULTICAST),
	      "receive all frames on", port->name);
	check(onepath_path_create(&path->path, port->fd, fd, count, nf->ring_size),
	      "make a path from", port->name);
}

void nf_start(struct nf *nf, const char *format, ...)
{
	va_list args;

	for (unsigned int i = 0; i < nf->path_count; i++)
		check(onepath_path_start(&nf->path[i].path), "start the path from",
		      nf->port[nf->path[i].input].name);
	nf_report_start(nf);
	tick_every(1);
	if (nf->quiet)
		return;
	fprintf(stderr, "onepath-%s: ", nf->name);
	va_start(args, format);
	vfprintf(stderr, format, args);
	va_end(args);
	fputc('\n', stderr);
}

/*
 * Looks for ports that were unbound or removed. That a card was pulled out shows only in its
 * registers, if no slot tells of it: with @ask the kernel looks, which may have to wait for others.
 */
static bool is_port_gone(struct nf *nf, bool ask)
{
	struct onepath_port_info info;
	bool any = false;

	for (unsigned int i = 0; i < nf->port_count; i++) {
		struct nf_port *port = &nf->port[i];
		struct pollfd poll_fd = { .fd = port->fd };

		if (poll(&poll_fd, 1, 0) > 0 && (poll_fd.revents & (POLLHUP | POLLERR)))
			port->gone = true;
		if (ask && onepath_port_info(port->fd, &info) == -ENODEV)
			port->gone = true;
		any |= port->gone;
	}
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

/* A port that is gone brings no frames, and takes none: then nothing moves any more. */
static bool nothing_moved(struct nf *nf)
{
	uint64_t before = nf->second_frames;

	nf->second_frames = nf_frames(nf);
	return nf->second_frames == before;
}

bool nf_attend(struct nf *nf)
{
	static unsigned int seconds;

	nf_event = 0;
	if (end_wanted || is_port_gone(nf, nothing_moved(nf)))
		return false;
	if (nf->stats_s && ++seconds % nf->stats_s == 0)
		nf_report_line(nf);
	return true;
}

/* Returns the exit status. A port that is gone has stopped, and is reported as gone. */
static int stop_paths(struct nf *nf)
{
	int status = EXIT_SUCCESS;

	for (unsigned int i = 0; i < nf->path_count; i++) {
		int err = onepath_path_stop(&nf->path[i].path);

		if (!err || err == -ENODEV)
			continue;
		onepath_explain(err, "stop the path from", nf->port[nf->path[i].input].name);
		status = EXIT_FAILURE;
	}
	if (!is_port_gone(nf, false))
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
