/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Frames, verdicts and random numbers of the hot loop's tests, see run_frames.h.
 */
#include <onepath/run.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

#include "run_frames.h"

#define MARK_OFFSET 16 /* where the NF marks a frame */

static _Thread_local uint64_t run_random_state = 1;

void run_random_seed(uint64_t seed)
{
	run_random_state = seed ? seed : 1;
}

uint32_t run_random(uint32_t below)
{
	run_random_state ^= run_random_state << 13;
	run_random_state ^= run_random_state >> 7;
	run_random_state ^= run_random_state << 17;
	return (uint32_t)((run_random_state >> 32) * below >> 32);
}

static uint64_t pattern(uint64_t number, uint64_t salt)
{
	return (number + salt) * 0x9e3779b97f4a7c15u;
}

/* Verdicts: what the NF does. Each follows from the frame's number alone. */

uint32_t run_forward_all(uint64_t number, uint16_t length)
{
	(void)number;
	return length;
}

static uint32_t drop_some(uint64_t number, uint16_t length)
{
	return number % 7 < 3 ? 0 : length;
}

static uint32_t drop_all(uint64_t number, uint16_t length)
{
	(void)number, (void)length;
	return 0;
}

static uint32_t send_to_one(uint64_t number, uint16_t length)
{
	return onepath_only(length, (uint16_t)(1u << number % 5));
}

static uint32_t send_to_others(uint64_t number, uint16_t length)
{
	return onepath_except(length, (uint16_t)(number * 0x9e37u >> 3));
}

static uint32_t change_length(uint64_t number, uint16_t length)
{
	static const uint16_t lengths[] = { 14, 60, 1514, 2047, 2048 };

	if (number % 6 == 5)
		return length;
	return onepath_except(lengths[number % 6], number % 3 ? 0 : (uint16_t)number);
}

/* Anything that a handler may return, in an order without a pattern. */
uint32_t run_do_anything(uint64_t number, uint16_t length)
{
	uint32_t random = (uint32_t)(pattern(number, 6) >> 32);
	uint16_t except = random & 0x100 ? 0 : (uint16_t)(random >> 16);

	switch (random % 4) {
	case 0:
		return 0;
	case 1:
		return onepath_except((uint16_t)(14 + (random >> 4) % (RUN_BUFFER_BYTES - 13)),
				      except);
	default:
		return onepath_except(length, except);
	}
}

run_verdict *const run_verdicts[RUN_VERDICTS] = { run_forward_all, drop_some,	   drop_all,
						  send_to_one,	   send_to_others, change_length,
						  run_do_anything };

static uint64_t environment(const char *name, uint64_t otherwise)
{
	const char *text = getenv(name);
	char *end;
	uint64_t value;

	if (!text)
		return otherwise;
	value = strtoull(text, &end, 0);
	if (end == text || *end || !value) {
		fprintf(stderr, "%s=%s is no number above 0\n", name, text);
		exit(2);
	}
	return value;
}

uint64_t run_begin(uint64_t frames)
{
	struct timespec now = { 0 };

	timespec_get(&now, TIME_UTC);
	run_random_seed(environment("ONEPATH_TEST_SEED",
				    (uint64_t)now.tv_sec * 1000000007u + (uint64_t)now.tv_nsec));
	frames = environment("ONEPATH_TEST_FRAMES", frames);
	printf("# ONEPATH_TEST_SEED=%ju ONEPATH_TEST_FRAMES=%ju\n", (uintmax_t)run_random_state,
	       (uintmax_t)frames);
	fflush(stdout);
	return frames;
}

void run_say(const char *format, ...)
{
	va_list args;

	va_start(args, format);
	fputs("# ", stdout);
	vprintf(format, args);
	puts("");
	fflush(stdout);
	va_end(args);
}

static void put64(uint8_t *at, uint64_t value)
{
	memcpy(at, &value, sizeof(value));
}

static bool is64(const uint8_t *at, uint64_t wanted)
{
	uint64_t value;

	memcpy(&value, at, sizeof(value));
	return value == wanted;
}

uint64_t run_buffer_address(uint32_t i)
{
	return 0x7f0000000000u + (uint64_t)i * RUN_STRIDE;
}

uint16_t run_frame_length(uint64_t number)
{
	uint32_t random = (uint32_t)(pattern(number, 4) >> 32);

	if (random % 8 == 0)
		return RUN_BUFFER_BYTES;
	return (uint16_t)(60 + (random >> 3) % 1455);
}

/* Eight bytes behind the mark, at another place in each frame. */
static uint32_t inner_offset(uint64_t number, uint16_t length)
{
	return MARK_OFFSET + 8 + (uint32_t)(pattern(number, 5) >> 40) % (length - MARK_OFFSET - 23);
}

void run_frame_write(uint8_t *frame, uint64_t number, uint16_t length)
{
	put64(frame + length - 8, pattern(number, 2));
	put64(frame, number);
	put64(frame + 8, pattern(number, 1));
	put64(frame + MARK_OFFSET, 0);
	put64(frame + inner_offset(number, length), pattern(number, 3));
}

void run_frame_mark(uint8_t *frame, uint64_t number)
{
	put64(frame + MARK_OFFSET, ~number);
}

const char *run_frame_fault(const uint8_t *frame, uint64_t number, uint16_t length, bool marked)
{
	if (!is64(frame, number))
		return "not this frame's number";
	if (!is64(frame + 8, pattern(number, 1)))
		return "its start changed";
	if (!is64(frame + MARK_OFFSET, marked ? ~number : 0))
		return "the NF's mark is wrong";
	if (!is64(frame + inner_offset(number, length), pattern(number, 3)))
		return "a byte inside changed";
	if (!is64(frame + length - 8, pattern(number, 2)))
		return "its end changed";
	return NULL;
}
