// SPDX-License-Identifier: GPL-2.0
/*
 * Owners: the processes that own ports. Each has a lock of its own, under which its
 * ports and paths are worked on, so that owners neither wait for each other nor see
 * each other. A process becomes an owner with its first port.
 */
#include <linux/list.h>
#include <linux/pid.h>
#include <linux/sched.h>
#include <linux/slab.h>
#include "module.h"

static LIST_HEAD(onepath_owners);
static DEFINE_MUTEX(onepath_owners_lock); /* protects the list */

/**
 * onepath_owner_get() - the owner that the calling process is
 *
 * Returns it with a reference, or ERR_PTR(-ENOMEM).
 */
struct onepath_owner *onepath_owner_get(void)
{
	struct onepath_owner *owner, *fresh;

	/* not under the lock: a process short of memory would keep all others waiting */
	fresh = kzalloc(sizeof(*fresh), GFP_KERNEL_ACCOUNT);
	if (!fresh)
		return ERR_PTR(-ENOMEM);
	mutex_lock(&onepath_owners_lock);
	list_for_each_entry(owner, &onepath_owners, node) {
		if (owner->process == task_tgid(current)) {
			kref_get(&owner->ref);
			goto unlock;
		}
	}
	owner = fresh;
	fresh = NULL;
	kref_init(&owner->ref);
	owner->process = get_pid(task_tgid(current));
	mutex_init(&owner->lock);
	INIT_LIST_HEAD(&owner->ports);
	INIT_LIST_HEAD(&owner->paths);
	list_add(&owner->node, &onepath_owners);
unlock:
	mutex_unlock(&onepath_owners_lock);
	kfree(fresh);
	return owner;
}

static void onepath_owner_free(struct kref *ref)
{
	struct onepath_owner *owner = container_of(ref, struct onepath_owner, ref);

	list_del(&owner->node);
	mutex_unlock(&onepath_owners_lock);
	put_pid(owner->process);
	kfree(owner);
}

void onepath_owner_put(struct onepath_owner *owner)
{
	kref_put_mutex(&owner->ref, onepath_owner_free, &onepath_owners_lock);
}
