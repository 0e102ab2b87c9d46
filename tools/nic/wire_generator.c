// SPDX-License-Identifier: BSD-3-Clause
/*
 * A traffic generator and checker as the wire. It offers numbered frames, and
 * checks those that the port sends, whoever's generator made them: number
 * after number within each stream, and every byte behind the MAC addresses
 * (which a network function may change).
 *
 * Behind the Ethernet header (type 0x88b5, for experiments): "1PGN", stream,
 * length, number, all big-endian, then bytes that follow from stream and number.
 */
#include <arpa/inet.h>
#include <endian.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "wire.h"

#define ETHERTYPE   0x88b5
#define MAGIC	    0x3150474eu
#define STREAMS_MAX 64
#define NANOSECONDS 1000000000u

struct __attribute__((packed)) numbered {
	uint8_t dst[6];
	uint8_t src[6];
	uint16_t type;
	uint32_t magic;
	uint16_t stream;
	uint16_t length; /* of the frame before padding */
	uint64_t number;
};

struct generator {
	uint64_t count;
	uint64_t sent;
	size_t size_min, size_max;
	uint64_t interval_ns; /* 0: as fast as they are taken */
	uint64_t due_ns;
	bool lossy, started, holding;
	uint8_t dst[6];
	uint16_t stream;
	struct {
		uint16_t stream;
		uint64_t next;
	} seen[STREAMS_MAX];
	size_t seen_count;
	uint8_t frame[WIRE_FRAME_MAX];
};

/* The bytes of a frame follow from where it begins, eight at a time. */
static uint64_t first_state(uint16_t stream, uint64_t number)
{
	return number * 0x9e3779b97f4a7c15u + stream;
}

static uint64_t next_word(uint64_t *state)
{
	*state = *state * 6364136223846793005u + 1442695040888963407u;
	return htole64(*state ^ *state >> 32);
}

static void fill(uint8_t *bytes, size_t count, uint16_t stream, uint64_t number)
{
	uint64_t state = first_state(stream, number), word;

	for (; count >= sizeof(word); count -= sizeof(word), bytes += sizeof(word)) {
		word = next_word(&state);
		memcpy(bytes, &word, sizeof(word));
	}
	word = next_word(&state);
	memcpy(bytes, &word, count);
}

static bool is_filled(const uint8_t *bytes, size_t count, uint16_t stream, uint64_t number)
{
	uint64_t state = first_state(stream, number), word, differs = 0;

	for (; count >= sizeof(word); count -= sizeof(word), bytes += sizeof(word)) {
		memcpy(&word, bytes, sizeof(word));
		differs |= word ^ next_word(&state);
	}
	word = next_word(&state);
	return !differs && !memcmp(bytes, &word, count);
}

static int parse_size(struct generator *generator, const char *value)
{
	const char *dash = value ? strchr(value, '-') : NULL;
	uint64_t min, max;
	char first[8];

	if (!value || (dash && (size_t)(dash - value) >= sizeof(first)))
		return -EINVAL;
	if (dash) {
		memcpy(first, value, (size_t)(dash - value));
		first[dash - value] = '\0';
	}
	if (!wire_parse_number(dash ? first : value, sizeof(struct numbered), WIRE_FRAME_MAX,
			       &min) ||
	    !wire_parse_number(dash ? dash + 1 : value, min, WIRE_FRAME_MAX, &max))
		return -EINVAL;
	generator->size_min = min;
	generator->size_max = max;
	return 0;
}

static int parse_option(struct generator *generator, const char *key, const char *value)
{
	uint64_t rate;

	if (!strcmp(key, "count")) {
		generator->count = UINT64_MAX;
		return (value && !strcmp(value, "forever")) ||
				       wire_parse_number(value, 0, UINT64_MAX, &generator->count)
			       ? 0
			       : -EINVAL;
	}
	if (!strcmp(key, "size"))
		return parse_size(generator, value);
	if (!strcmp(key, "rate")) {
		if (value && !strcmp(value, "max"))
			return 0;
		if (!wire_parse_number(value, 1, NANOSECONDS, &rate))
			return -EINVAL;
		generator->interval_ns = NANOSECONDS / rate;
		return 0;
	}
	if (!strcmp(key, "dst"))
		return wire_parse_mac(value, generator->dst) ? 0 : -EINVAL;
	generator->lossy = true;
	return !strcmp(key, "lossy") && !value ? 0 : -EINVAL;
}

static int generator_open(struct wire *wire, char *args)
{
	struct generator *generator = calloc(1, sizeof(*generator));
	char *key, *value;

	if (!generator)
		return -ENOMEM;
	generator->size_min = WIRE_FRAME_MIN;
	generator->size_max = 1514;
	generator->stream = (uint16_t)(wire->port.mac[4] << 8 | wire->port.mac[5]);
	memcpy(generator->dst, wire->port.mac, sizeof(generator->dst));
	while (wire_next_option(&args, &key, &value)) {
		if (!parse_option(generator, key, value))
			continue;
		free(generator);
		return wire_usage(wire,
				  "cannot use '%s%s%s'; write gen:count=N|forever,size=BYTES|"
				  "MIN-MAX,rate=FPS|max,dst=MAC,lossy",
				  key, value ? "=" : "", value ? value : "");
	}
	wire->state = generator;
	return 0;
}

/* The next frame; sizes go from the smallest to the largest and again. */
static size_t make_frame(struct generator *generator)
{
	size_t span = generator->size_max - generator->size_min + 1;
	size_t size = generator->size_min + generator->sent % span;
	struct numbered *header = (struct numbered *)generator->frame;

	memcpy(header->dst, generator->dst, sizeof(header->dst));
	memcpy(header->src, (const uint8_t[]){ 0x02, 0x1f, 0x50, 0x00 }, 4);
	header->src[4] = (uint8_t)(generator->stream >> 8);
	header->src[5] = (uint8_t)generator->stream;
	header->type = htons(ETHERTYPE);
	header->magic = htonl(MAGIC);
	header->stream = htons(generator->stream);
	header->length = htons((uint16_t)size);
	header->number = htobe64(generator->sent);
	fill(generator->frame + sizeof(*header), size - sizeof(*header), generator->stream,
	     generator->sent);
	return size;
}

static bool may_offer(struct wire *wire, struct generator *generator, uint64_t now_ns)
{
	if (wire->port.can_receive(wire->port.opaque)) {
		if (!generator->started || generator->holding)
			generator->due_ns = now_ns;
		generator->started = true;
		generator->holding = false;
		return true;
	}
	if (generator->lossy && generator->started)
		return true;
	if (!generator->holding)
		wire->counters.held++;
	generator->holding = true;
	return false;
}

static uint64_t generator_handle(struct wire *wire, bool readable, uint64_t now_ns)
{
	struct generator *generator = wire->state;

	for (int i = 0; i < WIRE_BATCH; i++) {
		if (generator->sent >= generator->count)
			return WIRE_NEVER;
		if (generator->started && !generator->holding && generator->due_ns > now_ns)
			return generator->due_ns;
		if (!may_offer(wire, generator, now_ns))
			return WIRE_NEVER;
		wire_offer(wire, generator->frame, make_frame(generator));
		generator->sent++;
		generator->due_ns += generator->interval_ns;
	}
	return now_ns;
}

static uint64_t *expected_number(struct generator *generator, uint16_t stream)
{
	for (size_t i = 0; i < generator->seen_count; i++) {
		if (generator->seen[i].stream == stream)
			return &generator->seen[i].next;
	}
	if (generator->seen_count == STREAMS_MAX)
		return NULL;
	generator->seen[generator->seen_count].stream = stream;
	generator->seen[generator->seen_count].next = 0;
	return &generator->seen[generator->seen_count++].next;
}

/* Is the frame as long as it says, padded with zeros, and its pattern whole? */
static bool is_whole(const uint8_t *frame, size_t len, const struct numbered *header)
{
	size_t length = ntohs(header->length);
	size_t pattern = length - sizeof(*header);

	if (length < sizeof(*header) || length > WIRE_FRAME_MAX ||
	    len != (length < WIRE_FRAME_MIN ? WIRE_FRAME_MIN : length))
		return false;
	for (size_t i = length; i < len; i++) {
		if (frame[i])
			return false;
	}
	return is_filled(frame + sizeof(*header), pattern, ntohs(header->stream),
			 be64toh(header->number));
}

static void generator_send(struct wire *wire, const uint8_t *frame, size_t len)
{
	struct generator *generator = wire->state;
	struct wire_counters *counters = &wire->counters;
	struct numbered header;
	uint64_t number, *expected;

	if (len >= sizeof(header))
		memcpy(&header, frame, sizeof(header));
	if (len < sizeof(header) || header.type != htons(ETHERTYPE) ||
	    header.magic != htonl(MAGIC)) {
		counters->foreign++;
		return;
	}
	counters->checked++;
	expected = expected_number(generator, ntohs(header.stream));
	if (!expected || !is_whole(frame, len, &header)) {
		counters->corrupt++;
		return;
	}
	number = be64toh(header.number);
	if (number < *expected) {
		counters->out_of_order++;
		return;
	}
	counters->missing += number - *expected;
	*expected = number + 1;
}

static void generator_close(struct wire *wire)
{
	free(wire->state);
}

const struct wire_ops wire_generator = {
	.name = "gen",
	.help = "gen:[count=N|forever][,size=BYTES|MIN-MAX][,rate=FPS|max][,dst=MAC][,lossy]\n"
		"\tnumbered frames (none without count) to the port's own address or dst, and a\n"
		"\tcheck of those that the port sends. Waits for descriptors unless lossy",
	.open = generator_open,
	.send = generator_send,
	.handle = generator_handle,
	.close = generator_close,
	.checks = true,
};
