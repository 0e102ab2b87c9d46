/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * libonepath against a made-up kernel (lib_kernel.h). What the library must never do is to
 * hand the loop a path that reaches outside of its memory, or to leave a descriptor or a
 * mapping behind when something fails.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <unistd.h>

#include "lib_kernel.h"

static void names(void **state)
{
	static const char *const good[][2] = {
		{ "0000:03:00.0", "0000:03:00.0" },   { "3:0.0", "0000:03:00.0" },
		{ "03:1f.7", "0000:03:1f.7" },	      { "0:AB:0a.1", "0000:ab:0a.1" },
		{ "10000:e1:00.0", "10000:e1:00.0" }, { "ffffffff:ff:1f.7", "ffffffff:ff:1f.7" },
	};
	static const char *const bad[] = {
		"",
		":",
		"::.",
		"03",
		"03:00",
		"03:00.",
		"03:00.8",
		"03:20.0",
		"003:00.0",
		"03:000.0",
		"03:00.00",
		"g:00.0",
		"03:00.0 ",
		" 03:00.0",
		"03:00.0/x",
		"0000:03:00.0x",
		"100000000:03:00.0",
		"0000:03:00:0",
		"0:0:0:0.0",
		"../03:00.0",
		"-3:00.0",
		"+3:00.0",
		"0x3:00.0",
		":03:00.0",
		"0000::00.0",
	};
	char name[ONEPATH_NAME_BYTES];

	(void)state;
	for (size_t i = 0; i < sizeof(good) / sizeof(good[0]); i++) {
		assert_int_equal(onepath_port_name(good[i][0], name), 0);
		assert_string_equal(name, good[i][1]);
	}
	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		strcpy(name, "unchanged");
		if (onepath_port_name(bad[i], name) != -EINVAL)
			fail_msg("\"%s\" was taken for a PCI address", bad[i]);
		assert_string_equal(name, "unchanged");
	}
}

static void port_opens(void **state)
{
	(void)state;
	assert_int_equal(onepath_port_open("3:00.0", ONEPATH_OWN), PORT_FD);
	assert_string_equal(kernel.opened, "/dev/onepath/0000:03:00.0");
	assert_int_equal(kernel.open_flags, O_RDWR | O_CLOEXEC);

	assert_int_equal(onepath_port_open("/dev/onepath/other", ONEPATH_OBSERVE), PORT_FD);
	assert_string_equal(kernel.opened, "/dev/onepath/other");
	assert_int_equal(kernel.open_flags, O_RDONLY | O_CLOEXEC);

	assert_int_equal(onepath_port_open("3:00.0", ONEPATH_CONFIGURE), PORT_FD);
	assert_int_equal(kernel.open_flags, O_WRONLY | O_CLOEXEC);
}

static void port_open_fails(void **state)
{
	static const int errors[] = { ENOENT, EBUSY, EPERM, EACCES, ENODEV, ETIMEDOUT };

	(void)state;
	assert_int_equal(onepath_port_open("etc/passwd", ONEPATH_OWN), -EINVAL);
	assert_int_equal(onepath_port_open("3:00.0", (enum onepath_access)3), -EINVAL);
	assert_string_equal(kernel.opened, "");
	for (size_t i = 0; i < sizeof(errors) / sizeof(errors[0]); i++) {
		kernel.fail_open = errors[i];
		assert_int_equal(onepath_port_open("03:00.0", ONEPATH_OWN), -errors[i]);
	}
}

static void port_calls(void **state)
{
	struct onepath_port_stats stats;
	struct onepath_port_info info;

	(void)state;
	memset(&info, 0xff, sizeof(info));
	memset(&stats, 0xff, sizeof(stats));
	assert_int_equal(onepath_port_info(PORT_FD, &info), 0);
	assert_int_equal(info.speed_mbps, 10000);
	assert_int_equal(info.flags, 0);
	assert_int_equal(onepath_port_stats(PORT_FD, &stats), 0);
	assert_int_equal(stats.tx_bytes, 77);
	assert_int_equal(stats.rx_frames, 0);
	assert_int_equal(onepath_port_filter(PORT_FD, ONEPATH_FILTER_PROMISCUOUS), 0);
	assert_int_equal(kernel.seen.config.set, ONEPATH_CONFIG_FILTER);
	assert_int_equal(kernel.seen.config.filter, ONEPATH_FILTER_PROMISCUOUS);

	kernel.fail_errno = ENODEV;
	kernel.fail_ioctl = ONEPATH_PORT_INFO;
	assert_int_equal(onepath_port_info(PORT_FD, &info), -ENODEV);
	kernel.fail_ioctl = ONEPATH_PORT_STATS;
	assert_int_equal(onepath_port_stats(PORT_FD, &stats), -ENODEV);
	kernel.fail_ioctl = ONEPATH_PORT_CONFIG_SET;
	assert_int_equal(onepath_port_filter(PORT_FD, 0), -ENODEV);
}

static void create_refuses_arguments(void **state)
{
	static const unsigned int sizes[] = { 0,   1,	 32,   63,	 65,	    255,
					      257, 4095, 8192, 1u << 31, UINT32_MAX };
	static const struct onepath_path_options bad[] = {
		{ .rx_queue = ONEPATH_RX_QUEUES },
		{ .rx_queue = UINT32_MAX },
		{ .buffer_bytes = 1 },
		{ .buffer_bytes = 2047 },
		{ .buffer_bytes = ONEPATH_BUFFER_BYTES_MAX + ONEPATH_BUFFER_BYTES_STEP },
		{ .ring_size = 100 },
	};
	int outputs[ONEPATH_OUTPUTS_MAX + 1] = { 0 };
	struct onepath_path path;

	(void)state;
	for (size_t i = 0; i < sizeof(sizes) / sizeof(sizes[0]); i++)
		assert_int_equal(onepath_path_create(&path, PORT_FD, outputs, 1, sizes[i]),
				 -EINVAL);
	assert_int_equal(onepath_path_create(&path, PORT_FD, outputs, 0, RING_SIZE), -EINVAL);
	assert_int_equal(onepath_path_create(&path, PORT_FD, outputs, ONEPATH_OUTPUTS_MAX + 1,
					     RING_SIZE),
			 -EINVAL);
	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++)
		assert_int_equal(onepath_path_create_with(&path, PORT_FD, outputs, 1, &bad[i]),
				 -EINVAL);
	assert_int_equal(kernel.ioctls, 0);
}

static void create_takes_options(void **state)
{
	struct onepath_path_options options = { .ring_size = RING_SIZE,
						.rx_queue = 15,
						.buffer_bytes = 16384 };
	static const int outputs[OUTPUTS] = { 7, 8, 9 };
	struct onepath_path_info *info = &kernel.info;
	struct onepath_path path;

	(void)state;
	info->rx_queue = 15;
	info->buffer_bytes = 16384;
	info->buffer_stride = 16384 + 64;
	info->buffers_size = RING_SIZE * (16384 + 64);
	assert_int_equal(onepath_path_create_with(&path, PORT_FD, outputs, OUTPUTS, &options), 0);
	assert_int_equal(kernel.create.rx_queue, 15);
	assert_int_equal(kernel.create.buffer_bytes, 16384);
	assert_int_equal(path.buffer_bytes, 16384);
	assert_int_equal(path.stride, 16384 + 64);
	onepath_path_destroy(&path);
	assert_nothing_left();

	set_up(state); /* the usual: 256 buffers of 2048 bytes of queue 0 */
	assert_int_equal(onepath_path_create_with(&path, PORT_FD, outputs, OUTPUTS, NULL), 0);
	assert_int_equal(kernel.create.ring_size, 256);
	assert_int_equal(kernel.create.rx_queue, 0);
	assert_int_equal(path.buffer_bytes, 2048);
	onepath_path_destroy(&path);
}

static void create_takes_all_sizes(void **state)
{
	int outputs[ONEPATH_OUTPUTS_MAX];
	struct onepath_path path;

	(void)state;
	for (unsigned int k = 0; k < ONEPATH_OUTPUTS_MAX; k++)
		outputs[k] = (int)k + 50;
	for (unsigned int n = ONEPATH_RING_SIZE_MIN; n <= ONEPATH_RING_SIZE_MAX; n *= 2) {
		struct onepath_path_info *info = &kernel.info;

		info->ring_size = n;
		info->output_count = ONEPATH_OUTPUTS_MAX;
		info->ring_stride = n * 16;
		info->heads_offset = ONEPATH_OUTPUTS_MAX * n * 16;
		info->buffers_size = (uint64_t)n * STRIDE;
		info->rings_size = info->heads_offset + ONEPATH_OUTPUTS_MAX * ONEPATH_HEAD_STRIDE;
		for (unsigned int k = 0; k < ONEPATH_OUTPUTS_MAX; k++)
			info->tdt_offset[k] = 0x58;
		assert_int_equal(
			onepath_path_create(&path, PORT_FD, outputs, ONEPATH_OUTPUTS_MAX, n), 0);
		assert_int_equal(path.mask, n - 1);
		assert_int_equal(path.outputs, ONEPATH_OUTPUTS_MAX);
		assert_memory_equal(kernel.outputs, outputs, sizeof(outputs));
		onepath_path_destroy(&path);
		assert_nothing_left();
		kernel.mmaps = 0;
	}
}

static void create_fills_the_path(void **state)
{
	struct onepath_path path;
	const struct onepath_path_info *info = &kernel.info;
	const uint8_t *rings, *doorbells;

	(void)state;
	assert_int_equal(create(&path), 0);
	assert_int_equal(kernel.create.size, sizeof(kernel.create));
	assert_int_equal(kernel.create.flags, 0);
	assert_int_equal(kernel.create.ring_size, RING_SIZE);
	assert_int_equal(kernel.create.output_count, OUTPUTS);
	assert_int_equal(kernel.outputs[0], 7);
	assert_int_equal(kernel.outputs[2], 9);

	rings = kernel.area[1].start;
	doorbells = kernel.area[2].start;
	assert_int_equal(kernel.area[0].bytes, info->buffers_size);
	assert_int_equal(kernel.area[1].bytes, info->rings_size);
	assert_int_equal(kernel.area[2].bytes, info->doorbells_size);
	assert_ptr_equal(path.buffers, kernel.area[0].start);
	assert_ptr_equal((const void *)path.rdt, doorbells + info->rdt_offset);
	for (unsigned int k = 0; k < OUTPUTS; k++) {
		assert_ptr_equal(path.output[k].ring, rings + k * info->ring_stride);
		assert_ptr_equal(path.output[k].head,
				 rings + info->heads_offset + k * ONEPATH_HEAD_STRIDE);
		assert_ptr_equal((const void *)path.output[k].tdt, doorbells + info->tdt_offset[k]);
	}
	assert_int_equal(path.fd, PATH_FD);
	assert_int_equal(path.outputs, OUTPUTS);
	assert_int_equal(path.mask, RING_SIZE - 1);

	onepath_path_destroy(&path);
	assert_nothing_left();
	onepath_path_destroy(&path); /* once more does nothing */
	assert_int_equal(path.fd, -1);
}

/* One wrong answer of the kernel: sets a 32- or 64-bit field. */
static const struct {
	const char *what;
	size_t offset, bytes;
	uint64_t value;
} lies[] = {
#define LIE(field, value)                                                 \
	{ #field " = " #value, offsetof(struct onepath_path_info, field), \
	  sizeof(((struct onepath_path_info *)0)->field), value }
	LIE(ring_size, 0),
	LIE(ring_size, RING_SIZE / 2),
	LIE(ring_size, RING_SIZE * 2),
	LIE(output_count, 0),
	LIE(output_count, OUTPUTS + 1),
	LIE(output_count, 17),
	LIE(rx_queue, 1),
	LIE(buffer_bytes, 0),
	LIE(buffer_bytes, ONEPATH_BUFFER_BYTES - 1024),
	LIE(buffer_bytes, ONEPATH_BUFFER_BYTES + 1),
	LIE(buffer_bytes, UINT32_MAX),
	LIE(buffer_stride, 0),
	LIE(buffer_stride, ONEPATH_BUFFER_BYTES - 64),
	LIE(buffer_stride, STRIDE + 64),
	LIE(buffer_stride, UINT32_MAX),
	LIE(ring_stride, 0),
	LIE(ring_stride, RING_SIZE * 16 - 16),
	LIE(ring_stride, RING_SIZE * 16 + 8),
	LIE(ring_stride, 0x80000000),
	LIE(ring_stride, 0xfffffff0),
	LIE(heads_offset, 0),
	LIE(heads_offset, OUTPUTS *RING_SIZE * 16 - 64),
	LIE(heads_offset, OUTPUTS *RING_SIZE * 16 + 4),
	LIE(heads_offset, OUTPUTS *RING_SIZE * 16 + 32),
	LIE(heads_offset, 0xffffffc0),
	LIE(heads_offset, 4 * PAGE),
	LIE(rdt_offset, (1 + OUTPUTS) * PAGE),
	LIE(rdt_offset, 0x1a),
	LIE(rdt_offset, 0xfffffffc),
	LIE(tdt_offset[0], (1 + OUTPUTS) * PAGE),
	LIE(tdt_offset[OUTPUTS - 1], (1 + OUTPUTS) * PAGE),
	LIE(tdt_offset[OUTPUTS - 1], 0xfffffffc),
	LIE(tdt_offset[1], 0x19),
	LIE(buffers_size, 0),
	LIE(buffers_size, RING_SIZE *STRIDE - 1),
	LIE(rings_size, 0),
	LIE(rings_size, OUTPUTS *RING_SIZE * 16),
	LIE(rings_size, OUTPUTS *RING_SIZE * 16 + OUTPUTS * ONEPATH_HEAD_STRIDE - 1),
	LIE(doorbells_size, 0),
	LIE(doorbells_size, OUTPUTS *PAGE + 0x1b),
};

static void create_refuses_geometry(void **state)
{
	for (size_t i = 0; i < sizeof(lies) / sizeof(lies[0]); i++) {
		struct onepath_path path = { .fd = 4711 };
		uint32_t low = (uint32_t)lies[i].value;

		set_up(state);
		memcpy((char *)&kernel.info + lies[i].offset,
		       lies[i].bytes == 8 ? (const void *)&lies[i].value : (const void *)&low,
		       lies[i].bytes);
		if (create(&path) != -EPROTO)
			fail_msg("a path was made with %s", lies[i].what);
		assert_int_equal(path.fd, 4711);
		assert_int_equal(kernel.mmaps, 0);
		assert_nothing_left();
	}
}

static void create_leaves_nothing(void **state)
{
	struct onepath_path path = { .fd = 4711 };

	for (int i = 1; i <= AREAS; i++) {
		set_up(state);
		kernel.fail_mmap = i;
		kernel.fail_errno = ENOMEM;
		assert_int_equal(create(&path), -ENOMEM);
		assert_int_equal(kernel.mmaps, i);
		assert_nothing_left();
	}
	set_up(state);
	kernel.fail_ioctl = ONEPATH_PATH_CREATE;
	kernel.fail_errno = EXDEV;
	assert_int_equal(create(&path), -EXDEV);
	assert_nothing_left();
	set_up(state);
	kernel.fail_ioctl = ONEPATH_PATH_INFO;
	kernel.fail_errno = ENODEV;
	assert_int_equal(create(&path), -ENODEV);
	assert_nothing_left();
	assert_int_equal(path.fd, 4711);
}

static void start_and_stop(void **state)
{
	struct onepath_path path;

	(void)state;
	assert_int_equal(create(&path), 0);
	path.next = 100;
	path.given = 50;
	kernel.fail_ioctl = ONEPATH_PATH_START;
	kernel.fail_errno = EBUSY;
	assert_int_equal(onepath_path_start(&path), -EBUSY);
	assert_int_equal(path.next, 100); /* it runs, and goes on where it was */
	assert_int_equal(path.given, 50);

	kernel.fail_ioctl = 0;
	assert_int_equal(onepath_path_start(&path), 0);
	assert_int_equal(path.next, 0);
	assert_int_equal(path.given, RING_SIZE - 1);
	assert_int_equal(onepath_path_stop(&path), 0);

	kernel.fail_ioctl = ONEPATH_PATH_STOP;
	kernel.fail_errno = ETIMEDOUT;
	assert_int_equal(onepath_path_stop(&path), -ETIMEDOUT);
	onepath_path_destroy(&path);
	assert_nothing_left();
}

/* What onepath_explain() prints. */
static void explained(int error, const char *name, char *text, size_t bytes)
{
	FILE *file = tmpfile();
	int saved = dup(STDERR_FILENO);
	size_t got;

	assert_non_null(file);
	assert_true(saved >= 0);
	fflush(stderr);
	assert_true(dup2(fileno(file), STDERR_FILENO) >= 0);
	onepath_explain(error, "open port", name);
	fflush(stderr);
	assert_true(dup2(saved, STDERR_FILENO) >= 0);
	close(saved);
	rewind(file);
	got = fread(text, 1, bytes - 1, file);
	text[got] = '\0';
	fclose(file);
}

static void explains(void **state)
{
	static const struct {
		int error;
		const char *hint;
	} hints[] = {
		{ ENOENT, "onepathctl bind" },
		{ EPERM, "allow_unsafe_noiommu=1" },
		{ EACCES, "permissions" },
		{ EBUSY, "another process" },
		{ ENODEV, "unbound" },
		{ ETIMEDOUT, "kernel log" },
		{ EIO, "reset" },
		{ ECONNRESET, "started again" },
		{ EAGAIN, "try again" },
		{ EMSGSIZE, "MTU" },
		{ ENOSPC, "transmit queue" },
		{ EXDEV, "share memory" },
		{ EPROTO, "version" },
		{ ENOTTY, "not a port" },
	};
	char text[1024];

	(void)state;
	for (size_t i = 0; i < sizeof(hints) / sizeof(hints[0]); i++) {
		explained(-hints[i].error, "0000:03:00.0", text, sizeof(text));
		assert_non_null(strstr(text, "cannot open port 0000:03:00.0: "));
		assert_non_null(strstr(text, strerror(hints[i].error)));
		assert_non_null(strstr(text, hints[i].hint));
	}
	explained(ENOMEM, NULL, text, sizeof(text));
	assert_non_null(strstr(text, "cannot open port: "));
	assert_ptr_equal(strchr(text, '\n'), text + strlen(text) - 1); /* no hint: one line */
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup(names, set_up),
		cmocka_unit_test_setup(port_opens, set_up),
		cmocka_unit_test_setup(port_open_fails, set_up),
		cmocka_unit_test_setup(port_calls, set_up),
		cmocka_unit_test_setup(create_refuses_arguments, set_up),
		cmocka_unit_test_setup(create_takes_options, set_up),
		cmocka_unit_test_setup(create_takes_all_sizes, set_up),
		cmocka_unit_test_setup(create_fills_the_path, set_up),
		cmocka_unit_test_setup(create_refuses_geometry, set_up),
		cmocka_unit_test_setup(create_leaves_nothing, set_up),
		cmocka_unit_test_setup(start_and_stop, set_up),
		cmocka_unit_test_setup(explains, set_up),
	};

	return cmocka_run_group_tests_name("libonepath", tests, NULL, NULL);
}
