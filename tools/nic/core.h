/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * The inside of the software 82599, shared by its files: the port's state and
 * what each file offers the others. A register access enters in device.c, is
 * looked up in register_table.c, and an exception's hook (link.c, rx.c, tx.c,
 * eeprom.c, interrupt.c) does what storage alone cannot.
 */
#ifndef NIC_CORE_H
#define NIC_CORE_H

#include "faults.h"
#include "nic.h"
#include "registers.h"
#include "rules.h"
#include "trace.h"

#define NIC_QUEUES	     128u
#define NIC_VECTORS	     64u
#define NIC_STAT_SETS	     16u /* QPRC[0..15] and its kin */
#define NIC_DESCRIPTOR_BYTES 16u
#define NIC_CRC_BYTES	     4u
#define NIC_FRAME_MIN	     60u /* without CRC */
#define NIC_NEVER	     UINT64_MAX
#define NIC_EEPROM_CHECKSUM  0x3Fu /* the word that holds it */
#define NIC_EEPROM_WORDS     8192u /* EEC.EE_SIZE: 16 KB */

/* 8.2.3.1.1 and 4.6.3.2: no access, then no initialisation, for so long after CTRL.RST. */
#define NIC_RESET_ACCESS_NS 1000000ull
#define NIC_RESET_WAIT_NS   10000000ull

/* What the driver has read of a queue's ENABLE bit, and the ring as fixed when it was set. */
struct nic_queue {
	bool enabled;
	bool seen_enabled;
	uint32_t size; /* descriptors */
	uint64_t base_iova;
};

/* The EEPROM's own wires, since it was chosen; eeprom_pins.c. */
struct nic_eeprom_pins {
	uint32_t bits; /* clocks */
	uint8_t command;
	uint16_t address;
};

/* The SFP+ module and its side of the I2C bus, sfp.c. */
enum nic_i2c_state {
	NIC_I2C_IDLE, /* not addressed */
	NIC_I2C_ADDRESS, /* the first byte comes */
	NIC_I2C_OFFSET, /* then the place in the memory */
	NIC_I2C_DATA, /* then what would be written */
	NIC_I2C_SEND, /* bytes go out */
};

struct nic_sfp {
	uint8_t memory[2][256]; /* identity, diagnostics */
	enum nic_i2c_state state;
	bool clock, data; /* software's ends of the wires */
	bool pull; /* the module pulls the data wire low */
	bool acknowledged; /* between a byte and the next */
	uint8_t bits; /* of the byte in work */
	uint8_t shift;
	uint8_t chosen; /* memory */
	uint8_t offset;
};

/* 7.2.3.2.3: a context of a transmit queue, as its descriptor has it. */
struct nic_tx_context {
	uint64_t low;
	uint64_t high;
	bool written;
};

/* What a transmit queue keeps from packet to packet. */
struct nic_tx_state {
	struct nic_tx_context contexts[2];
	uint32_t done_first; /* processed descriptors that wait for WTHRESH */
	uint32_t done;
	uint64_t flush_ns; /* when they no longer wait */
	bool rs_told; /* RULE_TX_RS_WTHRESH is counted once */
};

/* Interrupts on their way, interrupt.c. */
struct nic_interrupt {
	uint64_t high_causes; /* of vectors 16 to 63: EICR has bits for the first 16 */
	uint64_t pending; /* vectors that are to fire at ready_ns */
	uint64_t ready_ns[NIC_VECTORS]; /* moderation: not before; 0: at once */
	bool line; /* INTx is asserted */
};

/* Link flow control, pause.c: transmission as the far end stops it, and the far end as we do. */
struct nic_pause {
	bool stopped;
	uint64_t until_ns;
	struct nic_stopped_frame *first; /* the transmit packet buffer */
	struct nic_stopped_frame *last; /* undefined without a first */
	size_t bytes;
	bool told_off; /* XOFF was sent, and no XON after it */
	uint64_t refresh_ns; /* when XOFF is sent again */
};

struct nic_held_frame;
struct nic_flows;

struct nic {
	char name[32];
	struct nic_config config;
	struct nic_host host;
	struct nic_counters counters;
	uint64_t broken[NIC_RULES];
	uint32_t broken_at[NIC_RULES][NIC_RULE_REGISTERS]; /* 1 + offset, 0: none */
	FILE *log;
	bool observed; /* traced, or a fault is on: register accesses take the long way */
	struct nic_trace trace;
	struct nic_faults faults;
	bool bus_master;

	uint32_t regs[NIC_REGISTER_SPACE / 4];
	uint16_t lookup[NIC_REGISTER_SPACE / 4]; /* 1 + index in the table, 0: none */
	struct nic_queue rx[NIC_QUEUES];
	unsigned int rx_queues; /* the highest enabled one + 1 */
	struct nic_queue tx[NIC_QUEUES];
	struct nic_tx_state tx_state[NIC_QUEUES];
	uint32_t tx_work_left; /* until the next nic_poll() */
	unsigned int tx_turn; /* the queue that is first then */
	uint64_t tx_event_ns; /* when nic_tx_advance() has something to do; 0: at once */

	/* Reset, 4.2.1.6.1: times at which each step is done, NIC_NEVER when it is. */
	bool in_reset; /* within 10 ms of it */
	bool resetting; /* CTRL.RST not yet clear */
	bool autoload_pending;
	bool dma_init_pending;
	bool link_reset;
	uint64_t reset_ns;
	uint64_t next_event_ns;
	bool master_disable_seen;
	bool second_reset_due; /* without another master disable */
	bool secrx_ready_seen;
	uint32_t tables_written; /* NIC_TABLE_* since the reset */

	bool carrier;
	bool link_up;
	uint64_t link_ns; /* when it comes up */

	struct nic_interrupt interrupt;
	struct nic_pause pause;
	bool advancing; /* in nic_advance(): a frame of a fault is no new look at the clock */
	bool sending; /* in the host's send(): whatever comes back, nic_advance() waits */

	struct nic_flows *flows; /* NULL: the flow director is off */
	struct nic_held_frame *held_first;
	struct nic_held_frame **held_last;
	size_t held_bytes;

	uint16_t eeprom[NIC_EEPROM_WORDS];
	struct nic_eeprom_pins eeprom_pins;
	struct nic_sfp sfp;
	uint8_t frame[NIC_FRAME_MAX + 64]; /* a transmitted frame being put together */
};

/* The tables that 4.6.7 wants written before receive is enabled. */
#define NIC_TABLE_MTA	  (1u << 0)
#define NIC_TABLE_PFUTA	  (1u << 1)
#define NIC_TABLE_PFVLVF  (1u << 2)
#define NIC_TABLE_PFVLVFB (1u << 3)
#define NIC_TABLE_VFTA	  (1u << 4)

static inline uint32_t nic_reg(const struct nic *nic, uint32_t offset)
{
	return nic->regs[offset / 4];
}

static inline void nic_reg_set(struct nic *nic, uint32_t offset, uint32_t value)
{
	nic->regs[offset / 4] = value;
}

static inline bool nic_fault_on(const struct nic *nic, enum nic_fault_id id)
{
	return nic->faults.on & 1u << id;
}

/* Write-backs may have to wait: a fault is on, or some of another's wait still. */
static inline bool nic_faults_hold(const struct nic *nic)
{
	return nic->faults.on || nic->faults.delayed_ns != NIC_NEVER;
}

/* dma.c: through what is mapped, with bus mastering on; faults are counted. */
void *nic_dma(struct nic *nic, uint64_t iova, size_t *len, bool write);
bool nic_dma_read(struct nic *nic, uint64_t iova, void *to, size_t len);
bool nic_dma_write(struct nic *nic, uint64_t iova, const void *from, size_t len);
/* What is read now and written back later; whether the write is let through is another question. */
void *nic_dma_both_ways(struct nic *nic, uint64_t iova, size_t *len);
bool nic_dma_may_write(struct nic *nic);
bool nic_dma_blocked(const struct nic *nic);

/* device.c */
void nic_advance(struct nic *nic);
void nic_schedule(struct nic *nic);

/* registers.c: @nic->observed from what is switched on. */
void nic_observe(struct nic *nic);

/* interrupt.c: what raises interrupts; the driver's masks and IVAR decide what comes of it. */
void nic_interrupt_rx(struct nic *nic, unsigned int queue); /* descriptors were written back */
void nic_interrupt_tx(struct nic *nic, unsigned int queue);
void nic_interrupt_cause(struct nic *nic, uint32_t causes); /* EICR bits 16 to 30 */
/* Causes and masks, as bits of EICR and as vectors; @at_once: moderation is passed by. */
void nic_interrupt_set(struct nic *nic, uint32_t causes, uint64_t vectors, bool at_once);
void nic_interrupt_clear(struct nic *nic, uint32_t causes);
void nic_interrupt_open(struct nic *nic, uint32_t causes, uint64_t vectors);
void nic_interrupt_close(struct nic *nic, uint32_t causes, uint64_t vectors);
uint64_t nic_interrupt_mask(const struct nic *nic);
void nic_interrupt_hurry(struct nic *nic, unsigned int vector, uint64_t ready_ns);
void nic_interrupt_mode_changed(struct nic *nic);
uint64_t nic_interrupt_due(const struct nic *nic);
void nic_interrupt_advance(struct nic *nic, uint64_t now);
void nic_interrupt_reset(struct nic *nic);

/* interrupt_config.c */
uint64_t nic_interrupt_auto_mask(const struct nic *nic);
uint32_t nic_eitr_offset(unsigned int index);

/* link.c */
bool nic_cable_pulled(const struct nic *nic);
void nic_link_restart(struct nic *nic);
void nic_link_advance(struct nic *nic, uint64_t now);
bool nic_link_is_1g(const struct nic *nic);

/* pause.c: a frame to the wire; one from it (true: it goes no further); the receive buffer. */
void nic_pause_send(struct nic *nic, const uint8_t *frame, size_t len);
bool nic_pause_received(struct nic *nic, const uint8_t *frame, size_t len, unsigned int errors);
void nic_pause_filled(struct nic *nic);
void nic_pause_emptied(struct nic *nic);
uint64_t nic_pause_due(const struct nic *nic);
void nic_pause_advance(struct nic *nic, uint64_t now);
void nic_pause_reset(struct nic *nic);

/* eeprom_image.c, eeprom.c */
void nic_eeprom_fill(struct nic *nic);
const uint16_t *nic_eeprom_address(const struct nic *nic);
uint32_t nic_eeprom_sdp(const struct nic *nic);
void nic_eeprom_autoload(struct nic *nic);
void nic_eeprom_power_on(struct nic *nic);

/* sfp.c */
void nic_sfp_fill(struct nic *nic);

/* queue.c: what receive and transmit queues have in common. */
void nic_queue_written(struct nic *nic, const struct nic_queue *queue, uint32_t offset,
		       uint32_t old, uint32_t value);
void nic_queue_base_written(struct nic *nic, const struct nic_queue *queue, uint32_t offset,
			    uint32_t old, uint32_t value);
void nic_queue_length_written(struct nic *nic, const struct nic_queue *queue, uint32_t offset,
			      uint32_t old, uint32_t value);
void nic_queue_head_written(struct nic *nic, const struct nic_queue *queue, uint32_t offset,
			    uint32_t old, uint32_t value);
void nic_queue_tail_written(struct nic *nic, const struct nic_queue *queue, uint32_t offset,
			    uint32_t old, uint32_t value);
void nic_queue_start(struct nic *nic, struct nic_queue *queue, uint32_t first_offset);
void nic_queue_stop(struct nic_queue *queue);

/* filter.c */
bool nic_rx_accepts(const struct nic *nic, const uint8_t *frame, size_t len, bool *inexact);
bool nic_rx_is_tagged(const struct nic *nic, const uint8_t *frame, size_t len);

/* rx_config.c: running, and with the receive path halted as 4.6.7 wants it. */
bool nic_rx_running(const struct nic *nic);
bool nic_rx_settled(const struct nic *nic);

/* rx.c; rx.h has what is between the receive path's own files */
void nic_rx_drop_held(struct nic *nic);
void nic_rx_run_held(struct nic *nic);
bool nic_rx_deliver(struct nic *nic, const uint8_t *data, const struct nic_rx_info *info);
bool nic_rx_frame(struct nic *nic, const uint8_t *frame, size_t len, unsigned int errors);

/* flow_director.c */
void nic_flows_reset(struct nic *nic);

/* tx.c */
void nic_tx_run(struct nic *nic, unsigned int index);
void nic_tx_run_all(struct nic *nic);
void nic_tx_poll(struct nic *nic); /* more may be done from now on */
void nic_tx_spend(struct nic *nic); /* a packet, or a frame of it, is done */
void nic_tx_write_back(struct nic *nic, unsigned int index, uint32_t first, uint32_t count,
		       bool all);
void nic_tx_flush(struct nic *nic, unsigned int index);
void nic_tx_advance(struct nic *nic, uint64_t now);
void nic_tx_state_clear(struct nic *nic, unsigned int index);

/* stats.c */
void nic_stats_add(struct nic *nic, uint32_t offset, uint32_t count);
void nic_stats_add64(struct nic *nic, uint32_t low_offset, uint64_t bytes);
void nic_stats_received(struct nic *nic, const uint8_t *frame, size_t len);
void nic_stats_queue_received(struct nic *nic, unsigned int queue, size_t bytes);
void nic_stats_queue_dropped(struct nic *nic, unsigned int queue);
void nic_stats_transmitted(struct nic *nic, const uint8_t *frame, size_t len);
void nic_stats_sent(struct nic *nic, unsigned int queue, const uint8_t *frame, size_t len);

/* crc.c */
uint32_t nic_crc32(const uint8_t *data, size_t len);
/* Starts with all ones; the complement of what comes out is the CRC. */
uint32_t nic_crc32c_add(uint32_t crc, const uint8_t *data, size_t len);

#endif
