// SPDX-License-Identifier: BSD-3-Clause
/*
 * Joins a port's parts: BAR0 is the model's registers, BAR4 and configuration
 * space are the PCI function's; the model's DMA goes through what the client
 * mapped, its frames to the wire.
 */
#include <errno.h>
#include <string.h>
#include <time.h>

#include "port.h"

/* Polled doorbells: after the last work, looked at without pause for so long; then rarely. */
#define BUSY_NS	     200000u
#define PAUSE_MAX_NS 2000000u
/* While there is work, doorbells of queues that were not in use are looked for so often. */
#define LOOK_NS 100000u

uint64_t port_now_ns(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return (uint64_t)now.tv_sec * 1000000000u + (uint64_t)now.tv_nsec;
}

/* What the model needs of the world: struct nic_host. */

static void *host_dma(void *opaque, uint64_t iova, size_t *len, bool write)
{
	struct port *port = opaque;

	return vfio_user_dma(port->server, iova, len, write);
}

static void host_send(void *opaque, const uint8_t *frame, size_t len)
{
	struct port *port = opaque;

	if (port->capture)
		capture_frame(port->capture, frame, len, CAPTURE_OUT);
	wire_send(port->wire, frame, len);
}

static void host_interrupt(void *opaque, unsigned int vector)
{
	struct port *port = opaque;

	nic_trace_event(port->nic, "interrupt, vector %u", vector);
	vfio_user_interrupt(port->server, vector);
}

static void host_intx(void *opaque, bool asserted)
{
	struct port *port = opaque;

	pci_set_interrupt(&port->pci, asserted);
}

static uint64_t host_now(void *opaque)
{
	return port_now_ns();
}

/* What PCI does to the model: struct pci_hooks. */

static void pci_bus_master(void *opaque, bool on)
{
	struct port *port = opaque;

	nic_trace_event(port->nic, "bus mastering %s", on ? "on" : "off");
	nic_set_bus_master(port->nic, on);
}

static void pci_intx(void *opaque, bool asserted)
{
	struct port *port = opaque;

	vfio_user_intx(port->server, asserted);
}

static void pci_function_reset(void *opaque)
{
	struct port *port = opaque;

	nic_trace_event(port->nic, "function reset");
	nic_reset_function(port->nic);
}

/* What the wire brings. */

static bool wire_can_receive(void *opaque)
{
	const struct port *port = opaque;

	return nic_can_receive(port->nic);
}

static void wire_receive(void *opaque, const uint8_t *frame, size_t len)
{
	port_receive(opaque, frame, len, 0);
}

bool port_receive(struct port *port, const uint8_t *frame, size_t len, unsigned int errors)
{
	uint32_t flags = CAPTURE_IN;

	if (errors & NIC_WIRE_CRC_ERROR)
		flags |= CAPTURE_CRC_ERROR;
	if (errors & NIC_WIRE_SYMBOL_ERROR)
		flags |= CAPTURE_SYMBOL_ERROR;
	if (port->capture)
		capture_frame(port->capture, frame, len, flags);
	return nic_receive(port->nic, frame, len, errors);
}

static void wire_carrier(void *opaque, bool present)
{
	struct port *port = opaque;

	nic_set_carrier(port->nic, present);
}

/* What the client asks: regions and reset. */

/* Registers are 32 bits wide; 64 bits at once are two of them. */
static bool is_register_access(uint64_t offset, uint32_t count)
{
	return (count == 4 || count == 8) && offset % 4 == 0;
}

/* Nobody answers on the bus. A port that comes back has lost its configuration, too. */
static bool is_gone(struct port *port)
{
	bool was_gone = port->gone;

	port->gone = nic_is_gone(port->nic);
	if (was_gone && !port->gone)
		pci_reset(&port->pci);
	return port->gone;
}

static int region_read(void *opaque, unsigned int region, uint64_t offset, void *data,
		       uint32_t count)
{
	struct port *port = opaque;

	if (is_gone(port)) {
		memset(data, 0xff, count);
		return 0;
	}
	if (region == VFIO_PCI_CONFIG_REGION_INDEX) {
		pci_read(&port->pci, (uint32_t)offset, data, count);
		return 0;
	}
	if (region == VFIO_PCI_BAR0_REGION_INDEX && !is_register_access(offset, count))
		return -EINVAL;
	if (!pci_memory_enabled(&port->pci)) {
		memset(data, 0xff, count);
	} else if (region == VFIO_PCI_BAR4_REGION_INDEX) {
		pci_bar4_read(&port->pci, (uint32_t)offset, data, count);
	} else {
		for (uint32_t i = 0; i < count; i += 4) {
			uint32_t value = nic_read(port->nic, (uint32_t)offset + i);

			memcpy((uint8_t *)data + i, &value, sizeof(value));
		}
	}
	return 0;
}

static int region_write(void *opaque, unsigned int region, uint64_t offset, const void *data,
			uint32_t count)
{
	struct port *port = opaque;

	if (is_gone(port))
		return 0;
	if (region == VFIO_PCI_CONFIG_REGION_INDEX) {
		pci_write(&port->pci, (uint32_t)offset, data, count);
		return 0;
	}
	if (region == VFIO_PCI_BAR0_REGION_INDEX && !is_register_access(offset, count))
		return -EINVAL;
	if (!pci_memory_enabled(&port->pci))
		return 0;
	if (region == VFIO_PCI_BAR4_REGION_INDEX) {
		pci_bar4_write(&port->pci, (uint32_t)offset, data, count);
		return 0;
	}
	for (uint32_t i = 0; i < count; i += 4) {
		uint32_t value;

		memcpy(&value, (const uint8_t *)data + i, sizeof(value));
		nic_write(port->nic, (uint32_t)offset + i, value);
	}
	return 0;
}

static void device_reset(void *opaque)
{
	struct port *port = opaque;

	pci_reset(&port->pci);
}

static void device_sync(void *opaque)
{
	struct port *port = opaque;

	if (port->doorbells && nic_doorbells_sync(port->doorbells))
		port->work_ns = port_now_ns();
}

static int open_model(struct port *port, FILE *rules)
{
	struct nic_config config = {
		.name = port->name,
		.link_delay_us = port->options.link_delay_us,
		.lan_id = port->options.lan_id,
		.module = port->options.module,
	};
	const struct nic_host host = {
		.opaque = port,
		.dma = host_dma,
		.send = host_send,
		.interrupt = host_interrupt,
		.intx = host_intx,
		.now_ns = host_now,
	};
	const struct pci_hooks hooks = {
		.opaque = port,
		.bus_master = pci_bus_master,
		.intx = pci_intx,
		.reset = pci_function_reset,
	};

	memcpy(config.mac, port->options.mac, sizeof(config.mac));
	port->nic = nic_create(&config, &host);
	if (!port->nic)
		return -ENOMEM;
	nic_set_log(port->nic, rules);
	pci_init(&port->pci, config.mac, &hooks);
	if (!port->options.polled)
		return 0;
	port->doorbells = nic_doorbells_create(port->nic);
	return port->doorbells ? 0 : -ENOMEM;
}

static int open_wire(struct port *port)
{
	struct wire_port end = {
		.opaque = port,
		.name = port->name,
		.can_receive = wire_can_receive,
		.receive = wire_receive,
		.carrier = wire_carrier,
	};

	memcpy(end.mac, port->options.mac, sizeof(end.mac));
	return wire_open(port->options.wire, &end, &port->wire);
}

static struct vfio_user_mapping doorbells_mapping(const struct nic_doorbells *doorbells)
{
	struct vfio_user_mapping mapping = {
		.region = VFIO_PCI_BAR0_REGION_INDEX,
		.fd = nic_doorbells_fd(doorbells),
		.count = NIC_DOORBELLS_AREAS,
	};

	for (unsigned int i = 0; i < NIC_DOORBELLS_AREAS; i++) {
		mapping.areas[i].offset = nic_doorbells_areas[i].offset;
		mapping.areas[i].size = nic_doorbells_areas[i].bytes;
	}
	return mapping;
}

static int open_server(struct port *port)
{
	struct vfio_user_device device = {
		.opaque = port,
		.name = port->name,
		.region_size = {
			[VFIO_PCI_BAR0_REGION_INDEX] = NIC_BAR0_SIZE,
			[VFIO_PCI_BAR4_REGION_INDEX] = PCI_BAR4_SIZE,
			[VFIO_PCI_CONFIG_REGION_INDEX] = PCI_CONFIG_SIZE,
		},
		.irq_count = {
			[VFIO_PCI_INTX_IRQ_INDEX] = 1,
			[VFIO_PCI_MSI_IRQ_INDEX] = 1,
			[VFIO_PCI_MSIX_IRQ_INDEX] = PCI_MSIX_VECTORS,
			[VFIO_PCI_ERR_IRQ_INDEX] = 1,
		},
		.read = region_read,
		.write = region_write,
		.reset = device_reset,
		.sync = device_sync,
		.log = stderr,
	};
	int ret;

	if (port->doorbells)
		device.mapping = doorbells_mapping(port->doorbells);
	port->server = vfio_user_create(&device);
	if (!port->server)
		return -ENOMEM;
	ret = vfio_user_listen(port->server, port->options.socket);
	if (ret)
		fprintf(stderr, "%s: cannot listen on socket %s: %s\n", port->name,
			port->options.socket, strerror(-ret));
	return ret;
}

int port_open(struct port *port, unsigned int index, const struct port_options *options,
	      FILE *rules)
{
	int ret;

	*port = (struct port){ .options = *options };
	snprintf(port->name, sizeof(port->name), "port%u", index);
	ret = open_model(port, rules);
	if (!ret)
		ret = open_wire(port);
	if (!ret)
		ret = open_server(port);
	if (ret)
		port_close(port);
	return ret;
}

void port_close(struct port *port)
{
	if (port->server)
		vfio_user_destroy(port->server);
	if (port->wire)
		wire_close(port->wire);
	nic_doorbells_destroy(port->doorbells);
	if (port->nic) {
		port_trace(port, NULL);
		port_capture(port, NULL);
		nic_destroy(port->nic);
	}
	*port = (struct port){ 0 };
}

static void tell_wire(struct port *port)
{
	is_gone(port);
	if (nic_link_up(port->nic) != port->link_up) {
		port->link_up = !port->link_up;
		nic_trace_event(port->nic, "link %s", port->link_up ? "up" : "down");
		wire_link(port->wire, port->link_up);
	}
	if (nic_sends_light(port->nic) == port->dark) {
		port->dark = !port->dark;
		wire_light(port->wire, !port->dark);
	}
}

/*
 * When to look at the doorbells again: at once while frames move or the driver
 * rings, then less and less often.
 */
static uint64_t next_look(struct port *port)
{
	const struct nic_counters *counters = nic_counters(port->nic);
	uint64_t frames = counters->wire_in + counters->wire_out;
	uint64_t now_ns, idle_ns;

	if (!port->doorbells || !vfio_user_connected(port->server))
		return WIRE_NEVER;
	now_ns = port_now_ns();
	if (frames != port->frames) {
		port->frames = frames;
		port->work_ns = now_ns;
	}
	idle_ns = now_ns - port->work_ns;
	if (idle_ns < BUSY_NS)
		return now_ns;
	return now_ns + (idle_ns / 8 < PAUSE_MAX_NS ? idle_ns / 8 : PAUSE_MAX_NS);
}

static uint64_t earlier(uint64_t a, uint64_t b)
{
	return a < b ? a : b;
}

/*
 * A client that has left may have its doorbell pages still: the next one gets others. Without
 * memory for them it gets none, and the old ones are looked at no more.
 */
static void renew_doorbells(struct port *port)
{
	int fd = -1;

	if (nic_doorbells_renew(port->doorbells)) {
		fd = nic_doorbells_fd(port->doorbells);
	} else {
		nic_doorbells_destroy(port->doorbells);
		port->doorbells = NULL;
	}
	vfio_user_set_mapping_file(port->server, fd);
}

static void handle_client(struct port *port)
{
	bool connected = vfio_user_connected(port->server);

	vfio_user_handle(port->server);
	if (port->doorbells && connected && !vfio_user_connected(port->server))
		renew_doorbells(port);
}

/* All pages of doorbells are looked at from time to time, the queues in use each time. */
static void look_at_doorbells(struct port *port)
{
	uint64_t now_ns;

	if (!port->doorbells)
		return;
	now_ns = port_now_ns();
	if (now_ns - port->looked_ns >= LOOK_NS) {
		port->looked_ns = now_ns;
		device_sync(port);
	} else if (nic_doorbells_sync_used(port->doorbells)) {
		port->work_ns = now_ns;
	}
}

uint64_t port_run(struct port *port, bool client, bool wire)
{
	uint64_t model_ns, wire_ns;

	look_at_doorbells(port);
	if (client)
		handle_client(port);
	model_ns = nic_poll(port->nic);
	tell_wire(port);
	wire_ns = wire_handle(port->wire, wire, port_now_ns());
	return earlier(earlier(model_ns, wire_ns), next_look(port));
}

bool port_is_trapped(const struct port *port)
{
	return vfio_user_connected(port->server) && !port->doorbells;
}

uint64_t port_due(const struct port *port)
{
	return nic_due(port->nic);
}
