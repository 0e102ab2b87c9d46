/* SPDX-License-Identifier: GPL-2.0 */
/*
 * One source for all supported kernels, 6.1 and later: what changed in between is
 * here, under the newer name where that can be, and nowhere else.
 */
#ifndef ONEPATH_COMPAT_H
#define ONEPATH_COMPAT_H

#include <linux/device.h>
#include <linux/err.h>
#include <linux/eventfd.h>
#include <linux/iommu.h>
#include <linux/mm.h>
#include <linux/version.h>

/* 6.4: class_create() lost its first argument */
#if LINUX_VERSION_CODE < KERNEL_VERSION(6, 4, 0)
#define onepath_class_create(name) class_create(THIS_MODULE, name)
#else
#define onepath_class_create(name) class_create(name)
#endif

/* 6.2: devnode() takes a const device */
#if LINUX_VERSION_CODE < KERNEL_VERSION(6, 2, 0)
#define ONEPATH_DEVNODE_CONST
#else
#define ONEPATH_DEVNODE_CONST const
#endif

/*
 * 6.3: vm_flags changes by functions, iommu_map() takes allocation flags, MSI isolation is asked
 * of a group
 */
#if LINUX_VERSION_CODE < KERNEL_VERSION(6, 3, 0)
static inline void vm_flags_set(struct vm_area_struct *vma, unsigned long flags)
{
	vma->vm_flags |= flags;
}

static inline void vm_flags_clear(struct vm_area_struct *vma, unsigned long flags)
{
	vma->vm_flags &= ~flags;
}

static inline int onepath_iommu_map(struct iommu_domain *domain, unsigned long iova,
				    phys_addr_t phys, size_t size, int prot)
{
	return iommu_map(domain, iova, phys, size, prot);
}

static inline bool onepath_isolates_msi(struct device *dev, struct iommu_group *group)
{
	return device_iommu_capable(dev, IOMMU_CAP_INTR_REMAP);
}
#else
static inline int onepath_iommu_map(struct iommu_domain *domain, unsigned long iova,
				    phys_addr_t phys, size_t size, int prot)
{
	return iommu_map(domain, iova, phys, size, prot, GFP_KERNEL_ACCOUNT);
}

static inline bool onepath_isolates_msi(struct device *dev, struct iommu_group *group)
{
	return iommu_group_has_isolated_msi(group);
}
#endif

/* 6.8: eventfd_signal() adds one */
static inline void onepath_eventfd_signal(struct eventfd_ctx *eventfd)
{
#if LINUX_VERSION_CODE < KERNEL_VERSION(6, 8, 0)
	eventfd_signal(eventfd, 1);
#else
	eventfd_signal(eventfd);
#endif
}

/* 6.10: in a trace event, a string's source is known from its declaration */
#if LINUX_VERSION_CODE < KERNEL_VERSION(6, 10, 0)
#define onepath_assign_str(field, source) __assign_str(field, source)
#else
#define onepath_assign_str(field, source) \
	do {                              \
		(void)(source);           \
		__assign_str(field);      \
	} while (0)
#endif

/* 6.11: a paging domain is made for a device */
#if LINUX_VERSION_CODE < KERNEL_VERSION(6, 11, 0)
static inline struct iommu_domain *iommu_paging_domain_alloc(struct device *dev)
{
	struct iommu_domain *domain = iommu_domain_alloc(dev->bus);

	return domain ? domain : ERR_PTR(-ENODEV);
}
#endif

/* 6.12: page frames can be mapped by pages of 2 MB, 6.17: without a type of their own */
#ifdef CONFIG_ARCH_SUPPORTS_PMD_PFNMAP
#if LINUX_VERSION_CODE < KERNEL_VERSION(6, 17, 0)
#include <linux/pfn_t.h>
#define onepath_insert_pmd(fault, pfn) vmf_insert_pfn_pmd(fault, pfn_to_pfn_t(pfn), true)
#else
#define onepath_insert_pmd(fault, pfn) vmf_insert_pfn_pmd(fault, pfn, true)
#endif
#endif

#endif
