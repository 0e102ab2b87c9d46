// SPDX-License-Identifier: BSD-3-Clause
/*
 * The vfio-user server under messages that were good until bits were turned
 * over in them, sizes changed, ends cut off and descriptors added. It must
 * survive (run this with sanitizers too), keep answering whoever is sane, and
 * hold no descriptor afterwards. The seed is fixed: a failure repeats itself.
 */
#define _GNU_SOURCE
#include <stdio.h>
#include <sys/eventfd.h>

#include "vfio_user_client.h"

#define MESSAGES    30000
#define MESSAGE_MAX 160

static unsigned int seed = 82599;

static unsigned int pick(unsigned int below)
{
	return (unsigned int)rand_r(&seed) % below;
}

struct message {
	struct vfio_user_header header;
	union {
		struct vfio_user_dma_map map;
		struct vfio_user_dma_unmap unmap;
		struct vfio_user_device_info device;
		struct vfio_user_region_info region;
		struct vfio_user_irq_info irq;
		struct vfio_user_irq_set irqs;
		struct {
			struct vfio_user_region_access where;
			uint8_t data[8];
		} access;
		struct {
			uint64_t count;
			struct vfio_user_write_one writes[3];
		} multi;
		struct {
			struct vfio_user_version version;
			char json[32];
		} version;
		uint8_t bytes[MESSAGE_MAX + 4 - sizeof(struct vfio_user_header)];
	};
};

/* A good message; returns its size. */
static size_t make_message(struct message *message)
{
	size_t payload = 0;

	*message = (struct message){ 0 };
	message->header.command = (uint16_t)(1 + pick(16));
	switch (message->header.command) {
	case VFIO_USER_VERSION:
		payload = 4 + sizeof("{\"capabilities\":{}}");
		memcpy(message->version.json, "{\"capabilities\":{}}", payload - 4);
		break;
	case VFIO_USER_DMA_MAP:
		payload = sizeof(message->map);
		message->map = (struct vfio_user_dma_map){
			.argsz = 32,
			.flags = 1 + pick(3),
			.offset = pick(8) * 4096,
			.iova = pick(16) * 4096,
			.size = (1 + pick(8)) * 4096,
		};
		break;
	case VFIO_USER_DMA_UNMAP:
		payload = sizeof(message->unmap);
		message->unmap = (struct vfio_user_dma_unmap){ 24, 0, pick(16) * 4096, 8192 };
		break;
	case VFIO_USER_DEVICE_GET_INFO:
		payload = sizeof(message->device);
		message->device.argsz = sizeof(message->device);
		break;
	case VFIO_USER_DEVICE_GET_REGION_INFO:
		payload = sizeof(message->region);
		message->region.argsz = sizeof(message->region);
		message->region.index = pick(10);
		break;
	case VFIO_USER_DEVICE_GET_IRQ_INFO:
		payload = sizeof(message->irq);
		message->irq.argsz = sizeof(message->irq);
		message->irq.index = pick(6);
		break;
	case VFIO_USER_DEVICE_SET_IRQS:
		payload = sizeof(message->irqs);
		message->irqs = (struct vfio_user_irq_set){
			.argsz = 20,
			.flags = 1u << pick(3) | 1u << (3 + pick(3)),
			.index = pick(4),
			.start = pick(3),
			.count = pick(4),
		};
		break;
	case VFIO_USER_REGION_READ:
	case VFIO_USER_REGION_WRITE:
		message->access.where = (struct vfio_user_region_access){
			pick(REGION0_SIZE),
			pick(2) * VFIO_PCI_CONFIG_REGION_INDEX,
			1u << pick(4),
		};
		payload = sizeof(message->access.where);
		if (message->header.command == VFIO_USER_REGION_WRITE)
			payload += message->access.where.count;
		break;
	case VFIO_USER_REGION_WRITE_MULTI:
		payload = sizeof(message->multi);
		message->multi.count = 3;
		for (int i = 0; i < 3; i++)
			message->multi.writes[i] =
				(struct vfio_user_write_one){ .offset = pick(64), .count = 4 };
		break;
	}
	message->header.size = (uint32_t)(sizeof(message->header) + payload);
	return message->header.size;
}

/* Spoils a message, sometimes a lot, sometimes not at all; returns how much of it to send. */
static size_t mutate(struct message *message, size_t size)
{
	uint8_t *bytes = (uint8_t *)message;

	for (unsigned int i = pick(4); i > 0; i--) {
		switch (pick(4)) {
		case 0:
			bytes[pick((unsigned int)size)] ^= (uint8_t)(1u << pick(8));
			break;
		case 1:
			bytes[pick((unsigned int)size)] = (uint8_t)pick(256);
			break;
		case 2:
			memset(bytes + pick((unsigned int)size / 4 + 1) * 4, pick(2) ? 0xff : 0, 4);
			break;
		default:
			size = 1 + pick(MESSAGE_MAX);
			if (pick(4))
				message->header.size = (uint32_t)size;
		}
	}
	return size;
}

/* Throws away what the server said. */
static void drain(struct client *client)
{
	while (recv(client->fd, client->payload, sizeof(client->payload), MSG_DONTWAIT) > 0)
		;
}

static void new_connection(struct client *client, bool greet)
{
	if (client->fd >= 0)
		close(client->fd);
	while (vfio_user_connected(client->server))
		vfio_user_handle(client->server);
	client_connect(client);
	if (greet)
		client_greet(client);
}

static void touch_memory(struct client *client)
{
	size_t len = 1 + pick(100000);
	size_t want = len;
	bool write = pick(2);
	volatile uint8_t *host = vfio_user_dma(client->server, pick(20 * 4096), &len, write);

	if (!host)
		return;
	assert_in_range(len, 1, want);
	if (write) {
		host[0] = 1;
		host[len - 1] = 1;
	} else {
		(void)(host[0] + host[len - 1]);
	}
}

static void test_mutated_messages(void **state)
{
	int fds[20];
	size_t before;
	unsigned int drops = 0;
	struct client client;

	for (size_t i = 0; i < 20; i++)
		fds[i] = i % 2 ? eventfd(0, 0) : make_memory("test", 16 * 4096);
	client_start(&client, NULL);
	before = open_descriptors();
	new_connection(&client, true);
	for (int i = 0; i < MESSAGES; i++) {
		struct message message;
		size_t size = mutate(&message, make_message(&message));
		size_t fd_count = pick(8) ? pick(2) : pick(21);

		if (vfio_user_connected(client.server))
			client_send(&client, &message, size, fds + pick(2),
				    fd_count ? fd_count - 1 : 0);
		vfio_user_handle(client.server);
		drain(&client);
		touch_memory(&client);
		vfio_user_interrupt(client.server, pick(6));
		drops += !vfio_user_connected(client.server);
		if (!vfio_user_connected(client.server) || !pick(12))
			new_connection(&client, pick(8));
	}
	/* It has been rude, and it still works. */
	new_connection(&client, true);
	assert_int_equal(exchange(&client, VFIO_USER_DEVICE_RESET, NULL, 0), 0);
	assert_int_equal(open_descriptors(), before);
	assert_in_range(drops, MESSAGES / 100, MESSAGES / 2);
	client_stop(&client);
	for (size_t i = 0; i < 20; i++)
		close(fds[i]);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_mutated_messages),
	};

	return cmocka_run_group_tests_name("vfio_user_random", tests, NULL, NULL);
}
