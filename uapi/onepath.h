/* SPDX-License-Identifier: GPL-2.0 WITH Linux-syscall-note */
/*
 * onepath's control interface: what a network function (NF) may ask of the
 * kernel. Two kinds of file descriptor take these calls:
 *
 *   port fd  open("/dev/onepath/<domain:bus:dev.fn>"): one 82599 function.
 *            O_RDWR owns it (one owner at a time), O_RDONLY observes it.
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

/*
 * open() of a port node:
 *   EBUSY   another process owns the port, or a port of the same IOMMU group
 *           (the kernel log names the group and why)
 *   EPERM   nothing confines the device's DMA (no IOMMU, or one without
 *           interrupt remapping), and the module parameter
 *           allow_unsafe_noiommu or the caller's CAP_SYS_RAWIO is missing
 *   EINVAL  opened O_WRONLY
 *   EOPNOTSUPP  the platform cannot confine the device though it has an IOMMU
 *           (DMA that is not coherent, memory that the firmware wants it to
 *           reach), or without one has no bus addresses that a process could use
 *   ETIMEDOUT  the device does not answer to its reset (see the kernel log)
 *
 * Closing the last descriptor of an owner, its paths' included, stops the
 * device, resets it and turns its bus mastering off before any memory is freed.
 * poll() says POLLHUP | POLLERR when the device is gone, and nothing else.
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
 * ONEPATH_PORT_INFO, on a port fd of either kind. Does not block.
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

/* struct onepath_port_filter.flags; broadcast and the port's own address always pass */
#define ONEPATH_FILTER_PROMISCUOUS   (1u << 0) /* all unicast (FCTRL.UPE) */
#define ONEPATH_FILTER_ALL_MULTICAST (1u << 1) /* all multicast (FCTRL.MPE) */

/**
 * struct onepath_port_filter - which frames a port receives
 * @size: in: sizeof(struct onepath_port_filter)
 * @flags: in: ONEPATH_FILTER_*; what is not set is off
 *
 * ONEPATH_PORT_FILTER, on a port fd that owns the port. May be called while
 * paths run: receive is held for the change (datasheet 7.1.1) and no descriptor
 * is lost. Blocks for some milliseconds at most.
 *   EBADF      the descriptor only observes the port
 *   EIO        the port had to be reset (ETIMEDOUT of a STOP): close it
 *   ETIMEDOUT  the receive unit did not stop for the change; nothing changed
 */
struct onepath_port_filter {
	__u32 size;
	__u32 flags;
};

#define ONEPATH_PORT_FILTER _IO(ONEPATH_IOC_TYPE, 0x01)

/**
 * struct onepath_port_stats - what a port counted since the module claimed it
 * @size: in: sizeof(struct onepath_port_stats)
 * @reserved: out: zero
 * @rx_frames: out: good frames that reached a buffer (QPRC)
 * @rx_bytes: out: their bytes, without CRC (QBRC)
 * @rx_missed: out: good frames dropped, no descriptor was free (QPRDC, RXMPC)
 * @rx_crc_errors: out: frames with a wrong CRC (CRCERRS)
 * @rx_length_errors: out: too long, too short or of a wrong length
 *	(ROC, RUC, RFC, RJC, RLEC)
 * @rx_other_errors: out: illegal symbols and error bytes (ILLERRC, ERRBC)
 * @tx_frames: out: good frames sent (GPTC)
 * @tx_bytes: out: their bytes, with CRC (GOTC)
 *
 * ONEPATH_PORT_STATS, on a port fd of either kind. The hardware's counters
 * clear when read; the sums kept here never go back while the module stays
 * bound. Does not block.
 */
struct onepath_port_stats {
	__u32 size;
	__u32 reserved;
	__u64 rx_frames;
	__u64 rx_bytes;
	__u64 rx_missed;
	__u64 rx_crc_errors;
	__u64 rx_length_errors;
	__u64 rx_other_errors;
	__u64 tx_frames;
	__u64 tx_bytes;
};

#define ONEPATH_PORT_STATS _IO(ONEPATH_IOC_TYPE, 0x02)

/**
 * struct onepath_path_create - what a path is made of
 * @size: in: sizeof(struct onepath_path_create)
 * @flags: in: zero
 * @ring_size: in: descriptors per ring, a power of two,
 *	ONEPATH_RING_SIZE_MIN..ONEPATH_RING_SIZE_MAX
 * @output_count: in: 1..ONEPATH_OUTPUTS_MAX
 * @outputs: in: address of @output_count port fds (__s32), each of which owns
 *	its port. The input may be among them, and a port may stand twice.
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
 *   EXDEV   the ports lie in two DMA domains that both have paths already, or
 *           (without an IOMMU) have no bus address in common
 *   EIO     a port had to be reset (ETIMEDOUT of a STOP): close it
 *   EPERM   the platform does not let the device leave its firmware's mappings
 *   ENOMEM, EMFILE
 */
struct onepath_path_create {
	__u32 size;
	__u32 flags;
	__u32 ring_size;
	__u32 output_count;
	__aligned_u64 outputs;
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
#define ONEPATH_PATH_RUNNING (1u << 0)

/**
 * struct onepath_path_info - where a path's things are
 * @size: in: sizeof(struct onepath_path_info)
 * @flags: out: ONEPATH_PATH_*
 * @ring_size: out: N, descriptors per ring
 * @output_count: out: rings, one for each output
 * @buffer_bytes: out: largest frame a buffer holds, without CRC
 * @buffer_stride: out: bytes from one buffer to the next
 * @ring_stride: out: bytes from one ring to the next, in the rings area
 * @heads_offset: out: where the first head lies in the rings area; head k is a
 *	little-endian 32-bit word ONEPATH_HEAD_STRIDE * k bytes further
 * @rdt_offset: out: the input's RDT, in the doorbell area
 * @reserved: out: zero
 * @buffers_size: out: bytes to map at ONEPATH_MMAP_BUFFERS
 * @rings_size: out: bytes to map at ONEPATH_MMAP_RINGS
 * @doorbells_size: out: bytes to map at ONEPATH_MMAP_DOORBELLS
 * @tdt_offset: out: the TDT of each output, in the doorbell area
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
	__u32 reserved;
	__aligned_u64 buffers_size;
	__aligned_u64 rings_size;
	__aligned_u64 doorbells_size;
	__u32 tdt_offset[ONEPATH_OUTPUTS_MAX];
};

#define ONEPATH_PATH_INFO _IO(ONEPATH_IOC_TYPE, 0x04)

/*
 * ONEPATH_PATH_START, on a path fd, without argument. Writes every descriptor
 * anew (whatever the NF left there), zeroes the heads, starts the transmit
 * queues, then the receive queue, and gives it descriptors 0..N-2. From then on
 * the doorbell area reaches the device; before, and after STOP, it is plain
 * memory that nobody reads. Blocks for some milliseconds at most.
 *   EBUSY      it runs already
 *   ETIMEDOUT  a queue did not start; the path stays stopped
 *   EIO        a port had to be reset since (ETIMEDOUT of a STOP): close it
 *
 * ONEPATH_PATH_STOP, on a path fd, without argument. Stops the receive queue,
 * lets the transmit queues finish what they have (for 100 ms at most), stops
 * them. Stopping a stopped path does nothing and succeeds.
 *   ETIMEDOUT  a queue did not stop, so its port was reset, which ends every
 *              path of that port
 *   EIO        a port had to be reset before
 */
#define ONEPATH_PATH_START _IO(ONEPATH_IOC_TYPE, 0x05)
#define ONEPATH_PATH_STOP  _IO(ONEPATH_IOC_TYPE, 0x06)

#endif
