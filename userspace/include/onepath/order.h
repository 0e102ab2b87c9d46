/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Memory order between an NF and the 82599, one function for each place in
 * run.h where it matters. The device's side of each pair is PCI Express: its
 * posted writes arrive in the order in which it made them, and it reads a
 * descriptor only after it has seen the doorbell.
 */
#ifndef ONEPATH_ORDER_H
#define ONEPATH_ORDER_H

#include <endian.h>
#include <stdint.h>

/*
 * Reads a byte that the device writes last (a descriptor's status). What is read
 * after it is at least as new. Pairs with the device's write-back, which follows
 * its write of the frame.
 */
static inline uint8_t onepath_read_status(const uint8_t *status)
{
	return __atomic_load_n(status, __ATOMIC_ACQUIRE);
}

/* Reads a head that the device writes. Whoever gives a buffer back depends on the value. */
static inline uint32_t onepath_read_head(const uint32_t *head)
{
	return le32toh(__atomic_load_n(head, __ATOMIC_ACQUIRE));
}

/*
 * Reads what the kernel writes (an epoch, where a queue stands). What is read after it is
 * at least as new. Pairs with the kernel's write barrier before it changes an epoch.
 */
static inline uint32_t onepath_read_shared(const uint32_t *word)
{
	return __atomic_load_n(word, __ATOMIC_ACQUIRE);
}

/* Tells the kernel of an epoch. All that was done before it, doorbells included, was done. */
static inline void onepath_write_seen(uint32_t *seen, uint32_t epoch)
{
	__atomic_store_n(seen, epoch, __ATOMIC_RELEASE);
}

/*
 * Writes a tail. All that was written to memory before, descriptors and frames,
 * is there when the device sees it. Pairs with the device's read of descriptors.
 */
static inline void onepath_ring_doorbell(volatile uint32_t *tail, uint32_t value)
{
#if defined(__SANITIZE_THREAD__)
	__atomic_store_n(tail, htole32(value), __ATOMIC_RELEASE); /* what ThreadSanitizer knows */
#else
#if defined(__x86_64__)
	__asm__ volatile("" : : : "memory"); /* stores are seen in order, uncached ones too */
#elif defined(__aarch64__)
	__asm__ volatile("dmb oshst" : : : "memory");
#else
#error "onepath: no doorbell barrier is known for this processor"
#endif
	*tail = htole32(value);
#endif
}

/* Between two polls that found nothing: lets the core's other thread have its turn. */
static inline void onepath_relax(void)
{
#if defined(__x86_64__)
	__builtin_ia32_pause();
#elif defined(__aarch64__)
	__asm__ volatile("yield");
#endif
}

#endif
