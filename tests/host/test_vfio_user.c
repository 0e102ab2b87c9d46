// SPDX-License-Identifier: BSD-3-Clause
/*
 * The vfio-user server's messages: version, information, region accesses and
 * reset, each as QEMU sends it and each one malformed, which gets an error reply.
 */
#define _GNU_SOURCE
#include <stdio.h>

#include "vfio_user_client.h"

static const char qemu_capabilities[] =
	"{\"capabilities\": {\"migration\": {\"pgsize\": 4096, \"max_bitmap_size\": 268435456}, "
	"\"max_msg_fds\": 16, \"max_data_xfer_size\": 1048576, \"pgsizes\": 4096, "
	"\"max_dma_maps\": 65535, \"write_multiple\": true}}";

static int say_version(struct client *client, uint16_t major, uint16_t minor, const char *json,
		       size_t json_size)
{
	uint8_t payload[1024];
	const struct vfio_user_version version = { .major = major, .minor = minor };

	memcpy(payload, &version, sizeof(version));
	memcpy(payload + sizeof(version), json, json_size);
	return exchange(client, VFIO_USER_VERSION, payload, sizeof(version) + json_size);
}

static void test_version(void **state)
{
	struct client client;
	const char *answer = (const char *)client.payload + sizeof(struct vfio_user_version);

	client_start(&client, NULL);
	assert_int_equal(say_version(&client, 0, 1, qemu_capabilities, sizeof(qemu_capabilities)),
			 0);
	/* QEMU's buffer for the answer is as long as its request. */
	assert_true(client.payload_size <=
		    sizeof(struct vfio_user_version) + sizeof(qemu_capabilities));
	assert_int_equal(client.payload[client.payload_size - 1], 0);
	assert_string_equal(answer, "{\"capabilities\":{\"max_msg_fds\":16,"
				    "\"max_data_xfer_size\":4096,\"pgsizes\":4096,"
				    "\"max_dma_maps\":65535,\"write_multiple\":true}}");
	assert_int_equal(((struct vfio_user_version *)client.payload)->minor, 0);
	assert_int_equal(say_version(&client, 0, 0, "{}", 3), -EPROTO);
	client_stop(&client);
}

static void test_version_offers_only_what_was_named(void **state)
{
	static const char some[] = "{\"capabilities\":{\"max_msg_fds\":1,\"new_thing\":[1]}}";
	struct client client;

	client_start(&client, NULL);
	assert_int_equal(say_version(&client, 0, 0, some, sizeof(some)), 0);
	assert_string_equal((char *)client.payload + sizeof(struct vfio_user_version),
			    "{\"capabilities\":{\"max_msg_fds\":16}}");
	client_stop(&client);
}

static void test_version_malformed(void **state)
{
	static const char *const bad[] = {
		"",
		"{",
		"[]",
		"7",
		"null",
		"\"capabilities\"",
		"{\"capabilities\":",
		"{]",
		"\xff\xfe",
		"{\"a\":{\"a\":{\"a\":{\"a\":{\"a\":{\"a\":{\"a\":{\"a\":{\"a\":{}}}}}}}}}}",
	};
	static const char odd[][32] = { "{\"capabilities\":3}", "{\"capabilities\":null}", "{}" };
	struct client client;

	client_start(&client, NULL);
	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++)
		assert_int_equal(say_version(&client, 0, 0, bad[i], strlen(bad[i]) + 1), -EINVAL);
	assert_int_equal(say_version(&client, 0, 0, "{}", 2), -EINVAL); /* no NUL */
	assert_int_equal(say_version(&client, 1, 0, "{}", 3), -EPROTONOSUPPORT);
	assert_int_equal(exchange(&client, VFIO_USER_VERSION, "abc", 3), -EINVAL);
	/* Nothing else works before. */
	assert_int_equal(exchange(&client, VFIO_USER_DEVICE_RESET, NULL, 0), -EPROTO);
	for (size_t i = 0; i < sizeof(odd) / sizeof(odd[0]); i++) {
		close(client.fd);
		vfio_user_handle(client.server);
		client_connect(&client);
		assert_int_equal(say_version(&client, 0, 0, odd[i], strlen(odd[i]) + 1), 0);
	}
	client_stop(&client);
}

static void test_information(void **state)
{
	struct vfio_user_device_info device = { .argsz = sizeof(device) };
	struct vfio_user_region_info region = { .argsz = sizeof(region) };
	struct vfio_user_irq_info irq = { .argsz = sizeof(irq) };
	struct client client;

	client_start(&client, NULL);
	client_greet(&client);
	assert_int_equal(exchange(&client, VFIO_USER_DEVICE_GET_INFO, &device, sizeof(device)), 0);
	memcpy(&device, client.payload, sizeof(device));
	assert_int_equal(device.flags, VFIO_DEVICE_FLAGS_PCI | VFIO_DEVICE_FLAGS_RESET);
	assert_int_equal(device.num_regions, VFIO_PCI_NUM_REGIONS);
	assert_int_equal(device.num_irqs, VFIO_PCI_NUM_IRQS);
	for (uint32_t i = 0; i < VFIO_PCI_NUM_REGIONS; i++) {
		struct vfio_user_region_info *answer = (void *)client.payload;

		region.index = i;
		assert_int_equal(exchange(&client, VFIO_USER_DEVICE_GET_REGION_INFO, &region,
					  sizeof(region)),
				 0);
		assert_int_equal(client.payload_size, sizeof(region));
		assert_int_equal(answer->index, i);
		assert_int_equal(answer->size, i == 0				   ? REGION0_SIZE
					       : i == VFIO_PCI_CONFIG_REGION_INDEX ? CONFIG_SIZE
										   : 0);
		assert_int_equal(answer->flags, answer->size ? VFIO_REGION_INFO_FLAG_READ |
								       VFIO_REGION_INFO_FLAG_WRITE
							     : 0);
	}
	for (uint32_t i = 0; i < VFIO_PCI_NUM_IRQS; i++) {
		struct vfio_user_irq_info *answer = (void *)client.payload;

		irq.index = i;
		assert_int_equal(
			exchange(&client, VFIO_USER_DEVICE_GET_IRQ_INFO, &irq, sizeof(irq)), 0);
		assert_int_equal(answer->count, i == VFIO_PCI_MSIX_IRQ_INDEX
							? VECTORS
							: i <= VFIO_PCI_MSI_IRQ_INDEX);
		assert_true(answer->flags & VFIO_IRQ_INFO_EVENTFD);
	}
	client_stop(&client);
}

static void test_information_malformed(void **state)
{
	static const struct {
		uint16_t command;
		size_t size;
		bool index;
	} kinds[] = {
		{ VFIO_USER_DEVICE_GET_INFO, sizeof(struct vfio_user_device_info), false },
		{ VFIO_USER_DEVICE_GET_REGION_INFO, sizeof(struct vfio_user_region_info), true },
		{ VFIO_USER_DEVICE_GET_IRQ_INFO, sizeof(struct vfio_user_irq_info), true },
	};
	struct client client;

	client_start(&client, NULL);
	client_greet(&client);
	for (size_t i = 0; i < sizeof(kinds) / sizeof(kinds[0]); i++) {
		uint32_t words[16] = { (uint32_t)kinds[i].size };
		const int fd = client.fd;

		for (size_t size = 0; size < sizeof(words); size++)
			assert_int_equal(exchange(&client, kinds[i].command, words, size),
					 size == kinds[i].size ? 0 : -EINVAL);
		assert_int_equal(exchange_fds(&client, kinds[i].command, 0, words, kinds[i].size,
					      &fd, 1),
				 -EINVAL);
		words[0] = (uint32_t)kinds[i].size - 1;
		assert_int_equal(exchange(&client, kinds[i].command, words, kinds[i].size),
				 -EINVAL);
		words[0] = (uint32_t)kinds[i].size;
		for (words[2] = 9; kinds[i].index && words[2]; words[2] = words[2] * 16 + 9) {
			assert_int_equal(exchange(&client, kinds[i].command, words, kinds[i].size),
					 -EINVAL);
			if (words[2] > UINT32_MAX / 32)
				break;
		}
	}
	client_stop(&client);
}

static int access_region(struct client *client, uint16_t command, uint32_t region, uint64_t offset,
			 uint32_t count, const void *data, size_t size)
{
	uint8_t payload[sizeof(struct vfio_user_region_access) + VFIO_USER_XFER_MAX + 8] = { 0 };
	const struct vfio_user_region_access access = { offset, region, count };

	memcpy(payload, &access, sizeof(access));
	if (size)
		memcpy(payload + sizeof(access), data, size);
	return exchange(client, command, payload, sizeof(access) + size);
}

static void test_regions(void **state)
{
	static uint8_t data[VFIO_USER_XFER_MAX + 8];
	const uint8_t *answer;
	struct client client;

	answer = client.payload + sizeof(struct vfio_user_region_access);
	for (size_t i = 0; i < sizeof(data); i++)
		data[i] = (uint8_t)(i * 7 + 1);
	client_start(&client, NULL);
	client_greet(&client);
	for (uint32_t count = 1; count <= 8; count *= 2) {
		uint64_t offset = REGION0_SIZE - count;

		assert_int_equal(access_region(&client, VFIO_USER_REGION_WRITE, 0, offset, count,
					       data, count),
				 0);
		assert_int_equal(client.payload_size, sizeof(struct vfio_user_region_access));
		assert_memory_equal(client.region0 + offset, data, count);
		assert_int_equal(access_region(&client, VFIO_USER_REGION_READ, 0, offset, count,
					       NULL, 0),
				 0);
		assert_int_equal(client.payload_size,
				 sizeof(struct vfio_user_region_access) + count);
		assert_memory_equal(answer, data, count);
	}
	assert_int_equal(access_region(&client, VFIO_USER_REGION_READ, VFIO_PCI_CONFIG_REGION_INDEX,
				       0, CONFIG_SIZE, NULL, 0),
			 0);
	assert_int_equal(access_region(&client, VFIO_USER_REGION_WRITE, 0, 0, VFIO_USER_XFER_MAX,
				       data, VFIO_USER_XFER_MAX),
			 0);
	client.device_error = -EINVAL;
	assert_int_equal(access_region(&client, VFIO_USER_REGION_READ, 0, 0, 4, NULL, 0), -EINVAL);
	assert_int_equal(access_region(&client, VFIO_USER_REGION_WRITE, 0, 0, 4, data, 4), -EINVAL);
	client_stop(&client);
}

static void test_regions_malformed(void **state)
{
	static const struct {
		uint32_t region;
		uint64_t offset;
		uint32_t count;
		int error;
	} bad[] = {
		{ 0, 0, 0, -EINVAL },
		{ 0, REGION0_SIZE, 1, -EINVAL },
		{ 0, REGION0_SIZE - 3, 4, -EINVAL },
		{ 0, UINT64_MAX, 1, -EINVAL },
		{ 0, UINT64_MAX - 3, 8, -EINVAL },
		{ 0, 0, VFIO_USER_XFER_MAX + 1, -E2BIG },
		{ 0, 0, UINT32_MAX, -E2BIG },
		{ 0, 8, UINT32_MAX - 7, -E2BIG },
		{ 1, 0, 1, -EINVAL },
		{ VFIO_PCI_CONFIG_REGION_INDEX, CONFIG_SIZE - 2, 4, -EINVAL },
		{ VFIO_PCI_NUM_REGIONS, 0, 4, -EINVAL },
		{ UINT32_MAX, 0, 4, -EINVAL },
	};
	static uint8_t data[VFIO_USER_XFER_MAX + 8];
	struct client client;

	client_start(&client, NULL);
	client_greet(&client);
	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		uint32_t size = bad[i].count < sizeof(data) ? bad[i].count : 8;

		assert_int_equal(access_region(&client, VFIO_USER_REGION_READ, bad[i].region,
					       bad[i].offset, bad[i].count, NULL, 0),
				 bad[i].error);
		assert_int_equal(access_region(&client, VFIO_USER_REGION_WRITE, bad[i].region,
					       bad[i].offset, bad[i].count, data, size),
				 bad[i].error);
	}
	/* More or fewer bytes than the count says. */
	assert_int_equal(access_region(&client, VFIO_USER_REGION_WRITE, 0, 0, 4, data, 3), -EINVAL);
	assert_int_equal(access_region(&client, VFIO_USER_REGION_WRITE, 0, 0, 4, data, 5), -EINVAL);
	assert_int_equal(access_region(&client, VFIO_USER_REGION_WRITE, 0, 0, 4, NULL, 0), -EINVAL);
	assert_int_equal(access_region(&client, VFIO_USER_REGION_READ, 0, 0, 4, data, 4), -EINVAL);
	assert_int_equal(exchange(&client, VFIO_USER_REGION_READ, data, 15), -EINVAL);
	assert_int_equal(client.writes, 0);
	client_stop(&client);
}

static int write_multi(struct client *client, uint64_t count, const void *writes, size_t size)
{
	uint8_t payload[8 + 257 * sizeof(struct vfio_user_write_one)];

	memcpy(payload, &count, sizeof(count));
	memcpy(payload + sizeof(count), writes, size);
	return exchange(client, VFIO_USER_REGION_WRITE_MULTI, payload, sizeof(count) + size);
}

static void test_write_multi(void **state)
{
	static struct vfio_user_write_one many[257];
	struct vfio_user_write_one writes[3] = {
		{ 0, 0, 4, "abcd" },
		{ 2, 0, 2, "XY" },
		{ 16, 0, 8, "12345678" },
	};
	struct client client;

	client_start(&client, NULL);
	client_greet(&client);
	assert_int_equal(write_multi(&client, 3, writes, sizeof(writes)), 0);
	assert_memory_equal(client.region0, "abXY", 4);
	assert_memory_equal(client.region0 + 16, "12345678", 8);
	assert_int_equal(write_multi(&client, 0, writes, 0), 0);
	assert_int_equal(write_multi(&client, 2, writes, sizeof(writes)), -EINVAL);
	assert_int_equal(write_multi(&client, 4, writes, sizeof(writes)), -EINVAL);
	assert_int_equal(write_multi(&client, UINT64_MAX / 24 + 2, writes, sizeof(writes)),
			 -EINVAL);
	assert_int_equal(write_multi(&client, 257, many, sizeof(many)), -EMSGSIZE);
	/* So many that 24 times as many are 72 again: not one is done. */
	client.writes = 0;
	assert_int_equal(write_multi(&client, 3 + (1ull << 61), writes, sizeof(writes)), -EINVAL);
	assert_int_equal(client.writes, 0);
	writes[1].count = 9;
	assert_int_equal(write_multi(&client, 3, writes, sizeof(writes)), -EINVAL);
	writes[1].count = 0;
	assert_int_equal(write_multi(&client, 3, writes, sizeof(writes)), -EINVAL);
	writes[1].count = 8;
	writes[1].offset = UINT64_MAX - 3;
	assert_int_equal(write_multi(&client, 3, writes, sizeof(writes)), -EINVAL);
	client_stop(&client);
}

/* A message of many writes is as much work as they are: other servers of the process have turns. */
static void test_turns(void **state)
{
	static struct {
		struct vfio_user_header header;
		uint64_t count;
		struct vfio_user_write_one writes[256];
	} message = {
		.header = { .command = VFIO_USER_REGION_WRITE_MULTI,
			    .size = sizeof(message),
			    .flags = VFIO_USER_NO_REPLY },
		.count = 256,
	};
	struct client client;

	client_start(&client, NULL);
	client_greet(&client);
	for (unsigned int i = 0; i < 256; i++)
		message.writes[i] = (struct vfio_user_write_one){ 0, 0, 4, "abcd" };
	for (unsigned int i = 0; i < 20; i++)
		client_send(&client, &message, sizeof(message), NULL, 0);
	for (unsigned int turns = 1; turns <= 20; turns++) {
		vfio_user_handle(client.server);
		assert_int_equal(client.writes, turns * 256);
	}
	client_stop(&client);
}

static void test_no_reply(void **state)
{
	const struct {
		struct vfio_user_region_access access;
		uint32_t value;
	} write = {
		{ .offset = 4, .region = 0, .count = 4 },
		0x11223344,
	};
	struct client client;

	client_start(&client, NULL);
	client_greet(&client);
	assert_int_equal(exchange_fds(&client, VFIO_USER_REGION_WRITE, VFIO_USER_NO_REPLY, &write,
				      20, NULL, 0),
			 NO_ANSWER);
	assert_memory_equal(client.region0 + 4, &write.value, 4);
	/* An error has nowhere to go either. */
	assert_int_equal(exchange_fds(&client, VFIO_USER_REGION_WRITE, VFIO_USER_NO_REPLY, &write,
				      19, NULL, 0),
			 NO_ANSWER);
	assert_int_equal(exchange(&client, VFIO_USER_DEVICE_RESET, NULL, 0), 0);
	assert_int_equal(client.resets, 1);
	assert_int_equal(exchange(&client, VFIO_USER_DEVICE_RESET, "x", 1), -EINVAL);
	client_stop(&client);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_version),
		cmocka_unit_test(test_version_offers_only_what_was_named),
		cmocka_unit_test(test_version_malformed),
		cmocka_unit_test(test_information),
		cmocka_unit_test(test_information_malformed),
		cmocka_unit_test(test_regions),
		cmocka_unit_test(test_regions_malformed),
		cmocka_unit_test(test_write_multi),
		cmocka_unit_test(test_turns),
		cmocka_unit_test(test_no_reply),
	};

	return cmocka_run_group_tests_name("vfio_user", tests, NULL, NULL);
}
