/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * For tests of advanced receive descriptors: several queues of eight
 * descriptors each, over the memory of nic_driver.h's machine. Buffer and
 * header buffer i of queue q belong to its descriptor i.
 */
#ifndef NIC_QUEUES_H
#define NIC_QUEUES_H

#include "nic_driver.h"
#include "nic_packets.h"

#define QUEUES	     8u
#define SMALL	     8u /* descriptors */
#define HEADER_BYTES 256u
#define HEADERS_AT   (RX_BUFFERS_AT + QUEUES * SMALL * BUFFER)

static inline uint64_t *small_descriptor(struct machine *m, unsigned int q, unsigned int i)
{
	return (uint64_t *)(m->memory + RX_RING_AT + q * SMALL * 16 + i * 16);
}

static inline size_t small_buffer_at(unsigned int q, unsigned int i)
{
	return RX_BUFFERS_AT + (q * SMALL + i) * BUFFER;
}

static inline size_t small_header_at(unsigned int q, unsigned int i)
{
	return HEADERS_AT + (q * SMALL + i) * HEADER_BYTES;
}

static inline void give(struct machine *m, unsigned int q, unsigned int i)
{
	small_descriptor(m, q, i)[0] = MEMORY_IOVA + small_buffer_at(q, i);
	small_descriptor(m, q, i)[1] = MEMORY_IOVA + small_header_at(q, i);
}

/* @srrctl: without the buffer sizes. Seven of its descriptors are given. */
static inline void start_small_queue(struct machine *m, unsigned int q, uint32_t srrctl)
{
	wr(m, D_RX(q, D_RXDCTL), 0);
	for (unsigned int i = 0; i < SMALL; i++)
		give(m, q, i);
	wr(m, D_RX(q, D_RDBAL), (uint32_t)(MEMORY_IOVA + RX_RING_AT) + q * SMALL * 16);
	wr(m, D_RX(q, D_RDBAH), MEMORY_IOVA >> 32);
	wr(m, D_RX(q, D_RDLEN), SMALL * 16);
	wr(m, D_RX(q, D_RDH), 0);
	wr(m, D_RX(q, D_RDT), 0);
	wr(m, D_RX(q, D_SRRCTL), srrctl | HEADER_BYTES / 64 << 8 | BUFFER / 1024);
	set_bits(m, D_RX(q, D_RXDCTL), D_ENABLE);
	driver_wait(m, D_RX(q, D_RXDCTL), D_ENABLE);
	wr(m, D_RX(q, D_RDT), SMALL - 1);
}

static inline bool arrive_packet(struct machine *m, const struct packet *p)
{
	return nic_receive(m->nic, p->bytes, p->len, 0);
}

/* What was said of the last packet; it is the first descriptor's of queue @q, given anew. */
struct said {
	uint32_t status; /* and errors */
	uint32_t len;
	uint32_t types;
	uint32_t rss_type;
	uint32_t hash;
	uint32_t header;
	bool split;
	uint32_t vlan;
};

static inline struct said said_in(struct machine *m, unsigned int q, unsigned int i)
{
	uint64_t first = small_descriptor(m, q, i)[0], second = small_descriptor(m, q, i)[1];

	return (struct said){
		.status = (uint32_t)second,
		.len = second >> 32 & 0xFFFF,
		.vlan = second >> 48,
		.rss_type = first & 15,
		.types = first >> 4 & 0x1FFF,
		.header = first >> 21 & 0x3FF,
		.split = first >> 31 & 1,
		.hash = first >> 32,
	};
}

/* Receives @p alone into descriptor 0 of queue @q. */
static inline struct said receive_into(struct machine *m, unsigned int q, const struct packet *p,
				       uint32_t srrctl)
{
	start_small_queue(m, q, srrctl);
	assert_true(arrive_packet(m, p));
	assert_int_equal(rd(m, D_RX(q, D_RDH)), 1);
	return said_in(m, q, 0);
}

#endif
