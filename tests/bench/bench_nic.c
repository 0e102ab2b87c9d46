// SPDX-License-Identifier: BSD-3-Clause
/* The bench NIC, see bench_nic.h. Section numbers are the 82599 datasheet's. */
#include <endian.h>
#include <stddef.h>
#include <string.h>

#include "bench_nic.h"

#define LINE 64

/* An IPv4 packet with UDP in it; its last address byte follows the frame's number. */
static const uint8_t header[42] = {
	2,    0,  0, 0,	 0, 1,	2, 0, 0,  0,  0, 2, 8,	0, /* Ethernet */
	0x45, 0,  0, 46, 0, 0,	0, 0, 64, 17, 0, 0, 10, 0, 0, 1, 10, 0, 0, 2, /* IPv4 */
	0,    53, 0, 53, 0, 26, 0, 0 /* UDP */
};

#define LAST_ADDRESS_BYTE 33

static volatile uint8_t wire; /* where bytes go that are sent */

static uint64_t get64(const uint8_t *at)
{
	uint64_t value;

	memcpy(&value, at, sizeof(value));
	return le64toh(value);
}

static void put64(uint8_t *at, uint64_t value)
{
	value = htole64(value);
	memcpy(at, &value, sizeof(value));
}

static uint8_t *address_in(const uint8_t *descriptor)
{
	return (uint8_t *)(uintptr_t)get64(descriptor);
}

static void write_frame(uint8_t *frame, uint16_t length, uint64_t number)
{
	memcpy(frame, header, sizeof(header));
	frame[LAST_ADDRESS_BYTE] = (uint8_t)number;
	memset(frame + sizeof(header), 0, length - sizeof(header));
}

/* The half that holds DD is written last, in one store: 7.1.5 (legacy), 7.1.6.2 (advanced). */
static void write_back(uint8_t *descriptor, bool advanced, uint16_t length)
{
	uint64_t done = 3; /* DD and EOP */
	uint64_t half = advanced ? done | (uint64_t)length << 32 : length | done << 32;

	if (advanced)
		put64(descriptor, 0);
	half = htole64(half);
	__atomic_store_n((uint64_t *)(void *)(descriptor + 8), half, __ATOMIC_RELEASE);
}

unsigned int bench_nic_receive(struct bench_nic *nic, unsigned int count)
{
	struct bench_queue *rx = &nic->rx;
	uint32_t tail = bench_nic_tail(rx);
	unsigned int n;

	for (n = 0; n < count && rx->head != tail; n++) {
		uint8_t *descriptor = rx->ring + (size_t)rx->head * 16;

		if (nic->flows.count)
			flows_write(&nic->flows, address_in(descriptor), nic->length,
				    nic->received);
		else
			write_frame(address_in(descriptor), nic->length, nic->received);
		nic->received++;
		write_back(descriptor, nic->advanced, nic->length);
		rx->head = (rx->head + 1) & rx->mask;
	}
	return n;
}

static void read_frame(const uint8_t *frame, uint32_t length)
{
	uint8_t sum = 0;

	for (uint32_t at = 0; at < length; at += LINE)
		sum ^= frame[at];
	wire = sum;
}

/* Legacy descriptors have CMD in bits 24..31 of the second half, advanced ones DCMD: 7.2.3.2. */
static void send_one(struct bench_nic *nic, struct bench_queue *tx)
{
	uint8_t *descriptor = tx->ring + (size_t)tx->head * 16;
	uint64_t half = get64(descriptor + 8);
	uint16_t length = (uint16_t)(half & 0xffff);
	bool report = half >> 27 & 1;

	if (length) {
		read_frame(address_in(descriptor), length);
		nic->sent++;
	}
	tx->head = (tx->head + 1) & tx->mask;
	if (!report)
		return;
	if (tx->head_write_back)
		__atomic_store_n(tx->head_write_back, htole32(tx->head), __ATOMIC_RELEASE);
	else
		put64(descriptor + 8, half | 1ull << 32);
}

uint32_t bench_nic_tail(const struct bench_queue *queue)
{
	return le32toh(__atomic_load_n(queue->tail, __ATOMIC_ACQUIRE)) & queue->mask;
}

void bench_nic_send_until(struct bench_nic *nic, struct bench_queue *tx, uint32_t tail)
{
	while (tx->head != tail)
		send_one(nic, tx);
}

void bench_nic_send(struct bench_nic *nic)
{
	for (unsigned int k = 0; k < nic->outputs; k++)
		bench_nic_send_until(nic, &nic->tx[k], bench_nic_tail(&nic->tx[k]));
}
