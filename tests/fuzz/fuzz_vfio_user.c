// SPDX-License-Identifier: BSD-3-Clause
/*
 * Fuzz target: a whole port as onepath-nic serves it, at its vfio-user socket.
 * An input is a program for the client: good messages, spoilt ones, plain bytes,
 * descriptors of all kinds; between them its memory changes, frames arrive and
 * time passes. The clock is this file's (fuzz.mk), so inputs repeat themselves.
 */
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <string.h>
#include <sys/eventfd.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#include "actions.h"
#include "port.h"
#include "snapshot.h"
#include "vfio_user_proto.h"

#define OPERATIONS_MAX 300
#define MEMORY_IOVA    0x100000000ull
#define MESSAGE_MAX    8192u
#define FDS_MAX	       20u /* in one message: more than the server takes */
#define START_NS       1000000000u
#define CUT_OFF	       2 /* index of the file below that changes its size */

/* What an input's first byte chooses. */
#define HOW_VERSION (1u << 0) /* agree on the version */
#define HOW_MAPPED  (1u << 1) /* memory is mapped */
#define HOW_IRQS    (1u << 2) /* MSI-X has its eventfds */
#define HOW_RUNNING (1u << 3) /* receive and transmit are on */
#define HOW_DROP_EN (1u << 4)
#define HOW_HEAD_WB (1u << 5)
#define HOW_POLLED  (1u << 6)
#define HOW_INTX    (1u << 7) /* INTx has its eventfd, and is what the port uses */

int fuzz_clock_gettime(clockid_t clock, struct timespec *now);
bool fuzz_doorbells_renew(struct nic_doorbells *pages);

static struct port ports[2]; /* with trapped and with polled doorbells */
static struct port *port;
static uint32_t *doorbells; /* as the client of the second maps them */
static int client = -1;
static int fds[12];
static unsigned int fd_count;
static int first_free_fd;
static uint8_t *memory;
static uint8_t image[MEMORY_BYTES];
static uint64_t now_ns;
static uint16_t message_id;
static bool deaf; /* the client reads no replies */

int fuzz_clock_gettime(clockid_t clock, struct timespec *now)
{
	now->tv_sec = (time_t)(now_ns / 1000000000u);
	now->tv_nsec = (long)(now_ns % 1000000000u);
	return 0;
}

/* What is mapped here, once and for all, is the next client's as well. */
bool fuzz_doorbells_renew(struct nic_doorbells *pages)
{
	return nic_doorbells_sync(pages) || true;
}

static void wait_ms(unsigned int ms)
{
	now_ns += ms * 1000000ull;
}

static int make_file(size_t size)
{
	int fd = memfd_create("guest", MFD_CLOEXEC);

	MUST(fd >= 0 && !ftruncate(fd, (off_t)size));
	return fd;
}

static int lowest_free_fd(void)
{
	int fd = dup(fds[0]);

	MUST(fd >= 0);
	close(fd);
	return fd;
}

static void open_ports(void)
{
	struct port_options options = {
		.wire = "none",
		.mac = { 0x02, 0, 0, 0, 0, 0x42 },
	};
	FILE *messages = stderr;
	char path[64];

	snprintf(path, sizeof(path), "/tmp/fuzz_vfio_user.%d", (int)getpid());
	options.socket = path;
	/* What the server says of its clients would be most of the work. */
	stderr = fopen("/dev/null", "w");
	MUST(stderr);
	for (unsigned int i = 0; i < 2; i++) {
		options.polled = i;
		MUST(!port_open(&ports[i], i, &options, NULL));
		unlink(path);
	}
	stderr = messages;
}

static void map_doorbells(void)
{
	int fd = nic_doorbells_fd(ports[1].doorbells);

	doorbells = mmap(NULL, NIC_BAR0_SIZE, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
	MUST(doorbells != MAP_FAILED);
}

#ifdef FUZZ_SNAPSHOT
/* Both ports as they were when they were new, which they are only once. */
static void new_ports(void)
{
	static uint32_t doorbells_made[NIC_BAR0_SIZE / 4];
	static struct port ports_made[2];
	static struct snapshot *snapshot;

	if (!snapshot) {
		snapshot_begin();
		open_ports();
		snapshot = snapshot_end();
		map_doorbells();
		memcpy(ports_made, ports, sizeof(ports));
		memcpy(doorbells_made, doorbells, NIC_BAR0_SIZE);
		return;
	}
	snapshot_restore(snapshot);
	memcpy(ports, ports_made, sizeof(ports));
	for (unsigned int i = 0; i < NIC_DOORBELLS_AREAS; i++) {
		const struct nic_doorbells_area *area = &nic_doorbells_areas[i];

		memcpy(doorbells + area->offset / 4, doorbells_made + area->offset / 4,
		       area->bytes);
	}
}

static void close_ports(void)
{
}
#else
static void new_ports(void)
{
	open_ports();
	map_doorbells();
}

static void close_ports(void)
{
	munmap(doorbells, NIC_BAR0_SIZE);
	port_close(&ports[1]);
	port_close(&ports[0]);
}
#endif

static void initialize(void)
{
	char path[64];
	int ends[2];

	signal(SIGPIPE, SIG_IGN);
	MUST(!pipe2(ends, O_CLOEXEC | O_NONBLOCK));
	fds[fd_count++] = make_file(MEMORY_BYTES);
	fds[fd_count++] = make_file(0x11000);
	fds[fd_count++] = make_file(0x8000);
	snprintf(path, sizeof(path), "/proc/self/fd/%d", fds[0]);
	fds[fd_count++] = open(path, O_RDONLY | O_CLOEXEC);
	fds[fd_count++] = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
	fds[fd_count++] = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
	fds[fd_count++] = ends[1];
	fds[fd_count++] = ends[0];
	fds[fd_count++] = open("/dev/null", O_RDWR | O_CLOEXEC);
	fds[fd_count++] = open("/", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	fds[fd_count++] = open("/dev/zero", O_RDWR | O_CLOEXEC);
	for (unsigned int i = 0; i < fd_count; i++)
		MUST(fds[i] >= 0);
	memory = mmap(NULL, MEMORY_BYTES, PROT_READ | PROT_WRITE, MAP_SHARED, fds[0], 0);
	MUST(memory != MAP_FAILED);
	fill_memory(image, MEMORY_IOVA);
}

/* Replies come whole and say what they are: they are read, checked and forgotten. */
static void read_replies(void)
{
	static _Alignas(8) uint8_t stream[2 * MESSAGE_MAX];
	static size_t held;
	ssize_t got;

	while ((got = recv(client, stream + held, sizeof(stream) - held, MSG_DONTWAIT)) > 0) {
		struct vfio_user_header header;
		size_t at = 0;

		held += (size_t)got;
		while (held - at >= sizeof(header)) {
			memcpy(&header, stream + at, sizeof(header));
			MUST((header.flags & VFIO_USER_TYPE_MASK) == VFIO_USER_TYPE_REPLY);
			MUST(header.size >= sizeof(header) && header.size <= MESSAGE_MAX);
			MUST(!(header.flags & VFIO_USER_ERROR) || header.size == sizeof(header));
			if (header.size > held - at)
				break;
			at += header.size;
		}
		memmove(stream, stream + at, held - at);
		held -= at;
	}
	if (!vfio_user_connected(port->server))
		held = 0;
}

/* The port's loop goes round a few times. */
static void serve(void)
{
	unsigned int polls = 0;

	for (int i = 0; i < 4 && vfio_user_connected(port->server); i++) {
		uint64_t next_ns = port_run(port, true, false);

		/* It may want to go on at once, but not for ever. */
		while (next_ns <= now_ns && !port->doorbells) {
			next_ns = nic_poll(port->nic);
			MUST(++polls < 1000);
		}
		if (!deaf)
			read_replies();
	}
}

static void send_message(const void *bytes, size_t size, const int *with, size_t count)
{
	_Alignas(struct cmsghdr) char control[CMSG_SPACE(FDS_MAX * sizeof(int))] = { 0 };
	struct iovec piece = { .iov_base = (void *)bytes, .iov_len = size };
	struct msghdr message = { .msg_iov = &piece, .msg_iovlen = 1 };

	if (count) {
		struct cmsghdr *header;

		message.msg_control = control;
		message.msg_controllen = CMSG_SPACE(count * sizeof(int));
		header = CMSG_FIRSTHDR(&message);
		header->cmsg_level = SOL_SOCKET;
		header->cmsg_type = SCM_RIGHTS;
		header->cmsg_len = CMSG_LEN(count * sizeof(int));
		memcpy(CMSG_DATA(header), with, count * sizeof(int));
	}
	if (size)
		sendmsg(client, &message, MSG_NOSIGNAL | MSG_DONTWAIT);
	serve();
}

struct message {
	struct vfio_user_header header;
	union {
		uint8_t bytes[MESSAGE_MAX];
		struct vfio_user_version version;
		struct vfio_user_dma_map map;
		struct vfio_user_dma_unmap unmap;
		struct vfio_user_device_info device;
		struct vfio_user_region_info region;
		struct vfio_user_irq_info irq;
		struct vfio_user_irq_set irqs;
		struct {
			struct vfio_user_region_access where;
			uint8_t data[4096];
		} access;
		struct {
			uint64_t count;
			struct vfio_user_write_one writes[32];
		} multi;
	};
};

static struct message message;

static void begin_message(uint16_t command, size_t payload)
{
	message.header = (struct vfio_user_header){
		.id = message_id++,
		.command = command,
		.size = (uint32_t)(sizeof(message.header) + payload),
	};
	memset(message.bytes, 0, payload);
}

static uint64_t take_page(struct input *input)
{
	uint64_t page = take(input, 1);

	if (page < 0x80)
		return MEMORY_IOVA + page % 64 * 4096;
	return page < 0xf0 ? page % 8 * 4096 : take(input, 8);
}

static void make_version(struct input *input)
{
	static const char *const texts[] = {
		"{\"capabilities\":{\"max_msg_fds\":8,\"write_multiple\":true,\"pgsizes\":4096}}",
		"{\"capabilities\":{\"max_data_xfer_size\":1048576,\"max_dma_maps\":65535}}",
		"{\"capabilities\":[]}",
		"{}",
		"",
	};
	const char *text = texts[take(input, 1) % 5];

	begin_message(VFIO_USER_VERSION, sizeof(message.version) + strlen(text) + !!*text);
	memcpy(message.bytes + sizeof(message.version), text, strlen(text));
}

static void make_map(struct input *input)
{
	begin_message(VFIO_USER_DMA_MAP, sizeof(message.map));
	message.map = (struct vfio_user_dma_map){
		.argsz = sizeof(message.map),
		.flags = 1 + take(input, 1) % 3,
		.offset = take(input, 1) % 64 * 4096,
		.iova = take_page(input),
		.size = (1 + take(input, 1) % 64) * 4096,
	};
}

static void make_unmap(struct input *input)
{
	uint64_t all = take(input, 1) > 0xf0;

	begin_message(VFIO_USER_DMA_UNMAP, sizeof(message.unmap));
	message.unmap = (struct vfio_user_dma_unmap){
		.argsz = sizeof(message.unmap),
		.flags = all ? VFIO_DMA_UNMAP_FLAG_ALL : 0,
		.iova = all ? 0 : take_page(input),
		.size = all ? 0 : (1 + take(input, 1) % 64) * 4096,
	};
}

static void make_irqs(struct input *input)
{
	unsigned int kind = (unsigned int)take(input, 1);
	uint32_t start = (uint32_t)take(input, 1) % 65, count = (uint32_t)take(input, 1) % 65;
	bool chosen = (kind & 3) == 1;

	begin_message(VFIO_USER_DEVICE_SET_IRQS, sizeof(message.irqs) + (chosen ? count : 0));
	message.irqs = (struct vfio_user_irq_set){
		.argsz = message.header.size,
		.flags = 1u << (kind & 3) % 3 | 1u << (3 + (kind >> 2 & 3) % 3),
		.index = kind >> 4 & 7,
		.start = start,
		.count = count,
	};
	if (chosen)
		take_bytes(input, message.bytes + sizeof(message.irqs), count);
}

/* BAR0's registers, mostly; else any region. */
static void take_place(struct input *input, uint64_t *offset, uint32_t *region, uint32_t *count)
{
	unsigned int kind = (unsigned int)take(input, 1);

	*count = kind & 0x40 ? 8 : 4;
	switch (kind & 7) {
	case 0: /* a queue's registers */
		*region = VFIO_PCI_BAR0_REGION_INDEX;
		*offset = kind & 8 ? D_RX(kind >> 4 & 3, 0) : D_TX(kind >> 4 & 3, 0);
		*offset += take(input, 1) % 16 * 4;
		return;
	case 1:
	case 2:
		*region = VFIO_PCI_BAR0_REGION_INDEX;
		*offset = take(input, 2) % 0x8000 * 4;
		return;
	case 3:
		*region = VFIO_PCI_BAR4_REGION_INDEX;
		*offset = take(input, 2) % 0x1000 * 4;
		return;
	case 4:
		*region = VFIO_PCI_CONFIG_REGION_INDEX;
		*count = 1u << (kind >> 4 & 3);
		*offset = take(input, 1);
		return;
	default:
		*region = (uint32_t)take(input, 1) % 10;
		*offset = take(input, 3);
		*count = (uint32_t)take(input, 2);
	}
}

static void make_access(struct input *input, bool write)
{
	struct vfio_user_region_access where;
	size_t data;

	take_place(input, &where.offset, &where.region, &where.count);
	data = write && where.count <= 4096 ? where.count : 0;
	begin_message(write ? VFIO_USER_REGION_WRITE : VFIO_USER_REGION_READ, sizeof(where) + data);
	message.access.where = where;
	take_bytes(input, message.access.data, data);
}

static void make_multi(struct input *input)
{
	unsigned int count = (unsigned int)take(input, 1) % 32;

	begin_message(VFIO_USER_REGION_WRITE_MULTI, 8 + count * sizeof(message.multi.writes[0]));
	message.multi.count = count;
	for (unsigned int i = 0; i < count; i++) {
		struct vfio_user_write_one *one = &message.multi.writes[i];

		take_place(input, &one->offset, &one->region, &one->count);
		take_bytes(input, one->data, one->count & 7 ? one->count & 7 : 4);
	}
}

static void make_info(struct input *input)
{
	unsigned int kind = (unsigned int)take(input, 1);

	switch (kind & 3) {
	case 0:
		begin_message(VFIO_USER_DEVICE_GET_INFO, sizeof(message.device));
		message.device.argsz = sizeof(message.device);
		return;
	case 1:
		begin_message(VFIO_USER_DEVICE_GET_REGION_INFO, sizeof(message.region));
		message.region.argsz = sizeof(message.region) + (kind & 8 ? 128 : 0);
		message.region.index = kind >> 4;
		return;
	case 2:
		begin_message(VFIO_USER_DEVICE_GET_IRQ_INFO, sizeof(message.irq));
		message.irq.argsz = sizeof(message.irq);
		message.irq.index = kind >> 4;
		return;
	default:
		begin_message((uint16_t)(kind >> 4), take(input, 1));
		take_bytes(input, message.bytes, message.header.size - sizeof(message.header));
	}
}

static void make_message(struct input *input, unsigned int what)
{
	switch (what & 15) {
	case 0:
		make_version(input);
		return;
	case 1:
	case 2:
		make_map(input);
		return;
	case 3:
		make_unmap(input);
		return;
	case 4:
	case 5:
		make_irqs(input);
		return;
	case 6:
		make_info(input);
		return;
	case 7:
		begin_message(VFIO_USER_DEVICE_RESET, 0);
		return;
	case 8:
	case 9:
		make_access(input, false);
		return;
	case 10:
		make_multi(input);
		return;
	default:
		make_access(input, true);
	}
}

/* A message, its number of bytes or some of them perhaps changed, with descriptors perhaps. */
static void talk(struct input *input, unsigned int what)
{
	unsigned int spoil = (unsigned int)take(input, 1);
	int with[FDS_MAX];
	size_t count = 0, size;

	make_message(input, what);
	size = message.header.size;
	if (spoil & 0x80)
		message.header.flags = VFIO_USER_NO_REPLY;
	for (unsigned int i = spoil & 3; i; i--) {
		uint64_t at = take(input, 1);

		if (at < size)
			((uint8_t *)&message)[at] = (uint8_t)take(input, 1);
	}
	if ((spoil & 0xc) == 4)
		size = take(input, 2) % sizeof(message);
	if ((spoil & 0xc) == 8)
		size = message.header.size = take(input, 2) % sizeof(message);
	switch (spoil >> 4 & 3) {
	case 0:
		if (message.header.command == VFIO_USER_DMA_MAP)
			with[count++] = fds[0];
		if (message.header.command != VFIO_USER_DEVICE_SET_IRQS)
			break;
		for (; count < message.irqs.count && count < FDS_MAX; count++)
			with[count] = fds[4];
		break;
	case 1:
		with[count++] = fds[take(input, 1) % fd_count];
		break;
	case 2:
		for (size_t n = take(input, 1) % (FDS_MAX + 1); count < n; count++)
			with[count] = fds[take(input, 1) % fd_count];
	}
	send_message(&message, size, with, count);
}

static void poke(struct input *input)
{
	uint32_t at = (uint32_t)take(input, 2) * 16 % MEMORY_BYTES;

	take_bytes(input, memory + at, 16);
}

static void frame_arrives(struct input *input)
{
	static uint8_t frame[NIC_FRAME_MAX];
	size_t len = 1 + take(input, 2) % NIC_FRAME_MAX;

	make_frame(frame, len, (unsigned int)take(input, 1));
	if (nic_can_receive(port->nic) || take(input, 1) & 1)
		port_receive(port, frame, len, take(input, 1) & 3);
}

/* The client changes what it has given away. */
static void betray(struct input *input)
{
	unsigned int what = (unsigned int)take(input, 1);

	switch (what & 3) {
	case 0:
		MUST(!ftruncate(fds[CUT_OFF], (what >> 4) * 0x1000));
		return;
	case 1: /* an eventfd that is full, and waits again */
		fcntl(fds[4], F_SETFL, O_NONBLOCK);
		eventfd_write(fds[4], UINT64_MAX - 1);
		fcntl(fds[4], F_SETFL, 0);
		return;
	case 2: /* a doorbell: any word of the page */
		if (port->doorbells)
			doorbells[(what & 0x80 ? D_RX(0, 0) : D_TX(0, 0)) / 4 + take(input, 1)] =
				(uint32_t)take(input, 4);
		return;
	default:
		if (what & 0x80)
			shutdown(client, what & 0x40 ? SHUT_WR : SHUT_RD);
	}
}

/* As with an IOMMU: page by page, so that DMA has to find what carries on. */
static void map_pages(struct input *input)
{
	uint64_t page = take(input, 1) % 48, end = page + take(input, 1) % 16;

	for (; page < end; page++) {
		begin_message(VFIO_USER_DMA_MAP, sizeof(message.map));
		message.map = (struct vfio_user_dma_map){
			.argsz = sizeof(message.map),
			.flags = VFIO_DMA_MAP_FLAG_READ | VFIO_DMA_MAP_FLAG_WRITE,
			.offset = page * 4096,
			.iova = MEMORY_IOVA + page * 4096,
			.size = 4096,
		};
		send_message(&message, message.header.size, &fds[0], 1);
	}
}

/* Memory of a file that the client then cuts off lies where the rings and buffers are. */
static void map_to_cut_off(struct input *input)
{
	make_map(input);
	message.map.flags = VFIO_DMA_MAP_FLAG_READ | VFIO_DMA_MAP_FLAG_WRITE;
	message.map.offset = 0;
	message.map.size = 0x8000;
	MUST(!ftruncate(fds[CUT_OFF], 0x8000));
	send_message(&message, message.header.size, &fds[CUT_OFF], 1);
	MUST(!ftruncate(fds[CUT_OFF], (off_t)(take(input, 1) % 8 * 0x1000)));
}

/* What a control socket asks, of a place that takes what is written or not. */
static void observe(struct input *input)
{
	static const char *const places[] = { NULL, "/dev/null", "/dev/full", "/nowhere/x" };
	unsigned int what = (unsigned int)take(input, 1);
	const char *place = places[what >> 1 & 3];

	if (what & 1)
		port_trace(port, place);
	else
		port_capture(port, place);
	if (what & 0x80)
		port_flush(port);
}

static void poke_guest(uint32_t at, const void *bytes, size_t len)
{
	memcpy(memory + at % MEMORY_BYTES, bytes, len);
}

static void plain_bytes(struct input *input)
{
	uint8_t bytes[256];
	size_t count = take(input, 1);

	take_bytes(input, bytes, count);
	send_message(bytes, count, NULL, 0);
}

static void step(struct input *input)
{
	const struct bench bench = { port->nic, MEMORY_IOVA, poke_guest };
	unsigned int what = (unsigned int)take(input, 1);

	switch (what >> 4) {
	case 0:
		plain_bytes(input);
		return;
	case 1:
		poke(input);
		return;
	case 2:
		frame_arrives(input);
		return;
	case 3:
		now_ns += take(input, 1) << (take(input, 1) % 32);
		serve();
		return;
	case 4:
		if (what & 8)
			betray(input);
		else
			vfio_user_interrupt(port->server, (unsigned int)take(input, 1));
		return;
	case 5:
	case 6:
		act(&bench, input, what);
		serve();
		return;
	case 7:
		if (what & 8)
			observe(input);
		else if (what & 4)
			deaf = what & 2;
		else if (what & 2)
			map_pages(input);
		else
			map_to_cut_off(input);
		return;
	default:
		talk(input, what);
	}
}

static void start(unsigned int how)
{
	struct input none = { 0 };
	const uint8_t enabled[2] = { 0x06, 0x00 };

	if (how & HOW_VERSION) {
		make_version(&none);
		send_message(&message, message.header.size, NULL, 0);
	}
	if (how & HOW_MAPPED) {
		make_map(&none);
		message.map.flags = VFIO_DMA_MAP_FLAG_READ | VFIO_DMA_MAP_FLAG_WRITE;
		message.map.size = MEMORY_BYTES;
		message.map.offset = 0;
		send_message(&message, message.header.size, &fds[0], 1);
	}
	if (how & HOW_IRQS) {
		const int four[4] = { fds[4], fds[5], fds[4], fds[5] };

		make_irqs(&none);
		message.irqs.flags = VFIO_IRQ_SET_DATA_EVENTFD | VFIO_IRQ_SET_ACTION_TRIGGER;
		message.irqs.index = VFIO_PCI_MSIX_IRQ_INDEX;
		message.irqs.count = 4;
		send_message(&message, message.header.size, four, 4);
	}
	if (how & HOW_INTX) {
		make_irqs(&none);
		message.irqs.flags = VFIO_IRQ_SET_DATA_EVENTFD | VFIO_IRQ_SET_ACTION_TRIGGER;
		message.irqs.index = VFIO_PCI_INTX_IRQ_INDEX;
		message.irqs.count = 1;
		send_message(&message, message.header.size, &fds[4], 1);
	}
	if (how & HOW_RUNNING) {
		pci_write(&port->pci, 4, enabled, sizeof(enabled));
		bring_up(port->nic, MEMORY_IOVA, how & HOW_DROP_EN ? D_SRRCTL_DROP_EN : 0,
			 how & HOW_HEAD_WB, wait_ms);
		/* Both of the first queues' causes, and the link's. */
		nic_write(port->nic, D_GPIE, how & HOW_INTX ? 0 : D_GPIE_MULTIPLE_MSIX);
		nic_write(port->nic, D_IVAR(0), 0x81808180);
		nic_write(port->nic, D_IVAR_MISC, 0x8182);
		nic_write(port->nic, D_EIMS, UINT32_MAX);
	}
}

static void connect_client(void)
{
	int ends[2];

	MUST(!socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0, ends));
	MUST(!vfio_user_attach(port->server, ends[0]));
	client = ends[1];
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct input input = { data, size < INPUT_MAX ? size : INPUT_MAX };
	eventfd_t count;
	unsigned int how;

	if (!fd_count)
		initialize();
	now_ns = START_NS;
	new_ports();
	first_free_fd = lowest_free_fd();
	how = (unsigned int)take(&input, 1);
	port = &ports[!!(how & HOW_POLLED)];
	message_id = 0;
	deaf = false;
	memcpy(memory, image, MEMORY_BYTES);
	MUST(!ftruncate(fds[CUT_OFF], 0x8000));
	fcntl(fds[4], F_SETFL, O_NONBLOCK);
	eventfd_read(fds[4], &count);
	connect_client();
	start(how);
	for (unsigned int i = 0; i < OPERATIONS_MAX && input.left; i++) {
		step(&input);
		if (!vfio_user_connected(port->server)) {
			close(client);
			connect_client();
		}
	}
	port_trace(port, NULL);
	port_capture(port, NULL);
	close(client);
	while (vfio_user_connected(port->server))
		vfio_user_handle(port->server);
	/* Every descriptor that came is closed, every map gone. */
	MUST(lowest_free_fd() == first_free_fd);
	MUST(!vfio_user_dma_extent(port->server).bytes);
	/* A client that never agreed on a version resets nothing. */
	nic_reset_function(port->nic);
	close_ports();
	return 0;
}
