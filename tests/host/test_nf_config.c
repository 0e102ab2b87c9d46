// SPDX-License-Identifier: BSD-3-Clause
/*
 * The NFs' configuration files: what is read, and the exact message for what is wrong.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "nf_config.h"

static char file[] = "/tmp/test_nf_config.XXXXXX";
static struct nf_config config;

static void open_text(const char *text, size_t bytes)
{
	FILE *to = fopen(file, "w");

	assert_non_null(to);
	assert_int_equal(fwrite(text, 1, bytes, to), bytes);
	assert_int_equal(fclose(to), 0);
	nf_config_open(&config, file);
}

/* What the table's files have to be: one reader for all types. */
struct everything {
	uint64_t number, rate, size, time;
	bool flag;
	const char *name;
	unsigned int choice, count;
	struct nf_address address, ipv4, ipv6;
	struct nf_prefix prefix[4];
	uint8_t mac[6];
};

static const char *const colours[] = { "red", "green", NULL };

static struct nf_value optional;

/* Sets @optional to the field, and says whether it is there. */
static bool given(struct nf_value object, const char *name)
{
	optional = nf_config_field(object, name);
	return nf_config_given(optional);
}

static void read_everything(struct everything *all)
{
	static const char *const names[] = { "number", "rate",	   "size",    "time", "flag",
					     "name",   "colour",   "address", "ipv4", "ipv6",
					     "mac",    "prefixes", NULL };
	struct nf_value root = nf_config_root(&config);

	memset(all, 0, sizeof(*all));
	nf_config_check_fields(root, names);
	all->number = nf_config_number(nf_config_field(root, "number"), NULL, 1, 1000);
	if (given(root, "rate"))
		all->rate = nf_config_number(optional, nf_rates, 0, UINT64_MAX);
	if (given(root, "size"))
		all->size = nf_config_number(optional, nf_sizes, 0, UINT64_MAX);
	if (given(root, "time"))
		all->time = nf_config_number(optional, nf_times, 0, UINT64_MAX);
	if (given(root, "flag"))
		all->flag = nf_config_bool(optional);
	if (given(root, "name"))
		all->name = nf_config_string(optional, 8);
	if (given(root, "colour"))
		all->choice = nf_config_choice(optional, colours);
	if (given(root, "address"))
		all->address = nf_config_address(optional);
	if (given(root, "ipv4"))
		all->ipv4 = nf_config_ipv4(optional);
	if (given(root, "ipv6"))
		all->ipv6 = nf_config_ipv6(optional);
	if (given(root, "mac"))
		nf_config_mac(optional, all->mac);
	if (!given(root, "prefixes"))
		return;
	root = optional;
	all->count = nf_config_count(root);
	for (unsigned int i = 0; i < all->count && i < 4; i++) {
		struct nf_value item = nf_config_item(root, i);

		nf_config_check_fields(item, (const char *const[]){ "prefix", NULL });
		all->prefix[i] = nf_config_prefix(nf_config_field(item, "prefix"));
	}
}

static const struct {
	const char *text, *message; /* behind "FILE" */
} mistakes[] = {
	{ "", ":1: the file: it is empty; wanted an object: {...}" },
	{ "# nothing\n", ":1: the file: it is empty; wanted an object: {...}" },
	{ "[]", ":1: the file: a list; wanted an object: {...}" },
	{ "7", ":1: the file: \"7\"; wanted an object: {...}" },
	{ "{\n\"number\": 1\n", ":3: neither JSON nor YAML: did not find expected ',' or '}'" },
	{ "{\"number\": 1}}\n",
	  ":1: neither JSON nor YAML: did not find expected <document start>" },
	{ "{\"number\": 1}\n---\n{}\n", ":2: the file: it goes on behind its end" },
	{ "{\"number\": \"\xff\"}", ": byte 12: invalid leading UTF-8 octet" },
	{ "{}", ":1: number: missing; wanted a whole number, 1..1000" },
	{ "{\n\"numbr\": 1}",
	  ":2: numbr: unknown field; known are number, rate, size, time, flag, name, colour, address, "
	  "ipv4, ipv6, mac, prefixes" },
	{ "{\"number\": 1,\n\n\"number\": 2}", ":3: number: given twice" },
	{ "{[]: 1}",
	  ":1: the file: unknown field; known are number, rate, size, time, flag, name, colour, address, "
	  "ipv4, ipv6, mac, prefixes" },
	{ "{\"number\":\n0}", ":2: number: \"0\"; wanted a whole number, 1..1000" },
	{ "{\"number\": 1001}", ":1: number: \"1001\"; wanted a whole number, 1..1000" },
	{ "{\"number\": -1}", ":1: number: \"-1\"; wanted a whole number, 1..1000" },
	{ "{\"number\": 1.5}", ":1: number: \"1.5\"; wanted a whole number, 1..1000" },
	{ "{\"number\": 1.}", ":1: number: \"1.\"; wanted a whole number, 1..1000" },
	{ "{\"number\": .5}", ":1: number: \".5\"; wanted a whole number, 1..1000" },
	{ "{\"number\": 1e2}", ":1: number: \"1e2\"; wanted a whole number, 1..1000" },
	{ "{\"number\": 0x10}", ":1: number: \"0x10\"; wanted a whole number, 1..1000" },
	{ "{\"number\": \"\"}", ":1: number: \"\"; wanted a whole number, 1..1000" },
	{ "{\"number\": null}", ":1: number: \"null\"; wanted a whole number, 1..1000" },
	{ "{\"number\": \"1 B\"}", ":1: number: \"1 B\"; wanted a whole number, 1..1000" },
	{ "{\"number\": \"1\\u00002\"}",
	  ":1: number: has a zero byte; wanted a whole number, 1..1000" },
	{ "{\"number\": 18446744073709551617}",
	  ":1: number: \"18446744073709551617\"; wanted a whole number, 1..1000" },
	{ "{\"number\": [1]}", ":1: number: a list; wanted a whole number, 1..1000" },
	{ "{\"number\": {}}", ":1: number: an object; wanted a whole number, 1..1000" },
	{ "{\"number\": 1, \"rate\": \"1 parsec\"}",
	  ":1: rate: \"1 parsec\"; wanted a whole number, 0..18446744073709551615, also in B/s, kB/s, MB/s, "
	  "GB/s, kbit/s, Mbit/s, Gbit/s" },
	{ "{\"number\": 1, \"size\": \"18446744073709551615 kB\"}",
	  ":1: size: \"18446744073709551615 kB\"; wanted a whole number, 0..18446744073709551615, also in B, "
	  "kB, MB, GB, KiB, MiB, GiB" },
	{ "{\"number\": 1, \"time\": \"1.0000001 s\"}",
	  ":1: time: \"1.0000001 s\"; wanted a whole number, 0..18446744073709551615, also in us, ms, s, min, "
	  "h" },
	{ "{\"number\": 1, \"flag\": yes}", ":1: flag: \"yes\"; wanted one of false, true" },
	{ "{\"number\": 1, \"name\": \"123456789\"}",
	  ":1: name: \"123456789\"; wanted 1..8 bytes" },
	{ "{\"number\": 1, \"name\": \"\"}", ":1: name: \"\"; wanted 1..8 bytes" },
	{ "{\"number\": 1, \"colour\": \"blue\"}",
	  ":1: colour: \"blue\"; wanted one of red, green" },
	{ "{\"number\": 1, \"colour\": []}", ":1: colour: a list; wanted one of red, green" },
	{ "{\"number\": 1, \"address\": \"10.0.0.256\"}",
	  ":1: address: \"10.0.0.256\"; wanted an IPv4 or IPv6 address" },
	{ "{\"number\": 1, \"ipv4\": \"::1\"}", ":1: ipv4: \"::1\"; wanted an IPv4 address" },
	{ "{\"number\": 1, \"ipv6\": \"10.0.0.1\"}",
	  ":1: ipv6: \"10.0.0.1\"; wanted an IPv6 address" },
	{ "{\"number\": 1, \"mac\": \"02:00:00:00:00\"}",
	  ":1: mac: \"02:00:00:00:00\"; wanted six bytes such as 02:00:00:00:00:01" },
	{ "{\"number\": 1, \"mac\": \"02:00:00:00:00:0g\"}",
	  ":1: mac: \"02:00:00:00:00:0g\"; wanted six bytes such as 02:00:00:00:00:01" },
	{ "{\"number\": 1, \"mac\": \"02:00:00:00:00:001\"}",
	  ":1: mac: \"02:00:00:00:00:001\"; wanted six bytes such as 02:00:00:00:00:01" },
	{ "{\"number\": 1, \"prefixes\": {}}", ":1: prefixes: an object; wanted a list: [...]" },
	{ "{\"number\": 1, \"prefixes\": [\n1]}",
	  ":2: prefixes[0]: \"1\"; wanted an object: {...}" },
	{ "{\"number\": 1, \"prefixes\": [\n{}]}",
	  ":2: prefixes[0].prefix: missing; wanted ADDRESS/LENGTH, of IPv4 or IPv6" },
	{ "{\"number\": 1, \"prefixes\": [\n{\"prefix\": \"::/0\"},\n{\"prefix\": \"::/0\",\n \"x\": 1}]}",
	  ":4: prefixes[1].x: unknown field; known are prefix" },
	{ "{\"number\": 1, \"prefixes\": [{\"prefix\": \"10.0.0.0/33\"}]}",
	  ":1: prefixes[0].prefix: \"10.0.0.0/33\"; wanted ADDRESS/LENGTH, of IPv4 or IPv6" },
	{ "{\"number\": 1, \"prefixes\": [{\"prefix\": \"10.0.0.0/\"}]}",
	  ":1: prefixes[0].prefix: \"10.0.0.0/\"; wanted ADDRESS/LENGTH, of IPv4 or IPv6" },
	{ "{\"number\": 1, \"prefixes\": [{\"prefix\": \"10.0.0.0/8/8\"}]}",
	  ":1: prefixes[0].prefix: \"10.0.0.0/8/8\"; wanted ADDRESS/LENGTH, of IPv4 or IPv6" },
	{ "{\"number\": 1, \"prefixes\": [{\"prefix\": \"10.0.0.1/8\"}]}",
	  ":1: prefixes[0].prefix: \"10.0.0.1/8\" has bits behind its length; wanted 10.0.0.0/8" },
	{ "{\"number\": 1, \"prefixes\": [{\"prefix\": \"2001:db8::1/33\"}]}",
	  ":1: prefixes[0].prefix: \"2001:db8::1/33\" has bits behind its length; wanted 2001:db8::/33" },
};

static void messages(void **state)
{
	char expected[NF_CONFIG_ERROR_BYTES];
	struct everything all;

	for (size_t i = 0; i < sizeof(mistakes) / sizeof(mistakes[0]); i++) {
		snprintf(expected, sizeof(expected), "%s%s", file, mistakes[i].message);
		open_text(mistakes[i].text, strlen(mistakes[i].text));
		read_everything(&all);
		nf_config_close(&config);
		assert_string_equal(config.error, expected);
	}
}

/* Whatever the first mistake was, all later answers are there, and harmless. */
static void answers_after_a_mistake(void **state)
{
	struct everything all, none = { .number = 1 };

	for (size_t i = 0; i < sizeof(mistakes) / sizeof(mistakes[0]); i++) {
		open_text(mistakes[i].text, strlen(mistakes[i].text));
		nf_config_refuse(nf_config_root(&config), "first");
		read_everything(&all);
		none.name = all.name;
		assert_true(!all.name || !*all.name);
		assert_memory_equal(&all, &none, sizeof(all));
		assert_true(nf_config_failed(&config));
		nf_config_close(&config);
	}
}

static void files_that_cannot_be_read(void **state)
{
	struct everything all;

	nf_config_open(&config, "/nonsense/file");
	read_everything(&all);
	assert_string_equal(config.error, "/nonsense/file: No such file or directory");
	nf_config_close(&config);
	nf_config_open(&config, "/tmp");
	read_everything(&all);
	assert_string_equal(config.error, "/tmp: it cannot be read");
	nf_config_close(&config);
}

static void check_values(const char *text)
{
	static const uint8_t address[16] = { 0x20, 0x01, 0x0d, 0xb8, [15] = 1 };
	static const uint8_t mac[6] = { 0x02, 0, 0xab, 0xcd, 0xef, 0x01 };
	static const uint8_t ten[16] = { 10, 0x80 }, host[16] = { 192, 0, 2, 1 };
	struct everything all;

	open_text(text, strlen(text));
	read_everything(&all);
	assert_string_equal(config.error, "");
	assert_int_equal(all.number, 1000);
	assert_int_equal(all.rate, 312500000);
	assert_int_equal(all.size, 65536);
	assert_int_equal(all.time, 1500000);
	assert_true(all.flag);
	assert_string_equal(all.name, "12345678");
	assert_int_equal(all.choice, 1);
	assert_true(all.address.is_ipv6);
	assert_memory_equal(all.address.bytes, address, 16);
	assert_false(all.ipv4.is_ipv6);
	assert_memory_equal(all.ipv4.bytes, host, 16);
	assert_memory_equal(all.ipv6.bytes, address, 16);
	assert_memory_equal(all.mac, mac, 6);
	assert_int_equal(all.count, 3);
	assert_int_equal(all.prefix[0].length, 9);
	assert_memory_equal(all.prefix[0].address.bytes, ten, 16);
	assert_int_equal(all.prefix[1].length, 32);
	assert_int_equal(all.prefix[2].length, 0);
	assert_true(all.prefix[2].address.is_ipv6);
	nf_config_close(&config);
}

static void json(void **state)
{
	check_values(
		"{\n\t\"number\": 1000,\n\t\"rate\": \"2.5 Gbit/s\", \"size\": \"64 KiB\",\n"
		"\t\"time\": \"1.5s\", \"flag\": true, \"name\": \"1234567\\u0038\", \"colour\": \"green\",\n"
		"\t\"address\": \"2001:db8::1\", \"ipv4\": \"192.0.2.1\", \"ipv6\": \"2001:db8:0::1\",\n"
		"\t\"mac\": \"02:00:aB:cd:EF:01\",\n"
		"\t\"prefixes\": [{\"prefix\": \"10.128.0.0\\/9\"}, {\"prefix\": \"192.0.2.1\"},\n"
		"\t\t{\"prefix\": \"::/0\"}]\n}\n");
}

static void yaml(void **state)
{
	check_values(
		"# comments are what YAML is liked for\nnumber: 1000\nrate: 2.5 Gbit/s\nsize: 65536\n"
		"time: 1500 ms\nflag: true\nname: '12345678'\ncolour: green\naddress: 2001:db8::1\n"
		"ipv4: 192.0.2.1\nipv6: 2001:db8::1\nmac: 02:00:ab:cd:ef:01\nprefixes:\n"
		"- prefix: 10.128.0.0/9\n- {prefix: 192.0.2.1/32}\n- prefix: ::/0\n");
}

/* A name of a field that is longer than what messages hold is cut off. */
static void long_names(void **state)
{
	char text[2048], name[512];

	memset(name, 'x', sizeof(name) - 1);
	name[sizeof(name) - 1] = 0;
	snprintf(text, sizeof(text), "{\"%s\": {\"%s\": 1}}", name, name);
	open_text(text, strlen(text));
	nf_config_number(nf_config_field(nf_config_root(&config), name), NULL, 1, 2);
	nf_config_close(&config);
	assert_non_null(strstr(config.error, "xxxx: an object; wanted"));
	assert_null(strstr(config.error, name));
}

static int make_file(void **state)
{
	int fd = mkstemp(file);

	return fd < 0 ? -1 : close(fd);
}

static int remove_file(void **state)
{
	return unlink(file);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(messages),
		cmocka_unit_test(answers_after_a_mistake),
		cmocka_unit_test(files_that_cannot_be_read),
		cmocka_unit_test(json),
		cmocka_unit_test(yaml),
		cmocka_unit_test(long_names),
	};

	return cmocka_run_group_tests(tests, make_file, remove_file);
}
