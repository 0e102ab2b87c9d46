// SPDX-License-Identifier: BSD-3-Clause
/*
 * Link flow control (802.3x), 3.7.7.3. In: a PAUSE frame stops transmission for
 * a while; what is in the port already waits in the transmit packet buffer.
 * Out: the fill of the receive packet buffer (rx.c's held frames) makes the
 * port send XOFF and XON. Priority flow control is storage only.
 */
#include <stdlib.h>
#include <string.h>

#include "core.h"

#define CONTROL_TYPE 0x8808u
#define OPCODE_PAUSE 0x0001u

/* A quantum is 512 bit times. */
#define QUANTUM_10G_PS 51200ull
#define QUANTUM_1G_PS  512000ull

/* What waits in the port while it is stopped; beyond it, a large send goes on (TXPBSIZE). */
#define TX_BUFFER_BYTES (160u * 1024)

static const uint8_t control_address[6] = { 0x01, 0x80, 0xC2, 0x00, 0x00, 0x01 };

/* A frame in the transmit packet buffer, in its order. */
struct nic_stopped_frame {
	struct nic_stopped_frame *next;
	size_t len;
	uint8_t data[];
};

static uint64_t quanta_ns(const struct nic *nic, uint32_t quanta)
{
	return quanta * (nic_link_is_1g(nic) ? QUANTUM_1G_PS : QUANTUM_10G_PS) / 1000;
}

/* To the wire. While it is, the far end may answer at once: nothing else is begun meanwhile. */
static void send(struct nic *nic, const uint8_t *frame, size_t len)
{
	bool outer = nic->sending;

	nic->sending = true;
	nic->counters.wire_out++;
	nic->host.send(nic->host.opaque, frame, len);
	nic->sending = outer;
}

static struct nic_stopped_frame *take_first(struct nic_pause *pause)
{
	struct nic_stopped_frame *first = pause->first;

	pause->first = first->next;
	pause->bytes -= first->len;
	return first;
}

/* Sends what waits, until another PAUSE comes if @may_stop. Without a link it is lost. */
static void send_waiting(struct nic *nic, bool may_stop)
{
	struct nic_pause *pause = &nic->pause;

	while (pause->first && !(may_stop && pause->stopped)) {
		struct nic_stopped_frame *frame = take_first(pause);

		if (nic_link_up(nic))
			send(nic, frame->data, frame->len);
		free(frame);
	}
}

static bool put_aside(struct nic *nic, const uint8_t *data, size_t len)
{
	struct nic_pause *pause = &nic->pause;
	struct nic_stopped_frame *frame, **last = &pause->first;

	if (pause->bytes + len > TX_BUFFER_BYTES)
		return false;
	frame = malloc(sizeof(*frame) + len);
	if (!frame)
		return false;
	frame->next = NULL;
	frame->len = len;
	memcpy(frame->data, data, len);
	if (pause->first)
		last = &pause->last->next;
	*last = frame;
	pause->last = frame;
	pause->bytes += len;
	return true;
}

void nic_pause_send(struct nic *nic, const uint8_t *frame, size_t len)
{
	if (nic->pause.stopped && put_aside(nic, frame, len))
		return;
	send_waiting(nic, false);
	send(nic, frame, len);
}

/* It ends with its time, or, for XON, as soon as nic_advance() is called: it may be in here now. */
static void stop_for(struct nic *nic, uint32_t quanta)
{
	if (!quanta && !nic->pause.stopped)
		return;
	nic->pause.stopped = true;
	nic->pause.until_ns = nic->host.now_ns(nic->host.opaque) + quanta_ns(nic, quanta);
	nic_schedule(nic);
}

/* The port's own address, RAL[0] and RAH[0]. */
static void own_address(const struct nic *nic, uint8_t address[6])
{
	uint64_t value = (uint64_t)nic_reg(nic, RAH) << 32 | nic_reg(nic, RAL);

	for (unsigned int i = 0; i < 6; i++)
		address[i] = value >> 8 * i;
}

static uint32_t get16(const uint8_t *at)
{
	return at[0] << 8 | at[1];
}

static void put16(uint8_t *at, uint32_t value)
{
	at[0] = value >> 8;
	at[1] = value;
}

static bool is_control(const struct nic *nic, const uint8_t *frame, size_t len)
{
	uint8_t own[6];

	if (len < NIC_FRAME_MIN || get16(frame + 12) != CONTROL_TYPE)
		return false;
	own_address(nic, own);
	return !memcmp(frame, control_address, 6) || !memcmp(frame, own, 6);
}

/*
 * 8.2.3.22.34: DPF works only where PAUSE frames do; PMCF is about the other MAC control frames.
 * MISSING: whether the counters count without RFCE. They do not: nothing is recognised then.
 */
bool nic_pause_received(struct nic *nic, const uint8_t *frame, size_t len, unsigned int errors)
{
	uint32_t control = nic_reg(nic, MFLCN);
	uint32_t quanta;

	if (errors || !is_control(nic, frame, len))
		return false;
	if (get16(frame + 14) != OPCODE_PAUSE)
		return !(control & MFLCN_PMCF);
	if (!(control & MFLCN_RFCE))
		return false;
	quanta = get16(frame + 16);
	nic_stats_add(nic, quanta ? LXOFFRXCNT : LXONRXCNT, 1);
	stop_for(nic, quanta);
	return control & MFLCN_DPF;
}

/* An XOFF frame, or with @quanta 0 an XON frame. It does not wait, whoever stopped us. */
static void tell(struct nic *nic, uint32_t quanta)
{
	uint8_t frame[NIC_FRAME_MIN] = { 0 };

	memcpy(frame, control_address, 6);
	own_address(nic, frame + 6);
	put16(frame + 12, CONTROL_TYPE);
	put16(frame + 14, OPCODE_PAUSE);
	put16(frame + 16, quanta);
	/* MISSING: whether they are packets sent; drivers take them off the counters again. */
	nic_stats_transmitted(nic, frame, sizeof(frame));
	nic_stats_add(nic, quanta ? LXOFFTXC : LXONTXC, 1);
	send(nic, frame, sizeof(frame));
}

static bool may_tell(const struct nic *nic)
{
	return (nic_reg(nic, FCCFG) & FCCFG_TFCE) == FCCFG_TFCE_LINK && nic_link_up(nic) &&
	       (nic_reg(nic, FCRTH) & FCRTH_FCEN);
}

/*
 * 8.2.3.3.5: as long as it lasts XOFF is repeated each FCTTV - FCRTV quanta. MISSING: what an
 * FCRTV of 0, or not below FCTTV, means. It is never repeated.
 */
static void tell_off(struct nic *nic)
{
	uint32_t quanta = nic_reg(nic, FCTTV) & 0xFFFF;
	uint32_t threshold = nic_reg(nic, FCRTV) & 0xFFFF;

	nic->pause.told_off = true;
	nic->pause.refresh_ns = NIC_NEVER;
	if (threshold && threshold < quanta)
		nic->pause.refresh_ns =
			nic->host.now_ns(nic->host.opaque) + quanta_ns(nic, quanta - threshold);
	nic_schedule(nic);
	tell(nic, quanta);
}

void nic_pause_filled(struct nic *nic)
{
	if (!nic->pause.told_off && may_tell(nic) &&
	    nic->held_bytes >= (nic_reg(nic, FCRTH) & FCRTH_RTH))
		tell_off(nic);
}

void nic_pause_emptied(struct nic *nic)
{
	uint32_t low = nic_reg(nic, FCRTL);

	if (!nic->pause.told_off || nic->held_bytes > (low & FCRTL_RTL))
		return;
	nic->pause.told_off = false;
	nic->pause.refresh_ns = NIC_NEVER;
	if ((low & FCRTL_XONE) && may_tell(nic))
		tell(nic, 0);
}

uint64_t nic_pause_due(const struct nic *nic)
{
	const struct nic_pause *pause = &nic->pause;

	return pause->stopped && pause->until_ns < pause->refresh_ns ? pause->until_ns
								     : pause->refresh_ns;
}

void nic_pause_advance(struct nic *nic, uint64_t now)
{
	struct nic_pause *pause = &nic->pause;

	if (now >= pause->refresh_ns) {
		pause->refresh_ns = NIC_NEVER;
		pause->told_off = false;
		if (nic->held_bytes > (nic_reg(nic, FCRTL) & FCRTL_RTL) && may_tell(nic))
			tell_off(nic);
	}
	if (!pause->stopped || now < pause->until_ns)
		return;
	pause->stopped = false;
	send_waiting(nic, true);
	nic_tx_run_all(nic);
}

/* TFCS.TC_XON: transmission is on. */
uint32_t nic_tfcs_read(struct nic *nic, unsigned int index, uint32_t value)
{
	return nic->pause.stopped ? value & ~TFCS_TC_XON : value;
}

void nic_pause_reset(struct nic *nic)
{
	while (nic->pause.first)
		free(take_first(&nic->pause));
	nic->pause = (struct nic_pause){ .refresh_ns = NIC_NEVER };
}
