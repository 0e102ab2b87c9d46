/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * onepathctl stats: what ports, and their queues, counted: frames, bytes, and what was
 * dropped, by reason; with -w again and again, with rates. Ports are only observed.
 */
#include <errno.h>
#include <inttypes.h>
#include <json-c/json.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "ctl.h"

static const char help[] =
	"Usage: onepathctl stats [--queues] [--json] [-w [SECONDS]] ADDRESS...\n"
	"\n"
	"Shows what ports that are bound to onepath counted since they were bound:\n"
	"  RX-FRAMES RX-BYTES  received into a buffer   TX-FRAMES TX-BYTES  sent\n"
	"  MISSED    no buffer was free                 LOST      could not be sent: link down,\n"
	"  FILTERED  no filter let it in                          paused or stuck for long, reset\n"
	"  OVERSIZE  longer than the MTU allows         RX/s, TX/s, Mbit/s   since the last line\n"
	"  ERRORS    CRC, length and others\n"
	"\n"
	"  -w, --watch[=SECONDS]  show it again every so many seconds (1), until Ctrl-C\n"
	"  -q, --queues           show each queue that counted something, too\n"
	"  -j, --json             print JSON: an object a line for each port\n"
	"  -h, --help             print this\n";

#define LINES_PER_HEADER 20

/* One line of the table: a port's, or one of its queues'. */
struct sample {
	double time_s;
	struct onepath_port_stats stats;
	struct onepath_queue_stats queue[ONEPATH_QUEUE_STATS_MAX];
};

struct port {
	struct ctl_device device;
	int fd;
	bool sampled; /* @last holds something: there are rates */
	struct sample now, last;
};

static double now_s(clockid_t clock)
{
	struct timespec now;

	clock_gettime(clock, &now); /* cannot fail: the clock exists, the pointer is good */
	return (double)now.tv_sec + (double)now.tv_nsec / 1e9;
}

static int take_sample(struct port *port, bool queues)
{
	int err;

	port->last = port->now;
	port->now.time_s = now_s(CLOCK_MONOTONIC);
	err = onepath_port_stats(port->fd, &port->now.stats);
	for (unsigned int q = 0; !err && queues && q < ONEPATH_QUEUE_STATS_MAX; q++)
		err = onepath_port_queue_stats(port->fd, q, &port->now.queue[q]);
	return err;
}

/* A second's worth of what was counted since the last line. */
static double rate(const struct port *port, uint64_t now, uint64_t last)
{
	double seconds = port->now.time_s - port->last.time_s;

	return port->sampled && seconds > 0 ? (double)(now - last) / seconds : 0;
}

static void print_header(bool watch)
{
	printf("%-13s %5s %12s %14s %9s %9s %9s %9s %12s %14s %9s", "PORT", "QUEUE", "RX-FRAMES",
	       "RX-BYTES", "MISSED", "FILTERED", "OVERSIZE", "ERRORS", "TX-FRAMES", "TX-BYTES",
	       "LOST");
	puts(watch ? "       RX/s   Mbit/s       TX/s   Mbit/s" : "");
}

static void print_rates(const struct port *port, const uint64_t now[4], const uint64_t last[4])
{
	printf(" %10.0f %8.1f %10.0f %8.1f", rate(port, now[0], last[0]),
	       rate(port, now[1], last[1]) * 8 / 1e6, rate(port, now[2], last[2]),
	       rate(port, now[3], last[3]) * 8 / 1e6);
}

static void print_port(const struct port *port, bool watch)
{
	const struct onepath_port_stats *s = &port->now.stats, *l = &port->last.stats;

	printf("%-13s %5s %12" PRIu64 " %14" PRIu64 " %9" PRIu64 " %9" PRIu64 " %9" PRIu64
	       " %9" PRIu64 " %12" PRIu64 " %14" PRIu64 " %9" PRIu64,
	       port->device.address, "all", (uint64_t)s->rx_frames, (uint64_t)s->rx_bytes,
	       (uint64_t)s->rx_missed, (uint64_t)s->rx_filtered, (uint64_t)s->rx_oversize,
	       (uint64_t)(s->rx_crc_errors + s->rx_length_errors + s->rx_other_errors),
	       (uint64_t)s->tx_frames, (uint64_t)s->tx_bytes, (uint64_t)s->tx_lost);
	if (watch)
		print_rates(port,
			    (uint64_t[]){ s->rx_frames, s->rx_bytes, s->tx_frames, s->tx_bytes },
			    (uint64_t[]){ l->rx_frames, l->rx_bytes, l->tx_frames, l->tx_bytes });
	putchar('\n');
}

static bool counted_something(const struct onepath_queue_stats *q)
{
	return q->rx_frames || q->rx_missed || q->tx_frames || q->tx_lost;
}

/* The last one stands for all transmit queues from there on. */
static const char *queue_name(unsigned int q, char text[8])
{
	snprintf(text, 8, q == ONEPATH_QUEUE_STATS_MAX - 1 ? "%u+" : "%u", q);
	return text;
}

static void print_queue(const struct port *port, unsigned int q, bool watch)
{
	const struct onepath_queue_stats *s = &port->now.queue[q], *l = &port->last.queue[q];
	char name[8];

	printf("%-13s %5s %12" PRIu64 " %14" PRIu64 " %9" PRIu64 " %9s %9s %9s %12" PRIu64
	       " %14" PRIu64 " %9" PRIu64,
	       port->device.address, queue_name(q, name), (uint64_t)s->rx_frames,
	       (uint64_t)s->rx_bytes, (uint64_t)s->rx_missed, "-", "-", "-", (uint64_t)s->tx_frames,
	       (uint64_t)s->tx_bytes, (uint64_t)s->tx_lost);
	if (watch)
		print_rates(port,
			    (uint64_t[]){ s->rx_frames, s->rx_bytes, s->tx_frames, s->tx_bytes },
			    (uint64_t[]){ l->rx_frames, l->rx_bytes, l->tx_frames, l->tx_bytes });
	putchar('\n');
}

static unsigned int print_table(const struct port *port, const struct ctl_options *options)
{
	unsigned int lines = 1;

	print_port(port, options->watch);
	for (unsigned int q = 0; options->queues && q < ONEPATH_QUEUE_STATS_MAX; q++) {
		if (!counted_something(&port->now.queue[q]))
			continue;
		print_queue(port, q, options->watch);
		lines++;
	}
	return lines;
}

static void add_number(struct json_object *object, const char *key, uint64_t number)
{
	json_object_object_add(object, key, json_object_new_int64((int64_t)number));
}

static struct json_object *queues_json(const struct port *port)
{
	struct json_object *array = json_object_new_array();

	for (unsigned int q = 0; q < ONEPATH_QUEUE_STATS_MAX; q++) {
		const struct onepath_queue_stats *s = &port->now.queue[q];
		struct json_object *object;

		if (!counted_something(s))
			continue;
		object = json_object_new_object();
		add_number(object, "queue", q);
		add_number(object, "rx_frames", s->rx_frames);
		add_number(object, "rx_bytes", s->rx_bytes);
		add_number(object, "rx_missed", s->rx_missed);
		add_number(object, "tx_frames", s->tx_frames);
		add_number(object, "tx_bytes", s->tx_bytes);
		add_number(object, "tx_lost", s->tx_lost);
		json_object_array_add(array, object);
	}
	return array;
}

static void print_json(const struct port *port, const struct ctl_options *options)
{
	const struct onepath_port_stats *s = &port->now.stats, *l = &port->last.stats;
	struct json_object *object = json_object_new_object();

	json_object_object_add(object, "time", json_object_new_double(now_s(CLOCK_REALTIME)));
	json_object_object_add(object, "port", json_object_new_string(port->device.address));
	ctl_counters_json(object, s);
	if (port->sampled) {
		json_object_object_add(
			object, "rx_frames_per_s",
			json_object_new_double(rate(port, s->rx_frames, l->rx_frames)));
		json_object_object_add(
			object, "tx_frames_per_s",
			json_object_new_double(rate(port, s->tx_frames, l->tx_frames)));
	}
	if (options->queues)
		json_object_object_add(object, "queues", queues_json(port));
	puts(json_object_to_json_string_ext(object, JSON_C_TO_STRING_PLAIN));
	json_object_put(object);
}

/* Returns false, having said why, if a port does not answer. */
static bool show(struct port *ports, int count, const struct ctl_options *options)
{
	static unsigned int lines;

	for (int i = 0; i < count; i++) {
		int err = take_sample(&ports[i], options->queues);

		if (err) {
			ctl_port_error(err, "ask port", &ports[i].device);
			return false;
		}
		if (options->json) {
			print_json(&ports[i], options);
		} else {
			if (!(lines % LINES_PER_HEADER))
				print_header(options->watch);
			lines += print_table(&ports[i], options);
		}
		ports[i].sampled = true;
	}
	fflush(stdout);
	return true;
}

/* The next line is due a whole interval after the last one was, however long that took. */
static void sleep_until(struct timespec *due, double seconds)
{
	long ns = due->tv_nsec + (long)((seconds - (double)(time_t)seconds) * 1e9);

	due->tv_sec += (time_t)seconds + ns / 1000000000;
	due->tv_nsec = ns % 1000000000;
	while (!ctl_interrupted &&
	       clock_nanosleep(CLOCK_MONOTONIC, TIMER_ABSTIME, due, NULL) == EINTR)
		;
}

static int follow(struct port *ports, int count, const struct ctl_options *options)
{
	struct timespec due;

	ctl_signals_catch();
	clock_gettime(CLOCK_MONOTONIC, &due);
	while (show(ports, count, options)) {
		if (!options->watch || ctl_interrupted || ferror(stdout))
			return EXIT_SUCCESS;
		sleep_until(&due, options->seconds);
		if (ctl_interrupted)
			return EXIT_SUCCESS;
	}
	return EXIT_FAILURE;
}

int ctl_stats(int argc, char **argv)
{
	struct ctl_options options;
	int first = ctl_options(argc, argv, help, "jqw", &options), count = argc - first;
	int status = EXIT_SUCCESS, opened = 0;
	struct port *ports;

	if (count < 1) {
		ctl_error("stats of which port? `onepathctl list` shows them");
		return CTL_EXIT_USAGE;
	}
	ports = calloc((size_t)count, sizeof(*ports));
	if (!ports) {
		ctl_error("out of memory");
		return EXIT_FAILURE;
	}
	for (; opened < count; opened++) {
		struct port *port = &ports[opened];

		port->fd = ctl_port_open(&port->device, argv[first + opened], ONEPATH_OBSERVE);
		if (port->fd < 0)
			break;
	}
	status = opened == count ? follow(ports, count, &options) : EXIT_FAILURE;
	while (opened--)
		close(ports[opened].fd);
	free(ports);
	return status;
}
