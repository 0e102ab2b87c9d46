/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * A wire: what a port's cable leads to. It offers frames to the port and takes
 * those that the port sends, without CRC; it knows no 82599. One file for each
 * kind; wire.c chooses by the name before the colon and holds what is common.
 *
 * A wire that can hold a frame back does so while the port has no descriptor
 * for it, rather than lose it.
 */
#ifndef WIRE_H
#define WIRE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define WIRE_FRAME_MIN 60u /* shorter ones are padded, as the far MAC would */
#define WIRE_HEADER    14u /* an Ethernet header: nothing shorter is a frame */
#define WIRE_FRAME_MAX 15872u
#define WIRE_NEVER     UINT64_MAX

/* Frames that a wire hands over at once before others get their turn. */
#define WIRE_BATCH 64

/**
 * struct wire_port - the port at this end
 * @opaque: first argument of every call
 * @name: in messages, e.g. "port0"
 * @mac: its address
 * @can_receive: a frame would be stored now
 * @receive: a frame arrives
 * @carrier: the far end sends light, or no more; it does at the start
 */
struct wire_port {
	void *opaque;
	const char *name;
	uint8_t mac[6];
	bool (*can_receive)(void *opaque);
	void (*receive)(void *opaque, const uint8_t *frame, size_t len);
	void (*carrier)(void *opaque, bool present);
};

struct wire_counters {
	uint64_t in; /* frames offered to the port */
	uint64_t out; /* frames that the port sent */
	uint64_t out_lost; /* of these, not taken by what is behind the wire */
	uint64_t held; /* times that the wire had to hold back */
	uint64_t skipped; /* input that is no frame: too short, too long, cut off */
	/* the generator's check of what the port sent */
	uint64_t checked;
	uint64_t corrupt;
	uint64_t out_of_order;
	uint64_t missing; /* gaps in the numbers */
	uint64_t foreign; /* not made by a generator */
};

struct wire;

/**
 * struct wire_ops - a kind of wire; what may be NULL is marked
 * @name: before the colon
 * @help: the kind's line in --help
 * @open: parses @args (may be changed) and sets up; prints what is wrong and
 *	returns -EINVAL for bad arguments or another -errno
 * @ready: all ports exist now; as open (NULL)
 * @send: the port sent a frame
 * @fd: descriptor to poll for input, -1 for none now (NULL)
 * @handle: hands over what is due; @readable: @fd has input; returns when to
 *	be called again (WIRE_NEVER: when @fd has input) (NULL)
 * @link: the port's link went up or down (NULL)
 * @light: the port's module sends light, or no more; it does at the start (NULL)
 * @flush: output goes to where others can read it; 0 or -errno (NULL)
 * @checks: the checking counters mean something
 */
struct wire_ops {
	const char *name;
	const char *help;
	int (*open)(struct wire *wire, char *args);
	int (*ready)(struct wire *wire);
	void (*send)(struct wire *wire, const uint8_t *frame, size_t len);
	int (*fd)(struct wire *wire);
	uint64_t (*handle)(struct wire *wire, bool readable, uint64_t now_ns);
	void (*link)(struct wire *wire, bool up);
	void (*light)(struct wire *wire, bool on);
	int (*flush)(struct wire *wire);
	void (*close)(struct wire *wire);
	bool checks;
};

struct wire {
	const struct wire_ops *ops;
	struct wire_port port;
	struct wire_counters counters;
	void *state; /* the kind's own */
};

/* Makes the wire "KIND[:ARGS]". Prints what is wrong; returns 0, -EINVAL for bad usage, or -errno. */
int wire_open(const char *spec, const struct wire_port *port, struct wire **wire);
int wire_ready(struct wire *wire);
void wire_send(struct wire *wire, const uint8_t *frame, size_t len);
int wire_fd(struct wire *wire);
uint64_t wire_handle(struct wire *wire, bool readable, uint64_t now_ns);
void wire_link(struct wire *wire, bool up);
void wire_light(struct wire *wire, bool on);
int wire_flush(struct wire *wire);
void wire_close(struct wire *wire);

/* The kinds, for --help; NULL ends them. */
extern const struct wire_ops *const wire_kinds[];

/* For the kinds: */

/* The next "KEY=VALUE" of a comma-separated list; @value is NULL without "=". False at the end. */
bool wire_next_option(char **args, char **key, char **value);
/* Parses a whole decimal number in [min, max]. */
bool wire_parse_number(const char *text, uint64_t min, uint64_t max, uint64_t *number);
bool wire_parse_mac(const char *text, uint8_t mac[6]);
/* Prints "NAME: wire KIND: ..." and returns -EINVAL. */
int wire_usage(const struct wire *wire, const char *format, ...)
	__attribute__((format(printf, 2, 3)));
/* Hands a frame to the port, padded with zeros to WIRE_FRAME_MIN. */
void wire_offer(struct wire *wire, const uint8_t *frame, size_t len);

extern const struct wire_ops wire_none, wire_tap, wire_pcap, wire_generator, wire_cable;

#endif
