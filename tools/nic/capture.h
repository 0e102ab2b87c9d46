/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * A capture of what passes between ports and their wires, of whatever kind, as
 * a pcapng file: one interface for each port, the direction and errors of each
 * frame, time in nanoseconds.
 */
#ifndef CAPTURE_H
#define CAPTURE_H

#include <stddef.h>
#include <stdint.h>

/* A packet's epb_flags. */
#define CAPTURE_IN	     0x00000001u
#define CAPTURE_OUT	     0x00000002u
#define CAPTURE_CRC_ERROR    0x01000000u
#define CAPTURE_SYMBOL_ERROR 0x80000000u

/* A port's part in a file. */
struct capture;

/*
 * The port @name is captured to @path, which is replaced unless another port is captured to it now.
 * Returns 0 or -errno.
 */
int capture_start(const char *path, const char *name, struct capture **capture);

/* Without CRC. What cannot be written is reported once; the file then ends before it. */
void capture_frame(struct capture *capture, const uint8_t *frame, size_t len, uint32_t flags);

/* Others can read what was captured. 0, or -EIO if it could not be written. */
int capture_flush(struct capture *capture);

void capture_stop(struct capture *capture);

#endif
