/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * A machine in one process: software 82599s (tools/nic) that kmod/hw_*.c drive, one
 * path's memory, the hot loop of run.h, and a clock that moves only when somebody
 * sleeps. A frame follows from its number, so that each wire can tell what it got.
 */
#ifndef HW_MODEL_H
#define HW_MODEL_H

#include <onepath/run.h>

#include "hw.h"
#include "nic.h"

#define MODEL_PORTS	3u
#define MODEL_FRAME_MAX 1514u
#define MODEL_MS	1000000u
#define MODEL_US	1000u

struct model;

struct model_port {
	struct onepath_io io;
	struct nic *nic;
	struct model *model;
	unsigned int timeouts;
	uint64_t sent; /* frames that left, each one checked */
	unsigned int fired[64]; /* interrupts, by vector */
	unsigned int paused, resumed; /* PAUSE frames that left: with quanta, and with none */
};

struct model {
	uint64_t now_ns, slept_us;
	struct model_port ports[MODEL_PORTS];

	/* One path: from port 0 to the first @outputs of ports 1, 2, 0. */
	struct onepath_path path;
	uint32_t queue; /* of every output's transmit queue */
	uint32_t rx_queue; /* the input's; to be set before the start */
	uint8_t *memory;
	size_t bytes;
	bool mapped; /* the ports may reach @memory */
	uint32_t buffer_bytes; /* 0: ONEPATH_BUFFER_BYTES */
	uint32_t at; /* the descriptor that the outputs begin with */
	uint32_t tails[1 + MODEL_PORTS];

	uint64_t arrived, handled; /* frames that were stored, that the loop took */
	uint32_t cut; /* the NF sends this many bytes; 0: all */
	bool drop; /* the NF drops every frame */
};

/* Ports that were reset and initialised, with their links up. */
struct model *model_new(void);

/* Fails, naming them, if a rule was broken or a DMA went astray; frees everything. */
void model_check_and_free(struct model *m);

/* Fails unless exactly the rule called @name was broken (NULL: none); forgets nothing. */
void model_check_rules(struct model *m, const char *name);

/* Frees everything, without a look. */
void model_free(struct model *m);

/* Reset, initialised, link up. */
void model_wake(struct model *m, struct model_port *p);

/* As the kernel does: writes the rings, starts the transmit queues, then receive. */
void model_path_start(struct model *m, uint32_t size, unsigned int outputs, uint32_t queue);
/* Stops receive, then transmit; from then on memory is out of reach. */
void model_path_stop(struct model *m);

/* The model's fault @name is on @times times, or off (0). */
void model_fault(struct model_port *p, const char *name, uint64_t times);

struct model_port *model_output(struct model *m, unsigned int k);

/* A PAUSE frame comes in at @p. */
void model_pause(struct model_port *p, uint16_t quanta);

/* All that model_arrive() brings passes port 0's filters. */
void model_let_in(struct model *m);

/* One frame comes in at port 0; true if it was stored. */
bool model_arrive(struct model *m);
/* What frame @number looks like; returns its length. */
size_t model_frame(uint64_t number, uint8_t frame[MODEL_FRAME_MAX]);
/* The loop runs until nothing waits. */
void model_run(struct model *m);

#endif
