// SPDX-License-Identifier: BSD-3-Clause
/*
 * What the vfio-user server offers to be mapped: which areas of a region, in
 * which file, and that the device hears of accesses there in time.
 */
#define _GNU_SOURCE
#include <fcntl.h>
#include <stdio.h>
#include <sys/stat.h>

#include "vfio_user_client.h"

#define AREAS 2u

/* The answer as a client sees it, whole. */
struct answer {
	struct vfio_user_region_info info;
	struct vfio_region_info_cap_sparse_mmap cap;
	struct vfio_region_sparse_mmap_area areas[AREAS];
};

static int setup(void **state)
{
	static struct client client;
	const struct vfio_user_mapping mapping = {
		.region = 0,
		.fd = make_memory("region0", REGION0_SIZE),
		.count = AREAS,
		.areas = { { 0, 4096 }, { 4096, 4096 } },
	};

	client_start_mapping(&client, NULL, &mapping);
	client_greet(&client);
	*state = &client;
	return 0;
}

static int ask(struct client *client, uint32_t region, uint32_t argsz)
{
	const struct vfio_user_region_info info = { .argsz = argsz, .index = region };

	return exchange(client, VFIO_USER_DEVICE_GET_REGION_INFO, &info, sizeof(info));
}

/* As QEMU asks: with room for nothing, then with as much as the answer said. */
static void test_offer(void **state)
{
	struct client *client = *state;
	struct answer *answer = (void *)client->payload;
	struct stat st;

	assert_int_equal(ask(client, 0, sizeof(answer->info)), 0);
	assert_int_equal(client->payload_size, sizeof(answer->info));
	assert_int_equal(answer->info.argsz, sizeof(*answer));
	assert_int_equal(answer->info.size, REGION0_SIZE);
	assert_int_equal(answer->info.flags,
			 VFIO_REGION_INFO_FLAG_READ | VFIO_REGION_INFO_FLAG_WRITE);
	assert_int_equal(answer->info.cap_offset, 0);
	assert_int_equal(client->answer_fd, -1);

	assert_int_equal(ask(client, 0, sizeof(*answer)), 0);
	assert_int_equal(client->payload_size, sizeof(*answer));
	assert_int_equal(answer->info.argsz, sizeof(*answer));
	assert_int_equal(answer->info.flags,
			 VFIO_REGION_INFO_FLAG_READ | VFIO_REGION_INFO_FLAG_WRITE |
				 VFIO_REGION_INFO_FLAG_MMAP | VFIO_REGION_INFO_FLAG_CAPS);
	assert_int_equal(answer->info.cap_offset, offsetof(struct answer, cap));
	assert_int_equal(answer->info.offset, 0);
	assert_int_equal(answer->cap.header.id, VFIO_REGION_INFO_CAP_SPARSE_MMAP);
	assert_int_equal(answer->cap.header.version, 1);
	assert_int_equal(answer->cap.header.next, 0);
	assert_int_equal(answer->cap.nr_areas, AREAS);
	for (unsigned int i = 0; i < AREAS; i++) {
		assert_int_equal(answer->areas[i].offset, i * 4096);
		assert_int_equal(answer->areas[i].size, 4096);
	}
	/* The file, not a copy of it, is the client's to map and to close. */
	assert_true(client->answer_fd >= 0);
	assert_int_equal(fstat(client->answer_fd, &st), 0);
	assert_int_equal(st.st_size, REGION0_SIZE);
	assert_int_equal(fcntl(client->answer_fd, F_GETFL) & O_ACCMODE, O_RDWR);
	close(client->answer_fd);
}

/* With any room in between nothing is offered; with more than needed all is. */
static void test_room(void **state)
{
	struct client *client = *state;
	struct answer *answer = (void *)client->payload;

	for (uint32_t room = 0; room < sizeof(*answer); room++) {
		assert_int_equal(ask(client, 0, room), room < sizeof(answer->info) ? -EINVAL : 0);
		assert_int_equal(client->answer_fd, -1);
		if (room >= sizeof(answer->info))
			assert_int_equal(answer->info.flags & VFIO_REGION_INFO_FLAG_MMAP, 0);
	}
	assert_int_equal(ask(client, 0, UINT32_MAX), 0);
	assert_int_equal(client->payload_size, sizeof(*answer));
	assert_true(client->answer_fd >= 0);
	close(client->answer_fd);
}

static void test_other_regions(void **state)
{
	struct client *client = *state;
	struct answer *answer = (void *)client->payload;

	for (uint32_t region = 1; region < VFIO_PCI_NUM_REGIONS; region++) {
		assert_int_equal(ask(client, region, 1024), 0);
		assert_int_equal(client->payload_size, sizeof(answer->info));
		assert_int_equal(answer->info.argsz, sizeof(answer->info));
		assert_int_equal(answer->info.flags &
					 (VFIO_REGION_INFO_FLAG_MMAP | VFIO_REGION_INFO_FLAG_CAPS),
				 0);
		assert_int_equal(client->answer_fd, -1);
	}
}

/* Only the answer that it belongs to carries the descriptor, and none is left open here. */
static void test_descriptor_goes_once(void **state)
{
	struct client *client = *state;
	size_t open = open_descriptors();

	for (unsigned int i = 0; i < 100; i++) {
		assert_int_equal(ask(client, 0, 1024), 0);
		assert_true(client->answer_fd >= 0);
		close(client->answer_fd);
		assert_int_equal(exchange(client, VFIO_USER_DEVICE_RESET, NULL, 0), 0);
		assert_int_equal(client->answer_fd, -1);
		assert_int_equal(ask(client, 9, 1024), -EINVAL);
		assert_int_equal(client->answer_fd, -1);
	}
	assert_int_equal(open_descriptors(), open);
}

/* Before and after each message, whatever it asks, and when the client leaves. */
static void test_sync(void **state)
{
	struct client *client = *state;
	const struct vfio_user_dma_unmap unmap = { .argsz = sizeof(unmap), .size = 4096 };
	unsigned int syncs = client->syncs;

	assert_int_equal(exchange(client, VFIO_USER_DEVICE_RESET, NULL, 0), 0);
	assert_int_equal(client->syncs, syncs + 2);
	assert_int_equal(exchange(client, VFIO_USER_DMA_UNMAP, &unmap, sizeof(unmap)), 0);
	assert_int_equal(client->syncs, syncs + 4);
	close(client->fd);
	client->fd = -1;
	vfio_user_handle(client->server);
	assert_true(client->syncs > syncs + 4);
}

static int teardown(void **state)
{
	client_stop(*state);
	return 0;
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(test_offer, setup, teardown),
		cmocka_unit_test_setup_teardown(test_room, setup, teardown),
		cmocka_unit_test_setup_teardown(test_other_regions, setup, teardown),
		cmocka_unit_test_setup_teardown(test_descriptor_goes_once, setup, teardown),
		cmocka_unit_test_setup_teardown(test_sync, setup, teardown),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
