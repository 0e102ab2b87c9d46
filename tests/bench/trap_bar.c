// SPDX-License-Identifier: BSD-3-Clause
/* See trap_bar.h. A driver's accesses are moves of 32 bits between memory and register or constant. */
#define _GNU_SOURCE
#include <pthread.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <ucontext.h>
#include <unistd.h>

#include "trap_bar.h"

/* Intel's manual, volume 2: opcodes of MOV, and the fields of REX, ModRM and SIB. */
#define MOV_LOAD     0x8b
#define MOV_STORE    0x89
#define MOV_CONSTANT 0xc7
#define REX_R	     4

static struct {
	struct nic *nic;
	uint8_t *memory;
} bars[TRAP_BARS_MAX];

static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;

/* General registers in the order of their numbers in an instruction. */
static const int register_of[16] = { REG_RAX, REG_RCX, REG_RDX, REG_RBX, REG_RSP, REG_RBP,
				     REG_RSI, REG_RDI, REG_R8,	REG_R9,	 REG_R10, REG_R11,
				     REG_R12, REG_R13, REG_R14, REG_R15 };

/* Bytes of ModRM, SIB and displacement. */
static unsigned int address_bytes(const uint8_t *modrm)
{
	unsigned int mod = modrm[0] >> 6, base = modrm[0] & 7, bytes = 1;

	if (base == 4) {
		base = modrm[1] & 7;
		bytes++;
	}
	if (mod == 1)
		return bytes + 1;
	return mod == 2 || (mod == 0 && base == 5) ? bytes + 4 : bytes;
}

static void no_such_access(const uint8_t *code, const void *address)
{
	fprintf(stderr, "bench: an access at %p that is no move of 32 bits: %02x %02x %02x %02x\n",
		address, code[0], code[1], code[2], code[3]);
	_exit(1);
}

static void emulate(ucontext_t *context, struct nic *nic, uint32_t offset, const void *address)
{
	greg_t *registers = context->uc_mcontext.gregs;
	const uint8_t *code = (const uint8_t *)registers[REG_RIP], *start = code;
	uint8_t rex = 0, opcode;
	unsigned int bytes;
	uint32_t constant;
	greg_t *operand;

	if (code[0] >> 4 == 4)
		rex = *code++;
	opcode = *code++;
	operand = &registers[register_of[(code[0] >> 3 & 7) | (rex & REX_R ? 8 : 0)]];
	bytes = address_bytes(code);
	pthread_mutex_lock(&lock);
	nic_poll(nic);
	if (opcode == MOV_LOAD) {
		*operand = nic_read(nic, offset);
	} else if (opcode == MOV_STORE) {
		nic_write(nic, offset, (uint32_t)*operand);
	} else if (opcode == MOV_CONSTANT) {
		memcpy(&constant, code + bytes, 4);
		nic_write(nic, offset, constant);
		bytes += 4;
	} else {
		no_such_access(start, address);
	}
	pthread_mutex_unlock(&lock);
	registers[REG_RIP] = (greg_t)(code + bytes);
}

static void on_fault(int number, siginfo_t *info, void *context)
{
	uint8_t *address = info->si_addr;

	for (unsigned int i = 0; i < TRAP_BARS_MAX; i++) {
		if (!bars[i].memory || address < bars[i].memory ||
		    address >= bars[i].memory + NIC_BAR0_SIZE)
			continue;
		emulate(context, bars[i].nic, (uint32_t)(address - bars[i].memory), address);
		return;
	}
	signal(number, SIG_DFL); /* a true one: it comes again */
}

volatile uint32_t *trap_bar_new(struct nic *nic)
{
	struct sigaction action = { .sa_sigaction = on_fault, .sa_flags = SA_SIGINFO | SA_NODEFER };
	unsigned int i = 0;
	void *memory;

	while (i < TRAP_BARS_MAX && bars[i].memory)
		i++;
	if (i == TRAP_BARS_MAX)
		return NULL;
	memory = mmap(NULL, NIC_BAR0_SIZE, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	if (memory == MAP_FAILED)
		return NULL;
	bars[i].nic = nic;
	bars[i].memory = memory;
	sigaction(SIGSEGV, &action, NULL);
	return memory;
}

void trap_bar_release(volatile uint32_t *bar, const uint32_t *offsets, unsigned int count)
{
	mprotect((void *)(uintptr_t)bar, NIC_BAR0_SIZE, PROT_READ | PROT_WRITE);
	for (unsigned int i = 0; i < TRAP_BARS_MAX; i++)
		for (unsigned int n = 0; n < count && bars[i].memory == (const void *)bar; n++)
			bar[offsets[n] / 4] = nic_read(bars[i].nic, offsets[n]);
}

void trap_bar_catch(volatile uint32_t *bar)
{
	mprotect((void *)(uintptr_t)bar, NIC_BAR0_SIZE, PROT_NONE);
}
