// SPDX-License-Identifier: GPL-2.0
/*
 * What a port's DMA may reach. A path's descriptors are shared by its ports, so
 * an address in them has to mean the same to each: the ports share one IOMMU
 * domain, in which nothing is mapped but the memory of paths. The DMA API gives
 * each device addresses of its own and cannot do this. A port that no path uses is
 * in no domain: its DMA is blocked, and what paths it had is out of its reach.
 *
 * What is of a group or domain is protected by the lock of its owner, which all calls
 * are made with; only the list of groups is shared by owners.
 */
#include <linux/capability.h>
#include <linux/cc_platform.h>
#include <linux/iommu.h>
#include <linux/io.h>
#include <linux/list.h>
#include <linux/module.h>
#include <linux/sched.h>
#include <linux/sizes.h>
#include <linux/slab.h>
#include <xen/xen.h>
#include "compat.h"
#include "module.h"

/*
 * Each path has a window of bus addresses of its own. They start above 4 GB, clear of
 * the interrupt range (0xfee00000) and of what firmware reserves for legacy devices.
 */
#define WINDOW_BASE  SZ_4G
#define WINDOW_BYTES SZ_256M

static bool allow_unsafe_noiommu;
module_param(allow_unsafe_noiommu, bool, 0444);
MODULE_PARM_DESC(allow_unsafe_noiommu,
		 "let CAP_SYS_RAWIO drive ports without an IOMMU: they reach all memory");

/**
 * struct onepath_group - an IOMMU group, claimed for one owner; or a port without one
 * @node: in onepath_groups
 * @iommu: NULL without an IOMMU
 * @domain: what its ports reach; NULL, if no path uses them
 * @owner: whose ports they are; compared only, valid while there are any
 * @ports: how many ports of it are owned
 * @uses: how often paths use them, see struct onepath_port
 */
struct onepath_group {
	struct list_head node;
	struct iommu_group *iommu;
	struct onepath_domain *domain;
	struct onepath_owner *owner;
	unsigned int ports;
	unsigned int uses;
};

static LIST_HEAD(onepath_groups);
static DEFINE_MUTEX(onepath_groups_lock); /* protects the list */

static struct onepath_domain *onepath_domain_create(struct device *dev, bool iommu)
{
	struct onepath_domain *domain = kzalloc(sizeof(*domain), GFP_KERNEL);

	if (!domain)
		return ERR_PTR(-ENOMEM);
	if (iommu) {
		domain->iommu = iommu_paging_domain_alloc(dev);
		if (IS_ERR(domain->iommu)) {
			long rc = PTR_ERR(domain->iommu);

			kfree(domain);
			return ERR_PTR(rc);
		}
	}
	kref_init(&domain->ref);
	ida_init(&domain->windows);
	return domain;
}

static void onepath_domain_free(struct kref *ref)
{
	struct onepath_domain *domain = container_of(ref, struct onepath_domain, ref);

	if (domain->iommu)
		iommu_domain_free(domain->iommu);
	ida_destroy(&domain->windows);
	kfree(domain);
}

static void onepath_domain_put(struct onepath_domain *domain)
{
	kref_put(&domain->ref, onepath_domain_free);
}

/* A path uses the port once more, in @domain. */
static int onepath_group_enter(struct onepath_port *port, struct onepath_domain *domain)
{
	struct onepath_group *group = port->group;
	int rc;

	if (!group->domain) {
		if (!group->iommu != !domain->iommu)
			return -EXDEV;
		rc = group->iommu ? iommu_attach_group(domain->iommu, group->iommu) : 0;
		/* an IOMMU that cannot take another's domain says so with one of these */
		if (rc)
			return rc == -EINVAL || rc == -EBUSY ? -EXDEV : rc;
		kref_get(&domain->ref);
		group->domain = domain;
	}
	group->uses++;
	port->uses++;
	return 0;
}

/* Some uses less. After the last the group is blocked again, as it was when it was claimed. */
static void onepath_group_leave(struct onepath_port *port, unsigned int uses)
{
	struct onepath_group *group = port->group;

	port->uses -= uses;
	group->uses -= uses;
	if (group->uses || !group->domain)
		return;
	if (group->iommu)
		iommu_detach_group(group->domain->iommu, group->iommu);
	onepath_domain_put(group->domain);
	group->domain = NULL;
}

static void onepath_group_free(struct onepath_group *group)
{
	if (group->iommu) {
		iommu_group_release_dma_owner(group->iommu);
		iommu_group_put(group->iommu);
	}
	list_del(&group->node);
	kfree(group);
}

/* The devices of a group are not separated from each other: one process has all, or none. */
static void onepath_group_tell_busy(struct device *dev, struct iommu_group *iommu, const char *why)
{
	dev_err_ratelimited(dev, "open refused: IOMMU group %d cannot be divided, and %s\n",
			    iommu_group_id(iommu), why);
}

/* Takes over the reference to @iommu, also when it fails. */
static struct onepath_group *onepath_group_create(struct device *dev, struct iommu_group *iommu,
						  struct onepath_owner *owner)
{
	struct onepath_group *group = kzalloc(sizeof(*group), GFP_KERNEL);
	int rc;

	if (!group) {
		iommu_group_put(iommu);
		return ERR_PTR(-ENOMEM);
	}
	if (iommu) {
		rc = iommu_group_claim_dma_owner(iommu, group);
		if (rc) {
			/* EPERM: it has an owner; EINVAL: firmware wants its memory reached */
			if (rc == -EPERM || rc == -EBUSY) {
				onepath_group_tell_busy(dev, iommu,
							"another driver has a device of it");
				rc = -EBUSY;
			}
			iommu_group_put(iommu);
			kfree(group);
			return ERR_PTR(rc == -EINVAL ? -EOPNOTSUPP : rc);
		}
	}
	group->iommu = iommu;
	group->owner = owner;
	list_add(&group->node, &onepath_groups);
	return group;
}

static struct onepath_group *onepath_group_find(struct iommu_group *iommu)
{
	struct onepath_group *group;

	list_for_each_entry(group, &onepath_groups, node)
		if (group->iommu == iommu)
			return group;
	return NULL;
}

/*
 * A process that writes descriptors must be confined: its DMA by an IOMMU, and the
 * interrupts that it could forge by a write to 0xfee00000 by interrupt remapping.
 */
static int onepath_dma_check_confined(struct device *dev, struct iommu_group *iommu)
{
	const char *why = iommu ? "interrupts are not remapped" : "no IOMMU confines it";

	if (iommu && onepath_isolates_msi(dev, iommu))
		return device_iommu_capable(dev, IOMMU_CAP_CACHE_COHERENCY) ? 0 : -EOPNOTSUPP;
	if (!allow_unsafe_noiommu || !capable(CAP_SYS_RAWIO)) {
		dev_err_ratelimited(dev, "open refused: %s (else: allow_unsafe_noiommu=1)\n", why);
		return -EPERM;
	}
	/* bus addresses are physical ones on x86 only, unless memory is encrypted or Xen's */
	if (!iommu &&
	    (!IS_ENABLED(CONFIG_X86) || cc_platform_has(CC_ATTR_MEM_ENCRYPT) || xen_pv_domain()))
		return -EOPNOTSUPP;
	add_taint(TAINT_USER, LOCKDEP_STILL_OK);
	dev_warn(dev, "%s[%d] can reach all memory: %s, and allow_unsafe_noiommu=1\n",
		 current->comm, task_tgid_nr(current), why);
	return 0;
}

/* Whether all that is so of a device, and the number of its group, or -1. */
bool onepath_dma_confined(struct device *dev, s32 *number)
{
	struct iommu_group *iommu = iommu_group_get(dev);
	bool confined = iommu && onepath_isolates_msi(dev, iommu);

	*number = iommu ? iommu_group_id(iommu) : -1;
	iommu_group_put(iommu);
	return confined;
}

/* The port's group, claimed for the owner if it was not yet. Takes over the reference to @iommu. */
static struct onepath_group *onepath_group_get(struct device *dev, struct iommu_group *iommu,
					       struct onepath_owner *owner)
{
	struct onepath_group *group = iommu ? onepath_group_find(iommu) : NULL;

	if (!group)
		return onepath_group_create(dev, iommu, owner);
	iommu_group_put(iommu);
	if (group->owner == owner)
		return group;
	onepath_group_tell_busy(dev, group->iommu, "another process owns a port of it");
	return ERR_PTR(-EBUSY);
}

/**
 * onepath_dma_claim() - makes the port's DMA its owner's; it reaches nothing yet
 * @port: about to be owned; @port->group is set
 * @owner: who will own it
 *
 * Returns 0 or -EPERM, -EBUSY, -EOPNOTSUPP, -ENOMEM.
 */
int onepath_dma_claim(struct onepath_port *port, struct onepath_owner *owner)
{
	struct device *dev = &port->pdev->dev;
	struct iommu_group *iommu = iommu_group_get(dev);
	struct onepath_group *group;
	int rc = onepath_dma_check_confined(dev, iommu);

	if (rc) {
		iommu_group_put(iommu);
		return rc;
	}
	mutex_lock(&onepath_groups_lock);
	group = onepath_group_get(dev, iommu, owner);
	if (!IS_ERR(group)) {
		group->ports++;
		port->group = group;
	}
	mutex_unlock(&onepath_groups_lock);
	return PTR_ERR_OR_ZERO(group);
}

/* Undoes onepath_dma_claim(); the port does no DMA any more, though paths may still have it. */
void onepath_dma_release(struct onepath_port *port)
{
	struct onepath_group *group = port->group;

	if (!group)
		return;
	onepath_group_leave(port, port->uses);
	port->group = NULL;
	mutex_lock(&onepath_groups_lock);
	if (!--group->ports)
		onepath_group_free(group);
	mutex_unlock(&onepath_groups_lock);
}

/**
 * onepath_dma_join() - brings the ports of a new path into one domain
 * @ports: all claimed; one may stand in it twice
 * @count: how many
 *
 * The domain is the one in which paths already use one of the ports, or a new one.
 *
 * Returns the domain, until onepath_dma_leave(), or an ERR_PTR(): -EXDEV, -ENOMEM and what
 * the IOMMU's driver says.
 */
struct onepath_domain *onepath_dma_join(struct onepath_port **ports, unsigned int count)
{
	struct onepath_domain *target = NULL, *domain;
	unsigned int n;
	int rc;

	for (n = 0; n < count; n++) {
		domain = ports[n]->group->domain;
		if (!domain || domain == target)
			continue;
		if (target)
			return ERR_PTR(-EXDEV);
		target = domain;
	}
	if (target)
		kref_get(&target->ref);
	else
		target = onepath_domain_create(&ports[0]->pdev->dev, ports[0]->group->iommu);
	for (n = 0; !IS_ERR(target) && n < count; n++) {
		rc = onepath_group_enter(ports[n], target);
		if (rc) {
			onepath_dma_leave(target, ports, n);
			return ERR_PTR(rc);
		}
	}
	return target;
}

/* Undoes onepath_dma_join(). A port that was unbound meanwhile has left already. */
void onepath_dma_leave(struct onepath_domain *domain, struct onepath_port **ports,
		       unsigned int count)
{
	unsigned int n;

	for (n = 0; n < count; n++)
		if (ports[n]->group)
			onepath_group_leave(ports[n], 1);
	onepath_domain_put(domain);
}

/* Finds room for one path's memory in the domain: *@iova is where it starts. */
int onepath_dma_window_get(struct onepath_domain *domain, u64 *iova)
{
	u64 last = U64_MAX;
	int window;

	if (domain->iommu)
		last = domain->iommu->geometry.aperture_end;
	if (last < WINDOW_BASE + WINDOW_BYTES)
		return -ENOSPC;
	window = ida_alloc_max(&domain->windows,
			       min_t(u64, (last - WINDOW_BASE) / WINDOW_BYTES - 1, INT_MAX),
			       GFP_KERNEL);
	if (window < 0)
		return window;
	*iova = WINDOW_BASE + (u64)window * WINDOW_BYTES;
	return 0;
}

void onepath_dma_window_put(struct onepath_domain *domain, u64 iova)
{
	ida_free(&domain->windows, (iova - WINDOW_BASE) / WINDOW_BYTES);
}
