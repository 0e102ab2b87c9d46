/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * The device that test_run.c runs the hot loop against: one receive queue and up
 * to 16 transmit queues over a path's memory, and a witness of who owns each
 * buffer. It knows no 82599, only the model's invariants.
 *
 * It plays the kernel, too, which takes outputs out of service and back, a step at a time.
 *
 * order.h is where the loop meets the device, so its functions are hooked here:
 * each doorbell is judged as it is rung, and the device may move between any
 * two reads of the loop, as a real one does.
 */
#ifndef RUN_DEVICE_H
#define RUN_DEVICE_H

#include <stdbool.h>
#include <stdint.h>

#define onepath_ring_doorbell order_ring_doorbell
#define onepath_read_status   order_read_status
#define onepath_read_head     order_read_head
#define onepath_read_shared   order_read_shared
#include <onepath/order.h>
#undef onepath_ring_doorbell
#undef onepath_read_status
#undef onepath_read_head
#undef onepath_read_shared

void run_device_doorbell(volatile uint32_t *tail, uint32_t value);
void run_device_moves(void);

static inline void onepath_ring_doorbell(volatile uint32_t *tail, uint32_t value)
{
	run_device_moves(); /* what the loop looked at may be long ago */
	order_ring_doorbell(tail, value);
	run_device_doorbell(tail, le32toh(*tail));
}

static inline uint8_t onepath_read_status(const uint8_t *status)
{
	run_device_moves();
	return order_read_status(status);
}

static inline uint32_t onepath_read_head(const uint32_t *head)
{
	run_device_moves();
	return order_read_head(head);
}

static inline uint32_t onepath_read_shared(const uint32_t *word)
{
	run_device_moves();
	return order_read_shared(word);
}

#include <onepath/burst.h>
#include <onepath/run.h>

#include "run_frames.h"

/* Who may touch buffer i. A buffer being sent belongs to the outputs in @unsent. */
enum run_owner {
	OWNER_RECEIVE,
	OWNER_NF,
	OWNER_OUTPUTS,
	OWNER_FREE
};

struct run_slot {
	enum run_owner owner;
	uint64_t number; /* of the frame in it, 0, 1, 2 ... */
	uint16_t length;
	uint16_t unsent; /* bit k: output k has yet to send it */
	uint16_t unrung; /* bit k: output k's doorbell is yet to be rung for it */
};

/* What the kernel has done last for an output. */
enum run_service {
	SERVICE_IN,
	SERVICE_SILENT, /* its doorbell leads nowhere */
	SERVICE_STOPPED, /* its queue is stopped */
	SERVICE_OUT, /* and its epoch is odd */
	SERVICE_STARTED /* its queue is started, its doorbell live, its epoch still odd */
};

struct run_device {
	struct onepath_path path;
	unsigned int outputs;
	uint32_t size, mask, period, start;
	run_verdict *verdict;

	struct run_slot *slots;
	struct onepath_descriptor *taken[ONEPATH_PATH_OUTPUTS]; /* as they were when TDT passed */
	volatile uint32_t *tails; /* RDT, then each TDT */
	uint32_t rdh, rdt, given; /* @given: descriptors RDH..RDT - 1 */
	uint32_t tdh[ONEPATH_PATH_OUTPUTS], tdt[ONEPATH_PATH_OUTPUTS];
	uint16_t head_due; /* bit k: RS was done, the head is yet to be written */

	uint64_t waiting; /* frames on the wire */
	uint64_t received, handled;
	uint64_t sent[ONEPATH_PATH_OUTPUTS];
	uint64_t digest[ONEPATH_PATH_OUTPUTS]; /* of each frame's number and length as sent */

	enum run_service service[ONEPATH_PATH_OUTPUTS];
	uint32_t stopped_at[ONEPATH_PATH_OUTPUTS]; /* TDT then */
	uint32_t started_at[ONEPATH_PATH_OUTPUTS];
	uint64_t meant[ONEPATH_PATH_OUTPUTS]; /* frames that were not dropped by the NF, */
	uint64_t left[ONEPATH_PATH_OUTPUTS]; /* those of them that were sent, */
	uint64_t cut[ONEPATH_PATH_OUTPUTS]; /* and that were in a queue when it was stopped */
	uint32_t was_away; /* path.away, when last looked at */
	uint64_t back_at[ONEPATH_PATH_OUTPUTS]; /* frames handled when it was in service again */
	uint64_t outages; /* how often an output was taken out; frames may be missing then */
	uint64_t rdt_writes, tdt_writes;

	uint16_t stalled; /* bit k: output k sends nothing */
	uint32_t head_odds; /* a head that is due is written one time in so many */
	bool moves; /* by itself, while the loop runs */
	bool kernel_moves; /* as well */
};

/* Makes a device and the path over it; the first frame will use descriptor @start. */
struct run_device *run_device_new(uint32_t size, unsigned int outputs, uint32_t start,
				  run_verdict *verdict);
void run_device_free(struct run_device *d);

/*
 * The kernel starts the path anew: what was in it is gone. The first frame, @number, will
 * use descriptor @start.
 */
void run_device_start(struct run_device *d, uint32_t start, uint64_t number);

/* Of several devices, the one whose path the loop is about to run. */
void run_device_use(struct run_device *d);

/* Each does one thing and returns false if there was nothing to do. */
bool run_device_receive(struct run_device *d);
bool run_device_transmit(struct run_device *d, unsigned int k);
bool run_device_write_head(struct run_device *d, unsigned int k);

/* The kernel's next step with output @k, see enum run_service. Returns false if it waits for the NF. */
bool run_device_step(struct run_device *d, unsigned int k);
/* Steps until it is there, or waits. */
void run_device_serve(struct run_device *d, unsigned int k, enum run_service service);

/* A random step with a random output now and then. */
void run_kernel_moves(struct run_device *d);

/* Whether output @k's queue may read what it has been given, and that it has done with a buffer. */
bool run_device_is_running(const struct run_device *d, unsigned int k);
void run_slot_done(struct run_slot *slot, unsigned int k);

/* All that can be done, but for outputs that are stalled. */
void run_device_settle(struct run_device *d);

/* The NF: checks what it was given, and does as @verdict says. */
uint32_t run_handler(uint8_t *frame, uint16_t length, void *state);

/* Frames that no output will send again: the slowest output's count. */
uint64_t run_device_done(const struct run_device *d);

#endif
