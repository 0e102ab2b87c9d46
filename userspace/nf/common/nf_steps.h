/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Packet logic in steps, for NFs whose tables are larger than the caches: each step is done for
 * all frames of a burst before the next one, so that memory comes while others are looked at.
 * An NF called name has
 *	struct name_look, what is known of a frame
 *	name_look(look, frame, length, state): the first look; asks for memory; changes nothing
 *	name_fetch(look, state): asks for memory that needed some of the first to be there
 *	name_judge(look, frame, length, state): as a onepath_handler
 * A burst asks for the frames themselves even before that. NF_STEPS(name) makes of them name_handle(), a onepath_handler, and name_burst(), a
 * onepath_burst_handler, which do the same.
 */
#ifndef ONEPATH_NF_STEPS_H
#define ONEPATH_NF_STEPS_H

#include <onepath/burst.h>

#define NF_STEPS(name)                                                                       \
	static inline uint32_t name##_handle(uint8_t *frame, uint16_t length, void *state)   \
	{                                                                                    \
		struct name##_look look;                                                     \
                                                                                             \
		name##_look(&look, frame, length, state);                                    \
		return name##_judge(&look, frame, length, state);                            \
	}                                                                                    \
                                                                                             \
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

#endif
