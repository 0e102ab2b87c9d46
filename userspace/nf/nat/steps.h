/* SPDX-License-Identifier: BSD-3-Clause */
/* The NAT's first steps (nf_steps.h): they ask for the mapping that a packet will want. */
#ifndef ONEPATH_NF_NAT_STEPS_H
#define ONEPATH_NF_NAT_STEPS_H

#include "nat.h"
#include "nf_steps.h"

/* From inside: by the source, which is the key of a flow. @known: there is @hash. */
struct nat_out_look {
	uint32_t hash;
	bool known;
};

NF_INLINE void nat_out_look(struct nat_out_look *look, const uint8_t *frame, uint16_t length,
			    void *state)
{
	const struct nat *nat = state;
	enum nat_kind kind;
	uint64_t key;

	look->known = nf_is_plain_ipv4(frame, length);
	if (nf_unlikely(!look->known))
		return;
	kind = nat_kind_of(frame[23]);
	key = nat_key(raw32(frame + 26), raw16(frame + (kind == NAT_ICMP ? 38 : 34)), kind);
	look->hash = flow_hash(&nat->table, nat_mappings, &key);
	flow_prefetch(&nat->table, look->hash);
}

NF_INLINE void nat_out_fetch(const struct nat_out_look *look, void *state)
{
	const struct nat *nat = state;

	if (nf_likely(look->known))
		flow_prefetch_flow(&nat->table, nat_mappings, look->hash);
}

NF_AHEAD(nat_out, nat_from_inside)

/* From outside: by the port, which has its mapping. @mapping: where its number is, NULL if there is none. */
struct nat_in_look {
	const uint32_t *mapping;
};

NF_INLINE void nat_in_look(struct nat_in_look *look, const uint8_t *frame, uint16_t length,
			   void *state)
{
	const struct nat *nat = state;
	enum nat_kind kind;
	uint32_t address;

	look->mapping = NULL;
	if (nf_unlikely(!nf_is_plain_ipv4(frame, length)))
		return;
	address = nat_address_of(nat, raw32(frame + 30));
	if (nf_unlikely(address == NAT_ADDRESSES_MAX))
		return;
	kind = nat_kind_of(frame[23]);
	look->mapping = &nat_ports_of(nat, address, kind)
				 ->mapping[get16(frame + (kind == NAT_ICMP ? 38 : 36))];
	__builtin_prefetch(look->mapping);
}

NF_INLINE void nat_in_fetch(const struct nat_in_look *look, void *state)
{
	const struct nat *nat = state;

	if (nf_likely(look->mapping && *look->mapping != FLOW_NONE))
		__builtin_prefetch(nat_mapping_at(nat, *look->mapping), 1);
}

NF_AHEAD(nat_in, nat_from_outside)

#endif
