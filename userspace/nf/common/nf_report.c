/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * What an NF says about its work: a line now and then, a table or a JSON object
 * at the end. Frames per path are the NF's own count, all else is the ports'
 * (kmod/port.c), less what they had counted before the NF started.
 */
#include <inttypes.h>
#include <stdio.h>
#include <time.h>

#include "nf.h"

static uint64_t now_ns(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC,
		      &now); /* cannot fail: the clock exists, the pointer is good */
	return (uint64_t)now.tv_sec * 1000000000u + (uint64_t)now.tv_nsec;
}

void nf_report_start(struct nf *nf)
{
	nf->start_ns = now_ns();
	nf->line_ns = nf->start_ns;
	for (unsigned int i = 0; i < nf->port_count; i++)
		onepath_port_stats(nf->port[i].fd,
				   &nf->port[i].before); /* zero, if the port is gone */
}

void nf_report_line(struct nf *nf)
{
	uint64_t frames = nf_frames(nf), now = now_ns();

	fprintf(stderr, "onepath-%s: %.0f s, %" PRIu64 " frames, now %.3f million a second\n",
		nf->name, (double)(now - nf->start_ns) / 1e9, frames,
		(double)(frames - nf->line_frames) / (double)(now - nf->line_ns) * 1e3);
	nf->line_ns = now;
	nf->line_frames = frames;
}

/* What a port counted since the start. Returns false if it is gone. */
static bool read_counts(const struct nf *nf, const struct nf_port *port,
			struct onepath_port_stats *count)
{
	const struct onepath_port_stats *before = &port->before;

	if (nf_pcap_stats(nf, port, count))
		return true;
	if (onepath_port_stats(port->fd, count))
		return false;
	count->rx_frames -= before->rx_frames;
	count->rx_missed -= before->rx_missed;
	count->rx_crc_errors -= before->rx_crc_errors;
	count->rx_length_errors -= before->rx_length_errors;
	count->rx_other_errors -= before->rx_other_errors;
	count->tx_frames -= before->tx_frames;
	count->tx_lost -= before->tx_lost;
	return true;
}

static uint64_t rx_errors(const struct onepath_port_stats *count)
{
	return count->rx_crc_errors + count->rx_length_errors + count->rx_other_errors;
}

/* What the NF counts by itself. */
static void print_counters(const struct nf *nf)
{
	if (!nf->counter_names)
		return;
	printf("%-28s %12s\n", "counter", "count");
	for (unsigned int i = 0; nf->counter_names[i]; i++)
		printf("%-28s %12" PRIu64 "\n", nf->counter_names[i], nf->counters[i]);
}

static void print_json_counters(const struct nf *nf)
{
	if (!nf->counter_names)
		return;
	printf(", \"counters\": {");
	for (unsigned int i = 0; nf->counter_names[i]; i++)
		printf("%s\"%s\": %" PRIu64, i ? ", " : "", nf->counter_names[i], nf->counters[i]);
	putchar('}');
}

static void print_table(const struct nf *nf, double seconds)
{
	struct onepath_port_stats count;

	printf("onepath-%s: ran for %.1f s\n", nf->name, seconds);
	printf("%-13s %12s  %s\n", "path from", "frames", "to");
	for (unsigned int i = 0; i < nf->path_count; i++) {
		const struct nf_path *path = &nf->path[i];

		printf("%-13s %12" PRIu64 " ", nf->port[path->input].name, path->frames);
		for (unsigned int k = 0; k < path->path.outputs; k++)
			printf(" %s", nf->port[path->output[k]].name);
		putchar('\n');
	}
	printf("%-13s %12s %12s %12s %12s %12s\n", "port", "received", "missed", "errors", "sent",
	       "lost");
	for (unsigned int i = 0; i < nf->port_count; i++) {
		const struct nf_port *port = &nf->port[i];

		if (read_counts(nf, port, &count))
			printf("%-13s %12" PRIu64 " %12" PRIu64 " %12" PRIu64 " %12" PRIu64
			       " %12" PRIu64 "\n",
			       port->name, (uint64_t)count.rx_frames, (uint64_t)count.rx_missed,
			       rx_errors(&count), (uint64_t)count.tx_frames,
			       (uint64_t)count.tx_lost);
		else
			printf("%-13s %12s %12s %12s %12s %12s\n", port->name, "gone", "-", "-",
			       "-", "-");
	}
	print_counters(nf);
}

/* Names of ports are hexadecimal digits, colons and dots, those of counters words: nothing needs escaping. */
static void print_json(const struct nf *nf, double seconds)
{
	struct onepath_port_stats count;

	printf("{\"nf\": \"%s\", \"seconds\": %.3f, \"sleeps\": %" PRIu64 ", \"paths\": [",
	       nf->name, seconds, nf->sleeps);
	for (unsigned int i = 0; i < nf->path_count; i++) {
		const struct nf_path *path = &nf->path[i];

		printf("%s{\"input\": \"%s\", \"outputs\": [", i ? ", " : "",
		       nf->port[path->input].name);
		for (unsigned int k = 0; k < path->path.outputs; k++)
			printf("%s\"%s\"", k ? ", " : "", nf->port[path->output[k]].name);
		printf("], \"frames\": %" PRIu64 "}", path->frames);
	}
	printf("], \"ports\": [");
	for (unsigned int i = 0; i < nf->port_count; i++) {
		printf("%s{\"port\": \"%s\"", i ? ", " : "", nf->port[i].name);
		if (read_counts(nf, &nf->port[i], &count))
			printf(", \"rx_frames\": %" PRIu64 ", \"rx_missed\": %" PRIu64
			       ", \"rx_errors\": %" PRIu64 ", \"tx_frames\": %" PRIu64
			       ", \"tx_lost\": %" PRIu64,
			       (uint64_t)count.rx_frames, (uint64_t)count.rx_missed,
			       rx_errors(&count), (uint64_t)count.tx_frames,
			       (uint64_t)count.tx_lost);
		putchar('}');
	}
	putchar(']');
	print_json_counters(nf);
	printf("}\n");
}

void nf_report_end(const struct nf *nf)
{
	double seconds = (double)(now_ns() - nf->start_ns) / 1e9;

	if (nf->json)
		print_json(nf, seconds);
	else
		print_table(nf, seconds);
}
