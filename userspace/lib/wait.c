/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Sleeping until a frame arrives, without missing one. The order is: nothing was in the
 * ring; ask for an interrupt, telling the kernel which descriptor is awaited, so that it
 * looks once more; sleep.
 */
#include <errno.h>
#include <onepath/onepath.h>
#include <poll.h>
#include <sys/ioctl.h>

/*
 * Whether onepath_run() has something to do: a frame, or so many buffers that the outputs
 * had not yet sent that the receive queue may be without any: no frame would arrive then.
 */
static bool is_busy(const struct onepath_path *path)
{
	uint32_t kept = (path->next - path->given - 1) & path->mask;
	const uint8_t *status = &path->output[0].ring[path->next].status;

	return kept > path->mask / 2 || onepath_read_status(status) & ONEPATH_RX_DD;
}

int onepath_path_arm(struct onepath_path *path)
{
	struct onepath_path_arm arm = { .size = sizeof(arm), .next = path->next };
	int answer;

	if (is_busy(path))
		return 1;
	answer = ioctl(path->fd, ONEPATH_PATH_ARM, &arm);
	return answer < 0 ? -errno : answer;
}

int onepath_path_wait(struct onepath_path *path, int timeout_ms)
{
	struct pollfd poll_fd = { .fd = path->fd, .events = POLLIN };
	int answer = onepath_path_arm(path), count;

	if (answer < 0 && answer != -EAGAIN)
		return answer;
	count = poll(&poll_fd, 1, answer ? 0 : timeout_ms);
	if (count < 0)
		return -errno;
	if (poll_fd.revents & POLLNVAL)
		return -EBADF;
	if (poll_fd.revents & POLLHUP)
		return -ENODEV;
	if (poll_fd.revents & POLLERR)
		return -ECONNRESET;
	return answer ? answer : count;
}

int onepath_eventfd(int fd, int eventfd)
{
	struct onepath_eventfd args = { .size = sizeof(args), .fd = eventfd };

	return ioctl(fd, ONEPATH_EVENTFD, &args) < 0 ? -errno : 0;
}
