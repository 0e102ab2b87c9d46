/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * What kmod's files need of the kernel's headers to be looked at by CBMC: types that are only passed
 * on, as empty as they can be, and the few functions that compute. All others have no body: they
 * may return anything. linux/ has every header's name, and leads here.
 */
#ifndef PROOF_KERNEL_H
#define PROOF_KERNEL_H

#include <errno.h>
#include <fcntl.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

typedef uint8_t u8;
typedef uint16_t u16;
typedef uint32_t u32;
typedef uint64_t u64;
typedef int32_t s32;
typedef uint8_t __u8;
typedef uint16_t __u16;
typedef uint32_t __u32;
typedef uint64_t __u64;
typedef int32_t __s32;
typedef uint64_t __aligned_u64;
typedef uint16_t __le16;
typedef uint32_t __le32;
typedef uint64_t __le64;
typedef uint64_t phys_addr_t;
typedef unsigned int fmode_t, __poll_t, vm_fault_t, gfp_t;
typedef int64_t loff_t;

#define __user
#define __iomem
#define BIT(n)			   (1u << (n))
#define GENMASK(high, low)	   ((~0u >> (31 - (high))) & (~0u << (low)))
#define PAGE_SIZE		   4096ul
#define EPOLLIN			   1
#define EPOLLRDNORM		   2
#define EPOLLERR		   4
#define EPOLLHUP		   8
#define GFP_KERNEL_ACCOUNT	   0
#define __GFP_ZERO		   0
#define THIS_MODULE		   NULL
#define FMODE_READ		   1
#define FMODE_WRITE		   2
#define READ_ONCE(x)		   (x)
#define WRITE_ONCE(x, v)	   ((x) = (v))
#define ARRAY_SIZE(a)		   (sizeof(a) / sizeof((a)[0]))
#define sizeof_field(t, m)	   sizeof(((t *)0)->m)
#define static_assert(...)	   _Static_assert(__VA_ARGS__, "")
#define min(a, b)		   ((a) < (b) ? (a) : (b))
#define u64_to_user_ptr(x)	   ((void *)(uintptr_t)(x))
#define get_user(x, from)	   ((x) = nondet_s32(), nondet_s32() ? -EFAULT : 0)
#define DECLARE_BITMAP(name, bits) unsigned long name[((bits) + 63) / 64]
#define memset_after(p, value, member)                                                        \
	memset((char *)(p) + offsetof(__typeof__(*(p)), member) + sizeof((p)->member), value, \
	       sizeof(*(p)) - offsetof(__typeof__(*(p)), member) - sizeof((p)->member))
#define _IO(type, nr)	      ((type) << 8 | (nr))
#define _IOR(type, nr, size)  (_IO(type, nr) | 1u << 31 | (unsigned int)sizeof(size) << 16)
#define _IOW(type, nr, size)  (_IO(type, nr) | 1u << 30 | (unsigned int)sizeof(size) << 16)
#define _IOWR(type, nr, size) (_IO(type, nr) | 3u << 30 | (unsigned int)sizeof(size) << 16)

struct list_head {
	struct list_head *next, *prev;
};

struct kref {
	int count;
};

struct mutex {
	int held;
};

typedef struct {
	int held;
} spinlock_t, wait_queue_head_t, atomic_t;

struct ida {
	int ids;
};

struct device {
	void *driver_data;
};

struct cdev {
	int number;
};

struct delayed_work {
	int pending;
};

struct pci_dev {
	struct device dev;
};

struct inode;
struct page;
struct dentry;
struct vm_area_struct;
struct iommu_domain;
struct eventfd_ctx;
typedef struct poll_table poll_table;

struct file {
	void *private_data;
	void *f_mapping;
};

struct file_operations {
	void *owner;
	int (*release)(struct inode *inode, struct file *file);
	long (*unlocked_ioctl)(struct file *file, unsigned int cmd, unsigned long arg);
	long (*compat_ioctl)(struct file *file, unsigned int cmd, unsigned long arg);
	int (*mmap)(struct file *file, struct vm_area_struct *vma);
	unsigned long (*get_unmapped_area)(struct file *file, unsigned long address,
					   unsigned long bytes, unsigned long at,
					   unsigned long flags);
	__poll_t (*poll)(struct file *file, poll_table *table);
};

long compat_ptr_ioctl(struct file *file, unsigned int cmd, unsigned long arg);
unsigned long thp_get_unmapped_area(struct file *file, unsigned long address, unsigned long bytes,
				    unsigned long at, unsigned long flags);
struct file *get_file(struct file *file);
struct file *fget(unsigned int fd);
struct file *anon_inode_getfile(const char *name, const struct file_operations *fops, void *data,
				int flags);
struct page *alloc_page(gfp_t flags);
int nondet_s32(void);
unsigned long copy_from_user(void *to, const void *from, unsigned long bytes);
unsigned long copy_to_user(void *to, const void *from, unsigned long bytes);

static inline bool is_power_of_2(unsigned long n)
{
	return n && !(n & (n - 1));
}

static inline unsigned long array_index_nospec(unsigned long index, unsigned long size)
{
	return index < size ? index : 0;
}

static inline void *memchr_inv(const void *start, int value, size_t bytes)
{
	const unsigned char *at = start;

	for (; bytes; bytes--, at++)
		if (*at != value)
			return (void *)at;
	return NULL;
}

static inline void *kzalloc(size_t bytes, gfp_t flags)
{
	return calloc(1, bytes);
}

static inline void kfree(void *memory)
{
	free(memory);
}

static inline bool IS_ERR(const void *pointer)
{
	return (uintptr_t)pointer >= (uintptr_t)-4095;
}

static inline long PTR_ERR(const void *pointer)
{
	return (long)pointer;
}

static inline void *ERR_PTR(long error)
{
	return (void *)error;
}

#endif
