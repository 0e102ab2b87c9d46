// SPDX-License-Identifier: BSD-3-Clause
/*
 * The load balancer's configuration: mistakes that are its own, and connections over reloads:
 * backends that drain, go down, come back, come anew and go for good.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>
#include <cmocka.h>

#include "lb/config.h"
#include "nf_config.h"

#define CLIENTS 500

static char file[] = "/tmp/test_nf_lb.XXXXXX";
static struct nf nf = { .port_count = 2 };

static void *load(const char *text, char *error)
{
	struct nf_config config;
	FILE *to = fopen(file, "w");
	void *tables;

	assert_non_null(to);
	fprintf(to, "%s", text);
	assert_int_equal(fclose(to), 0);
	nf_config_open(&config, file);
	tables = lb_config.load(&nf, &config);
	snprintf(error, NF_CONFIG_ERROR_BYTES, "%s",
		 config.error[0] ? config.error + strlen(file) : "");
	nf_config_close(&config);
	return tables;
}

#define BACKEND(name, more) \
	"{\"name\": \"" name "\", \"mac\": \"02:00:00:00:01:0" name "\", \"port\": 0" more "}"
#define SERVICE(more)		    "{\"address\": \"192.0.2.80\", \"protocol\": \"tcp\", \"port\": 80" more "}"
#define FILE_OF(backends, services) "{\"backends\": [" backends "], \"services\": [" services "]}"

static const struct {
	const char *text, *error;
} mistakes[] = {
	{ FILE_OF(BACKEND("1", "") ", " BACKEND("1", ""), SERVICE("")),
	  ":1: backends[1].name: \"1\" was given before" },
	{ FILE_OF("{\"name\": \"x\", \"mac\": \"03:00:00:00:00:00\", \"port\": 0}", SERVICE("")),
	  ":1: backends[0].mac: the address of a group; wanted that of a host" },
	{ FILE_OF(BACKEND("1", ""), SERVICE(", \"backends\": [\"1\", \"2\"]")),
	  ":1: services[0].backends[1]: \"2\" is none of the backends" },
	{ FILE_OF(BACKEND("1", ""), SERVICE("") ",\n" SERVICE("")),
	  ":2: services[1]: the same service was given before" },
	{ "{\"table\": 65535, \"backends\": [], \"services\": []}",
	  ":1: table: 65535; wanted a prime" },
	{ "{\"table\": 251, \"backends\": [" BACKEND("1", ", \"weight\": 100") ", " BACKEND(
		  "2", ", \"weight\": 100") ", " BACKEND("3",
							 ", \"weight\": 52") "], \"services\": []}",
	  ":1: backends: weights of 252 together; \"table\" has only 251 places" },
};

static void test_mistakes(void **state)
{
	for (unsigned int i = 0; i < sizeof(mistakes) / sizeof(*mistakes); i++) {
		char error[NF_CONFIG_ERROR_BYTES];

		lb_config.release(load(mistakes[i].text, error));
		assert_string_equal(error, mistakes[i].error);
	}
}

static void take(const char *text)
{
	char error[NF_CONFIG_ERROR_BYTES];
	void *tables = load(text, error);

	assert_string_equal(error, "");
	lb_config.release(lb_config.adopt(&nf, tables));
}

/* Sends TCP of a client to the service. Returns the last byte of the backend's address, or 0. */
static unsigned int send(unsigned int client)
{
	struct lb_path path = { &lb, 1 };
	uint8_t frame[2048] = { 2, [5] = 1, 2, [11] = 9, 8, 0, 0x45, 0, 0, 40, [22] = 64, 6 };

	put32(frame + 26, 0x0a000000 + client);
	put32(frame + 30, 0xc0000250);
	put16(frame + 34, 1000);
	put16(frame + 36, 80);
	frame[46] = 0x50;
	return lb_handle(frame, 60, &path) ? frame[5] : 0;
}

static unsigned int backend[CLIENTS];

static void meet(unsigned int first)
{
	for (unsigned int i = first; i < first + CLIENTS; i++)
		backend[i - first] = send(i);
}

static void test_reload(void **state)
{
	unsigned int moved = 0;
	char error[NF_CONFIG_ERROR_BYTES];

	lb.now_s = 1000;
	memcpy(lb.mac[1], (uint8_t[6]){ 2, [5] = 1 }, 6);
	take(FILE_OF(BACKEND("1", "") ", " BACKEND("2", "") ", " BACKEND("3", ""), SERVICE("")));
	meet(0);
	/* 1 drains: it keeps what it has and gets nothing new; the order in the file does not matter. */
	take(FILE_OF(BACKEND("3", "") ", " BACKEND("2", "") ", " BACKEND("1",
									 ", \"state\": \"drain\""),
		     SERVICE("")));
	for (unsigned int i = 0; i < CLIENTS; i++)
		assert_int_equal(send(i), backend[i]);
	for (unsigned int i = CLIENTS; i < 2 * CLIENTS; i++)
		assert_in_range(send(i), 2, 3);
	/* 1 is down: its connections move, those of the others do not. */
	take(FILE_OF(BACKEND("3", "") ", " BACKEND("2", "") ", " BACKEND("1",
									 ", \"state\": \"down\""),
		     SERVICE("")));
	for (unsigned int i = 0; i < CLIENTS; i++) {
		unsigned int now = send(i);

		if (backend[i] == 1)
			assert_in_range(now, 2, 3);
		else
			assert_int_equal(now, backend[i]);
		moved += backend[i] == 1;
		backend[i] = now;
	}
	assert_in_range(moved, CLIENTS / 5, CLIENTS / 2);
	assert_int_equal(lb.count.moved, moved);
	/* It is back, and 4 comes: nobody moves. */
	take(FILE_OF(BACKEND("4", "") ", " BACKEND("3", "") ", " BACKEND("2", "") ", " BACKEND("1",
											       ""),
		     SERVICE("")));
	for (unsigned int i = 0; i < CLIENTS; i++)
		assert_int_equal(send(i), backend[i]);
	/* 2 and 3 go for good, and 5 comes: it does not inherit their connections as they are. */
	take(FILE_OF(BACKEND("5", "") ", " BACKEND("4", "") ", " BACKEND("1", ""),
		     SERVICE(", \"backends\": [\"1\", \"4\"]")));
	for (unsigned int i = 0; i < CLIENTS; i++) {
		unsigned int now = send(i);

		assert_true(now == 1 || now == 4);
	}
	take(FILE_OF(BACKEND("1", ", \"state\": \"down\""), SERVICE("")));
	assert_int_equal(send(0), 0);
	assert_int_equal(lb.count.no_backend, 1);
	lb_config.release(load("{\"flows\": 77, \"backends\": [], \"services\": []}", error));
	assert_string_equal(error, ":1: flows: 77; it cannot change from 65536 while the NF runs");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_mistakes),
		cmocka_unit_test(test_reload),
	};
	int fd = mkstemp(file), failed;

	if (fd < 0)
		return 1;
	close(fd);
	failed = cmocka_run_group_tests(tests, NULL, NULL);
	unlink(file);
	return failed;
}
