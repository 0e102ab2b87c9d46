/* SPDX-License-Identifier: GPL-2.0 WITH Linux-syscall-note */
/*
 * What kernel, NF and 82599 read and write together: one descriptor, and the
 * places of a path's parts. Descriptor i of every ring of a path points at
 * buffer i, for ever; the kernel writes the addresses, the NF never does.
 *
 * Ring 0 is the receive queue's and the first output's transmit queue's at
 * once, so its descriptor is read as received and written as to be sent.
 */
#ifndef ONEPATH_RING_H
#define ONEPATH_RING_H

#include <linux/types.h>

/**
 * struct onepath_descriptor - legacy descriptor, receive and transmit
 * @address: bus address of the buffer
 * @length: received: bytes in the buffer; to send: bytes to send, 0 = none
 * @cso: received: low byte of the packet checksum; to send: zero
 * @cmd: received: high byte of it; to send: ONEPATH_TX_*
 * @status: received: ONEPATH_RX_*; to send: zero
 * @errors: received: zero, frames with errors are not stored; to send: zero
 * @vlan: not used
 *
 * Datasheet 7.1.5 (legacy receive) and 7.2.3.2.2 (legacy transmit).
 */
struct onepath_descriptor {
	__le64 address;
	__le16 length;
	__u8 cso;
	__u8 cmd;
	__u8 status;
	__u8 errors;
	__le16 vlan;
};

#define ONEPATH_RX_DD  0x01 /* status: the descriptor is done */
#define ONEPATH_RX_EOP 0x02 /* status: the frame ends here */

#define ONEPATH_TX_EOP	0x01 /* cmd: the frame ends here */
#define ONEPATH_TX_IFCS 0x02 /* cmd: insert the CRC */
#define ONEPATH_TX_RS	0x08 /* cmd: write the head back when done */

/**
 * struct onepath_head - how far an output is, and whether it is in service
 * @head: the device writes it: the first descriptor that it has not sent (TDWBAL)
 * @epoch: the kernel writes it: odd while the output is out of service, because its
 *	port cannot send. Its transmit queue is stopped then, and reads nothing. It
 *	grows by one with each change; the first one after a start is 0 or 1.
 * @resume_at: the kernel writes it before it changes @epoch. Odd: the descriptor at which
 *	the output's queue was stopped (its TDT; all before it are the kernel's to count).
 *	Even: the descriptor with which it was started; 0 at the path's start.
 * @seen: the NF writes it: the last @epoch of which it knows; the kernel zeroes it at the
 *	path's start
 * @lost: the NF writes it: frames for this output that it dropped while the output was
 *	out of service, those from @resume_at on included, since the path's start; part of
 *	the statistics' tx_lost
 *
 * An output is in service for the loop once it has seen an even @epoch and stood at
 * descriptor @resume_at, until @epoch changes. Else the loop neither rings its doorbell
 * nor waits for its head.
 *
 * An NF may be anywhere between its look at @epoch and its doorbell when the output goes,
 * for any time. So the queue is not started anew before @seen is the odd @epoch: from then
 * on no doorbell is on its way. It begins where the input receives next (RDH), which is
 * where an idle NF stands. A sleeping NF is woken (POLLIN) when an output goes, to see it.
 */
struct onepath_head {
	__le32 head;
	__u32 epoch;
	__u32 resume_at;
	__u32 seen;
	__aligned_u64 lost;
};

/*
 * The stride is not a power of two, so that the headers of many buffers spread
 * over the cache's sets; with any buffer size, 64 buffers fill whole pages.
 */
#define ONEPATH_BUFFER_BYTES \
	2048 /* bytes the device may write to a buffer, unless others are asked for */
#define ONEPATH_BUFFER_GAP    64 /* the stride is larger than the buffer by so much */
#define ONEPATH_BUFFER_STRIDE (ONEPATH_BUFFER_BYTES + ONEPATH_BUFFER_GAP) /* the usual one */
#define ONEPATH_HEAD_STRIDE   64 /* bytes: each head on its own cache line */

#endif
