/* SPDX-License-Identifier: BSD-3-Clause */
/* Fills Maglev's tables: see maglev.h. */
#include "maglev.h"

bool maglev_is_prime(uint32_t number)
{
	for (uint32_t divisor = 2; (uint64_t)divisor * divisor <= number; divisor++)
		if (number % divisor == 0)
			return false;
	return number > 1;
}

/* FNV-1a, then the finish of SplitMix64, since names are short and alike. */
static uint64_t hash_name(const char *name, uint64_t seed)
{
	uint64_t hash = 0xcbf29ce484222325 ^ seed;

	for (; *name; name++)
		hash = (hash ^ (uint8_t)*name) * 0x100000001b3;
	hash = (hash ^ hash >> 30) * 0xbf58476d1ce4e5b9;
	hash = (hash ^ hash >> 27) * 0x94d049bb133111eb;
	return hash ^ hash >> 31;
}

/* The next place of its permutation that is free becomes its own. There is one. */
static void claim(uint16_t *table, uint32_t size, struct maglev_backend *backend)
{
	uint32_t place = backend->next;

	while (table[place] != MAGLEV_FREE)
		place = (uint32_t)(((uint64_t)place + backend->skip) % size);
	table[place] = backend->id;
	backend->next = (uint32_t)(((uint64_t)place + backend->skip) % size);
}

void maglev_fill(uint16_t *table, uint32_t size, struct maglev_backend *backend, size_t count)
{
	uint32_t free = size;

	for (uint32_t i = 0; i < size; i++)
		table[i] = MAGLEV_FREE;
	for (size_t i = 0; i < count; i++) {
		backend[i].next = (uint32_t)(hash_name(backend[i].name, 1) % size);
		backend[i].skip = (uint32_t)(hash_name(backend[i].name, 2) % (size - 1) + 1);
	}
	while (free && count)
		for (size_t i = 0; i < count; i++)
			for (uint32_t turn = 0; turn < backend[i].weight && free; turn++, free--)
				claim(table, size, &backend[i]);
}
