// SPDX-License-Identifier: BSD-3-Clause
/*
 * The port's way to memory. A request that the host does not answer with an
 * address (not mapped, or bus mastering is off) is a DMA fault: it moves no
 * byte and is counted.
 */
#include <string.h>

#include "core.h"

/* 5.2.5.3.2: after CTRL.PCIe_Master_Disable the port issues no request. */
bool nic_dma_blocked(const struct nic *nic)
{
	return (nic_reg(nic, CTRL) & CTRL_MASTER_DISABLE) || nic->faults.stopped;
}

static bool is_allowed(struct nic *nic, bool write)
{
	return nic->bus_master && !(nic->faults.on && nic_fault_dma(nic, write));
}

static void *reach(struct nic *nic, uint64_t iova, size_t *len, bool write, bool allowed)
{
	void *at = NULL;

	if (allowed)
		at = nic->host.dma(nic->host.opaque, iova, len, write);
	if (!at || !*len) {
		nic->counters.dma_faults++;
		return NULL;
	}
	return at;
}

void *nic_dma(struct nic *nic, uint64_t iova, size_t *len, bool write)
{
	return reach(nic, iova, len, write, is_allowed(nic, write));
}

void *nic_dma_both_ways(struct nic *nic, uint64_t iova, size_t *len)
{
	return reach(nic, iova, len, true, is_allowed(nic, false));
}

bool nic_dma_may_write(struct nic *nic)
{
	bool allowed = is_allowed(nic, true);

	nic->counters.dma_faults += !allowed;
	return allowed;
}

bool nic_dma_read(struct nic *nic, uint64_t iova, void *to, size_t len)
{
	uint8_t *next = to;

	while (len) {
		size_t part = len;
		const void *at = nic_dma(nic, iova, &part, false);

		if (!at)
			return false;
		memcpy(next, at, part);
		next += part;
		iova += part;
		len -= part;
	}
	return true;
}

bool nic_dma_write(struct nic *nic, uint64_t iova, const void *from, size_t len)
{
	const uint8_t *next = from;

	while (len) {
		size_t part = len;
		void *at = nic_dma(nic, iova, &part, true);

		if (!at)
			return false;
		memcpy(at, next, part);
		next += part;
		iova += part;
		len -= part;
	}
	return true;
}
