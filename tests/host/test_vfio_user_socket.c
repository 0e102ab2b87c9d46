// SPDX-License-Identifier: BSD-3-Clause
/*
 * The vfio-user server's socket: messages in pieces or many at once, lengths
 * that lie, clients that do not read, leave in the middle and come again, and
 * the socket file.
 */
#define _GNU_SOURCE
#include <fcntl.h>
#include <poll.h>
#include <stdio.h>
#include <sys/eventfd.h>
#include <sys/stat.h>
#include <sys/un.h>

#include "vfio_user_client.h"

#define RESET_MESSAGE(number) { (number), VFIO_USER_DEVICE_RESET, 16, 0, 0 }

static void test_pieces(void **state)
{
	const struct {
		struct vfio_user_header header;
		struct vfio_user_region_access access;
	} __attribute__((packed)) message = {
		{ 7, VFIO_USER_REGION_READ, 32, 0, 0 },
		{ .offset = 0, .region = 0, .count = 4 },
	};
	struct client client;

	client_start(&client, NULL);
	client_greet(&client);
	for (size_t i = 0; i < sizeof(message); i++) {
		assert_int_equal(client_receive(&client), NO_ANSWER);
		client_send(&client, (const uint8_t *)&message + i, 1, NULL, 0);
		vfio_user_handle(client.server);
	}
	assert_int_equal(client_receive(&client), 0);
	assert_int_equal(client.header.id, 7);
	client_stop(&client);
}

static void test_many_at_once(void **state)
{
	struct vfio_user_header messages[200];
	struct client client;

	client_start(&client, NULL);
	client_greet(&client);
	for (uint16_t i = 0; i < 200; i++)
		messages[i] = (struct vfio_user_header)RESET_MESSAGE(i);
	client_send(&client, messages, sizeof(messages), NULL, 0);
	/* A bounded number each time: other ports want to be served too. */
	vfio_user_handle(client.server);
	assert_in_range(client.resets, 1, 199);
	for (int i = 0; i < 20; i++)
		vfio_user_handle(client.server);
	assert_int_equal(client.resets, 200);
	for (uint16_t i = 0; i < 200; i++) {
		assert_int_equal(client_receive(&client), 0);
		assert_int_equal(client.header.id, i);
	}
	client_stop(&client);
}

/* Descriptors belong to the message that they came with, also in a row of messages. */
static void test_descriptors_stay_with_their_message(void **state)
{
	const struct vfio_user_header reset = RESET_MESSAGE(1);
	const struct {
		struct vfio_user_header header;
		struct vfio_user_irq_set set;
	} irqs = {
		{ 2, VFIO_USER_DEVICE_SET_IRQS, 36, 0, 0 },
		{ 20, VFIO_IRQ_SET_DATA_EVENTFD | VFIO_IRQ_SET_ACTION_TRIGGER,
		  VFIO_PCI_MSIX_IRQ_INDEX, 0, 1 },
	};
	int event = eventfd(0, EFD_NONBLOCK);
	uint64_t count = 0;
	struct client client;

	client_start(&client, NULL);
	client_greet(&client);
	client_send(&client, &reset, sizeof(reset), NULL, 0);
	client_send(&client, &irqs, 36, &event, 1);
	client_send(&client, &reset, sizeof(reset), NULL, 0);
	vfio_user_handle(client.server);
	for (int i = 0; i < 3; i++)
		assert_int_equal(client_receive(&client), 0);
	vfio_user_interrupt(client.server, 0);
	assert_int_equal(read(event, &count, sizeof(count)), sizeof(count));
	assert_int_equal(count, 1);
	/* With the payload rather than with the header: the same message. */
	client_send(&client, &irqs, 16, NULL, 0);
	client_send(&client, &irqs.set, 20, &event, 1);
	vfio_user_handle(client.server);
	assert_int_equal(client_receive(&client), 0);
	close(event);
	client_stop(&client);
}

static void expect_gone(struct client *client, const char *said, FILE *log, char **text)
{
	unsigned int resets = client->resets;

	vfio_user_handle(client->server);
	assert_int_equal(client_receive(client), GONE);
	assert_false(vfio_user_connected(client->server));
	assert_int_equal(client->resets, resets + 1);
	assert_int_equal(fflush(log), 0);
	if (!strstr(*text, said))
		fail_msg("the log should say '%s', it says '%s'", said, *text);
	close(client->fd);
	client_connect(client);
	client_greet(client);
}

static void test_lost_framing(void **state)
{
	struct vfio_user_header header = RESET_MESSAGE(1);
	char *text = NULL;
	size_t size = 0;
	FILE *log = open_memstream(&text, &size);
	struct client client;

	client_start(&client, log);
	client_greet(&client);
	for (header.size = 0; header.size < 16; header.size++) {
		client_send(&client, &header, sizeof(header), NULL, 0);
		expect_gone(&client, "less than its header", log, &text);
	}
	header.flags = VFIO_USER_TYPE_REPLY;
	header.size = 16;
	client_send(&client, &header, sizeof(header), NULL, 0);
	expect_gone(&client, "nothing was asked", log, &text);
	client_send(&client, &header, 9, NULL, 0);
	shutdown(client.fd, SHUT_WR);
	expect_gone(&client, "in the middle", log, &text);
	client_stop(&client);
	fclose(log);
	free(text);
}

static void test_unknown_and_oversized(void **state)
{
	static const uint16_t unknown[] = { 0, 6, 11, 12, 14, 16, 17, 255, 65535 };
	static uint8_t big[60000];
	struct client client;

	client_start(&client, NULL);
	client_greet(&client);
	for (size_t i = 0; i < sizeof(unknown) / sizeof(unknown[0]); i++)
		assert_int_equal(exchange(&client, unknown[i], big, 8), -ENOTSUP);
	for (uint32_t type = 2; type < 16; type++)
		assert_int_equal(exchange_fds(&client, VFIO_USER_DEVICE_RESET, type, NULL, 0, NULL,
					      0),
				 -EINVAL);
	/* Refused when its end has come; the next message is understood. */
	assert_int_equal(exchange(&client, VFIO_USER_REGION_WRITE, big, sizeof(big)), -EMSGSIZE);
	assert_int_equal(exchange(&client, VFIO_USER_DEVICE_RESET, NULL, 0), 0);
	client_stop(&client);
}

/* A client that asks and never reads: the server stops reading from it, and keeps nothing. */
static void test_client_does_not_read(void **state)
{
	const struct {
		struct vfio_user_header header;
		struct vfio_user_region_access access;
	} __attribute__((packed)) message = {
		{ 7, VFIO_USER_REGION_READ, 32, 0, 0 },
		{ .offset = 0, .region = 0, .count = VFIO_USER_XFER_MAX },
	};
	struct client client;
	unsigned int asked = 0, answered = 0;
	short events;

	client_start(&client, NULL);
	client_greet(&client);
	while (send(client.fd, &message, sizeof(message), MSG_DONTWAIT) == sizeof(message)) {
		asked++;
		vfio_user_handle(client.server);
		assert_true(asked < 100000);
	}
	assert_int_equal(vfio_user_fd(client.server, &events) >= 0, true);
	assert_int_equal(events, POLLOUT);
	for (unsigned int i = 0; i < asked; i++) {
		/* An answer may arrive in pieces: take what is there as it comes. */
		vfio_user_handle(client.server);
		while (recv(client.fd, client.payload, 16 + 16 + VFIO_USER_XFER_MAX,
			    MSG_DONTWAIT | MSG_PEEK) == 16 + 16 + VFIO_USER_XFER_MAX) {
			assert_int_equal(client_receive(&client), 0);
			answered++;
			vfio_user_handle(client.server);
		}
	}
	assert_int_equal(answered, asked);
	vfio_user_fd(client.server, &events);
	assert_int_equal(events, POLLIN);
	client_stop(&client);
}

/* One that connects and leaves, as a look whether somebody listens, is no client. */
static void test_knock(void **state)
{
	struct client client;

	client_start(&client, NULL);
	close(client.fd);
	vfio_user_handle(client.server);
	assert_false(vfio_user_connected(client.server));
	assert_int_equal(vfio_user_clients(client.server), 0);
	assert_int_equal(client.resets, 0);
	client_connect(&client);
	client_greet(&client);
	assert_int_equal(vfio_user_clients(client.server), 1);
	client_stop(&client);
	assert_int_equal(client.resets, 1);
}

/* Nothing of one client is left for the next. */
static void test_next_client(void **state)
{
	const struct vfio_user_dma_map map = { sizeof(map), VFIO_DMA_MAP_FLAG_READ, 0, 0, 4096 };
	const struct vfio_user_irq_set set = {
		sizeof(set),
		VFIO_IRQ_SET_DATA_EVENTFD | VFIO_IRQ_SET_ACTION_TRIGGER,
		VFIO_PCI_MSIX_IRQ_INDEX,
		0,
		1,
	};
	int fd = make_memory("test", 4096), event = eventfd(0, EFD_NONBLOCK);
	struct client client;
	uint64_t count;
	size_t len = 1, before;

	client_start(&client, NULL);
	before = open_descriptors();
	for (unsigned int i = 1; i <= 5; i++) {
		client_greet(&client);
		assert_null(vfio_user_dma(client.server, 0, &len, false));
		vfio_user_interrupt(client.server, 0);
		assert_int_equal(read(event, &count, sizeof(count)), -1);
		assert_int_equal(
			exchange_fds(&client, VFIO_USER_DMA_MAP, 0, &map, sizeof(map), &fd, 1), 0);
		assert_int_equal(exchange_fds(&client, VFIO_USER_DEVICE_SET_IRQS, 0, &set,
					      sizeof(set), &event, 1),
				 0);
		assert_non_null(vfio_user_dma(client.server, 0, &len, false));
		assert_int_equal(vfio_user_clients(client.server), i);
		assert_int_equal(open_descriptors(), before + 1);
		close(client.fd);
		vfio_user_handle(client.server);
		assert_false(vfio_user_connected(client.server));
		assert_int_equal(client.resets, i);
		client_connect(&client);
		assert_int_equal(open_descriptors(), before);
	}
	close(fd);
	close(event);
	client_stop(&client);
}

static void test_talkative_client(void **state)
{
	char *text = NULL;
	size_t size = 0, lines = 0;
	FILE *log = open_memstream(&text, &size);
	struct client client;

	client_start(&client, log);
	client_greet(&client);
	for (int i = 0; i < 1000; i++)
		assert_int_equal(exchange(&client, 99, NULL, 0), -ENOTSUP);
	client_stop(&client);
	fclose(log);
	for (const char *c = text; *c; c++)
		lines += *c == '\n';
	assert_in_range(lines, 2, 20);
	free(text);
}

static int connect_to(const char *path)
{
	struct sockaddr_un address = { .sun_family = AF_UNIX };
	int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);

	strncpy(address.sun_path, path, sizeof(address.sun_path) - 1);
	if (connect(fd, (struct sockaddr *)&address, sizeof(address)) < 0) {
		close(fd);
		return -1;
	}
	return fd;
}

static void test_socket_file(void **state)
{
	char directory[] = "/tmp/onepath-test-XXXXXX", path[64], other[64], longest[200];
	struct client client, second;
	struct sockaddr_un address = { .sun_family = AF_UNIX };
	struct stat st;
	int fd;

	assert_non_null(mkdtemp(directory));
	snprintf(path, sizeof(path), "%s/socket", directory);
	snprintf(other, sizeof(other), "%s/file", directory);
	client_start(&client, NULL);
	close(client.fd);
	vfio_user_handle(client.server);
	/* One that a killed server left behind. */
	fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
	strcpy(address.sun_path, path);
	assert_int_equal(bind(fd, (struct sockaddr *)&address, sizeof(address)), 0);
	close(fd);
	assert_int_equal(vfio_user_listen(client.server, path), 0);
	client.fd = connect_to(path);
	assert_true(client.fd >= 0);
	vfio_user_handle(client.server);
	assert_true(vfio_user_connected(client.server));
	client_greet(&client);

	client_start(&second, NULL);
	assert_int_equal(vfio_user_listen(second.server, path), -EADDRINUSE);
	fd = open(other, O_CREAT | O_WRONLY, 0600);
	close(fd);
	assert_int_equal(vfio_user_listen(second.server, other), -EADDRINUSE);
	memset(longest, 'x', sizeof(longest) - 1);
	longest[sizeof(longest) - 1] = '\0';
	assert_int_equal(vfio_user_listen(second.server, longest), -ENAMETOOLONG);
	assert_int_equal(vfio_user_listen(second.server, "/nonexistent/socket"), -ENOENT);
	client_stop(&second);

	assert_int_equal(stat(path, &st), 0);
	client_stop(&client);
	assert_int_equal(stat(path, &st), -1);
	assert_int_equal(stat(other, &st), 0);
	unlink(other);
	assert_int_equal(rmdir(directory), 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_pieces),
		cmocka_unit_test(test_many_at_once),
		cmocka_unit_test(test_descriptors_stay_with_their_message),
		cmocka_unit_test(test_lost_framing),
		cmocka_unit_test(test_unknown_and_oversized),
		cmocka_unit_test(test_client_does_not_read),
		cmocka_unit_test(test_knock),
		cmocka_unit_test(test_next_client),
		cmocka_unit_test(test_talkative_client),
		cmocka_unit_test(test_socket_file),
	};

	return cmocka_run_group_tests_name("vfio_user_socket", tests, NULL, NULL);
}
