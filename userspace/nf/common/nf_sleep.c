/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * An NF without work: it sleeps in one poll() over all paths and ports until a frame, a
 * signal, a second, or news: a link that changed, a path that the kernel stopped as a port
 * was reset, and that is started again here, a port that is gone.
 */
#define _GNU_SOURCE /* ppoll() */
#include <errno.h>
#include <poll.h>
#include <sched.h>

#include "nf.h"

#define SECOND_MS 1000
#define RETRY_MS  20 /* between two tries to start a path while its port is being reset */

void nf_ask_port(struct nf *nf, struct nf_port *port)
{
	struct onepath_port_info info;
	int err = onepath_port_info(port->fd, &info);
	bool up;

	if (err == -ENODEV)
		port->gone = true;
	if (err)
		return; /* else it is being reset: poll() will tell */
	up = info.flags & ONEPATH_PORT_LINK_UP;
	if (up != port->link_up)
		nf_say(nf, "port %s: link %s", port->name, up ? "up" : "down");
	port->link_up = up;
}

/* A port comes back some time after its reset began: until then starting says EAGAIN. */
static void start_again(struct nf *nf, struct nf_path *path)
{
	const char *name = nf->port[path->input].name;
	int err = onepath_path_start(&path->path);

	path->down = err == -EAGAIN || err == -EINTR;
	if (!err) {
		nf_say(nf, "port %s was reset: path started again", name);
	} else if (!path->down && err != -ENODEV) {
		onepath_explain(err, "start the path again from", name);
		nf->failed = true;
	}
}

/* poll() that no signal slips past: it is handled before, and then looked for, or during. */
static void wait_for(struct pollfd *fds, nfds_t count, int timeout_ms)
{
	struct timespec timeout = { .tv_sec = timeout_ms / 1000,
				    .tv_nsec = timeout_ms % 1000 * 1000000L };
	sigset_t before;

	sigprocmask(SIG_BLOCK, nf_signals(), &before);
	if (nf_event)
		timeout = (struct timespec){ 0 };
	if (ppoll(fds, count, &timeout, &before) < 0)
		for (nfds_t i = 0; i < count; i++)
			fds[i].revents = 0;
	sigprocmask(SIG_SETMASK, &before, NULL);
}

void nf_look(struct nf *nf, int timeout_ms)
{
	struct pollfd fds[2 * NF_PORTS_MAX];
	unsigned int count = 0;

	for (unsigned int i = 0; i < nf->path_count; i++) {
		const struct nf_path *path = &nf->path[i];

		if (path->down && timeout_ms > RETRY_MS)
			timeout_ms = RETRY_MS;
		fds[count++] =
			(struct pollfd){ .fd = path->down ? -1 : path->path.fd, .events = POLLIN };
	}
	for (unsigned int i = 0; i < nf->port_count; i++)
		fds[count++] = (struct pollfd){ .fd = nf->port[i].fd, .events = POLLPRI };

	wait_for(fds, count, timeout_ms);
	for (unsigned int i = 0; i < nf->path_count; i++) {
		if (nf->path[i].down || (fds[i].revents & (POLLERR | POLLHUP)) == POLLERR)
			start_again(nf, &nf->path[i]);
		if (fds[i].revents)
			nf->armed = false;
	}
	for (unsigned int i = 0; i < nf->port_count; i++) {
		short events = fds[nf->path_count + i].revents;

		if (events & (POLLHUP | POLLERR))
			nf->port[i].gone = true;
		else if (events & POLLPRI)
			nf_ask_port(nf, &nf->port[i]);
		if (nf->port[i].gone || nf->failed)
			nf_event = 1;
	}
}

/*
 * Asks for interrupts from all paths. Returns false if there is something to do instead of
 * sleeping. A path that cannot be armed now is told of by poll(), or tried again.
 */
static bool arm_all(struct nf *nf)
{
	bool all = true;

	for (unsigned int i = 0; i < nf->path_count; i++) {
		int answer = nf->path[i].down ? -EAGAIN : onepath_path_arm(&nf->path[i].path);

		if (answer == -EOPNOTSUPP) {
			nf_say(nf, "port %s cannot interrupt: polling without sleep",
			       nf->port[nf->path[i].input].name);
			nf->busy_poll = true;
			return false;
		}
		if (answer > 0)
			return false;
		all &= !answer;
	}
	nf->armed = all;
	return true;
}

void nf_idle(struct nf *nf)
{
	if (nf->busy_poll) {
		sched_yield(); /* cannot fail on Linux */
		return;
	}
	if (!nf->armed && !arm_all(nf))
		return;
	nf->sleeps++;
	nf_look(nf, SECOND_MS);
}
