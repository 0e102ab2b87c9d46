/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * What the hot loop and the device tell each other, for proofs: stands in for the real order.h.
 * These are the only places at which the loop sees the device or the kernel, so whatever those do
 * at any moment is done in here. Each proof of the loop has its own device: loop_device.h or
 * loop_outages.c. Barriers are not modelled: tests/host/test_run_threads is about those.
 */
#ifndef ONEPATH_ORDER_H
#define ONEPATH_ORDER_H

#include <endian.h>
#include <stdint.h>

uint8_t onepath_read_status(const uint8_t *status);
uint32_t onepath_read_head(const uint32_t *head);
uint32_t onepath_read_shared(const uint32_t *word);
void onepath_write_seen(uint32_t *seen, uint32_t epoch);
void onepath_ring_doorbell(volatile uint32_t *tail, uint32_t value);

#endif
