// SPDX-License-Identifier: GPL-2.0
/*
 * Outputs out of service: a port that cannot send, because its link is down, because it
 * was told to pause for long, or because its queue stands still, must not keep the
 * buffers that the path's other outputs wait for. Its queue is stopped, the NF is told by
 * struct onepath_head's epoch, and does without it until the port can send again.
 *
 * An output that is taken back into service must not send what its queue once held, since
 * those buffers have other frames by now: the queue begins, empty, where the NF stands.
 */
#include <linux/jiffies.h>
#include "trace.h"

/*
 * A queue that has frames, and has sent none at so many looks, stands still: for 160 ms at
 * least. (One PAUSE frame stops it for 3.4 ms at 10 Gb/s, 34 ms at 1 Gb/s.) The path waits for
 * it until then. A queue that stood still before, and has sent nothing since, gets 40 ms.
 */
#define LOOK_PERIOD	      (HZ / 25)
#define STALL_LOOKS	      5
#define STALL_LOOKS_PROBATION 2

/* It is tried again after that. */
#define PATIENCE_MIN HZ
#define PATIENCE_MAX (64 * HZ)

/* 10 Gb/s of the shortest frames, with preamble and gap: 14.88 million a second */
#define FRAMES_PER_JIFFY (14880953 / HZ + 1)

/* Tells the NF. */
static void onepath_output_publish(struct onepath_path *path, unsigned int k, u32 resume_at)
{
	struct onepath_head *head = onepath_path_head(path, k);

	WRITE_ONCE(head->resume_at, resume_at);
	/* what the NF reads with the new epoch was written before: pairs with outputs.h */
	smp_store_release(&head->epoch, path->output[k].epoch);
	trace_onepath_output_epoch(path, k, resume_at);
}

/* The lock of the output's port is held. */
static void onepath_output_add_lost(struct onepath_path *path, unsigned int k, u64 frames)
{
	u32 set = min_t(u32, path->output[k].queue, ONEPATH_HW_STATS_SETS - 1);
	struct onepath_hw_stats *stats = &path->port[1 + k]->stats;

	stats->set[set].tx_lost += frames;
	stats->tx_lost += frames;
}

/*
 * What the NF says that it dropped. It may say anything, but no more is believed than a wire
 * could have brought meanwhile, or the sum of it would overflow, for the next owner as well.
 */
void onepath_output_count_lost(struct onepath_path *path, unsigned int k)
{
	u64 lost = READ_ONCE(onepath_path_head(path, k)->lost);
	struct onepath_output *output = &path->output[k];
	struct onepath_port *port = path->port[1 + k];
	u64 most = ((u64)(jiffies - output->asked) + 1) * FRAMES_PER_JIFFY + path->ring_size;

	output->asked = jiffies;
	if (lost <= output->lost)
		return;
	mutex_lock(&port->lock);
	onepath_output_add_lost(path, k, min(lost - output->lost, most));
	mutex_unlock(&port->lock);
	output->lost = lost;
}

static bool onepath_output_can_send(struct onepath_port *port)
{
	return port->state == ONEPATH_PORT_READY && !port->away && !port->broken && port->link_up;
}

/**
 * onepath_output_start() - starts an output's queue, or leaves it out of service
 * @path: its rings are written
 * @k: which output
 * @at: the descriptor to begin with
 *
 * Returns 0, also if the port cannot send now; else the queue did not start.
 */
int onepath_output_start(struct onepath_path *path, unsigned int k, u32 at)
{
	struct onepath_output *output = &path->output[k];
	struct onepath_port *port = path->port[1 + k];
	int rc;

	output->epoch = 0;
	output->lost = 0;
	output->asked = jiffies;
	output->stopped_at = 0;
	output->patience = PATIENCE_MIN;
	output->retry = jiffies;
	output->looked = jiffies;
	output->still = 0;
	output->probation = false;
	output->head = at;
	mutex_lock(&port->lock);
	if (!onepath_output_can_send(port)) {
		mutex_unlock(&port->lock);
		output->epoch = 1;
		onepath_output_publish(path, k, at);
		return 0;
	}
	rc = onepath_hw_tx_start(&port->io, output->queue, path->rings.chunk[k].iova,
				 path->ring_size, onepath_path_head_iova(path, k), at);
	mutex_unlock(&port->lock);
	if (rc) {
		onepath_port_break(port, rc);
		return rc;
	}
	onepath_path_set_doorbell(path, 1 + k, true);
	return 0;
}

/*
 * Counts what the stopped queue has and will not send; null descriptors are no frames. The lock
 * of the output's port is held. Returns the queue's tail; of a device that does not answer,
 * what it was last known to have sent.
 */
u32 onepath_output_count_pending(struct onepath_path *path, unsigned int k)
{
	const struct onepath_descriptor *ring = path->rings.chunk[k].address;
	u32 mask = path->ring_size - 1;
	u32 head, tail, i, frames = 0;

	onepath_hw_tx_position(&path->port[1 + k]->io, path->output[k].queue, &head, &tail);
	if (tail == U32_MAX)
		return le32_to_cpu(READ_ONCE(onepath_path_head(path, k)->head)) & mask;
	for (i = head & mask; i != (tail & mask); i = (i + 1) & mask)
		frames += READ_ONCE(ring[i].length) != 0;
	onepath_output_add_lost(path, k, frames);
	return tail & mask;
}

/**
 * onepath_output_silence() - stops a queue that no doorbell reaches any more
 * @path: it runs
 * @k: which output; nothing is done if it is out of service, or this was done
 *
 * The lock of the output's port is held.
 *
 * Returns 0 or what onepath_hw_tx_stop() does: then the port is to be reset.
 */
int onepath_output_silence(struct onepath_path *path, unsigned int k)
{
	struct onepath_output *output = &path->output[k];
	u32 drain_us = 0;
	int rc;

	if (output->epoch & 1 || !test_bit(1 + k, path->doorbells))
		return 0;
	onepath_path_set_doorbell(path, 1 + k, false);
	rc = onepath_hw_tx_stop(&path->port[1 + k]->io, output->queue, &drain_us);
	/* not before it stands still: what it sends meanwhile is not lost */
	output->stopped_at = onepath_output_count_pending(path, k);
	return rc;
}

/* The queue was stopped, or its port reset. A sleeping NF has to know of it, too: see seen. */
void onepath_output_stopped(struct onepath_path *path, unsigned int k)
{
	WRITE_ONCE(path->output[k].epoch, path->output[k].epoch + 1);
	onepath_output_publish(path, k, path->output[k].stopped_at);
	smp_mb(); /* pairs with where a path is armed: that sees the epoch, or poll() this */
	WRITE_ONCE(path->arrived, true);
	onepath_event_signal(&path->event);
}

/* Whether an output went out of service and the NF does not know yet: it is not to sleep. */
bool onepath_output_unseen(const struct onepath_path *path)
{
	unsigned int k;
	u32 epoch;

	for (k = 0; k < path->outputs; k++) {
		epoch = READ_ONCE(path->output[k].epoch);
		if (epoch & 1 && READ_ONCE(onepath_path_head(path, k)->seen) != epoch)
			return true;
	}
	return false;
}

static void onepath_output_down(struct onepath_path *path, unsigned int k, const char *why)
{
	struct onepath_port *port = path->port[1 + k];
	int rc;

	dev_dbg(&port->dev, "queue %u is out of service: %s\n", path->output[k].queue, why);
	mutex_lock(&port->lock);
	rc = onepath_output_silence(path, k);
	mutex_unlock(&port->lock);
	if (rc)
		onepath_port_break(port, rc); /* reset, and then told to be stopped */
	else
		onepath_output_stopped(path, k);
}

/* Where the input will receive next: the NF has been there, or will be when it is idle. */
static int onepath_output_find_start(struct onepath_path *path, u32 *at)
{
	struct onepath_port *input = path->port[0];

	mutex_lock(&input->lock);
	*at = onepath_port_error(input) ? U32_MAX : onepath_hw_rx_head(&input->io, path->rx_queue);
	mutex_unlock(&input->lock);
	return *at < path->ring_size ? 0 : -EAGAIN;
}

static void onepath_output_up(struct onepath_path *path, unsigned int k)
{
	struct onepath_head *head = onepath_path_head(path, k);
	struct onepath_output *output = &path->output[k];
	struct onepath_port *port = path->port[1 + k];
	int rc = -EAGAIN;
	u32 at;

	/* until the NF has seen that the queue was stopped, its doorbell may be on its way */
	if (READ_ONCE(head->seen) != output->epoch || onepath_output_find_start(path, &at))
		return;
	mutex_lock(&port->lock);
	if (onepath_output_can_send(port) && !onepath_hw_paused(&port->io)) {
		WRITE_ONCE(head->head, cpu_to_le32(at));
		rc = onepath_hw_tx_start(&port->io, output->queue, path->rings.chunk[k].iova,
					 path->ring_size, onepath_path_head_iova(path, k), at);
	}
	mutex_unlock(&port->lock);
	if (rc == -EAGAIN)
		return;
	if (rc) {
		onepath_port_break(port, rc);
		return;
	}
	dev_dbg(&port->dev, "queue %u is in service again\n", output->queue);
	output->head = at;
	output->looked = jiffies;
	output->still = 0;
	output->probation = output->patience > PATIENCE_MIN;
	output->epoch++;
	onepath_path_set_doorbell(path, 1 + k, true);
	onepath_output_publish(path, k, at);
}

/* Whether the queue has had something to send for long, and has sent nothing. */
static bool onepath_output_stalls(struct onepath_path *path, unsigned int k)
{
	struct onepath_output *output = &path->output[k];
	struct onepath_port *port = path->port[1 + k];
	u32 head, tail;

	/* kicked: too early to tell */
	if (time_before(jiffies, output->looked + LOOK_PERIOD))
		return false;
	output->looked = jiffies;
	mutex_lock(&port->lock);
	onepath_hw_tx_position(&port->io, output->queue, &head, &tail);
	mutex_unlock(&port->lock);
	if (head != output->head) {
		output->head = head;
		output->still = 0;
		output->probation = false;
		if (time_after(jiffies, output->retry + output->patience))
			output->patience = PATIENCE_MIN;
	}
	output->still = head == tail ? 0 : output->still + 1;
	return output->still >= (output->probation ? STALL_LOOKS_PROBATION : STALL_LOOKS);
}

/* Whether it is to be looked at again soon: it has something to send, or is on probation. */
static bool onepath_output_check(struct onepath_path *path, unsigned int k)
{
	struct onepath_output *output = &path->output[k];
	u32 head = output->head;

	onepath_output_count_lost(path, k);
	if (output->epoch & 1) {
		if (time_after_eq(jiffies, output->retry))
			onepath_output_up(path, k);
	} else if (!path->port[1 + k]->link_up) {
		onepath_output_down(path, k, "no link");
	} else if (onepath_output_stalls(path, k)) {
		output->retry = jiffies + output->patience;
		output->patience = min(2 * output->patience, (unsigned long)PATIENCE_MAX);
		onepath_output_down(path, k, "it stands still");
	}
	return !(output->epoch & 1) && (output->probation || output->still || output->head != head);
}

/**
 * onepath_output_look_after() - all queues of a port that is ready
 * @port: its owner's lock is held
 * @idle: when to look again, in jiffies, if no queue has had anything to send lately
 *
 * Returns when to look again, in jiffies.
 */
unsigned long onepath_output_look_after(struct onepath_port *port, unsigned long idle)
{
	struct onepath_path *path;
	bool busy = false;
	unsigned int k;

	lockdep_assert_held(&port->owner->lock);
	list_for_each_entry(path, &port->owner->paths, node)
		for (k = 0; path->running && !port->broken && k < path->outputs; k++)
			if (path->port[1 + k] == port)
				busy |= onepath_output_check(path, k);
	return busy ? LOOK_PERIOD : idle;
}
