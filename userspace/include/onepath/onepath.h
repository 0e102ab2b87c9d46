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
#include <onepath/burst.h>
#include <onepath/run.h>
#include <onepath/settings.h>
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

/* What a port is opened for. */
enum onepath_access {
	ONEPATH_OWN, /* receive and send: one owner at a time */
	ONEPATH_OBSERVE, /* information, statistics, settings to read, link changes */
	ONEPATH_CONFIGURE /* the same, and settings to change, also while it has an owner */
};

/**
 * onepath_port_open() - opens a port
 * @name: a PCI address as onepath_port_name() takes it, or a node's absolute path
 * @access: what for
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
 *   -EAGAIN     the device is being reset, or is suspended
 *   -EMFILE, -ENFILE, -ENOMEM, -EINTR  as open(2)
 *
 * poll(2) of a port tells of link changes (POLLPRI, until onepath_port_info() is
 * called) and that the device is gone (POLLHUP | POLLERR).
 */
int onepath_port_open(const char *name, enum onepath_access access);

/**
 * onepath_port_info() - what a port is and how it does
 * @port: a port's descriptor of any kind
 * @info: receives the answer, see uapi/onepath.h
 *
 * Does not block. Returns 0, -ENODEV, -EAGAIN (the device is being reset, or is
 * suspended), -EBADF, or -ENOTTY if @port is no port.
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
 * @port: a port's descriptor of any kind
 * @stats: receives frames and bytes, which never go back
 *
 * Does not block. Returns 0, -ENODEV, -EBADF, or -ENOTTY if @port is no port.
 */
int onepath_port_stats(int port, struct onepath_port_stats *stats);

/**
 * onepath_port_queue_stats() - what one receive and one transmit queue of a port counted
 * @port: a port's descriptor of any kind
 * @queue: 0..ONEPATH_QUEUE_STATS_MAX - 1; the last stands for all transmit queues from
 *	there on
 * @stats: receives frames and bytes, which never go back
 *
 * Does not block. Returns 0, -EINVAL (no such queue), -ENODEV, -EBADF, or -ENOTTY.
 */
int onepath_port_queue_stats(int port, unsigned int queue, struct onepath_queue_stats *stats);

/**
 * struct onepath_path_options - what a path is made of
 * @ring_size: descriptors per ring, a power of two,
 *	ONEPATH_RING_SIZE_MIN..ONEPATH_RING_SIZE_MAX; 0 for ONEPATH_RING_SIZE_DEFAULT
 * @rx_queue: the input's receive queue, 0..ONEPATH_RX_QUEUES - 1; without RSS all frames
 *	arrive at queue 0
 * @buffer_bytes: largest frame that a buffer holds, without CRC: a multiple of
 *	ONEPATH_BUFFER_BYTES_STEP, ONEPATH_BUFFER_BYTES_MAX at most; 0 for
 *	ONEPATH_BUFFER_BYTES
 */
struct onepath_path_options {
	unsigned int ring_size;
	unsigned int rx_queue;
	unsigned int buffer_bytes;
};

#define ONEPATH_RING_SIZE_DEFAULT 256

/**
 * onepath_path_create_with() - makes a path and maps it
 * @path: filled in; on failure unchanged
 * @input: descriptor that owns the receiving port
 * @outputs: descriptors that own the sending ports, ring k belongs to outputs[k]
 * @count: how many, 1..ONEPATH_OUTPUTS_MAX
 * @options: as above; NULL for all the usual
 *
 * As onepath_path_create(), and several paths may have the same input, each another of
 * its receive queues.
 */
int onepath_path_create_with(struct onepath_path *path, int input, const int *outputs,
			     unsigned int count, const struct onepath_path_options *options);

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
 *   -EINVAL  @count or an option is out of range, or an output is no port
 *   -EBADF   the input or an output is no descriptor that owns its port
 *   -EBUSY   the input's receive queue has a path already
 *   -ENOSPC  an output has no transmit queue left
 *   -EXDEV   the ports cannot share one DMA domain
 *   -EPERM   the platform does not let a device leave its firmware's mappings
 *   -EMSGSIZE the buffers are too small for the input's MTU
 *   -EIO     a port could not be brought to life after a reset: close it
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
 * at most. Outputs whose link is down are out of service at first. Returns 0, or:
 *   -EBUSY     it runs
 *   -EMSGSIZE  the buffers are too small for the input's MTU
 *   -ETIMEDOUT a queue did not start; the path stays stopped
 *   -EAGAIN    the input is being reset, or is suspended: try again
 *   -EIO       the input could not be brought to life after a reset: destroy the path
 *   -ENODEV, -EINTR
 */
int onepath_path_start(struct onepath_path *path);

/**
 * onepath_path_stop() - stops a path's queues
 * @path: a path; stopping a stopped one succeeds
 *
 * Frames that onepath_run() took are sent first, for 20 ms at most; frames that
 * it did not take are lost. Returns 0, -ENODEV, -ETIMEDOUT (a queue did not stop,
 * its port was reset), -EIO (a port could not be brought to life after a reset) or -EINTR.
 */
int onepath_path_stop(struct onepath_path *path);

/**
 * onepath_path_arm() - asks to be woken by the next frame
 * @path: a started path, in which onepath_run() has just found nothing
 *
 * Returns 0: poll(2) of path->fd may be slept in, and tells POLLIN once a frame arrived,
 * or an output went out of service; it is asked for anew before each sleep. Or 1: call
 * onepath_run() first, there may be frames, or outputs have more than half of the
 * buffers, so that the receive queue could be empty and no frame wake anybody. Or:
 *   -EAGAIN      the path does not run: the kernel stopped it (POLLERR) or nobody started it
 *   -EOPNOTSUPP  the port has no MSI-X interrupts: poll the ring
 *   -ENODEV      a device is gone
 * Does not block. poll(2) of a path also tells POLLERR: the kernel stopped it, as a port
 * was reset, onepath_path_start() starts it again; and POLLHUP: a device is gone.
 */
int onepath_path_arm(struct onepath_path *path);

/**
 * onepath_path_wait() - sleeps until frames arrive
 * @path: a started path, in which onepath_run() has just found nothing
 * @timeout_ms: how long at most; -1 for ever, 0 not at all
 *
 * No frame is missed: one that arrived just before is noticed. Returns 1 if onepath_run()
 * is to be called, 0 if the time is over, or:
 *   -ECONNRESET  the kernel stopped the path, as a port was reset: onepath_path_start()
 *   -EINTR       a signal
 *   and as onepath_path_arm()
 */
int onepath_path_wait(struct onepath_path *path, int timeout_ms);

/**
 * onepath_eventfd() - lets an eventfd tell what poll(2) tells
 * @fd: a path's descriptor, path->fd, or one that owns a port
 * @eventfd: one is added to it whenever poll() of @fd would begin to tell of something;
 *	replaces the one before; -1 for none
 *
 * Returns 0, -EINVAL (@eventfd is none), -EBADF, or -ENOTTY.
 */
int onepath_eventfd(int fd, int eventfd);

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
