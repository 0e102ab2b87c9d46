/* SPDX-License-Identifier: GPL-2.0 */
/*
 * A path as its files see it: path.c starts, stops and ends it, path_file.c is what
 * an NF calls, path_memory.c what it maps, output.c takes outputs out of service.
 */
#ifndef ONEPATH_PATH_H
#define ONEPATH_PATH_H

#include <linux/list.h>
#include <linux/mm.h>
#include <linux/mutex.h>
#include "module.h"

/**
 * struct onepath_output - one output of a path
 * @queue: its transmit queue
 * @epoch: what its struct onepath_head is told: odd while it is out of service
 * @stopped_at: the queue's tail when it was taken out of service
 * @head: the queue's head when it was last looked at
 * @looked: when that was, in jiffies
 * @still: how often in a row it was there, with frames to send
 * @probation: it has stalled, was taken into service again, and has sent nothing yet
 * @retry: not before then, in jiffies, is it taken into service again
 * @patience: how long after the next stall, in jiffies: doubles with each
 * @lost: what the NF said it has lost since the path's start
 * @asked: when it said that, in jiffies
 */
struct onepath_output {
	u32 queue;
	u32 epoch;
	u32 stopped_at;
	u32 head;
	unsigned long looked;
	unsigned int still;
	bool probation;
	unsigned long retry;
	unsigned long patience;
	u64 lost;
	unsigned long asked;
};

/**
 * struct onepath_path - a path
 * @owner: whose it is
 * @node: in owner->paths
 * @outputs: how many
 * @ring_size: N
 * @buffer_bytes: largest frame that a buffer holds
 * @rx_queue: of the input
 * @running: its queues are started
 * @interrupted: it was running, until its input was reset
 * @arrived: since the path was armed a frame has
 * @has_irq: its interrupt is requested
 * @irq_name: for /proc/interrupts
 * @event: a frame arrived, the path was interrupted, or a port is gone
 * @file: the ports' files, the input's first, then the outputs'
 * @port: the same, as ports
 * @output: the outputs
 * @domain: where its memory is mapped
 * @iova: its window there
 * @buffers: the buffers
 * @rings: ring k is chunk k; the heads are the last chunk
 * @doorbell_lock: protects @doorbells, and orders a page fault against its change;
 *	innermost, since faults come with mmap_lock held
 * @doorbells: pages of doorbells that lead to the device, else to @nowhere
 * @nowhere: a page that nobody reads
 *
 * All but the last three are protected by owner->lock, or fixed once the file exists.
 */
struct onepath_path {
	struct onepath_owner *owner;
	struct list_head node;
	unsigned int outputs;
	u32 ring_size;
	u32 buffer_bytes;
	u32 rx_queue;
	bool running;
	bool interrupted;
	bool arrived;
	bool has_irq;
	char irq_name[32];
	struct onepath_event event;
	struct file *file[1 + ONEPATH_OUTPUTS_MAX];
	struct onepath_port *port[1 + ONEPATH_OUTPUTS_MAX];
	struct onepath_output output[ONEPATH_OUTPUTS_MAX];
	struct onepath_domain *domain;
	u64 iova;
	struct onepath_area buffers;
	struct onepath_area rings;
	struct mutex doorbell_lock; /* protects doorbells; see above */
	DECLARE_BITMAP(doorbells, 1 + ONEPATH_OUTPUTS_MAX);
	struct page *nowhere;
};

/* path.c */
int onepath_path_start(struct onepath_path *path);
int onepath_path_stop(struct onepath_path *path);
int onepath_path_error(const struct onepath_path *path);

/* output.c */
int onepath_output_start(struct onepath_path *path, unsigned int k, u32 at);
u32 onepath_output_count_pending(struct onepath_path *path, unsigned int k);
int onepath_output_silence(struct onepath_path *path, unsigned int k);
void onepath_output_stopped(struct onepath_path *path, unsigned int k);
bool onepath_output_unseen(const struct onepath_path *path);
void onepath_output_count_lost(struct onepath_path *path, unsigned int k);

/* path_memory.c */
int onepath_path_memory_alloc(struct onepath_path *path);
void onepath_path_memory_free(struct onepath_path *path);
void onepath_path_write_rings(struct onepath_path *path);
u32 onepath_path_stride(const struct onepath_path *path);
bool onepath_path_received(const struct onepath_path *path, u32 i);
struct onepath_head *onepath_path_head(const struct onepath_path *path, unsigned int output);
u64 onepath_path_head_iova(const struct onepath_path *path, unsigned int output);
u32 onepath_path_doorbell_offset(const struct onepath_path *path, unsigned int page);
void onepath_path_set_doorbell(struct onepath_path *path, unsigned int page, bool live);
void onepath_path_set_doorbells(struct onepath_path *path, bool live);
int onepath_path_mmap(struct file *file, struct vm_area_struct *vma);

#endif
