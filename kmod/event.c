// SPDX-License-Identifier: GPL-2.0
/*
 * Events: how a sleeping NF is woken, by poll() on the descriptor itself, or by an
 * eventfd that it gave. Signalled from interrupts as well.
 */
#include <linux/eventfd.h>
#include <linux/poll.h>
#include "compat.h"
#include "module.h"

void onepath_event_init(struct onepath_event *event)
{
	init_waitqueue_head(&event->wait);
	spin_lock_init(&event->lock);
	event->eventfd = NULL;
}

static void onepath_event_replace(struct onepath_event *event, struct eventfd_ctx *eventfd)
{
	struct eventfd_ctx *old;

	spin_lock_irq(&event->lock);
	old = event->eventfd;
	event->eventfd = eventfd;
	spin_unlock_irq(&event->lock);
	if (old)
		eventfd_ctx_put(old);
}

void onepath_event_exit(struct onepath_event *event)
{
	onepath_event_replace(event, NULL);
}

/* What poll() looks at was changed before. */
void onepath_event_signal(struct onepath_event *event)
{
	unsigned long flags;

	spin_lock_irqsave(&event->lock, flags);
	if (event->eventfd)
		onepath_eventfd_signal(event->eventfd);
	spin_unlock_irqrestore(&event->lock, flags);
	wake_up_all(&event->wait);
}

/* ONEPATH_EVENTFD, on whichever descriptor. */
long onepath_event_set_eventfd(struct onepath_event *event, void __user *user)
{
	struct eventfd_ctx *eventfd = NULL;
	struct onepath_eventfd args;
	int rc = onepath_copy_args(&args, sizeof(args), user);

	if (rc)
		return rc;
	if (args.flags || args.reserved || args.fd < -1)
		return -EINVAL;
	if (args.fd >= 0) {
		eventfd = eventfd_ctx_fdget(args.fd);
		if (IS_ERR(eventfd))
			return PTR_ERR(eventfd);
	}
	onepath_event_replace(event, eventfd);
	return 0;
}
