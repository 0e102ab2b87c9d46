/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * What arrives in the tests of the hot loop, and what the NF does with it. A frame's
 * length, its bytes and its verdict follow from its number, so that whoever sees a frame
 * knows what it must be.
 */
#ifndef RUN_FRAMES_H
#define RUN_FRAMES_H

#include <stdbool.h>
#include <stdint.h>

#define RUN_BUFFER_BYTES 2048
#define RUN_STRIDE	 (RUN_BUFFER_BYTES + 64)

/* What the NF is to do with a frame: what a onepath_handler returns. */
typedef uint32_t run_verdict(uint64_t number, uint16_t length);

/* Forward all, drop some, send to some, change lengths, or any of it. */
#define RUN_VERDICTS 7
extern run_verdict *const run_verdicts[RUN_VERDICTS];
uint32_t run_forward_all(uint64_t number, uint16_t length);
uint32_t run_do_anything(uint64_t number, uint16_t length);

/* Seeds run_random() by ONEPATH_TEST_SEED or the clock, says so, and returns ONEPATH_TEST_FRAMES. */
uint64_t run_begin(uint64_t frames);

/* A line of progress, for long runs. */
void run_say(const char *format, ...) __attribute__((format(printf, 1, 2)));

/* Below @below; each thread has its own sequence, which it seeds. */
uint32_t run_random(uint32_t below);
void run_random_seed(uint64_t seed);

uint64_t run_buffer_address(uint32_t i);

/* As it arrives; run_frame_mark() is what the NF does to it. */
uint16_t run_frame_length(uint64_t number);
void run_frame_write(uint8_t *frame, uint64_t number, uint16_t length);
void run_frame_mark(uint8_t *frame, uint64_t number);

/* Returns what is wrong with a frame, marked or not yet, or NULL. */
const char *run_frame_fault(const uint8_t *frame, uint64_t number, uint16_t length, bool marked);

#endif
