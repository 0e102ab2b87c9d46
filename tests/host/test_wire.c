// SPDX-License-Identifier: BSD-3-Clause
/*
 * Wires: what comes in at one end of pcap files, generators and cables
 * comes out at the other, unchanged and in order, padded where it must be, held
 * back where it can be; and what is spoilt on the way is noticed.
 */
#include <errno.h>
#include <pcap/pcap.h>

#include "wire_port.h"

static char directory[] = "/tmp/onepath-test-XXXXXX";

static int open_in_directory(struct port *port, const char *format, ...)
{
	char spec[512];
	va_list args;

	va_start(args, format);
	vsnprintf(spec, sizeof(spec), format, args);
	va_end(args);
	return open_wire(port, spec);
}

/* Lets a wire that has all it needs offer what it has. */
static void run(struct port *port)
{
	uint64_t now_ns = 1;

	for (int i = 0; i < 1000; i++) {
		uint64_t next_ns = wire_handle(port->wire, false, now_ns);

		if (next_ns == WIRE_NEVER)
			return;
		now_ns = next_ns > now_ns ? next_ns : now_ns;
	}
	fail_msg("the wire never comes to an end");
}

static void write_pcap(const char *path, const size_t *sizes, size_t count)
{
	pcap_t *type = pcap_open_dead(DLT_EN10MB, 65535);
	pcap_dumper_t *out = pcap_dump_open(type, path);
	static uint8_t frame[20000];

	assert_non_null(out);
	for (size_t i = 0; i < count; i++) {
		const struct pcap_pkthdr header = { .caplen = (bpf_u_int32)sizes[i],
						    .len = (bpf_u_int32)sizes[i] };

		for (size_t byte = 0; byte < sizes[i]; byte++)
			frame[byte] = (uint8_t)(i * 13 + byte * 7 + 1);
		pcap_dump((u_char *)out, &header, frame);
	}
	pcap_dump_close(out);
	pcap_close(type);
}

static void check_frame(const struct port *port, size_t at, size_t i, size_t size)
{
	const uint8_t *bytes = port->frames[at].bytes;

	assert_true(at < port->count);
	assert_int_equal(port->frames[at].len, size < 60 ? 60 : size);
	for (size_t byte = 0; byte < port->frames[at].len; byte++)
		assert_int_equal(bytes[byte], byte < size ? (uint8_t)(i * 13 + byte * 7 + 1) : 0);
}

static void test_pcap(void **state)
{
	size_t sizes[1501 + 3];
	char in[64], out[64], again[64];

	snprintf(in, sizeof(in), "%s/in.pcap", directory);
	snprintf(out, sizeof(out), "%s/out.pcap", directory);
	snprintf(again, sizeof(again), "%s/again.pcap", directory);
	for (size_t i = 0; i < 1501; i++)
		sizes[i] = 14 + i;
	sizes[1501] = 13; /* no frame */
	sizes[1502] = 15873; /* too long for an 82599 */
	sizes[1503] = 15872;
	write_pcap(in, sizes, 1504);
	assert_int_equal(open_in_directory(&left, "pcap:in=%s,out=%s,loop=2", in, out), 0);
	run(&left);
	assert_int_equal(left.count, 2 * 1502);
	assert_int_equal(left.wire->counters.in, 2 * 1502);
	assert_int_equal(left.wire->counters.skipped, 4);
	for (size_t i = 0; i < 1501; i++) {
		check_frame(&left, i, i, sizes[i]);
		check_frame(&left, 1502 + i, i, sizes[i]);
	}
	check_frame(&left, 1501, 1503, 15872);
	/* What the port sends can be read while the wire is in use, and is the same. */
	for (size_t i = 0; i < 1502; i++)
		wire_send(left.wire, left.frames[i].bytes, left.frames[i].len);
	assert_int_equal(wire_flush(left.wire), 0);
	assert_int_equal(open_in_directory(&right, "pcap:in=%s,out=%s", out, again), 0);
	run(&right);
	assert_int_equal(right.count, 1502);
	for (size_t i = 0; i < 1502; i++) {
		assert_int_equal(right.frames[i].len, left.frames[i].len);
		assert_memory_equal(right.frames[i].bytes, left.frames[i].bytes,
				    left.frames[i].len);
	}
	unlink(in);
	unlink(out);
	unlink(again);
}

/* The same frames from a pcapng file: a section, an interface, a packet in each block. */
static void test_pcapng(void **state)
{
	const uint32_t section[] = { 0x0a0d0d0a, 28, 0x1a2b3c4d, 1, 0xffffffff, 0xffffffff, 28 };
	const uint32_t interface[] = { 1, 20, 1, 65535, 20 };
	char in[64];
	FILE *file;

	snprintf(in, sizeof(in), "%s/in.pcapng", directory);
	file = fopen(in, "w");
	assert_non_null(file);
	assert_int_equal(fwrite(section, sizeof(section), 1, file), 1);
	assert_int_equal(fwrite(interface, sizeof(interface), 1, file), 1);
	for (uint32_t i = 0; i < 100; i++) {
		const uint32_t size = 14 + i, block = 32 + (size + 3) / 4 * 4;
		const uint32_t head[] = { 6, block, 0, 0, i, size, size };
		uint8_t frame[116] = { 0 };

		for (uint32_t byte = 0; byte < size; byte++)
			frame[byte] = (uint8_t)(i * 13 + byte * 7 + 1);
		assert_int_equal(fwrite(head, sizeof(head), 1, file), 1);
		assert_int_equal(fwrite(frame, block - 32, 1, file), 1);
		assert_int_equal(fwrite(&block, sizeof(block), 1, file), 1);
	}
	assert_int_equal(fclose(file), 0);
	assert_int_equal(open_in_directory(&left, "pcap:in=%s", in), 0);
	run(&left);
	assert_int_equal(left.count, 100);
	for (size_t i = 0; i < 100; i++)
		check_frame(&left, i, i, 14 + i);
	unlink(in);
}

static void test_pcap_waits(void **state)
{
	const size_t sizes[10] = { 60, 61, 62, 63, 64, 65, 66, 67, 68, 69 };
	char in[64];

	snprintf(in, sizeof(in), "%s/in.pcap", directory);
	write_pcap(in, sizes, 10);
	assert_int_equal(open_in_directory(&left, "pcap:in=%s", in), 0);
	left.room = 0;
	run(&left);
	assert_int_equal(left.wire->counters.in, 0);
	for (size_t i = 0; i < 10; i++) {
		left.room = 1;
		run(&left);
		assert_int_equal(left.wire->counters.in, i + 1);
		check_frame(&left, i, i, sizes[i]);
	}
	assert_int_equal(left.wire->counters.held, 10);
	/* A lossy one waits for its start only. */
	assert_int_equal(open_in_directory(&right, "pcap:in=%s,lossy", in), 0);
	right.room = 0;
	run(&right);
	assert_int_equal(right.wire->counters.in, 0);
	right.room = 4;
	run(&right);
	assert_int_equal(right.wire->counters.in, 10);
	assert_int_equal(right.count, 4);
	unlink(in);
}

/* A file without a frame is read once, however often it shall be: no round would ever end. */
static void test_pcap_empty(void **state)
{
	const size_t short_ones[2] = { 13, 1 };
	char in[64];

	snprintf(in, sizeof(in), "%s/in.pcap", directory);
	write_pcap(in, short_ones, 2);
	assert_int_equal(open_in_directory(&left, "pcap:in=%s,loop=4000000000", in), 0);
	run(&left);
	assert_int_equal(left.wire->counters.in, 0);
	assert_int_equal(left.wire->counters.skipped, 2);
	unlink(in);
}

static void test_generator_checks(void **state)
{
	assert_int_equal(open_wire(&left, "gen:count=3000,size=30-1514"), 0);
	assert_int_equal(open_wire(&right, "gen:"), 0);
	run(&left);
	run(&right);
	assert_int_equal(left.count, 3000);
	assert_int_equal(right.count, 0);
	for (size_t i = 0; i < 3000; i++) {
		uint8_t *frame = left.frames[i].bytes;

		assert_int_equal(left.frames[i].len, 30 + i % 1485 < 60 ? 60 : 30 + i % 1485);
		memset(frame, 0xee, 12); /* a network function's own addresses */
		wire_send(right.wire, frame, left.frames[i].len);
	}
	assert_int_equal(right.wire->counters.checked, 3000);
	assert_int_equal(right.wire->counters.corrupt, 0);
	assert_int_equal(right.wire->counters.missing, 0);
	assert_int_equal(right.wire->counters.out_of_order, 0);
	assert_int_equal(right.wire->counters.foreign, 0);
}

static void test_generator_notices(void **state)
{
	static const uint8_t other[60] = { 0xff, 0xff, 0xff, 0xff, 0xff, 0xff };
	struct wire_counters *counters;

	assert_int_equal(open_wire(&left, "gen:count=200,size=40-120,dst=02:00:00:00:00:09"), 0);
	assert_int_equal(open_wire(&right, "gen"), 0);
	counters = &right.wire->counters;
	run(&left);
	assert_memory_equal(left.frames[0].bytes, "\x02\0\0\0\0\x09", 6);
	for (size_t i = 0; i < 10; i++)
		wire_send(right.wire, left.frames[i].bytes, left.frames[i].len);
	/* Every bit behind the addresses is looked at, in padding too. */
	for (size_t bit = 12 * 8; bit < left.frames[15].len * 8; bit++) {
		uint64_t before = counters->corrupt + counters->foreign + counters->missing +
				  counters->out_of_order;

		left.frames[15].bytes[bit / 8] ^= (uint8_t)(1u << bit % 8);
		wire_send(right.wire, left.frames[15].bytes, left.frames[15].len);
		left.frames[15].bytes[bit / 8] ^= (uint8_t)(1u << bit % 8);
		assert_int_equal(counters->corrupt + counters->foreign + counters->missing +
					 counters->out_of_order,
				 before + 1);
	}
	*counters = (struct wire_counters){ 0 };
	/* One byte short, one long; two missing; one late; one twice; one not ours. */
	wire_send(right.wire, left.frames[70].bytes, left.frames[70].len - 1);
	assert_int_equal(counters->corrupt, 1);
	wire_send(right.wire, left.frames[12].bytes, left.frames[12].len);
	assert_int_equal(counters->missing, 2);
	wire_send(right.wire, left.frames[11].bytes, left.frames[11].len);
	assert_int_equal(counters->out_of_order, 1);
	wire_send(right.wire, left.frames[12].bytes, left.frames[12].len);
	assert_int_equal(counters->out_of_order, 2);
	wire_send(right.wire, other, sizeof(other));
	assert_int_equal(counters->foreign, 1);
	assert_int_equal(counters->corrupt, 1);
}

static void test_generator_rate(void **state)
{
	uint64_t now_ns = 5000000000u, next_ns;

	assert_int_equal(open_wire(&left, "gen:count=forever,size=60,rate=1000"), 0);
	next_ns = wire_handle(left.wire, false, now_ns);
	assert_int_equal(left.count, 1);
	assert_int_equal(next_ns, now_ns + 1000000);
	wire_handle(left.wire, false, next_ns - 1);
	assert_int_equal(left.count, 1);
	/* What the loop was late for is made up for. */
	wire_handle(left.wire, false, now_ns + 10500000);
	assert_int_equal(left.count, 11);
	/* But not what was held back. */
	left.room = 0;
	assert_int_equal(wire_handle(left.wire, false, now_ns + 11000000), WIRE_NEVER);
	left.room = SIZE_MAX;
	wire_handle(left.wire, false, now_ns + 90000000);
	assert_int_equal(left.count, 12);
}

static void test_cable(void **state)
{
	uint8_t frame[100];

	memset(frame, 0x5a, sizeof(frame));
	assert_int_equal(open_wire(&left, "cable:a"), 0);
	assert_int_equal(wire_ready(left.wire), -EINVAL); /* one end */
	assert_int_equal(open_wire(&right, "cable:a"), 0);
	assert_int_equal(wire_ready(left.wire), 0);
	assert_int_equal(wire_ready(right.wire), 0);
	wire_send(left.wire, frame, 100);
	wire_send(right.wire, frame, 20); /* a runt arrives as a runt */
	assert_int_equal(right.count, 1);
	assert_int_equal(right.frames[0].len, 100);
	assert_int_equal(left.count, 1);
	assert_int_equal(left.frames[0].len, 20);
	right.room = 0;
	wire_send(left.wire, frame, 100);
	assert_int_equal(right.wire->counters.in, 2);
	wire_light(left.wire, false);
	assert_true(right.dark);
	assert_false(left.dark);
	wire_light(left.wire, true);
	assert_false(right.dark);
	wire_close(right.wire);
	right.wire = NULL;
	wire_send(left.wire, frame, 100);
	wire_light(left.wire, false);
	assert_int_equal(left.wire->counters.out_lost, 1);
}

static void test_bad_arguments(void **state)
{
	static const char *const bad[] = {
		"",
		"foo",
		"tap",
		"tap:",
		"tap:a,b",
		"tap:averyveryverylongname",
		"tap:a%d",
		"tap:a,netns=",
		"tap:a,netns=../x",
		"pcap",
		"pcap:",
		"pcap:in",
		"pcap:in=",
		"pcap:in=a,in=b",
		"pcap:out=/tmp/x,loop=0",
		"pcap:out=/tmp/x,loop=2x",
		"gen:count=",
		"gen:count=-1",
		"gen:count=x",
		"gen:size=29",
		"gen:size=15873",
		"gen:size=100-99",
		"gen:size=60-",
		"gen:size=-60",
		"gen:rate=0",
		"gen:rate=fast",
		"gen:dst=1:2:3:4:5:6",
		"gen:dst=02:00:00:00:00:0g",
		"gen:lossy=1",
		"gen:what",
		"cable:",
		"cable:a,b",
		"none:x",
	};

	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		int ret = open_wire(&left, bad[i]);

		if (ret != -EINVAL)
			fail_msg("wire '%s' gave %d", bad[i], ret);
	}
	assert_int_equal(open_wire(&left, "pcap:in=/nonexistent"), -EIO);
	assert_int_equal(open_wire(&left, "pcap:out=/nonexistent/x"), -EIO);
	assert_null(left.wire);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(test_pcap, setup, teardown),
		cmocka_unit_test_setup_teardown(test_pcapng, setup, teardown),
		cmocka_unit_test_setup_teardown(test_pcap_empty, setup, teardown),
		cmocka_unit_test_setup_teardown(test_pcap_waits, setup, teardown),
		cmocka_unit_test_setup_teardown(test_generator_checks, setup, teardown),
		cmocka_unit_test_setup_teardown(test_generator_notices, setup, teardown),
		cmocka_unit_test_setup_teardown(test_generator_rate, setup, teardown),
		cmocka_unit_test_setup_teardown(test_cable, setup, teardown),
		cmocka_unit_test_setup_teardown(test_bad_arguments, setup, teardown),
	};
	int ret;

	if (!mkdtemp(directory))
		return 1;
	ret = cmocka_run_group_tests_name("wire", tests, NULL, NULL);
	rmdir(directory);
	return ret;
}
