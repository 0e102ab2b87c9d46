/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * The kernel's part beside the device of run_device.c: it starts a path anew, and takes
 * outputs out of service and back, a step at a time.
 */
#include <setjmp.h>
#include <stdarg.h>

#include "run_device.h"

#include <cmocka.h>

/* What was in the queue is not sent any more: the kernel counts it. */
static void stop_queue(struct run_device *d, unsigned int k)
{
	for (uint32_t i = d->tdh[k]; i != d->tdt[k]; i = (i + 1) & d->mask) {
		d->cut[k] += d->taken[k][i].length != 0;
		run_slot_done(&d->slots[i], k);
	}
	d->stopped_at[k] = d->tdt[k];
	d->head_due &= (uint16_t)~(1u << k);
}

static void start_queue(struct run_device *d, unsigned int k)
{
	d->started_at[k] = d->rdh;
	d->tdh[k] = d->rdh;
	d->tdt[k] = d->rdh;
	d->path.output[k].head->head = htole32(d->rdh);
}

bool run_device_step(struct run_device *d, unsigned int k)
{
	struct onepath_head *head = d->path.output[k].head;

	switch (d->service[k]) {
	case SERVICE_IN:
		d->service[k] = SERVICE_SILENT;
		d->outages++;
		break;
	case SERVICE_SILENT:
		stop_queue(d, k);
		d->service[k] = SERVICE_STOPPED;
		break;
	case SERVICE_STOPPED:
		head->resume_at = d->stopped_at[k];
		head->epoch++;
		d->service[k] = SERVICE_OUT;
		break;
	case SERVICE_OUT:
		if (head->seen != head->epoch)
			return false;
		start_queue(d, k);
		d->service[k] = SERVICE_STARTED;
		break;
	case SERVICE_STARTED:
		head->resume_at = d->started_at[k];
		head->epoch++;
		d->service[k] = SERVICE_IN;
		break;
	}
	return true;
}

void run_device_serve(struct run_device *d, unsigned int k, enum run_service service)
{
	while (d->service[k] != service && run_device_step(d, k))
		;
}

/* A step with an output, or so many that it was away and is back; long times between most. */
void run_kernel_moves(struct run_device *d)
{
	unsigned int k = run_random(d->outputs);

	if (run_random(d->service[k] == SERVICE_IN ? 200 : 20))
		return;
	for (unsigned int steps = run_random(3) ? 1 : run_random(12); steps; steps--)
		run_device_step(d, k);
}
