/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Maglev's consistent hashing (Eisenbud et al., "Maglev: A Fast and Reliable Software Network
 * Load Balancer", NSDI 2016, 3.4): each backend has a permutation of a table's places, made of
 * its name, and they take turns to claim the first place in it that is still free. So each
 * gets its share, and when one comes or goes few places of the others change hands. A backend
 * of weight n has n turns in each round.
 */
#ifndef LB_MAGLEV_H
#define LB_MAGLEV_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define MAGLEV_SIZE_MAX	  131101 /* a prime that is no more */
#define MAGLEV_WEIGHT_MAX 100
#define MAGLEV_FREE	  UINT16_MAX

/**
 * struct maglev_backend - who takes part
 * @name: what its permutation is made of: the same name, the same places
 * @weight: turns in a round, 1..MAGLEV_WEIGHT_MAX
 * @id: what its places hold
 * @next: where in its permutation it is; used while the table is filled
 * @skip: from one place of the permutation to the next; likewise
 */
struct maglev_backend {
	const char *name;
	uint32_t weight;
	uint16_t id;
	uint32_t next, skip;
};

bool maglev_is_prime(uint32_t number);

/* Fills @table, of a prime @size, greater than the sum of all weights. With no backends all places are MAGLEV_FREE. */
void maglev_fill(uint16_t *table, uint32_t size, struct maglev_backend *backend, size_t count);

#endif
