/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Packet logic in steps, for NFs whose tables are larger than the caches: each step is done for
 * all frames of a burst before the next one, so that memory comes while others are looked at.
 * An NF called name has
 *	struct name_look, what is known of a frame
 *	name_look(look, frame, length, state): the first look; asks for memory; changes nothing
 *	name_fetch(look, state): asks for memory that needed some of the first to be there
 *	name_judge(look, frame, length, state): as a onepath_handler
 * A burst asks for the frames themselves even before that. NF_STEPS(name) makes of them
 * name_handle(), a onepath_handler, and name_burst(), a onepath_burst_handler, which do the
 * same. NF_AHEAD(name, handler) does it for a handler that was there before: its first steps
 * may be wrong, as they do nothing but ask for memory that the handler will want.
 */
#ifndef ONEPATH_NF_STEPS_H
#define ONEPATH_NF_STEPS_H

#include <onepath/burst.h>

#include "packet.h"

#define NF_BURST(name)                                                                       \
	static inline void name##_burst(struct onepath_burst *burst, void *state)            \
	{                                                                                    \
		struct name##_look look[ONEPATH_BURST];                                      \
                                                                                             \
		for (unsigned int n = 0; n < burst->count; n++)                              \
			__builtin_prefetch(onepath_burst_frame(burst, n));                   \
		for (unsigned int n = 0; n < burst->count; n++)                              \
			name##_look(&look[n], onepath_burst_frame(burst, n),                 \
				    onepath_burst_length(burst, n), state);                  \
		for (unsigned int n = 0; n < burst->count; n++)                              \
			name##_fetch(&look[n], state);                                       \
		for (unsigned int n = 0; n < burst->count; n++) {                            \
			uint32_t out = name##_judge(&look[n], onepath_burst_frame(burst, n), \
						    onepath_burst_length(burst, n), state);  \
                                                                                             \
			onepath_burst_set_length(burst, n, (uint16_t)(out & 0xffff));        \
			burst->except[n] = (uint16_t)(out >> 16);                            \
		}                                                                            \
	}

#define NF_STEPS(name)                                                                 \
	NF_INLINE uint32_t name##_handle(uint8_t *frame, uint16_t length, void *state) \
	{                                                                              \
		struct name##_look look;                                               \
                                                                                       \
		name##_look(&look, frame, length, state);                              \
		return name##_judge(&look, frame, length, state);                      \
	}                                                                              \
	NF_BURST(name)

#define NF_AHEAD(name, handler)                                                         \
	NF_INLINE uint32_t name##_judge(const struct name##_look *look, uint8_t *frame, \
					uint16_t length, void *state)                   \
	{                                                                               \
		return handler(frame, length, state);                                   \
	}                                                                               \
	NF_BURST(name)

/* Is it what most frames are: IPv4 without VLAN tag and options? And are there 8 bytes of what is in it? */
NF_INLINE bool nf_is_plain_ipv4(const uint8_t *frame, uint16_t length)
{
	return length >= ETHERNET_BYTES + IPV4_BYTES + UDP_BYTES &&
	       raw16(frame + 12) == htobe16(TYPE_IPV4) && frame[ETHERNET_BYTES] == 0x45;
}

/* The same of IPv6, extension headers or not. */
NF_INLINE bool nf_is_plain_ipv6(const uint8_t *frame, uint16_t length)
{
	return length >= ETHERNET_BYTES + IPV6_BYTES && raw16(frame + 12) == htobe16(TYPE_IPV6);
}

#endif
