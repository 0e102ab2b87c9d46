/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * A port's settings, set and read back. What an owner sets lasts until it closes the
 * port; what is set through ONEPATH_CONFIGURE is in force at once, and is what every later
 * owner finds. Setting while paths run holds receive for some milliseconds, no more.
 *
 * All return 0, unless it says otherwise, or a negative errno:
 *   -EBADF      @port is no descriptor; or, to set, it only observes
 *   -ENOTTY     @port is no port
 *   -EINVAL     a value is out of its range
 *   -EAGAIN     the device is being reset, or is suspended
 *   -EIO        the port could not be brought to life after a reset: close it
 *   -ETIMEDOUT  to set: receive did not stop for the change; nothing changed
 *   -ENODEV     the device is gone
 *   -EINTR      a signal came before anything was changed
 */
#ifndef ONEPATH_SETTINGS_H
#define ONEPATH_SETTINGS_H

#include <onepath.h>
#include <stdbool.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

/**
 * onepath_port_get_config() - reads what a port receives, and how it talks to its peer
 * @port: a port's descriptor of any kind
 * @config: filled; see uapi/onepath.h
 */
int onepath_port_get_config(int port, struct onepath_port_config *config);

/**
 * onepath_port_set_config() - changes it
 * @port: a descriptor that owns the port, or configures it
 * @config: the fields that @config->set names (ONEPATH_CONFIG_*); @config->size does not
 *	matter
 *
 * Also -EMSGSIZE: a path's buffers are too small for the MTU, and -EOPNOTSUPP: the port's
 * kind of link cannot do those speeds.
 */
int onepath_port_set_config(int port, const struct onepath_port_config *config);

/**
 * onepath_port_get_addresses() - reads which addresses a port receives beside its own
 * @port: a port's descriptor of any kind
 * @addresses: room for @count of them, 6 bytes each, in wire order
 * @count: how many fit; ONEPATH_ADDRESSES_MAX is enough
 *
 * Returns how many there are.
 */
int onepath_port_get_addresses(int port, uint8_t (*addresses)[6], unsigned int count);

/**
 * onepath_port_set_addresses() - replaces them
 * @port: a descriptor that owns the port, or configures it
 * @addresses: unicast or multicast, in wire order, none of them zero
 * @count: 0..ONEPATH_ADDRESSES_MAX
 */
int onepath_port_set_addresses(int port, const uint8_t (*addresses)[6], unsigned int count);

/**
 * onepath_port_get_vlans() - reads which VLANs a port receives
 * @port: a port's descriptor of any kind
 * @vlans: filled; see uapi/onepath.h
 */
int onepath_port_get_vlans(int port, struct onepath_port_vlans *vlans);

/**
 * onepath_port_set_vlans() - changes it
 * @port: a descriptor that owns the port, or configures it
 * @vlans: @vlans->size does not matter
 */
int onepath_port_set_vlans(int port, const struct onepath_port_vlans *vlans);

/**
 * onepath_port_get_rss() - reads how a port spreads its frames over its receive queues
 * @port: a port's descriptor of any kind
 * @rss: filled; see uapi/onepath.h
 */
int onepath_port_get_rss(int port, struct onepath_port_rss *rss);

/**
 * onepath_port_set_rss() - changes it
 * @port: a descriptor that owns the port, or configures it
 * @rss: e.g. of onepath_rss_symmetric(); @rss->size does not matter
 */
int onepath_port_set_rss(int port, const struct onepath_port_rss *rss);

/**
 * onepath_rss_symmetric() - makes settings that keep both directions of a flow together
 * @rss: filled: a key with which both have the same hash, an even table, and all kinds
 *	of packets hashed; with one queue none, so that all frames go to queue 0
 * @queues: over how many receive queues, 1..ONEPATH_RX_QUEUES
 *
 * Returns 0, or -EINVAL if @queues is out of range. Calls nothing.
 */
int onepath_rss_symmetric(struct onepath_port_rss *rss, unsigned int queues);

#ifdef __cplusplus
}
#endif

#endif
