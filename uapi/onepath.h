/* SPDX-License-Identifier: GPL-2.0 WITH Linux-syscall-note */
/*
 * onepath's control interface: what a network function (NF) may ask of the
 * kernel. Two kinds of file descriptor take these calls:
 *
 *   port fd  open("/dev/onepath/<domain:bus:dev.fn>"): one 82599 function.
 *            O_RDWR owns it (one owner at a time), O_RDONLY observes it,
 *            O_WRONLY changes its settings without owning it.
 *   path fd  returned by ONEPATH_PATH_CREATE: one receive queue, its buffers,
 *            and one transmit queue on each output. This is what gets mapped.
 *
 * Every argument struct starts with its own size, as the caller knows it. A
 * struct only ever grows at its end: a shorter one is taken as if the rest were
 * zero, a longer one is refused (E2BIG) unless the unknown rest is zero.
 * Reserved fields and unknown flags must be zero (EINVAL).
 *
 * Errors that any call may return:
 *   EFAULT    the pointer does not lead to memory of the caller
 *   EINVAL    a size, flag or value out of the range given below
 *   E2BIG     a struct that is longer than known, with something in the rest
 *   ENODEV    the device is gone (unbound, or removed from its slot), or was
 *             found to answer no more: then until it is bound anew
 *   ENOTTY    an unknown call, or a call for the other kind of descriptor
 *   EINTR     interrupted by a signal before anything was changed
 */
#ifndef ONEPATH_UAPI_H
#define ONEPATH_UAPI_H

#include <linux/ioctl.h>
#include <linux/types.h>

#define ONEPATH_IOC_TYPE 0x82

#define ONEPATH_RING_SIZE_MIN 64 /* descriptors */
#define ONEPATH_RING_SIZE_MAX 4096 /* descriptors */
#define ONEPATH_OUTPUTS_MAX   16
#define ONEPATH_RX_QUEUES     16 /* of a port: paths that share its frames by RSS */
#define ONEPATH_TX_QUEUES     64 /* of a port: paths that have it as output */

/*
 * open() of a port node:
 *   EBUSY   another process owns the port, or a port of the same IOMMU group
 *           (the kernel log names the group and why)
 *   EPERM   nothing confines the device's DMA (no IOMMU, or one without
 *           interrupt remapping), and the module parameter
 *           allow_unsafe_noiommu or the caller's CAP_SYS_RAWIO is missing
 *   EOPNOTSUPP  the platform cannot confine the device though it has an IOMMU
 *           (DMA that is not coherent, memory that the firmware wants it to
 *           reach), or without one has no bus addresses that a process could use
 *   ETIMEDOUT  the device does not answer to its reset (see the kernel log)
 *   EAGAIN  the device is being reset, or is suspended
 *
 * An owner finds a port that was just reset, with the settings made through
 * O_WRONLY descriptors or none. Closing the last descriptor of an owner, its
 * paths' included, stops the device, resets it and turns its bus mastering off
 * before any memory is freed. Descriptors are inherited over fork() and count.
 *
 * poll() of a port:
 *   POLLPRI            the link came up or went down since this descriptor was
 *                      opened, or last asked with ONEPATH_PORT_INFO
 *   POLLHUP | POLLERR  the device is gone
 *
 * When a port has to be reset under its owner (a queue that does not stop, a
 * reset by the administrator, an error of PCI Express, suspend and resume), the
 * kernel brings it to life again by itself. Paths that have it as input are
 * interrupted: see ONEPATH_PATH_START. Others go on without that output until it
 * is back. If the port cannot be brought to life, calls answer EIO.
 */

/* struct onepath_port_info.flags */
#define ONEPATH_PORT_LINK_UP  (1u << 0)
#define ONEPATH_PORT_OWNED    (1u << 1) /* some process owns it */
#define ONEPATH_PORT_CONFINED (1u << 2) /* an IOMMU confines its DMA */

/**
 * struct onepath_port_info - what a port is and how it does
 * @size: in: sizeof(struct onepath_port_info)
 * @flags: out: ONEPATH_PORT_*
 * @mac: out: the burnt-in address, in wire order (RAL0/RAH0 after reset)
 * @reserved: out: zero
 * @speed_mbps: out: 10000, 1000, 100, or 0 while the link is down (LINKS)
 * @numa_node: out: the node the device is attached to, -1 if unknown
 * @iommu_group: out: the group's number, -1 without an IOMMU
 *
 * ONEPATH_PORT_INFO, on a port fd of any kind. Does not wait for the device.
 *   EAGAIN  the device is being reset, or is suspended
 */
struct onepath_port_info {
	__u32 size;
	__u32 flags;
	__u8 mac[6];
	__u16 reserved;
	__u32 speed_mbps;
	__s32 numa_node;
	__s32 iommu_group;
};

#define ONEPATH_PORT_INFO _IO(ONEPATH_IOC_TYPE, 0x00)

/*
 * Settings. What a descriptor that owns the port sets lasts until the port is
 * closed. What an O_WRONLY descriptor sets is in force at once, also under an
 * owner, and is what every later owner finds, until the port is unbound. Changes
 * while paths run hold receive for some milliseconds at most (datasheet 7.1.1):
 * no descriptor is lost. What is got is read from the device's registers; it
 * takes a descriptor of any kind, and on a port that nobody owns tells the
 * settings that the next owner will find.
 *
 * Errors of all of them:
 *   EBADF      to set: the descriptor only observes the port
 *   EAGAIN     the device is being reset, or is suspended
 *   EIO        the port could not be brought to life after a reset: close it
 *   ETIMEDOUT  the receive unit did not stop for the change; nothing changed
 */

/* struct onepath_port_config.set: the fields that are meant */
#define ONEPATH_CONFIG_FILTER (1u << 0)
#define ONEPATH_CONFIG_MTU    (1u << 1)
#define ONEPATH_CONFIG_PAUSE  (1u << 2)
#define ONEPATH_CONFIG_SPEEDS (1u << 3)

/* .filter; broadcast and the port's own address always pass */
#define ONEPATH_FILTER_PROMISCUOUS   (1u << 0) /* all unicast (FCTRL.UPE) */
#define ONEPATH_FILTER_ALL_MULTICAST (1u << 1) /* all multicast (FCTRL.MPE) */

/* .pause, IEEE 802.3 annex 31B */
#define ONEPATH_PAUSE_RX (1u << 0) /* the port stops sending when told to (MFLCN.RFCE) */
#define ONEPATH_PAUSE_TX (1u << 1) /* it tells its peer to stop (FCCFG.TFCE) */

/* .speeds */
#define ONEPATH_SPEED_1G  (1u << 0)
#define ONEPATH_SPEED_10G (1u << 1)

#define ONEPATH_MTU_MIN 68
#define ONEPATH_MTU_MAX 9706

/**
 * struct onepath_port_config - what a port receives, and how it talks to its peer
 * @size: in: sizeof(struct onepath_port_config)
 * @set: in, SET: ONEPATH_CONFIG_*; got: all that this kernel knows
 * @filter: ONEPATH_FILTER_*; at first 0 (FCTRL, 8.2.3.7.1)
 * @mtu: ONEPATH_MTU_MIN..ONEPATH_MTU_MAX bytes after the Ethernet header, VLAN tags
 *	not counted; at first 1500. Longer frames are dropped (MAXFRS, 8.2.3.22.13)
 * @pause: ONEPATH_PAUSE_*; at first 0. With ONEPATH_PAUSE_TX a frame that finds no
 *	descriptor waits in the port instead of being dropped, and all others behind it:
 *	a path that is slow then holds up the port's other paths
 * @speeds: the speeds that the link may take, ONEPATH_SPEED_*, at least one; at
 *	first as the EEPROM says. An SFP+ port takes one of them, other kinds of ports
 *	none but the first. Changing it takes the link down for a moment (AUTOC)
 *
 * ONEPATH_PORT_CONFIG_SET and ONEPATH_PORT_CONFIG_GET.
 *   EINVAL      SET: an unknown field, or a value out of its range
 *   EMSGSIZE    SET: a path of the port has buffers too small for the MTU
 *   EOPNOTSUPP  SET: the port's kind of link cannot do those speeds
 */
struct onepath_port_config {
	__u32 size;
	__u32 set;
	__u32 filter;
	__u32 mtu;
	__u32 pause;
	__u32 speeds;
};

#define ONEPATH_PORT_CONFIG_SET _IO(ONEPATH_IOC_TYPE, 0x10)
#define ONEPATH_PORT_CONFIG_GET _IO(ONEPATH_IOC_TYPE, 0x11)

#define ONEPATH_ADDRESSES_MAX 127

/**
 * struct onepath_port_addresses - more addresses that a port receives
 * @size: in: sizeof(struct onepath_port_addresses)
 * @count: in, SET: how many, 0..ONEPATH_ADDRESSES_MAX; in, GET: room for how many;
 *	out, GET: how many there are (no more than there is room for are stored)
 * @addresses: in: address of @count * 6 bytes, each address in wire order, unicast or
 *	multicast, none of them zero
 *
 * ONEPATH_PORT_ADDRESSES_SET replaces them all, ONEPATH_PORT_ADDRESSES_GET reads them
 * back. They match exactly (RAL, RAH 1..127; 7.1.1.1.1).
 *   EINVAL  @count is too large, or an address is zero
 */
struct onepath_port_addresses {
	__u32 size;
	__u32 count;
	__aligned_u64 addresses;
};

#define ONEPATH_PORT_ADDRESSES_SET _IO(ONEPATH_IOC_TYPE, 0x12)
#define ONEPATH_PORT_ADDRESSES_GET _IO(ONEPATH_IOC_TYPE, 0x13)

/* struct onepath_port_vlans.flags */
#define ONEPATH_VLAN_FILTER (1u << 0) /* tagged frames pass only if @ids has their tag */

/**
 * struct onepath_port_vlans - which VLANs a port receives
 * @size: in: sizeof(struct onepath_port_vlans)
 * @flags: ONEPATH_VLAN_*; at first 0: all pass (VLNCTRL.VFE, 7.1.1.2)
 * @ids: bit (id % 32) of word (id / 32) is set: the VLAN passes (VFTA). Frames without
 *	a tag always pass.
 *
 * ONEPATH_PORT_VLANS_SET and ONEPATH_PORT_VLANS_GET.
 *   EINVAL  an unknown flag
 */
struct onepath_port_vlans {
	__u32 size;
	__u32 flags;
	__u32 ids[128];
};

#define ONEPATH_PORT_VLANS_SET _IO(ONEPATH_IOC_TYPE, 0x14)
#define ONEPATH_PORT_VLANS_GET _IO(ONEPATH_IOC_TYPE, 0x15)

/* struct onepath_port_rss.hash: what is hashed of which packets; all others go to queue 0 */
#define ONEPATH_RSS_IPV4     (1u << 0)
#define ONEPATH_RSS_TCP_IPV4 (1u << 1)
#define ONEPATH_RSS_UDP_IPV4 (1u << 2)
#define ONEPATH_RSS_IPV6     (1u << 3)
#define ONEPATH_RSS_TCP_IPV6 (1u << 4)
#define ONEPATH_RSS_UDP_IPV6 (1u << 5)

#define ONEPATH_RSS_KEY_BYTES	  40
#define ONEPATH_RSS_TABLE_ENTRIES 128

/**
 * struct onepath_port_rss - how a port spreads its frames over its receive queues
 * @size: in: sizeof(struct onepath_port_rss)
 * @hash: ONEPATH_RSS_*; at first 0: all frames go to queue 0 (MRQC, 7.1.2.8.1)
 * @key: of the Toeplitz hash (RSSRK). With 0x6d 0x5a repeated, both directions of a flow
 *	have the same hash.
 * @table: the receive queue, 0..ONEPATH_RX_QUEUES - 1, for the low seven bits of the
 *	hash (RETA). Frames for a queue that no running path has are dropped.
 *
 * ONEPATH_PORT_RSS_SET and ONEPATH_PORT_RSS_GET.
 *   EINVAL  an unknown hash, or a queue out of range
 */
struct onepath_port_rss {
	__u32 size;
	__u32 hash;
	__u8 key[ONEPATH_RSS_KEY_BYTES];
	__u8 table[ONEPATH_RSS_TABLE_ENTRIES];
};

#define ONEPATH_PORT_RSS_SET _IO(ONEPATH_IOC_TYPE, 0x16)
#define ONEPATH_PORT_RSS_GET _IO(ONEPATH_IOC_TYPE, 0x17)

/**
 * struct onepath_port_stats - what a port counted since the module claimed it
 * @size: in: sizeof(struct onepath_port_stats)
 * @reserved: out: zero
 * @rx_frames: out: good frames that reached a buffer (QPRC)
 * @rx_bytes: out: their bytes, without CRC (QBRC)
 * @rx_missed: out: good frames dropped, no descriptor was free (QPRDC, RXMPC)
 * @rx_filtered: out: good frames that no filter let in (RXNFGPC less GPRC)
 * @rx_oversize: out: dropped, longer than the MTU allows (ROC)
 * @rx_crc_errors: out: dropped, with a wrong CRC (CRCERRS)
 * @rx_length_errors: out: dropped, too short or of a wrong length (RUC, RFC, RJC, RLEC)
 * @rx_other_errors: out: illegal symbols and error bytes (ILLERRC, ERRBC)
 * @tx_frames: out: good frames sent (GPTC)
 * @tx_bytes: out: their bytes, with CRC (GOTC)
 * @tx_lost: out: frames for this port that were dropped, as it could not send: the link
 *	was down, it was paused or stuck for long, or reset. Partly the NFs' own count.
 * @rx_pause: out: PAUSE frames obeyed (LXOFFRXCNT)
 * @tx_pause: out: PAUSE frames sent (LXOFFTXC)
 * @link_changes: out: how often the link came up or went down while somebody owned the port
 *
 * ONEPATH_PORT_STATS, on a port fd of any kind. Bytes are of the frames on the wire,
 * without preamble. An NF that reads the counters of its receive queues, which lie in its
 * doorbell page, takes them away from these sums. The hardware's counters clear when read; the
 * sums kept here never go back while the module stays bound, whoever owns the port in
 * between. Does not wait for the device; while it is being reset, or is suspended, tells
 * the sums up to then.
 */
struct onepath_port_stats {
	__u32 size;
	__u32 reserved;
	__u64 rx_frames;
	__u64 rx_bytes;
	__u64 rx_missed;
	__u64 rx_filtered;
	__u64 rx_oversize;
	__u64 rx_crc_errors;
	__u64 rx_length_errors;
	__u64 rx_other_errors;
	__u64 tx_frames;
	__u64 tx_bytes;
	__u64 tx_lost;
	__u64 rx_pause;
	__u64 tx_pause;
	__u64 link_changes;
};

#define ONEPATH_PORT_STATS _IO(ONEPATH_IOC_TYPE, 0x02)

#define ONEPATH_QUEUE_STATS_MAX 16

/**
 * struct onepath_queue_stats - what one receive and one transmit queue of a port counted
 * @size: in: sizeof(struct onepath_queue_stats)
 * @queue: in: 0..ONEPATH_QUEUE_STATS_MAX - 1; the last one stands for all transmit
 *	queues from there on
 * @rx_frames: out: frames received into the queue's buffers: into a path (QPRC)
 * @rx_bytes: out: their bytes, without CRC (QBRC)
 * @rx_missed: out: good frames dropped, no descriptor was free (QPRDC)
 * @tx_frames: out: frames sent from the queue: of one output of a path (QPTC)
 * @tx_bytes: out: their bytes (QBTC)
 * @tx_lost: out: see struct onepath_port_stats
 *
 * ONEPATH_QUEUE_STATS, on a port fd of any kind; ONEPATH_PATH_INFO tells which queues
 * a path has. As ONEPATH_PORT_STATS otherwise.
 *   EINVAL  @queue is out of range
 */
struct onepath_queue_stats {
	__u32 size;
	__u32 queue;
	__u64 rx_frames;
	__u64 rx_bytes;
	__u64 rx_missed;
	__u64 tx_frames;
	__u64 tx_bytes;
	__u64 tx_lost;
};

#define ONEPATH_QUEUE_STATS _IO(ONEPATH_IOC_TYPE, 0x07)

#define ONEPATH_BUFFER_BYTES_STEP 1024
#define ONEPATH_BUFFER_BYTES_MAX  16384

/**
 * struct onepath_path_create - what a path is made of
 * @size: in: sizeof(struct onepath_path_create)
 * @flags: in: zero
 * @ring_size: in: descriptors per ring, a power of two,
 *	ONEPATH_RING_SIZE_MIN..ONEPATH_RING_SIZE_MAX
 * @output_count: in: 1..ONEPATH_OUTPUTS_MAX
 * @outputs: in: address of @output_count port fds (__s32), each of which owns
 *	its port. The input may be among them, and a port may stand twice.
 * @rx_queue: in: the input's receive queue, 0..ONEPATH_RX_QUEUES - 1; without RSS all
 *	frames arrive at queue 0
 * @buffer_bytes: in: largest frame that a buffer holds, without CRC: a multiple of
 *	ONEPATH_BUFFER_BYTES_STEP up to ONEPATH_BUFFER_BYTES_MAX, or 0 for 2048
 *
 * ONEPATH_PATH_CREATE, on the input's port fd, which must own it. Returns the
 * path fd (close-on-exec). The path keeps its ports open: a port is released
 * when its own fd and every path that uses it are closed. Ports reach the memory
 * of the paths that they share with others, and of these others' paths, for as
 * long as they share one. May sleep for memory.
 *   EBADF   an output is no open descriptor, or one that does not own its port
 *   EINVAL  an output is no port fd at all
 *   EBUSY   the input's receive queue has a path already
 *   ENOSPC  an output has no free transmit queue
 *   EXDEV   the ports were not opened by the same process, or lie in two DMA domains
 *           that both have paths already, or (without an IOMMU) have no bus address
 *           in common
 *   EMSGSIZE  the buffers are too small for the input's MTU
 *   EIO     a port could not be brought to life after a reset: close it
 *   EAGAIN  a port is being reset, or is suspended
 *   EPERM   the platform does not let the device leave its firmware's mappings
 *   ENOMEM, EMFILE
 */
struct onepath_path_create {
	__u32 size;
	__u32 flags;
	__u32 ring_size;
	__u32 output_count;
	__aligned_u64 outputs;
	__u32 rx_queue;
	__u32 buffer_bytes;
};

#define ONEPATH_PATH_CREATE _IO(ONEPATH_IOC_TYPE, 0x03)

/*
 * A path's memory, by mmap() of the path fd. Each area is mapped whole, from
 * its offset, MAP_SHARED, without PROT_EXEC; all else is EINVAL (EPERM for
 * PROT_EXEC from kernels that allow it on no such file). Mappings are not
 * inherited over fork(), cannot grow and are not dumped.
 */
#define ONEPATH_MMAP_BUFFERS   0x000000000ull
#define ONEPATH_MMAP_RINGS     0x100000000ull
#define ONEPATH_MMAP_DOORBELLS 0x200000000ull

/* struct onepath_path_info.flags */
#define ONEPATH_PATH_RUNNING	 (1u << 0)
#define ONEPATH_PATH_INTERRUPTED (1u << 1) /* the kernel stopped it: start it again */

/**
 * struct onepath_path_info - where a path's things are
 * @size: in: sizeof(struct onepath_path_info)
 * @flags: out: ONEPATH_PATH_*
 * @ring_size: out: N, descriptors per ring
 * @output_count: out: rings, one for each output
 * @buffer_bytes: out: largest frame a buffer holds, without CRC
 * @buffer_stride: out: bytes from one buffer to the next
 * @ring_stride: out: bytes from one ring to the next, in the rings area
 * @heads_offset: out: where the first head lies in the rings area; head k, a struct
 *	onepath_head, is ONEPATH_HEAD_STRIDE * k bytes further
 * @rdt_offset: out: the input's RDT, in the doorbell area
 * @rx_queue: out: the input's receive queue
 * @buffers_size: out: bytes to map at ONEPATH_MMAP_BUFFERS
 * @rings_size: out: bytes to map at ONEPATH_MMAP_RINGS
 * @doorbells_size: out: bytes to map at ONEPATH_MMAP_DOORBELLS
 * @tdt_offset: out: the TDT of each output, in the doorbell area
 * @tx_queue: out: the transmit queue of each output
 *
 * ONEPATH_PATH_INFO, on a path fd. Does not block.
 */
struct onepath_path_info {
	__u32 size;
	__u32 flags;
	__u32 ring_size;
	__u32 output_count;
	__u32 buffer_bytes;
	__u32 buffer_stride;
	__u32 ring_stride;
	__u32 heads_offset;
	__u32 rdt_offset;
	__u32 rx_queue;
	__aligned_u64 buffers_size;
	__aligned_u64 rings_size;
	__aligned_u64 doorbells_size;
	__u32 tdt_offset[ONEPATH_OUTPUTS_MAX];
	__u32 tx_queue[ONEPATH_OUTPUTS_MAX];
};

#define ONEPATH_PATH_INFO _IO(ONEPATH_IOC_TYPE, 0x04)

/*
 * ONEPATH_PATH_START, on a path fd, without argument. Writes every descriptor
 * anew (whatever the NF left there), zeroes the heads, starts the transmit
 * queues, then the receive queue, and gives it descriptors 0..N-2. From then on
 * the doorbell area reaches the device; before, and after STOP, it is plain
 * memory that nobody reads. Blocks for some milliseconds at most. Outputs whose
 * link is down are out of service at first (struct onepath_head).
 *   EBUSY      it runs already
 *   EMSGSIZE   the buffers are too small for the input's MTU
 *   ETIMEDOUT  a queue did not start; the path stays stopped
 *   EAGAIN     the input is being reset, or is suspended: try again
 *   EIO        the input could not be brought to life after a reset: close it
 *
 * ONEPATH_PATH_STOP, on a path fd, without argument. Stops the receive queue,
 * lets the transmit queues finish what they have (for 20 ms at most), stops
 * them. Stopping a stopped path does nothing and succeeds.
 *   ETIMEDOUT  a queue did not stop, so its port was reset, which interrupts the
 *              paths that have it as input
 */
#define ONEPATH_PATH_START _IO(ONEPATH_IOC_TYPE, 0x05)
#define ONEPATH_PATH_STOP  _IO(ONEPATH_IOC_TYPE, 0x06)

/**
 * struct onepath_path_arm - asks for an interrupt when frames arrive
 * @size: in: sizeof(struct onepath_path_arm)
 * @next: in: the descriptor into which the next frame will be received, 0..N-1
 *
 * ONEPATH_PATH_ARM, on a path fd, before sleeping in poll(). From then on the next
 * frame that is received makes the path readable, once, until it is armed again.
 * Returns 0, or 1 if a frame waits in @next already, or something else is to be
 * told: then nothing is armed, the path is readable. So no wake-up is lost: poll
 * the ring, arm, sleep only if 0 was returned. Does not block. Interrupts come
 * at most every 10 microseconds (EITR, 7.3.2).
 *   EINVAL      @next is out of range
 *   EOPNOTSUPP  the port has no MSI-X interrupts: poll the ring
 *   EAGAIN      the path does not run
 *
 * poll() of a path:
 *   POLLIN             since it was armed, a frame arrived
 *   POLLERR            the kernel stopped it, as a port was reset: start it again
 *   POLLHUP | POLLERR  one of its devices is gone
 */
struct onepath_path_arm {
	__u32 size;
	__u32 next;
};

#define ONEPATH_PATH_ARM _IO(ONEPATH_IOC_TYPE, 0x08)

/**
 * struct onepath_eventfd - an eventfd to be signalled
 * @size: in: sizeof(struct onepath_eventfd)
 * @flags: in: zero
 * @fd: in: the eventfd, or -1 for none; replaces the one before
 * @reserved: in: zero
 *
 * ONEPATH_EVENTFD, on a path fd, or on a port fd that owns the port. One is added to
 * the eventfd's counter whenever poll() would begin to tell of something.
 *   EINVAL  @fd is no eventfd
 *   EBADF   @fd is no open descriptor; or the port's fd only observes
 */
struct onepath_eventfd {
	__u32 size;
	__u32 flags;
	__s32 fd;
	__u32 reserved;
};

#define ONEPATH_EVENTFD _IO(ONEPATH_IOC_TYPE, 0x09)

#endif
