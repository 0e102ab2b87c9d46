// SPDX-License-Identifier: BSD-3-Clause
/*
 * DPDK's ixgbe driver without PCI: it registers itself with a function of the PCI bus, which
 * is caught here, and is then given devices of our own making, whose BAR is in front of the
 * model. Its object code, queue set-up and burst functions are the package's.
 */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <time.h>

#include <rte_eal.h>
#include <rte_ethdev.h>
#include <rte_interrupts.h>
#include <rte_log.h>
#include <rte_memory.h>
#include <rte_mempool.h>
#include <rte_pci.h>

#include "bench.h"
#include "dpdk_port.h"
#include "nic.h"
#include "ticks.h"
#include "trap_bar.h"

#define MBUFS	   16383
#define MBUF_CACHE 256

/* Datasheet 8.2.3.8, 8.2.3.9: of queue 0 */
#define RDBAL 0x01000
#define RDBAH 0x01004
#define RDT   0x01018
#define TDBAL 0x06000
#define TDBAH 0x06004
#define TDT   0x06018

/*
 * What a driver sees of a device and the bus of a driver, as far as ixgbe looks at them. Debian
 * does not package the header. That they fit is known by the address that the port then has.
 */
struct pmd_link {
	void *next, *previous;
};

struct pmd_device {
	struct pmd_link link;
	struct {
		struct pmd_link link;
		const char *name, *bus_info;
		const void *driver, *bus;
		int numa_node;
		void *arguments;
	} device;
	struct rte_pci_addr address;
	struct rte_pci_id id;
	struct {
		uint64_t physical, bytes;
		volatile void *memory;
	} resource[6];
	struct rte_intr_handle *interrupt;
	struct pmd_driver *driver;
	uint16_t max_vfs;
	int kernel_driver;
	char room[256]; /* for what comes then */
};

struct pmd_driver {
	struct pmd_link link;
	struct {
		struct pmd_link link;
		const char *name, *alias;
	} driver;
	int (*probe)(struct pmd_driver *driver, struct pmd_device *device);
};

/* By number of the port. */
static struct port {
	struct pmd_device device;
	struct nic *nic;
	volatile uint32_t *bar;
	char name[16];
	bool started;
	char functions[256];
} ports[TRAP_BARS_MAX];

static struct pmd_driver *ixgbe;
static FILE *nowhere; /* the log, but for what is read of it */
static uint64_t skipped_ns; /* time that nobody needs to wait for */

void rte_pci_register(struct pmd_driver *driver);
void rte_pci_register(struct pmd_driver *driver)
{
	void (*bus)(struct pmd_driver *driver);

	if (!strcmp(driver->driver.name, "net_ixgbe"))
		ixgbe = driver;
	*(void **)&bus = dlsym(RTLD_NEXT, "rte_pci_register");
	bus(driver);
}

/* The driver waits for its hardware: the model's clock goes on at once. */
void rte_delay_us_sleep(unsigned int us)
{
	__atomic_fetch_add(&skipped_ns, us * 1000ull, __ATOMIC_RELAXED);
}

static uint64_t now_ns(void *opaque)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return (uint64_t)now.tv_sec * 1000000000u + (uint64_t)now.tv_nsec +
	       __atomic_load_n(&skipped_ns, __ATOMIC_RELAXED);
}

static void *dma(void *opaque, uint64_t iova, size_t *len, bool write)
{
	return (void *)(uintptr_t)iova;
}

static void drop(void *opaque, const uint8_t *frame, size_t len)
{
}

/*
 * DPDK's memory is meant to be in large pages, as onepath's is here. Without the machine's own
 * reserve of them it is a file in small ones; anonymous memory in its place can be in large ones.
 */
static int use_large_pages(const struct rte_memseg_list *list, const struct rte_memseg *segment,
			   size_t bytes, void *unused)
{
	int access = PROT_READ | PROT_WRITE, flags = MAP_PRIVATE | MAP_ANONYMOUS;
	void *copy = mmap(NULL, bytes, access, flags, -1, 0);

	if (copy == MAP_FAILED)
		return -1;
	memcpy(copy, segment->addr, bytes);
	if (mmap(segment->addr, bytes, access, flags | MAP_FIXED, -1, 0) == MAP_FAILED)
		return -1;
	madvise(segment->addr, bytes, MADV_HUGEPAGE);
	memcpy(segment->addr, copy, bytes);
	return munmap(copy, bytes);
}

bool dpdk_begin(void)
{
	char core[16];
	char *arguments[] = { "bench", "--no-huge", "--no-pci",	     "--iova-mode=va",
			      "-m",    "384",	    "--no-shconf",   "--no-telemetry",
			      "-l",    "0",	    "--log-level=3", NULL };

	snprintf(core, sizeof(core), "0@%d", ticks_cpu(0));
	if (!ixgbe || rte_eal_init(sizeof(arguments) / sizeof(arguments[0]) - 1, arguments) < 0)
		return false;
	if (rte_memseg_contig_walk(use_large_pages, NULL))
		bench_die("no memory for DPDK");
	nowhere = fopen("/dev/null", "w");
	rte_openlog_stream(nowhere);
	rte_log_set_level_pattern("pmd.net.ixgbe.init", RTE_LOG_DEBUG);
	rte_log_set_global_level(RTE_LOG_DEBUG);
	rte_delay_us_callback_register(rte_delay_us_sleep);
	return true;
}

static void make_device(struct port *port, unsigned int number)
{
	static const struct nic_host host = { .dma = dma, .send = drop, .now_ns = now_ns };
	struct nic_config config = { .name = port->name,
				     .mac = { 2, 0, 0, 0, 1, (uint8_t)number } };

	snprintf(port->name, sizeof(port->name), "0000:%02x:00.0", number + 1);
	port->nic = nic_create(&config, &host);
	port->bar = port->nic ? trap_bar_new(port->nic) : NULL;
	if (!port->bar)
		bench_die("no software 82599");
	nic_set_bus_master(port->nic, true);
	port->device.device.name = port->name;
	port->device.device.driver = &ixgbe->driver;
	port->device.driver = ixgbe;
	port->device.id = (struct rte_pci_id){ .vendor_id = 0x8086, .device_id = 0x10fb };
	port->device.address.bus = (uint8_t)(number + 1);
	port->device.resource[0].bytes = NIC_BAR0_SIZE;
	port->device.resource[0].memory = port->bar;
	port->device.interrupt = rte_intr_instance_alloc(RTE_INTR_INSTANCE_F_PRIVATE);
	rte_intr_fd_set(port->device.interrupt, -1);
}

uint16_t dpdk_port_new(void)
{
	static unsigned int made;
	struct rte_ether_addr address;
	struct port *port = &ports[made];
	uint16_t number;

	if (made == TRAP_BARS_MAX)
		bench_die("no more ports");
	make_device(port, made);
	if (ixgbe->probe(ixgbe, &port->device) ||
	    rte_eth_dev_get_port_by_name(port->name, &number) || number != made ||
	    rte_eth_macaddr_get(number, &address) || address.addr_bytes[5] != made)
		bench_die(
			"DPDK's ixgbe driver does not take the device: another version than 24.11?");
	made++;
	return number;
}

static uint8_t *ring_at(const struct port *port, uint32_t low, uint32_t high)
{
	uint64_t address = nic_read(port->nic, low) | (uint64_t)nic_read(port->nic, high) << 32;

	return (uint8_t *)(uintptr_t)address;
}

/*
 * The driver tells its log which functions it chose, in lines with ixgbe_set_rx_function()
 * and ixgbe_set_tx_function() before the words; nobody else is told.
 */
static void read_functions(struct port *port, char *log)
{
	port->functions[0] = 0;
	for (char *line = strtok(log, "\n"); line; line = strtok(NULL, "\n")) {
		const char *words = strstr(line, "x_function(): ");
		size_t used = strlen(port->functions);

		if (!words || !strstr(line, "ixgbe_set_") || strstr(words, ":  - "))
			continue;
		words = strchr(words, ' ') + 1;
		if (!strstr(port->functions, words))
			snprintf(port->functions + used, sizeof(port->functions) - used, "%s%s",
				 used ? "; " : "", words);
	}
}

/* Each lane has its own, as each is alone in its process otherwise. */
static struct rte_mempool *pool_of(const struct dpdk_queues *queues)
{
	static struct rte_mempool *pools[DPDK_KINDS][2];
	struct rte_mempool **pool = &pools[queues->kind][queues->thread];
	char name[16];

	snprintf(name, sizeof(name), "bench%u%u", queues->kind, queues->thread);
	if (!*pool)
		*pool = rte_pktmbuf_pool_create(name, MBUFS, MBUF_CACHE, 0,
						RTE_MBUF_DEFAULT_BUF_SIZE, SOCKET_ID_ANY);
	if (!*pool)
		bench_die("no memory for DPDK");
	return *pool;
}

static void set_queues_up(uint16_t port, const struct dpdk_queues *queues)
{
	struct rte_eth_conf config = { 0 };
	struct rte_eth_dev_info info;
	struct rte_eth_rxconf rx;
	struct rte_eth_txconf tx;

	if (rte_eth_dev_info_get(port, &info))
		bench_die("DPDK port %u is gone", port);
	rx = info.default_rxconf;
	tx = info.default_txconf;
	if (!queues->vector) {
		/* What its own choice of functions makes of it: buffers one by one, segments */
		rx.rx_free_thresh = 16;
		tx.offloads = RTE_ETH_TX_OFFLOAD_MULTI_SEGS;
		config.txmode.offloads = tx.offloads;
	}
	if (rte_eth_dev_configure(port, 1, 1, &config) ||
	    rte_eth_rx_queue_setup(port, 0, queues->rx_size, SOCKET_ID_ANY, &rx, pool_of(queues)) ||
	    rte_eth_tx_queue_setup(port, 0, queues->tx_size, SOCKET_ID_ANY, &tx) ||
	    rte_eth_dev_start(port))
		bench_die("DPDK port %u does not start", port);
}

void dpdk_port_start(uint16_t number, const struct dpdk_queues *queues, struct bench_queue *rx,
		     struct bench_queue *tx)
{
	static const uint32_t tails[] = { RDT, TDT };
	struct port *port = &ports[number];
	char *log = NULL;
	size_t bytes;
	FILE *stream = open_memstream(&log, &bytes);

	if (!stream)
		bench_die("no memory");
	rte_openlog_stream(stream);

	if (port->started) {
		trap_bar_catch(port->bar);
		rte_eth_dev_stop(number);
	}
	set_queues_up(number, queues);
	rte_openlog_stream(nowhere);
	fclose(stream);
	read_functions(port, log);
	free(log);
	trap_bar_release(port->bar, tails, 2);
	port->started = true;
	*rx = (struct bench_queue){ .ring = ring_at(port, RDBAL, RDBAH),
				    .tail = port->bar + RDT / 4,
				    .mask = queues->rx_size - 1u };
	*tx = (struct bench_queue){ .ring = ring_at(port, TDBAL, TDBAH),
				    .tail = port->bar + TDT / 4,
				    .mask = queues->tx_size - 1u };
}

const char *dpdk_port_functions(uint16_t port)
{
	return ports[port].functions;
}
