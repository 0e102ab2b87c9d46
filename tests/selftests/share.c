// SPDX-License-Identifier: GPL-2.0
/*
 * Descriptors in other hands: inherited over fork() and exec(), sent through sockets, and
 * paths over ports that two processes opened. Whoever has a descriptor may use it, and a
 * port is its owner's until the last one is closed.
 */
#include "selftest.h"
#include <sys/prctl.h>

FIXTURE(share)
{
	int32_t port;
	int path;
	int socket[2];
};

FIXTURE_SETUP(share)
{
	if (!node(1))
		SKIP(return, "two ports are needed");
	port_and_path(_metadata, &self->port, &self->path);
	ASSERT_EQ(0, socketpair(AF_UNIX, SOCK_DGRAM, 0, self->socket));
}

FIXTURE_TEARDOWN(share)
{
	close(self->path);
	close(self->port);
	close(self->socket[0]);
	close(self->socket[1]);
}

/* Runs @run in a child and returns its exit status. */
static int in_child(int (*run)(const struct _test_data_share *self),
		    const struct _test_data_share *self)
{
	int status = -1;
	pid_t child = fork();

	if (!child) {
		prctl(PR_SET_PDEATHSIG, SIGKILL);
		_exit(run(self));
	}
	waitpid(child, &status, 0);
	return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
}

static int send_fd(int socket, int fd)
{
	char data = 0, control[CMSG_SPACE(sizeof(int))] = {};
	struct iovec io = { &data, 1 };
	struct msghdr message = { .msg_iov = &io,
				  .msg_iovlen = 1,
				  .msg_control = control,
				  .msg_controllen = sizeof(control) };
	struct cmsghdr *header = CMSG_FIRSTHDR(&message);

	header->cmsg_level = SOL_SOCKET;
	header->cmsg_type = SCM_RIGHTS;
	header->cmsg_len = CMSG_LEN(sizeof(int));
	memcpy(CMSG_DATA(header), &fd, sizeof(fd));
	return sendmsg(socket, &message, 0) == 1 ? 0 : -1;
}

static int receive_fd(int socket)
{
	char data, control[CMSG_SPACE(sizeof(int))];
	struct iovec io = { &data, 1 };
	struct msghdr message = { .msg_iov = &io,
				  .msg_iovlen = 1,
				  .msg_control = control,
				  .msg_controllen = sizeof(control) };
	int fd = -1;

	if (recvmsg(socket, &message, 0) == 1 && CMSG_FIRSTHDR(&message))
		memcpy(&fd, CMSG_DATA(CMSG_FIRSTHDR(&message)), sizeof(fd));
	return fd;
}

/* All that a descriptor allows, by whoever has it. */
static int use(int port, int path)
{
	struct onepath_path_create args = { .ring_size = 64, .rx_queue = 3 };
	struct onepath_path_info info;
	int32_t output = port;
	int other;

	if (path_info(path, &info) || ioctl(path, ONEPATH_PATH_START) ||
	    path_map(path, ONEPATH_MMAP_RINGS, info.rings_size) == MAP_FAILED ||
	    path_map(path, ONEPATH_MMAP_DOORBELLS, info.doorbells_size) == MAP_FAILED ||
	    set_eventfd(path, eventfd(0, 0)) || set_eventfd(port, eventfd(0, 0)))
		return 1;
	other = path_create_with(port, &args, &output, 1);
	return other < 0 || ioctl(other, ONEPATH_PATH_START) ? 2 : 0;
}

static int use_inherited(const struct _test_data_share *self)
{
	return use(self->port, self->path);
}

TEST_F(share, inherited)
{
	EXPECT_EQ(0, in_child(use_inherited, self));
	/* the child's path is gone with it, what it started runs on */
	EXPECT_ERRNO(EBUSY, ioctl(self->path, ONEPATH_PATH_START));
	EXPECT_ERRNO(0, ioctl(self->path, ONEPATH_PATH_STOP));
}

/* The child is its own process: what it opens is its own, though it may use ours. */
static int paths_of_two_processes(const struct _test_data_share *self)
{
	int32_t mine = port_open(1, O_RDWR);
	struct onepath_path_create args = { .ring_size = 64, .rx_queue = 1 };
	const int32_t both[] = { mine, self->port };

	if (mine < 0)
		return 1;
	if (ERRNO_OF(path_create_with(self->port, &args, &mine, 1)) != EXDEV ||
	    ERRNO_OF(path_create_with(mine, &args, &self->port, 1)) != EXDEV ||
	    ERRNO_OF(path_create_with(mine, &args, both, 2)) != EXDEV)
		return 2;
	return path_create_with(mine, &args, &mine, 1) < 0 ? 3 : 0;
}

TEST_F(share, of_two_processes)
{
	EXPECT_EQ(0, in_child(paths_of_two_processes, self));
	/* and it left nothing behind */
	int32_t second = port_open(1, O_RDWR);
	struct onepath_path_create args = { .ring_size = 64, .rx_queue = 1 };

	EXPECT_LE(0, second);
	EXPECT_LE(0, path_create_with(self->port, &args, &second, 1));
}

static int receive_and_use(const struct _test_data_share *self)
{
	int port, path;

	close(self->port);
	close(self->path);
	port = receive_fd(self->socket[1]);
	path = receive_fd(self->socket[1]);
	return port < 0 || path < 0 ? 9 : use(port, path);
}

TEST_F(share, sent)
{
	ASSERT_EQ(0, send_fd(self->socket[0], self->port));
	ASSERT_EQ(0, send_fd(self->socket[0], self->path));
	EXPECT_EQ(0, in_child(receive_and_use, self));
}

/* In a socket's queue they are open, too, and are closed with it, by whoever does that. */
TEST_F(share, sent_to_nobody)
{
	ASSERT_ERRNO(0, ioctl(self->path, ONEPATH_PATH_START));
	ASSERT_EQ(0, send_fd(self->socket[0], self->path));
	/* the socket holds itself: only the kernel's collector ends this */
	ASSERT_EQ(0, send_fd(self->socket[0], self->socket[1]));
	close(self->path);
	close(self->port);
	EXPECT_ERRNO(EBUSY, port_open(0, O_RDWR));
	close(self->socket[0]);
	close(self->socket[1]);
	for (unsigned int n = 0; n < EVENTUALLY_MS / 10; n++) {
		/* each close of a socket lets the collector look */
		close(socket(AF_UNIX, SOCK_DGRAM, 0));
		self->port = port_open(0, O_RDWR);
		if (self->port >= 0)
			break;
		usleep(10000);
	}
	EXPECT_LE(0, self->port);
	self->path = -1;
	self->socket[0] = -1;
	self->socket[1] = -1;
}

/* The owner: a child of its own uses what it opened, and says so to @pipe. */
static void own_and_fork(int pipe)
{
	int32_t port = port_open(0, O_RDWR);
	int path = path_create(port, &port, 1);
	pid_t self;

	if (!fork()) {
		self = use(port, path) ? -1 : getpid();
		write(pipe, &self, sizeof(self));
	}
	pause();
}

/* The owner dies, a child has its descriptors: the port is taken, until that ends, too. */
TEST_F(share, outlives_its_owner)
{
	pid_t owner, child = -1;
	int pipes[2];

	close(self->path);
	close(self->port);
	ASSERT_EQ(0, pipe(pipes));
	owner = fork();
	if (!owner)
		own_and_fork(pipes[1]);
	ASSERT_EQ(sizeof(child), read(pipes[0], &child, sizeof(child)));
	kill(owner, SIGKILL);
	waitpid(owner, NULL, 0);
	ASSERT_LT(0, child);
	EXPECT_ERRNO(EBUSY, port_open(0, O_RDWR));
	kill(child, SIGKILL);
	self->port = -1;
	for (unsigned int n = 0; n < EVENTUALLY_MS / 10 && self->port < 0; n++) {
		usleep(10000);
		self->port = port_open(0, O_RDWR);
	}
	EXPECT_LE(0, self->port);
	self->path = -1;
}

TEST_HARNESS_MAIN
