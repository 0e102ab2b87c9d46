// SPDX-License-Identifier: BSD-3-Clause
/*
 * Capture files as the wire: frames come from one (pcap or pcapng), what the
 * port sends goes to another (pcap, nanoseconds). Input starts with the first
 * free descriptor; it waits for one for every frame, unless "lossy". After its
 * end the output goes on.
 */
#define _GNU_SOURCE
#include <errno.h>
#include <pcap/pcap.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "wire.h"

struct capture {
	char *in_path;
	char *out_path;
	pcap_t *in; /* NULL: ended, or none */
	uint64_t rounds_left; /* after this one */
	bool lossy;
	bool some; /* a frame was in this round */
	bool started;
	bool holding;
	const uint8_t *frame; /* read, not offered yet */
	size_t len;
	pcap_t *out_type;
	pcap_dumper_t *out;
};

static int open_input(const struct wire *wire, struct capture *capture)
{
	char error[PCAP_ERRBUF_SIZE] = "";

	capture->in = pcap_open_offline(capture->in_path, error);
	if (!capture->in) {
		fprintf(stderr, "%s: wire pcap: in=%s: %s\n", wire->port.name, capture->in_path,
			error);
		return -EIO;
	}
	if (pcap_datalink(capture->in) != DLT_EN10MB) {
		fprintf(stderr, "%s: wire pcap: in=%s: link type %s, need Ethernet\n",
			wire->port.name, capture->in_path,
			pcap_datalink_val_to_name(pcap_datalink(capture->in)) ?: "?");
		return -EINVAL;
	}
	return 0;
}

static int open_output(const struct wire *wire, struct capture *capture)
{
	capture->out_type = pcap_open_dead_with_tstamp_precision(DLT_EN10MB, 262144,
								 PCAP_TSTAMP_PRECISION_NANO);
	if (!capture->out_type)
		return -ENOMEM;
	capture->out = pcap_dump_open(capture->out_type, capture->out_path);
	if (!capture->out) {
		fprintf(stderr, "%s: wire pcap: out=%s\n", wire->port.name,
			pcap_geterr(capture->out_type));
		return -EIO;
	}
	return 0;
}

static void capture_close(struct wire *wire)
{
	struct capture *capture = wire->state;

	if (capture->in)
		pcap_close(capture->in);
	if (capture->out)
		pcap_dump_close(capture->out);
	if (capture->out_type)
		pcap_close(capture->out_type);
	free(capture->in_path);
	free(capture->out_path);
	free(capture);
}

static int parse(const struct wire *wire, struct capture *capture, char *args)
{
	uint64_t rounds = 1;
	char *key, *value;

	while (wire_next_option(&args, &key, &value)) {
		if (value && *value && !strcmp(key, "in") && !capture->in_path)
			capture->in_path = strdup(value);
		else if (value && *value && !strcmp(key, "out") && !capture->out_path)
			capture->out_path = strdup(value);
		else if (!strcmp(key, "loop") && wire_parse_number(value, 1, UINT32_MAX, &rounds))
			continue;
		else if (!strcmp(key, "lossy") && !value)
			capture->lossy = true;
		else
			return wire_usage(wire,
					  "cannot use '%s'; write "
					  "pcap:in=FILE,out=FILE[,loop=1..][,lossy]",
					  key);
	}
	if (!capture->in_path && !capture->out_path)
		return wire_usage(wire, "needs in=FILE, out=FILE or both");
	capture->rounds_left = rounds - 1;
	return 0;
}

static int capture_open(struct wire *wire, char *args)
{
	struct capture *capture = calloc(1, sizeof(*capture));
	int ret;

	if (!capture)
		return -ENOMEM;
	wire->state = capture;
	ret = parse(wire, capture, args);
	if (!ret && capture->in_path)
		ret = open_input(wire, capture);
	if (!ret && capture->out_path)
		ret = open_output(wire, capture);
	if (ret)
		capture_close(wire);
	return ret;
}

static void capture_send(struct wire *wire, const uint8_t *frame, size_t len)
{
	struct capture *capture = wire->state;
	struct pcap_pkthdr header = { .caplen = (bpf_u_int32)len, .len = (bpf_u_int32)len };
	struct timespec now;

	if (!capture->out)
		return;
	clock_gettime(CLOCK_REALTIME, &now);
	header.ts.tv_sec = now.tv_sec;
	header.ts.tv_usec = now.tv_nsec; /* the file's unit */
	pcap_dump((u_char *)capture->out, &header, frame);
}

/* At the end of the input: from its start again, or done. */
static void next_round(const struct wire *wire, struct capture *capture)
{
	pcap_close(capture->in);
	capture->in = NULL;
	if (!capture->rounds_left || !capture->some)
		return;
	capture->rounds_left--;
	capture->some = false;
	if (open_input(wire, capture) && capture->in) {
		pcap_close(capture->in);
		capture->in = NULL;
	}
}

/* Reads ahead until there is a frame to offer; false if there is none. */
static bool read_frame(struct wire *wire, struct capture *capture)
{
	struct pcap_pkthdr *header;

	while (capture->in && !capture->frame) {
		const u_char *data;
		int ret = pcap_next_ex(capture->in, &header, &data);

		if (ret == 1 && header->caplen >= WIRE_HEADER && header->caplen == header->len &&
		    header->caplen <= WIRE_FRAME_MAX) {
			capture->frame = data;
			capture->len = header->caplen;
			capture->some = true;
		} else if (ret == 1) {
			wire->counters.skipped++;
		} else {
			if (ret != PCAP_ERROR_BREAK)
				fprintf(stderr, "%s: wire pcap: in=%s: %s\n", wire->port.name,
					capture->in_path, pcap_geterr(capture->in));
			next_round(wire, capture);
		}
	}
	return capture->frame;
}

/* May the frame at hand go? Holds back as long as no descriptor is free for it. */
static bool may_offer(struct wire *wire, struct capture *capture)
{
	if (wire->port.can_receive(wire->port.opaque)) {
		capture->started = true;
		capture->holding = false;
		return true;
	}
	if (capture->lossy && capture->started)
		return true;
	if (!capture->holding)
		wire->counters.held++;
	capture->holding = true;
	return false;
}

static uint64_t capture_handle(struct wire *wire, bool readable, uint64_t now_ns)
{
	struct capture *capture = wire->state;

	for (int i = 0; i < WIRE_BATCH; i++) {
		/* A tail write wakes the loop, and with it us. */
		if (!read_frame(wire, capture) || !may_offer(wire, capture))
			return WIRE_NEVER;
		wire_offer(wire, capture->frame, capture->len);
		capture->frame = NULL;
	}
	return now_ns;
}

static int capture_flush(struct wire *wire)
{
	const struct capture *capture = wire->state;

	if (!capture->out || !pcap_dump_flush(capture->out))
		return 0;
	fprintf(stderr, "%s: wire pcap: out=%s: %s\n", wire->port.name, capture->out_path,
		strerror(errno));
	return -EIO;
}

const struct wire_ops wire_pcap = {
	.name = "pcap",
	.help = "pcap:in=FILE,out=FILE[,loop=N][,lossy]\n"
		"\tframes from a pcap or pcapng file, N times; what is sent into a pcap file;\n"
		"\teither may be left out. Waits for descriptors unless lossy",
	.open = capture_open,
	.send = capture_send,
	.handle = capture_handle,
	.flush = capture_flush,
	.close = capture_close,
};
