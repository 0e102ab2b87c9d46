/* SPDX-License-Identifier: GPL-2.0 */
/*
 * What the module asks of the 82599. hw_*.c implement this and reach hardware
 * through struct onepath_io only, so that the same files run in the kernel,
 * against the software 82599 in host tests, and in proofs.
 *
 * All functions but those of hw_irq.c sleep, and none waits without a bound. They
 * return 0 or
 *   -ETIMEDOUT  the hardware did not do it in time
 *   -ENODEV     registers read all ones: the device is gone
 * The caller makes sure that one thread at a time works on a port; hw_irq.c's functions
 * may run beside it, unless it resets the port.
 */
#ifndef ONEPATH_HW_H
#define ONEPATH_HW_H

#include <linux/types.h>

#define ONEPATH_HW_QUEUES    64 /* without DCB and VT, datasheet 7.2.1.2.1 */
#define ONEPATH_HW_RX_QUEUES 16 /* of them, with RSS, 7.1.2.8 */

/**
 * struct onepath_io - a port's registers
 * @read: the register at byte offset @reg of BAR0
 * @write: writes it
 * @sleep_us: lets at least @us microseconds pass
 * @timeout: tells of a wait that ended without success; for logs and traces
 */
struct onepath_io {
	u32 (*read)(struct onepath_io *io, u32 reg);
	void (*write)(struct onepath_io *io, u32 reg, u32 value);
	void (*sleep_us)(struct onepath_io *io, u32 us);
	void (*timeout)(struct onepath_io *io, u32 reg, u32 mask, u32 wanted);
};

static inline u32 onepath_read(struct onepath_io *io, u32 reg)
{
	return io->read(io, reg);
}

static inline void onepath_write(struct onepath_io *io, u32 reg, u32 value)
{
	io->write(io, reg, value);
}

static inline void onepath_set(struct onepath_io *io, u32 reg, u32 bits)
{
	onepath_write(io, reg, onepath_read(io, reg) | bits);
}

static inline void onepath_clear(struct onepath_io *io, u32 reg, u32 bits)
{
	onepath_write(io, reg, onepath_read(io, reg) & ~bits);
}

/* hw_reset.c */
int onepath_hw_wait(struct onepath_io *io, u32 reg, u32 mask, u32 wanted, u32 timeout_us);
int onepath_hw_reset(struct onepath_io *io, bool link);
bool onepath_hw_gone(struct onepath_io *io);

/* hw_init.c: brings a port that was just reset to life, without queues */
int onepath_hw_init(struct onepath_io *io);

/* hw_rx.c */
void onepath_hw_rx_init(struct onepath_io *io);
int onepath_hw_rx_hold(struct onepath_io *io);
void onepath_hw_rx_release(struct onepath_io *io);
int onepath_hw_rx_enable(struct onepath_io *io);
int onepath_hw_rx_start(struct onepath_io *io, u32 queue, u64 ring_iova, u32 ring_size,
			u32 buffer_bytes);
int onepath_hw_rx_stop(struct onepath_io *io, u32 queue);
int onepath_hw_mtu_set(struct onepath_io *io, u32 mtu);
u32 onepath_hw_mtu_get(struct onepath_io *io);
void onepath_hw_rx_drop(struct onepath_io *io, bool drop);
u32 onepath_hw_rx_head(struct onepath_io *io, u32 queue);
u32 onepath_hw_rdt(u32 queue);

/* hw_irq.c: vector 0 is for other causes, vector 1 + q for receive queue q */

#define ONEPATH_HW_VECTORS (1 + ONEPATH_HW_RX_QUEUES)

/* What onepath_hw_irq_other() may tell. */
#define ONEPATH_HW_CAUSE_LINK  (1u << 0) /* it went up or down */
#define ONEPATH_HW_CAUSE_ERROR (1u << 1) /* ask onepath_hw_errors(), onepath_hw_gone() */

/* What onepath_hw_errors() may find. */
#define ONEPATH_HW_ERROR_MEMORY (1u << 0) /* one of the device failed: nothing moves */
#define ONEPATH_HW_ERROR_BUS	(1u << 1) /* requests on PCIe failed */

void onepath_hw_irq_init(struct onepath_io *io);
void onepath_hw_irq_other_enable(struct onepath_io *io);
u32 onepath_hw_irq_other(struct onepath_io *io);
u32 onepath_hw_errors(struct onepath_io *io);
void onepath_hw_irq_arm(struct onepath_io *io, u32 queue);
void onepath_hw_irq_disarm(struct onepath_io *io, u32 queue);

/* hw_tx.c */

/*
 * How long queues that stop together may take to send what they have: a ring of 4096 frames of
 * 1518 bytes takes 5 ms. Who is killed has sent its last frame soon after.
 */
#define ONEPATH_HW_DRAIN_US 20000

void onepath_hw_tx_init(struct onepath_io *io);
int onepath_hw_tx_start(struct onepath_io *io, u32 queue, u64 ring_iova, u32 ring_size,
			u64 head_iova, u32 at);
int onepath_hw_tx_stop(struct onepath_io *io, u32 queue, u32 *drain_us);
void onepath_hw_tx_position(struct onepath_io *io, u32 queue, u32 *head, u32 *tail);
u32 onepath_hw_tdt(u32 queue);

/* hw_pause.c */

#define ONEPATH_HW_PAUSE_RX (1u << 0) /* PAUSE frames are obeyed */
#define ONEPATH_HW_PAUSE_TX (1u << 1) /* and sent */

void onepath_hw_pause_init(struct onepath_io *io);
int onepath_hw_pause_set(struct onepath_io *io, u32 pause);
u32 onepath_hw_pause_get(struct onepath_io *io);
bool onepath_hw_paused(struct onepath_io *io);

/* hw_link.c */

#define ONEPATH_HW_SPEED_1G  (1u << 0)
#define ONEPATH_HW_SPEED_10G (1u << 1)

void onepath_hw_link_start(struct onepath_io *io);
u32 onepath_hw_link_speed_mbps(struct onepath_io *io);
int onepath_hw_speeds_check(struct onepath_io *io, u32 speeds);
int onepath_hw_speeds_set(struct onepath_io *io, u32 speeds);
u32 onepath_hw_speeds_get(struct onepath_io *io);

/* hw_filter.c */

#define ONEPATH_HW_FILTER_PROMISCUOUS	(1u << 0) /* all unicast */
#define ONEPATH_HW_FILTER_ALL_MULTICAST (1u << 1)
#define ONEPATH_HW_ADDRESSES_MAX	127
#define ONEPATH_HW_VLAN_WORDS		128

void onepath_hw_filter_init(struct onepath_io *io);
int onepath_hw_filter_set(struct onepath_io *io, u32 filter);
u32 onepath_hw_filter_get(struct onepath_io *io);
void onepath_hw_filter_mac(struct onepath_io *io, u8 mac[6]);
int onepath_hw_addresses_set(struct onepath_io *io, const u8 *addresses, u32 count);
u32 onepath_hw_addresses_get(struct onepath_io *io, u8 *addresses);
int onepath_hw_vlans_set(struct onepath_io *io, bool filter, const u32 ids[ONEPATH_HW_VLAN_WORDS]);
bool onepath_hw_vlans_get(struct onepath_io *io, u32 ids[ONEPATH_HW_VLAN_WORDS]);

/* hw_rss.c */

#define ONEPATH_HW_RSS_IPV4	     (1u << 0)
#define ONEPATH_HW_RSS_TCP_IPV4	     (1u << 1)
#define ONEPATH_HW_RSS_UDP_IPV4	     (1u << 2)
#define ONEPATH_HW_RSS_IPV6	     (1u << 3)
#define ONEPATH_HW_RSS_TCP_IPV6	     (1u << 4)
#define ONEPATH_HW_RSS_UDP_IPV6	     (1u << 5)
#define ONEPATH_HW_RSS_KEY_BYTES     40
#define ONEPATH_HW_RSS_TABLE_ENTRIES 128

void onepath_hw_rss_init(struct onepath_io *io);
int onepath_hw_rss_set(struct onepath_io *io, u32 hash, const u8 key[ONEPATH_HW_RSS_KEY_BYTES],
		       const u8 table[ONEPATH_HW_RSS_TABLE_ENTRIES]);
u32 onepath_hw_rss_get(struct onepath_io *io, u8 key[ONEPATH_HW_RSS_KEY_BYTES],
		       u8 table[ONEPATH_HW_RSS_TABLE_ENTRIES]);

/* hw_stats.c */

#define ONEPATH_HW_STATS_SETS 16 /* of counters for queues; the last is for all from there on */

/**
 * struct onepath_hw_queue_stats - one set of counters; see struct onepath_queue_stats
 * @rx_frames: QPRC
 * @rx_bytes: QBRC
 * @rx_missed: QPRDC
 * @tx_frames: QPTC
 * @tx_bytes: QBTC
 * @tx_lost: the caller's: onepath_hw_stats_add() leaves it alone
 */
struct onepath_hw_queue_stats {
	u64 rx_frames;
	u64 rx_bytes;
	u64 rx_missed;
	u64 tx_frames;
	u64 tx_bytes;
	u64 tx_lost;
};

/**
 * struct onepath_hw_stats - sums since the port was claimed; none ever goes back
 * @rx_frames: to @link_changes: see struct onepath_port_stats; @tx_lost and @link_changes
 *	are the caller's, onepath_hw_stats_add() leaves them alone
 * @set: of receive queue q and transmit queue q, as far as there are sets
 * @rx_unfiltered: what @rx_filtered is made of: good frames that came (RXNFGPC)
 * @rx_taken: of these, frames that passed the filters (GPRC), or that were PAUSE frames
 * @tx_frames_all: what @tx_frames is made of: good frames sent, PAUSE among them (GPTC)
 * @tx_bytes_all: their bytes (GOTC)
 * @tx_pause_all: PAUSE frames sent, that stop or go on (LXOFFTXC, LXONTXC)
 */
struct onepath_hw_stats {
	u64 rx_frames;
	u64 rx_bytes;
	u64 rx_missed;
	u64 rx_filtered;
	u64 rx_oversize;
	u64 rx_crc_errors;
	u64 rx_length_errors;
	u64 rx_other_errors;
	u64 tx_frames;
	u64 tx_bytes;
	u64 tx_lost;
	u64 rx_pause;
	u64 tx_pause;
	u64 link_changes;
	struct onepath_hw_queue_stats set[ONEPATH_HW_STATS_SETS];
	u64 rx_unfiltered;
	u64 rx_taken;
	u64 tx_frames_all;
	u64 tx_bytes_all;
	u64 tx_pause_all;
};

void onepath_hw_stats_init(struct onepath_io *io);
int onepath_hw_stats_add(struct onepath_io *io, struct onepath_hw_stats *sum);

/* hw_dump.c */

/**
 * struct onepath_hw_register - registers that may be shown
 * @name: as in the datasheet; NULL ends the list
 * @offset: of the first one
 * @count: how many
 * @stride: bytes from one to the next
 */
struct onepath_hw_register {
	const char *name;
	u32 offset;
	u32 count;
	u32 stride;
};

extern const struct onepath_hw_register onepath_hw_registers[];

#endif
