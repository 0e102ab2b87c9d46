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

/*
 * The stride is not a power of two, so that the headers of many buffers spread
 * over the cache's sets; 64 buffers fill 33 pages exactly.
 */
#define ONEPATH_BUFFER_STRIDE 2112 /* bytes from buffer to buffer */
#define ONEPATH_BUFFER_BYTES  2048 /* bytes the device may write (SRRCTL) */
#define ONEPATH_HEAD_STRIDE   64 /* bytes: each head on its own cache line */

#endif
