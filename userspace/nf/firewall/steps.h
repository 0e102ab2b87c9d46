/* SPDX-License-Identifier: BSD-3-Clause */
/* The firewall's logic in steps (nf_steps.h), for each direction. */
#ifndef ONEPATH_NF_FIREWALL_STEPS_H
#define ONEPATH_NF_FIREWALL_STEPS_H

#include "firewall.h"
#include "nf_steps.h"

#define FIREWALL_STEPS(name, from_inside)                                                       \
	struct name##_look {                                                                    \
		struct firewall_look look;                                                      \
		bool found;                                                                     \
	};                                                                                      \
                                                                                                \
	NF_INLINE void name##_look(struct name##_look *look, const uint8_t *frame,              \
				   uint16_t length, void *state)                                \
	{                                                                                       \
		const struct firewall *firewall = state;                                        \
                                                                                                \
		look->found = firewall_look(firewall, &look->look, frame, length, from_inside); \
		if (nf_likely(look->found))                                                     \
			flow_prefetch(&firewall->table, look->look.hash);                       \
	}                                                                                       \
                                                                                                \
	NF_INLINE void name##_fetch(const struct name##_look *look, void *state)                \
	{                                                                                       \
		const struct firewall *firewall = state;                                        \
                                                                                                \
		if (nf_likely(look->found))                                                     \
			flow_prefetch_flow(&firewall->table, firewall_ipv4, look->look.hash);   \
	}                                                                                       \
                                                                                                \
	NF_INLINE uint32_t name##_judge(const struct name##_look *look, uint8_t *frame,         \
					uint16_t length, void *state)                           \
	{                                                                                       \
		if (nf_unlikely(!look->found))                                                  \
			return firewall_without_flow(state, &look->look.packet, length);        \
		return firewall_judge(state, &look->look, frame, length, from_inside);          \
	}                                                                                       \
	NF_STEPS(name)

FIREWALL_STEPS(firewall_out, true)
FIREWALL_STEPS(firewall_in, false)

#endif
