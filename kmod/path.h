/* SPDX-License-Identifier: GPL-2.0 */
/*
 * A path as its two files see it: path.c makes, starts, stops and ends it,
 * path_memory.c is about what the NF maps.
 */
#ifndef ONEPATH_PATH_H
#define ONEPATH_PATH_H

#include <linux/list.h>
#include <linux/mm.h>
#include <linux/mutex.h>
#include "module.h"

#define ONEPATH_RX_QUEUE 0 /* without RSS all frames arrive there */

/**
 * struct onepath_path - a path
 * @node: in onepath_paths
 * @outputs: how many
 * @ring_size: N
 * @running: its queues are started
 * @file: the ports' files, the input's first, then the outputs'
 * @port: the same, as ports
 * @tx_queue: of each output
 * @domain: where its memory is mapped
 * @iova: its window there
 * @buffers: the buffers, 64 to a chunk
 * @rings: ring k is chunk k; the heads are the last chunk
 * @doorbell_lock: protects @doorbells_live, and orders a page fault against its change;
 *	innermost, since faults come with mmap_lock held
 * @doorbells_live: doorbell pages lead to the device, else to @nowhere
 * @nowhere: a page that nobody reads
 *
 * All but the last three are protected by onepath_lock, or fixed once the file exists.
 */
struct onepath_path {
	struct list_head node;
	unsigned int outputs;
	u32 ring_size;
	bool running;
	struct file *file[1 + ONEPATH_OUTPUTS_MAX];
	struct onepath_port *port[1 + ONEPATH_OUTPUTS_MAX];
	u32 tx_queue[ONEPATH_OUTPUTS_MAX];
	struct onepath_domain *domain;
	u64 iova;
	struct onepath_area buffers;
	struct onepath_area rings;
	struct mutex doorbell_lock; /* protects doorbells_live; see above */
	bool doorbells_live;
	struct page *nowhere;
};

/* path_memory.c */
int onepath_path_memory_alloc(struct onepath_path *path);
void onepath_path_memory_free(struct onepath_path *path);
void onepath_path_write_rings(struct onepath_path *path);
u64 onepath_path_head_iova(const struct onepath_path *path, unsigned int output);
u32 onepath_path_doorbell_offset(const struct onepath_path *path, unsigned int page);
void onepath_path_set_doorbells(struct onepath_path *path, bool live);
int onepath_path_mmap(struct file *file, struct vm_area_struct *vma);

#endif
