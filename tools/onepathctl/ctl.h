/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * onepathctl's parts: a verb per file, over devices (device.c: which 82599s there
 * are and in what state), sysfs (sysfs.c: reading and writing attributes), records
 * (record.c: which driver a device had before onepath), bound ports (port.c), their
 * settings (settings.c) and counters (counters.c).
 */
#ifndef CTL_H
#define CTL_H

#include <onepath/onepath.h>
#include <signal.h>
#include <stdbool.h>
#include <stddef.h>

#define CTL_DRIVER     "onepath"
#define CTL_TEXT_BYTES 64 /* a driver's or an interface's name */
#define CTL_PATH_BYTES 512

#define CTL_EXIT_USAGE 2

/**
 * struct ctl_device - an 82599 as sysfs shows it
 * @address: PCI address in its full form
 * @model: its name in ids.h
 * @device_id: PCI device id
 * @driver: its driver, "" without one
 * @override: driver_override, "" if not set
 * @interface: its network interface, "" without one
 * @iommu_group: number, or -1
 * @numa_node: number, or -1
 */
struct ctl_device {
	char address[ONEPATH_NAME_BYTES];
	const char *model;
	unsigned int device_id;
	char driver[CTL_TEXT_BYTES];
	char override[CTL_TEXT_BYTES];
	char interface[CTL_TEXT_BYTES];
	int iommu_group;
	int numa_node;
};

/**
 * struct ctl_record - what a device was before it was bound
 * @driver: its driver, "" without one
 * @override: its driver_override, "" if not set
 */
struct ctl_record {
	char driver[CTL_TEXT_BYTES];
	char override[CTL_TEXT_BYTES];
};

/* Verbs: main.c calls them with the arguments from the verb on; they return the exit status. */
int ctl_list(int argc, char **argv);
int ctl_bind(int argc, char **argv);
int ctl_unbind(int argc, char **argv);
int ctl_info(int argc, char **argv);
int ctl_set(int argc, char **argv);
int ctl_stats(int argc, char **argv);
int ctl_link(int argc, char **argv);

/* Says "onepathctl: ..." on standard error, as printf() would. */
void ctl_error(const char *format, ...) __attribute__((format(printf, 1, 2)));
/* Says what failed with a device, and why by its errno @err. */
void ctl_device_error(const struct ctl_device *device, const char *what, int err);

/**
 * struct ctl_options - the options of all verbs
 * @json: -j, --json
 * @force: -f, --force
 * @queues: -q, --queues
 * @watch: -w, --watch
 * @seconds: its argument, 1 without
 */
struct ctl_options {
	bool json, force, queues, watch;
	double seconds;
};

/*
 * Reads a verb's options, of which it has those whose letters are in @letters: --help prints
 * @help and exits, what the verb does not have exits with CTL_EXIT_USAGE. Returns the index
 * of the first argument that is no option.
 */
int ctl_options(int argc, char **argv, const char *help, const char *letters,
		struct ctl_options *options);

/*
 * sysfs: @path is relative to sysfs's root (environment ONEPATH_SYSFS, else /sys).
 * Calls return 0 or -errno, or what their comment says.
 */
int ctl_sysfs_path(char full[CTL_PATH_BYTES], const char *format, ...)
	__attribute__((format(printf, 2, 3)));
bool ctl_sysfs_exists(const char *format, ...) __attribute__((format(printf, 1, 2)));
/* First line of an attribute, without its newline. */
int ctl_sysfs_read(char *text, size_t bytes, const char *format, ...)
	__attribute__((format(printf, 3, 4)));
/* @text and a newline, in one write. */
int ctl_sysfs_write(const char *text, const char *format, ...)
	__attribute__((format(printf, 2, 3)));
/* Last part of what a link points at; "" without the link. */
void ctl_sysfs_link(char *name, size_t bytes, const char *format, ...)
	__attribute__((format(printf, 3, 4)));

/* Reads one device. Returns false, having said why, if there is no such 82599. */
bool ctl_device_find(struct ctl_device *device, const char *address);
/* All 82599s in the order of their addresses: allocated, free() it. Returns how many, or -errno. */
int ctl_devices_read(struct ctl_device **devices);
/* What `list` and `info` both say of a device. */
struct json_object *ctl_device_json(const struct ctl_device *device);
/* Whether a device's network interface is up, that is, in use. */
bool ctl_device_is_up(const struct ctl_device *device);
/* Names, on standard error, drivers other than onepath that share the device's IOMMU group. */
void ctl_device_warn_group(const struct ctl_device *device);
/* Its driver now, which is what counts after a change. */
void ctl_device_driver(const char *address, char driver[CTL_TEXT_BYTES]);
/* Writes driver_override; "" clears it. */
int ctl_device_override(const char *address, const char *driver);
/* Takes a device from its driver and gives it to @driver, "" for none. */
int ctl_device_move(const char *address, const char *driver);

/* Records, in /run/onepath (environment ONEPATH_RUN): -ENOENT if there is none. */
int ctl_record_write(const char *address, const struct ctl_record *record);
int ctl_record_read(const char *address, struct ctl_record *record);
void ctl_record_remove(const char *address);

/*
 * Opens a port that is bound to onepath. Returns its descriptor, or -1, having said why
 * not. ctl_port_error() says why a call on one failed.
 */
int ctl_port_open(struct ctl_device *device, const char *address, enum onepath_access access);
void ctl_port_error(int err, const char *what, const struct ctl_device *device);

/* What a port is set to. */
struct ctl_settings {
	struct onepath_port_config config;
	unsigned int address_count;
	uint8_t addresses[ONEPATH_ADDRESSES_MAX][6];
	struct onepath_port_vlans vlans;
	struct onepath_port_rss rss;
};

#define CTL_MAC_BYTES 18 /* "02:00:00:00:00:01" */

/* Reads all of it. Returns 0 or -errno. */
int ctl_settings_read(int port, struct ctl_settings *settings);
void ctl_settings_print(const struct ctl_settings *settings);
struct json_object *ctl_settings_json(const struct ctl_settings *settings);
void ctl_mac_text(const uint8_t mac[6], char text[CTL_MAC_BYTES]);

/* A port's counters, in the order of their lines: the name for JSON, and for people. */
struct ctl_counter {
	const char *json, *text;
	size_t offset; /* in struct onepath_port_stats */
};

extern const struct ctl_counter ctl_counters[];
extern const size_t ctl_counter_count;
uint64_t ctl_counter(const struct onepath_port_stats *stats, size_t i);
/* Adds all of them to an object. */
void ctl_counters_json(struct json_object *object, const struct onepath_port_stats *stats);

/* Ctrl-C between ctl_signals_catch() and the end only sets this. */
extern volatile sig_atomic_t ctl_interrupted;
void ctl_signals_catch(void);

#endif
