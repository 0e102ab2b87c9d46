/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * --pcap DIR: an NF over files instead of ports, without hardware, module or VM. What is in
 * DIR/in0.pcap arrives at the first port, at the time when it was captured, and so on; what
 * leaves the first port is written to DIR/out0.pcap. The loop is the one of run.h, over rings
 * of ordinary memory, to which this file is the device: it puts in one frame a round.
 * That frame's buffer is allocated for it alone, so that AddressSanitizer and
 * Valgrind see every access beyond it.
 */
#include <errno.h>
#include <pcap/pcap.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "nf.h"

/* There is no static libpcap on Debian that links: a static NF is one without --pcap. */
#pragma weak pcap_open_offline_with_tstamp_precision
#pragma weak pcap_open_dead_with_tstamp_precision
#pragma weak pcap_next_ex
#pragma weak pcap_geterr
#pragma weak pcap_datalink
#pragma weak pcap_close
#pragma weak pcap_dump_open
#pragma weak pcap_dump
#pragma weak pcap_dump_file
#pragma weak pcap_dump_flush
#pragma weak pcap_dump_close

#define SNAP_BYTES	65535
#define NANOSECONDS	1000000000u
#define MTU_DEFAULT	1500
#define FILE_NAME_BYTES 4096
#define RING_SIZE	ONEPATH_RING_SIZE_MIN

/* Nanoseconds since 1970 of the frame that is in the rings; 0 without --pcap. */
uint64_t nf_pcap_time_ns;

/* What a port is made of. */
static struct pcap_port {
	pcap_t *in; /* NULL: nothing arrives */
	struct pcap_pkthdr *next; /* its next frame, NULL at its end */
	const uint8_t *bytes;
	pcap_t *format; /* of the file below */
	pcap_dumper_t *out;
	struct onepath_port_stats count;
} ports[NF_PORTS_MAX];

/* Rings of a path; what would be the device's registers. */
struct pcap_rings {
	struct onepath_descriptor ring[ONEPATH_OUTPUTS_MAX][RING_SIZE];
	struct onepath_head head[ONEPATH_OUTPUTS_MAX];
	uint32_t doorbell;
};

static struct nf_path *busy; /* the path that has a frame */
static struct pcap_pkthdr arrived; /* that frame's header */

static void __attribute__((noreturn, format(printf, 2, 3))) fail(const struct nf *nf,
								 const char *format, ...)
{
	va_list args;

	fprintf(stderr, "onepath-%s: ", nf->name);
	va_start(args, format);
	vfprintf(stderr, format, args);
	va_end(args);
	fputc('\n', stderr);
	exit(EXIT_FAILURE);
}

static void *memory(const struct nf *nf, size_t bytes)
{
	void *start = malloc(bytes);

	if (!start)
		fail(nf, "not enough memory");
	return start;
}

static void file_name(const struct nf *nf, char *name, const char *what, unsigned int port)
{
	if (snprintf(name, FILE_NAME_BYTES, "%s/%s%u.pcap", nf->pcap, what, port) >=
	    FILE_NAME_BYTES)
		fail(nf, "the folder's name is too long");
}

/* Reads a port's next frame. */
static void read_next(const struct nf *nf, unsigned int index)
{
	struct pcap_port *port = &ports[index];
	int answer = pcap_next_ex(port->in, &port->next, &port->bytes);

	if (answer == PCAP_ERROR_BREAK)
		port->next = NULL;
	else if (answer != 1)
		fail(nf, "%s/in%u.pcap: %s", nf->pcap, index, pcap_geterr(port->in));
	else if (port->next->caplen < port->next->len)
		fail(nf, "%s/in%u.pcap: frames are cut off: capture them whole", nf->pcap, index);
}

static void open_in(const struct nf *nf, unsigned int index)
{
	char name[FILE_NAME_BYTES], why[PCAP_ERRBUF_SIZE];
	struct pcap_port *port = &ports[index];

	file_name(nf, name, "in", index);
	if (access(name, F_OK) && errno == ENOENT)
		return;
	port->in = pcap_open_offline_with_tstamp_precision(name, PCAP_TSTAMP_PRECISION_NANO, why);
	if (!port->in)
		fail(nf, "%s: %s", name, why);
	if (pcap_datalink(port->in) != DLT_EN10MB)
		fail(nf, "%s: these are not Ethernet frames", name);
	read_next(nf, index);
}

static void open_out(const struct nf *nf, unsigned int index)
{
	struct pcap_port *port = &ports[index];
	char name[FILE_NAME_BYTES];

	file_name(nf, name, "out", index);
	port->format = pcap_open_dead_with_tstamp_precision(DLT_EN10MB, SNAP_BYTES,
							    PCAP_TSTAMP_PRECISION_NANO);
	port->out = port->format ? pcap_dump_open(port->format, name) : NULL;
	if (!port->out)
		fail(nf, "%s", port->format ? pcap_geterr(port->format) : "not enough memory");
}

/* As many ports as there are files, or as the NF needs. */
void nf_pcap_open(struct nf *nf)
{
	char name[FILE_NAME_BYTES];
	bool any = false;

	if (!pcap_open_offline_with_tstamp_precision)
		fail(nf, "--pcap: this program was built without libpcap");
	nf->port_count = nf->ports_min;
	for (unsigned int i = 0; i < nf->ports_max; i++) {
		file_name(nf, name, "in", i);
		if (access(name, F_OK))
			continue;
		any = true;
		if (i >= nf->port_count)
			nf->port_count = i + 1;
	}
	if (!any)
		fail(nf, "%s: there is neither in0.pcap nor one for another port", nf->pcap);
	for (unsigned int i = 0; i < nf->port_count; i++) {
		snprintf(nf->port[i].name, sizeof(nf->port[i].name), "port%u", i);
		nf->port[i].fd = -1;
		open_in(nf, i);
		open_out(nf, i);
	}
}

static unsigned int mtu(const struct nf *nf)
{
	return nf->mtu ? nf->mtu : MTU_DEFAULT;
}

/* A path as onepath_path_create_with() makes it, but for its buffers. */
void nf_pcap_add_path(const struct nf *nf, struct nf_path *added)
{
	struct pcap_rings *rings = memory(nf, sizeof(*rings));
	struct onepath_path *path = &added->path;

	memset(rings, 0, sizeof(*rings));
	path->fd = -1;
	path->mask = RING_SIZE - 1;
	path->buffer_bytes = nf_buffer_bytes(nf, mtu(nf));
	path->stride = path->buffer_bytes + ONEPATH_BUFFER_GAP;
	path->rdt = &rings->doorbell;
	path->area[0].start = rings;
	for (unsigned int k = 0; k < path->outputs; k++) {
		path->output[k].ring = rings->ring[k];
		path->output[k].head = &rings->head[k];
		path->output[k].tdt = &rings->doorbell;
	}
	onepath_rewind(path);
}

/* The frame leaves by one output, if it does. */
static void take_out(struct nf *nf, unsigned int k)
{
	const struct onepath_descriptor *d = busy->path.output[k].ring;
	const struct pcap_pkthdr header = { .ts = arrived.ts,
					    .caplen = le16toh(d->length),
					    .len = le16toh(d->length) };
	struct pcap_port *port = &ports[busy->output[k]];

	if (!header.len)
		return;
	if (header.len > busy->path.buffer_bytes)
		fail(nf, "it sends %u bytes of a buffer of %u", header.len,
		     busy->path.buffer_bytes);
	pcap_dump((u_char *)port->out, &header, busy->path.buffers);
	port->count.tx_frames++;
}

/* What became of the frame that was put in, if one was. */
static void collect(struct nf *nf)
{
	if (!busy)
		return;
	if (!busy->path.next)
		fail(nf, "its path from %s takes no frames", nf->port[busy->input].name);
	for (unsigned int k = 0; k < busy->path.outputs; k++)
		take_out(nf, k);
	free(busy->path.buffers);
	onepath_rewind(&busy->path);
	busy = NULL;
}

static bool is_before(const struct timeval *a, const struct timeval *b)
{
	return a->tv_sec != b->tv_sec ? a->tv_sec < b->tv_sec : a->tv_usec < b->tv_usec;
}

/* The port whose next frame is the oldest, the first one of several; NULL at the end. */
static struct pcap_port *next_port(const struct nf *nf)
{
	struct pcap_port *oldest = NULL;

	for (unsigned int i = 0; i < nf->port_count; i++) {
		struct pcap_port *port = &ports[i];

		if (port->next && (!oldest || is_before(&port->next->ts, &oldest->next->ts)))
			oldest = port;
	}
	return oldest;
}

/* Where frames of a port go; NULL: it only sends. */
static struct nf_path *path_from(struct nf *nf, unsigned int port)
{
	for (unsigned int i = 0; i < nf->path_count; i++)
		if (nf->path[i].input == port)
			return &nf->path[i];
	return NULL;
}

/* Puts the port's frame into its path, as the device would. Returns false if that drops it. */
static bool put_in(struct nf *nf, struct pcap_port *port)
{
	const struct onepath_descriptor received = { .length = htole16(port->next->len),
						     .status = ONEPATH_RX_DD | ONEPATH_RX_EOP };
	struct nf_path *path = path_from(nf, (unsigned int)(port - ports));

	if (port->next->len > mtu(nf) + NF_HEADER_BYTES) {
		port->count.rx_length_errors++;
		return false;
	}
	if (!path) {
		port->count.rx_missed++;
		return false;
	}
	port->count.rx_frames++;
	path->path.buffers = memory(nf, path->path.buffer_bytes);
	memcpy(path->path.buffers, port->bytes, port->next->len);
	path->path.output[0].ring[0] = received;
	busy = path;
	return true;
}

/* Time stamps that go back do not take the NF's time with them. */
static void set_time(const struct timeval *stamp)
{
	uint64_t now = (uint64_t)stamp->tv_sec * NANOSECONDS + (uint64_t)stamp->tv_usec;

	if (now > nf_pcap_time_ns)
		nf_pcap_time_ns = now;
}

bool nf_pcap_turn(struct nf *nf)
{
	struct pcap_port *port;
	bool put = false;

	collect(nf);
	while (!put && (port = next_port(nf))) {
		set_time(&port->next->ts);
		arrived = *port->next;
		put = put_in(nf, port);
		read_next(nf, (unsigned int)(port - ports));
	}
	return put;
}

bool nf_pcap_stats(const struct nf *nf, const struct nf_port *port,
		   struct onepath_port_stats *count)
{
	if (!nf->pcap)
		return false;
	*count = ports[port - nf->port].count;
	return true;
}

/* Returns the exit status. */
int nf_pcap_close(struct nf *nf)
{
	int status = EXIT_SUCCESS;

	collect(nf);
	for (unsigned int i = 0; i < nf->path_count; i++)
		free(nf->path[i].path.area[0].start);
	for (unsigned int i = 0; i < nf->port_count; i++) {
		struct pcap_port *port = &ports[i];

		if (pcap_dump_flush(port->out) || ferror(pcap_dump_file(port->out))) {
			fprintf(stderr, "onepath-%s: cannot write %s/out%u.pcap: %s\n", nf->name,
				nf->pcap, i, strerror(errno));
			status = EXIT_FAILURE;
		}
		pcap_dump_close(port->out);
		pcap_close(port->format);
		if (port->in)
			pcap_close(port->in);
	}
	return status;
}
