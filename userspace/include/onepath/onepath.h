/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * libonepath's control API: an NF opens ports, makes paths over them, starts
 * them, and then needs no call at all: frames are handled by run.h, inlined
 * into the NF. Everything here is a thin layer over uapi/onepath.h, which says
 * what the kernel does; a man page per call says the rest.
 *
 * Calls return 0 or a descriptor, or a negative errno; nothing is printed (but
 * by onepath_explain()), nothing exits, no thread or signal handler is made.
 * Different ports and paths may be used from different threads at once.
 */
#ifndef ONEPATH_H
#define ONEPATH_H

#include <onepath.h>
#include <onepath/run.h>
#include <stdbool.h>

#ifdef __cplusplus
extern "C" {
#endif

#define ONEPATH_NAME_BYTES 20 /* a port's name and its terminating zero */
#define ONEPATH_NODES	   "/dev/onepath"

/**
 * onepath_port_name() - writes a PCI address in its one true form
 * @text: "[domain:]bus:device.function" in hexadecimal, e.g. "3:00.0"
 * @name: receives it as the kernel writes it, e.g. "0000:03:00.0"
 *
 * Returns 0, or -EINVAL if @text is no PCI address; @name is then unchanged.
 */
int onepath_port_name(const char *text, char name[ONEPATH_NAME_BYTES]);

/**
 * onepath_port_open() - opens a port
 * @name: a PCI address as onepath_port_name() takes it, or a node's absolute path
 * @observe: false: own the port; true: information and statistics only
 *
 * Owning resets the port, which takes some tens of milliseconds, and blocks for
 * that long. Returns a descriptor (close-on-exec) that the caller closes with
 * close(2), or:
 *   -EINVAL     @name is neither a PCI address nor an absolute path
 *   -ENOENT     no such node: the port is not bound to onepath
 *   -EACCES     the node's permissions
 *   -EBUSY      the port, or one of the same IOMMU group, has another owner
 *   -EPERM      nothing confines the device's DMA
 *   -EOPNOTSUPP the platform cannot give the device memory of its own
 *   -ENODEV     the device is gone
 *   -ETIMEDOUT  the device did not answer to its reset
 *   -EMFILE, -ENFILE, -ENOMEM, -EINTR  as open(2)
 */
int onepath_port_open(const char *name, bool observe);

/**
 * onepath_port_info() - what a port is and how it does
 * @port: a port's descriptor of either kind
 * @info: receives the answer, see uapi/onepath.h
 *
 * Does not block. Returns 0, -ENODEV, -EBADF, or -ENOTTY if @port is no port.
 */
int onepath_port_info(int port, struct onepath_port_info *info);

/**
 * onepath_port_filter() - chooses which frames a port receives
 * @port: a descriptor that owns the port
 * @flags: ONEPATH_FILTER_*, or 0 for broadcast and the port's own address alone
 *
 * Also while paths run. Blocks for some milliseconds at most. Returns 0, or:
 *   -EINVAL     a flag is unknown
 *   -EBADF      @port is no descriptor, or only observes
 *   -ENOTTY     @port is no port
 *   -ENODEV     the device is gone
 *   -EIO        the port was reset, as a queue did not stop: close it
 *   -ETIMEDOUT  receive did not stop for the change; nothing changed
 *   -EINTR      a signal came before anything was changed
 */
int onepath_port_filter(int port, uint32_t flags);

/**
 * onepath_port_stats() - what a port counted since the module claimed it
 * @port: a port's descriptor of either kind
 * @stats: receives frames and bytes, which never go back
 *
 * Does not block. Returns 0, -ENODEV, -EBADF, or -ENOTTY if @port is no port.
 */
int onepath_port_stats(int port, struct onepath_port_stats *stats);

/**
 * onepath_path_create() - makes a path and maps it
 * @path: filled in; on failure unchanged
 * @input: descriptor that owns the receiving port
 * @outputs: descriptors that own the sending ports, ring k belongs to outputs[k]
 * @count: how many, 1..ONEPATH_OUTPUTS_MAX
 * @ring_size: descriptors per ring, a power of two,
 *	ONEPATH_RING_SIZE_MIN..ONEPATH_RING_SIZE_MAX
 *
 * The path is stopped. It holds its ports open until onepath_path_destroy().
 * May block while memory is found. Returns 0, or, with nothing left behind:
 *   -EINVAL  @count or @ring_size is out of range, or an output is no port
 *   -EBADF   the input or an output is no descriptor that owns its port
 *   -EBUSY   the input has a path already
 *   -ENOSPC  an output has no transmit queue left
 *   -EXDEV   the ports cannot share one DMA domain
 *   -EPERM   the platform does not let a device leave its firmware's mappings
 *   -EIO     a port was reset, as a queue did not stop: close it
 *   -EPROTO  the module lays memory out in a way unknown to this library
 *   -ENODEV, -ENOMEM, -EMFILE, -EAGAIN  also from mmap(2)
 */
int onepath_path_create(struct onepath_path *path, int input, const int *outputs,
			unsigned int count, unsigned int ring_size);

/**
 * onepath_path_start() - starts a path's queues
 * @path: a stopped path
 *
 * Writes the rings anew; onepath_run() may follow. Blocks for some milliseconds
 * at most. Returns 0, -EBUSY (it runs), -ENODEV, -ETIMEDOUT (a queue did not
 * start; the path stays stopped), -EIO (a port was reset: destroy the path) or
 * -EINTR.
 */
int onepath_path_start(struct onepath_path *path);

/**
 * onepath_path_stop() - stops a path's queues
 * @path: a path; stopping a stopped one succeeds
 *
 * Frames that onepath_run() took are sent first, for 100 ms at most; frames that
 * it did not take are lost. Returns 0, -ENODEV, -ETIMEDOUT (a queue did not stop,
 * its port was reset), -EIO (a port was reset before) or -EINTR.
 */
int onepath_path_stop(struct onepath_path *path);

/**
 * onepath_path_destroy() - stops a path, unmaps it, lets go of its ports
 * @path: a path made by onepath_path_create(), running or not; destroying it again
 *	does nothing
 *
 * Cannot fail: what does not stop is reset by the kernel.
 */
void onepath_path_destroy(struct onepath_path *path);

/**
 * onepath_explain() - says on standard error what failed and what to do about it
 * @error: what a call returned, or its positive errno
 * @what: what was being done, e.g. "open port"
 * @name: on what, e.g. the port's name; may be NULL
 */
void onepath_explain(int error, const char *what, const char *name);

#ifdef __cplusplus
}
#endif

#endif
