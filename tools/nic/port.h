/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * One port of onepath-nic: a model, its PCI function, the vfio-user server in
 * front of it and the wire behind it, joined.
 */
#ifndef PORT_H
#define PORT_H

#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>

#include "capture.h"
#include "doorbells.h"
#include "nic.h"
#include "pci.h"
#include "vfio_user.h"
#include "wire.h"

#define PORTS_MAX 32

struct port_options {
	char *text; /* what the strings below are pieces of */
	const char *socket;
	const char *wire;
	uint8_t mac[6];
	uint32_t link_delay_us;
	unsigned int lan_id;
	enum nic_module module;
	bool polled; /* doorbells */
};

struct port {
	char name[16];
	struct port_options options;
	struct nic *nic;
	struct nic_doorbells *doorbells; /* NULL: trapped */
	uint64_t frames, work_ns; /* seen last, and when there was something to do */
	uint64_t looked_ns; /* at all doorbells */
	struct pci pci;
	struct vfio_user *server;
	struct wire *wire;
	bool link_up, dark; /* as the wire was told */
	bool gone; /* surprise-removal, when it was last looked at */
	struct capture *capture; /* NULL: off */
	FILE *trace; /* NULL: off */
};

/*
 * Makes port number @index; @rules gets a line for each broken rule (NULL:
 * none). Prints what is wrong; returns 0, -EINVAL for bad usage, or -errno.
 */
int port_open(struct port *port, unsigned int index, const struct port_options *options,
	      FILE *rules);
void port_close(struct port *port);

/* Does what is due; @client and @wire: their descriptor is ready. Returns when to be called again. */
uint64_t port_run(struct port *port, bool client, bool wire);

/* There is a client, and its doorbells come through the descriptor. */
bool port_is_trapped(const struct port *port);

/* When the model wants to be called again, as things are now: another port's frame may have come. */
uint64_t port_due(const struct port *port);

/* A frame comes from the wire, or from somebody who plays it; @errors: NIC_WIRE_*. As nic_receive(). */
bool port_receive(struct port *port, const uint8_t *frame, size_t len, unsigned int errors);

/*
 * Traces register accesses to the end of the file @path, "-" for standard error; captures frames to
 * @path, which is replaced; NULL: no longer. 0 or -errno.
 */
int port_trace(struct port *port, const char *path);
int port_capture(struct port *port, const char *path);

/* They are on, and what they had to write until now could be written. */
bool port_traces(const struct port *port);
bool port_captures(const struct port *port);

/* What was captured and what the wire wrote can be read by others. */
int port_flush(struct port *port);

/* Monotonic time, the clock of all ports. */
uint64_t port_now_ns(void);

#endif
