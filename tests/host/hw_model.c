/* SPDX-License-Identifier: BSD-3-Clause */
/* The machine of software 82599s, see hw_model.h. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "hw_model.h"

#define MEMORY_IOVA   0x7f12345680000ull /* needs the registers' upper halves */
#define LINK_DELAY_US 500u

static const uint8_t macs[MODEL_PORTS][6] = { { 0x02, 0x10, 0x20, 0x30, 0x40, 0x50 },
					      { 0x02, 0x11, 0x21, 0x31, 0x41, 0x51 },
					      { 0x02, 0x12, 0x22, 0x32, 0x42, 0x52 } };

static struct model_port *port_of(struct onepath_io *io)
{
	return (struct model_port *)io;
}

static u32 model_read(struct onepath_io *io, u32 reg)
{
	return nic_read(port_of(io)->nic, reg);
}

static void model_write(struct onepath_io *io, u32 reg, u32 value)
{
	nic_write(port_of(io)->nic, reg, value);
}

static void model_sleep_us(struct onepath_io *io, u32 us)
{
	struct model *m = port_of(io)->model;

	m->now_ns += us * 1000ull;
	m->slept_us += us;
}

static void model_timeout(struct onepath_io *io, u32 reg, u32 mask, u32 wanted)
{
	(void)reg, (void)mask, (void)wanted;
	port_of(io)->timeouts++;
}

static void *model_dma(void *opaque, uint64_t iova, size_t *len, bool write)
{
	struct model *m = ((struct model_port *)opaque)->model;
	uint64_t at = iova - MEMORY_IOVA;

	(void)write;
	if (!m->mapped || at >= m->bytes)
		return NULL;
	if (*len > m->bytes - at)
		*len = m->bytes - at;
	return m->memory + at;
}

static void model_send(void *opaque, const uint8_t *frame, size_t len)
{
	struct model_port *p = opaque;
	uint8_t wanted[MODEL_FRAME_MAX];
	size_t wanted_len = model_frame(p->sent, wanted);
	uint32_t cut = p->model->cut;

	if (len == 60 && !memcmp(frame + 12, "\x88\x08\x00\x01", 4)) {
		*(frame[16] || frame[17] ? &p->paused : &p->resumed) += 1;
		return;
	}
	if (cut) {
		wanted_len = cut < 60 ? 60 : cut;
		memset(wanted + cut, 0, wanted_len - cut);
	}
	if (len != wanted_len || memcmp(frame, wanted, len))
		fail_msg("frame %ju left as %zu bytes, not as the %zu that came",
			 (uintmax_t)p->sent, len, wanted_len);
	p->sent++;
}

static void model_interrupt(void *opaque, unsigned int vector)
{
	struct model_port *p = opaque;

	assert_in_range(vector, 0, 63);
	p->fired[vector]++;
}

static uint64_t model_now(void *opaque)
{
	return ((struct model_port *)opaque)->model->now_ns;
}

void model_wake(struct model *m, struct model_port *p)
{
	assert_int_equal(onepath_hw_reset(&p->io, false), 0);
	assert_int_equal(onepath_hw_init(&p->io), 0);
	onepath_hw_link_start(&p->io);
	m->now_ns += LINK_DELAY_US * 1000ull;
	nic_poll(p->nic);
	assert_true(nic_link_up(p->nic));
}

struct model *model_new(void)
{
	struct model *m = calloc(1, sizeof(*m));

	assert_non_null(m);
	m->now_ns = 1000ull * MODEL_MS;
	for (unsigned int n = 0; n < MODEL_PORTS; n++) {
		struct model_port *p = &m->ports[n];
		struct nic_config config = { .link_delay_us = LINK_DELAY_US };
		struct nic_host host = {
			.opaque = p,
			.dma = model_dma,
			.send = model_send,
			.interrupt = model_interrupt,
			.now_ns = model_now,
		};

		config.name = n == 0 ? "port0" : n == 1 ? "port1" : "port2";
		memcpy(config.mac, macs[n], 6);
		p->io = (struct onepath_io){ model_read, model_write, model_sleep_us,
					     model_timeout };
		p->model = m;
		p->nic = nic_create(&config, &host);
		assert_non_null(p->nic);
		nic_set_log(p->nic, stderr);
		nic_set_bus_master(p->nic, true);
		model_wake(m, p);
	}
	return m;
}

void model_check_rules(struct model *m, const char *name)
{
	size_t count, broken = 0;
	const struct nic_rule *rules = nic_rules(&count);

	for (unsigned int n = 0; n < MODEL_PORTS; n++) {
		for (size_t rule = 0; rule < count; rule++) {
			if (!nic_rule_broken(m->ports[n].nic, rule))
				continue;
			if (!name || strcmp(rules[rule].name, name))
				fail_msg("port %u: rule %s (%s) was broken: %s", n,
					 rules[rule].name, rules[rule].section, rules[rule].text);
			broken++;
		}
		assert_int_equal(nic_counters(m->ports[n].nic)->dma_faults, 0);
	}
	if (name && !broken)
		fail_msg("rule %s was not broken", name);
}

void model_free(struct model *m)
{
	for (unsigned int n = 0; n < MODEL_PORTS; n++)
		nic_destroy(m->ports[n].nic);
	free(m->memory);
	free(m);
}

void model_check_and_free(struct model *m)
{
	model_check_rules(m, NULL);
	for (unsigned int n = 0; n < MODEL_PORTS; n++)
		assert_int_equal(m->ports[n].timeouts, 0);
	model_free(m);
}

void model_fault(struct model_port *p, const char *name, uint64_t times)
{
	struct nic_fault_setting setting = { .times = times };
	const struct nic_fault *faults;
	size_t count, i = 0;

	faults = nic_faults(&count);
	while (i < count && strcmp(faults[i].name, name))
		i++;
	assert_true(i < count && nic_fault_set(p->nic, i, &setting));
}

struct model_port *model_output(struct model *m, unsigned int k)
{
	return &m->ports[(k + 1) % MODEL_PORTS];
}

/* In memory: the rings, then a page of heads, then the buffers. */
void model_path_start(struct model *m, uint32_t size, unsigned int outputs, uint32_t queue)
{
	size_t ring_bytes = size * sizeof(struct onepath_descriptor);
	size_t heads_at = outputs * ring_bytes, buffers_at = heads_at + 4096;
	uint32_t buffer_bytes = m->buffer_bytes ? m->buffer_bytes : ONEPATH_BUFFER_BYTES;
	size_t stride = buffer_bytes + ONEPATH_BUFFER_GAP;
	struct onepath_path *path = &m->path;

	free(m->memory);
	m->bytes = buffers_at + size * stride;
	m->memory = aligned_alloc(4096, (m->bytes + 4095) / 4096 * 4096);
	assert_non_null(m->memory);
	memset(m->memory, 0, m->bytes);
	m->mapped = true;
	m->queue = queue;

	*path = (struct onepath_path){ .buffers = m->memory + buffers_at,
				       .stride = stride,
				       .buffer_bytes = buffer_bytes,
				       .rdt = &m->tails[0],
				       .mask = size - 1,
				       .outputs = outputs };
	for (unsigned int k = 0; k < outputs; k++) {
		struct onepath_output *output = &path->output[k];
		size_t head_at = heads_at + k * ONEPATH_HEAD_STRIDE;

		output->ring = (struct onepath_descriptor *)(m->memory + k * ring_bytes);
		output->head = (struct onepath_head *)(m->memory + head_at);
		output->tdt = &m->tails[1 + k];
		m->tails[1 + k] = 0;
		for (uint32_t i = 0; i < size; i++)
			output->ring[i].address = htole64(MEMORY_IOVA + buffers_at + i * stride);
		assert_int_equal(onepath_hw_tx_start(&model_output(m, k)->io, queue,
						     MEMORY_IOVA + k * ring_bytes, size,
						     MEMORY_IOVA + head_at, m->at),
				 0);
	}
	onepath_rewind(path);
	m->tails[0] = htole32(path->given);
	assert_int_equal(onepath_hw_rx_start(&m->ports[0].io, m->rx_queue, MEMORY_IOVA, size,
					     buffer_bytes),
			 0);
}

void model_path_stop(struct model *m)
{
	u32 drain_us = ONEPATH_HW_DRAIN_US;

	assert_int_equal(onepath_hw_rx_stop(&m->ports[0].io, m->rx_queue), 0);
	for (unsigned int k = 0; k < m->path.outputs; k++)
		assert_int_equal(onepath_hw_tx_stop(&model_output(m, k)->io, m->queue, &drain_us),
				 0);
	m->mapped = false;
}

/* Every length from 60 to 1514, broadcast, multicast and the port's own address in turn. */
size_t model_frame(uint64_t number, uint8_t frame[MODEL_FRAME_MAX])
{
	static const uint8_t multicast[6] = { 0x01, 0x00, 0x5e, 0x01, 0x02, 0x03 };
	size_t len = 60 + number * 7 % (MODEL_FRAME_MAX - 59);

	for (size_t n = 0; n < len; n++)
		frame[n] = (uint8_t)(number * 31 + n * 7 + (n >> 8));
	if (number % 4 == 1)
		memset(frame, 0xff, 6);
	else
		memcpy(frame, number % 4 == 2 ? multicast : macs[0], 6);
	memcpy(frame + 6, "\x02\x00\x00\x00\x00\x01\x88\xb5", 8);
	if (number % 8 == 3 && len >= 64)
		memcpy(frame + 12, "\x81\x00\x00\x05\x88\xb5", 6);
	return len;
}

void model_pause(struct model_port *p, uint16_t quanta)
{
	uint8_t frame[60] = { 0x01, 0x80, 0xc2, 0x00, 0x00, 0x01, 0x02, 0,
			      0,    0,	  0,	1,    0x88, 0x08, 0,	1 };

	frame[16] = quanta >> 8;
	frame[17] = quanta & 0xff;
	nic_receive(p->nic, frame, sizeof(frame), 0);
}

void model_let_in(struct model *m)
{
	assert_int_equal(onepath_hw_filter_set(&m->ports[0].io, ONEPATH_HW_FILTER_ALL_MULTICAST),
			 0);
}

bool model_arrive(struct model *m)
{
	uint8_t frame[MODEL_FRAME_MAX];
	size_t len = model_frame(m->arrived, frame);

	if (!nic_receive(m->ports[0].nic, frame, len, 0))
		return false;
	m->arrived++;
	return true;
}

static uint32_t handler(uint8_t *frame, uint16_t length, void *state)
{
	struct model *m = state;

	(void)frame;
	m->handled++;
	if (m->drop)
		return 0;
	return m->cut ? m->cut : length;
}

/* Carries the doorbells that the loop rang to the devices. */
static void deliver_doorbells(struct model *m, const uint32_t *before)
{
	if (m->tails[0] != before[0])
		model_write(&m->ports[0].io, onepath_hw_rdt(m->rx_queue), le32toh(m->tails[0]));
	for (unsigned int k = 0; k < m->path.outputs; k++)
		if (m->tails[1 + k] != before[1 + k])
			model_write(&model_output(m, k)->io, onepath_hw_tdt(m->queue),
				    le32toh(m->tails[1 + k]));
	for (unsigned int n = 0; n < MODEL_PORTS; n++)
		nic_poll(m->ports[n].nic);
}

void model_run(struct model *m)
{
	uint32_t before[1 + MODEL_PORTS];
	unsigned int count;

	do {
		memcpy(before, m->tails, sizeof(before));
		count = onepath_run(&m->path, m->path.outputs, handler, m, ONEPATH_BURST);
		deliver_doorbells(m, before);
	} while (count);
}
