/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * The software 82599, seen from outside: one struct nic is one port, that is
 * one PCI function. A front end (vfio-user socket, in-process calls, polled
 * shared memory) carries register accesses in and gives access to memory; a
 * wire carries frames. The model knows neither, and they know no 82599.
 *
 * Not thread safe: one thread calls one port at a time. Nothing here blocks.
 */
#ifndef NIC_H
#define NIC_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#define NIC_BAR0_SIZE 0x80000u /* bytes */
#define NIC_FRAME_MAX 15872u /* bytes, without CRC (15.5 KB) */

struct nic;

/**
 * struct nic_host - what a port needs of the world around it
 * @opaque: first argument of every call
 * @dma: host address of bus address @iova, for reading or (@write) writing; *@len
 *	is shortened to what lies together; NULL if it is not mapped so
 * @send: a frame leaves the port (without CRC); the bytes belong to the model
 * @interrupt: MSI-X vector @vector fires; without GPIE.Multiple_MSIX vector 0, which is
 *	MSI's only one as well; may be NULL
 * @intx: the legacy interrupt is asserted or not; told without GPIE.Multiple_MSIX, and
 *	only used if neither MSI nor MSI-X is enabled; may be NULL
 * @now_ns: monotonic time; a test may make its own
 */
struct nic_host {
	void *opaque;
	void *(*dma)(void *opaque, uint64_t iova, size_t *len, bool write);
	void (*send)(void *opaque, const uint8_t *frame, size_t len);
	void (*interrupt)(void *opaque, unsigned int vector);
	void (*intx)(void *opaque, bool asserted);
	uint64_t (*now_ns)(void *opaque);
};

/* What is in the port's cage. Without a module there is no carrier. */
enum nic_module {
	NIC_MODULE_SR, /* optics, 300 m */
	NIC_MODULE_LR, /* optics, 10 km */
	NIC_MODULE_CABLE, /* passive direct attach */
	NIC_MODULE_NONE,
};

/**
 * struct nic_config - how a port is made
 * @name: in messages, e.g. "port0"; copied
 * @mac: the EEPROM's address, loaded into RAL0/RAH0 by a reset
 * @link_delay_us: from restarting auto-negotiation to link up
 * @lan_id: which port of its card it is, 0 or 1
 * @module: the SFP+ module
 */
struct nic_config {
	const char *name;
	uint8_t mac[6];
	uint32_t link_delay_us;
	unsigned int lan_id;
	enum nic_module module;
};

/* Returns NULL without memory. Powered on: reset done, carrier present, bus mastering off. */
struct nic *nic_create(const struct nic_config *config, const struct nic_host *host);
void nic_destroy(struct nic *nic);

/*
 * BAR0, 32 bits at a time. An @offset that is not a multiple of 4 below NIC_BAR0_SIZE, or no
 * register's, reads 0 and counts as a broken rule.
 */
uint32_t nic_read(struct nic *nic, uint32_t offset);
void nic_write(struct nic *nic, uint32_t offset, uint32_t value);

/*
 * PCI says: bus mastering on or off (off: every DMA fails), function-level or power-on reset,
 * D3hot to D0. A reset turns bus mastering off, as it clears the command register.
 */
void nic_set_bus_master(struct nic *nic, bool on);
void nic_reset_function(struct nic *nic);

/* What happened to a frame on its way in. Errors on the wire are the sender's to choose. */
#define NIC_WIRE_CRC_ERROR    (1u << 0) /* the frame's CRC is wrong */
#define NIC_WIRE_SYMBOL_ERROR (1u << 1) /* an illegal symbol or error byte in it */

/**
 * nic_receive() - a frame arrives from the wire
 * @frame: its bytes without CRC; runts (below 60) come as they are
 * @len: 1..NIC_FRAME_MAX
 * @errors: NIC_WIRE_*
 *
 * Returns true if it was stored or waits in the packet buffer for a descriptor (SRRCTL.DROP_EN
 * clear), false if it was dropped; a counter says why.
 */
bool nic_receive(struct nic *nic, const uint8_t *frame, size_t len, unsigned int errors);

/*
 * Link up, receive enabled, and descriptors are free for a frame of any length: for wires that
 * hold back rather than lose.
 */
bool nic_can_receive(const struct nic *nic);

/* The far end sends light, or the cable is plugged in, or not. */
void nic_set_carrier(struct nic *nic, bool present);

/* The port's module sends light, and the cable is plugged in: the far end's carrier. */
bool nic_sends_light(const struct nic *nic);

/* The link is up, as LINKS.UP says; read without touching the device. */
bool nic_link_up(const struct nic *nic);

/*
 * Does what is due by now (link, reset, interrupts). Returns the time at which it wants to be called again,
 * UINT64_MAX if never. Transmission goes on for so long only without it: call it often.
 */
uint64_t nic_poll(struct nic *nic);

/* When to call nic_poll() again, as things are now: a frame or an access may have changed it. */
uint64_t nic_due(const struct nic *nic);

/* A rule of the datasheet that a driver can break; each port counts them. */
struct nic_rule {
	const char *name; /* "tail-before-enable" */
	const char *section; /* "4.6.7" */
	const char *text; /* one sentence: what a driver must do */
};

/* All rules; *@count is their number, the index is the rule's id. */
const struct nic_rule *nic_rules(size_t *count);
uint64_t nic_rule_broken(const struct nic *nic, size_t rule);
/*
 * The registers at which it was broken, in that order, the first eight: an array's first one
 * stands for all of it. Returns how many.
 */
#define NIC_RULE_REGISTERS 8
size_t nic_rule_registers(const struct nic *nic, size_t rule, uint32_t *offsets);
/* The sum over all rules. */
uint64_t nic_rules_broken(const struct nic *nic);

/* What the model itself saw, never cleared by the driver. */
struct nic_counters {
	uint64_t wire_in; /* frames that arrived */
	uint64_t wire_out; /* frames sent */
	uint64_t stored; /* frames written to memory */
	uint64_t dropped_link; /* link down, loopback, or receive not enabled */
	uint64_t dropped_filter; /* not for this port */
	uint64_t dropped_error; /* CRC, symbol, length */
	uint64_t dropped_descriptor; /* no free descriptor */
	uint64_t null_descriptors; /* length 0: sent nothing */
	uint64_t dma_faults; /* DMA outside of what is mapped, or bus mastering off */
	uint64_t resets; /* CTRL.RST, CTRL.LRST or function */
	uint64_t tail_writes; /* RDT and TDT */
	uint64_t large_sends; /* cut into frames */
	uint64_t sums_inserted; /* frames sent with a checksum of the port's making */
	uint64_t sums_checked; /* frames that came with a checksum which the port found right */
	uint64_t tags_inserted; /* VLAN */
	uint64_t tags_removed;
	uint64_t unsupported; /* frames not moved, or not as asked: what the model has not */
};

const struct nic_counters *nic_counters(const struct nic *nic);

/* Names a register by its datasheet name, "RDT[3]"; @buf is filled and returned. "?" for none. */
const char *nic_register_name(uint32_t offset, char *buf, size_t size);

/*
 * Calls @each for every register called @name, "RDT[3]", all of an array for "RDT", all there are
 * for NULL, with the value that a driver would read now; nothing changes by it. Returns how many.
 */
size_t nic_registers_peek(const struct nic *nic, const char *name,
			  void (*each)(void *opaque, const char *name, uint32_t value),
			  void *opaque);

/*
 * Traces register accesses to @to, which is the caller's, from now on; NULL: no longer. A trace
 * that cannot be written ends with a message.
 */
void nic_set_trace(struct nic *nic, FILE *to);
/* A line of the trace, if it is on, of what happens around the port: "interrupt 3". */
void nic_trace_event(struct nic *nic, const char *format, ...)
	__attribute__((format(printf, 2, 3)));

#define NIC_FAULT_CHOICES 3
#define NIC_FAULT_ALWAYS  UINT64_MAX

/**
 * struct nic_fault - something that can be made to go wrong with a port
 * @text: what happens
 * @lasting: a state, on or off; else an event that may be limited to so many times
 * @number: what its number means; NULL: it has none
 * @initial, @min, @max: of the number
 * @choices: its kinds, the first unless another is chosen; NULL ends them
 */
struct nic_fault {
	const char *name;
	const char *text;
	bool lasting;
	const char *number;
	uint32_t initial, min, max;
	const char *choices[NIC_FAULT_CHOICES];
};

/* @times: 0 is off, NIC_FAULT_ALWAYS until it is switched off; @choice: an index of choices. */
struct nic_fault_setting {
	uint64_t times;
	uint32_t number;
	unsigned int choice;
};

/* All faults; *@count is their number, the index is what the calls below take. */
const struct nic_fault *nic_faults(size_t *count);
/* False if there is no such fault or setting. */
bool nic_fault_set(struct nic *nic, size_t fault, const struct nic_fault_setting *setting);
/* @times are those left; *@hits: how often it did something. */
struct nic_fault_setting nic_fault_get(const struct nic *nic, size_t fault, uint64_t *hits);
/* The card is pulled out (surprise-removal): configuration space gives all ones as well. */
bool nic_is_gone(const struct nic *nic);

/* Writes one line to @log for each broken rule as it happens (NULL: none). */
void nic_set_log(struct nic *nic, FILE *log);

#endif
