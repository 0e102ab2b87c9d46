/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * What scalars of a configuration file can be: numbers with units, booleans, addresses.
 */
#include <arpa/inet.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "nf_config.h"

#define THOUSAND 1000u
#define MILLION	 1000000u
#define BILLION	 1000000000u

const struct nf_unit nf_rates[] = {
	{ "B/s", 1 },
	{ "kB/s", THOUSAND },
	{ "MB/s", MILLION },
	{ "GB/s", BILLION },
	{ "kbit/s", THOUSAND / 8 },
	{ "Mbit/s", MILLION / 8 },
	{ "Gbit/s", BILLION / 8 },
	{ NULL, 0 },
};

const struct nf_unit nf_sizes[] = {
	{ "B", 1 },	  { "kB", THOUSAND },  { "MB", MILLION },   { "GB", BILLION },
	{ "KiB", 1024u }, { "MiB", 1u << 20 }, { "GiB", 1u << 30 }, { NULL, 0 },
};

const struct nf_unit nf_times[] = {
	{ "us", 1 },
	{ "ms", THOUSAND },
	{ "s", MILLION },
	{ "min", 60u * MILLION },
	{ "h", 3600ull * MILLION },
	{ NULL, 0 },
};

#define DECIMALS_MAX 9 /* digits behind the point */

/*
 * Digits, then perhaps a point and up to nine more. *@text is moved behind them, *@shift is how
 * many came behind the point. Returns false if there are none, or if they are too many.
 */
static bool read_digits(const char **text, uint64_t *number, unsigned int *shift)
{
	const char *at = *text;
	bool point = false;

	*number = 0;
	*shift = 0;
	for (; (*at >= '0' && *at <= '9') || (*at == '.' && !point && at > *text); at++) {
		if (*at == '.') {
			point = true;
			continue;
		}
		if (__builtin_mul_overflow(*number, 10, number) ||
		    __builtin_add_overflow(*number, (uint64_t)(*at - '0'), number) ||
		    (*shift += point) > DECIMALS_MAX)
			return false;
	}
	if (at == *text || at[-1] == '.')
		return false;
	*text = at;
	return true;
}

/* How much the unit at @text is, 0 if it is none. No unit at all is 1. */
static uint64_t factor_of(const char *text, const struct nf_unit *units)
{
	if (!*text)
		return 1;
	text += *text == ' ';
	for (; units && units->name; units++)
		if (!strcmp(units->name, text))
			return units->factor;
	return 0;
}

static bool read_number(const char *text, const struct nf_unit *units, uint64_t *number)
{
	unsigned int shift;
	uint64_t factor;

	if (!read_digits(&text, number, &shift))
		return false;
	factor = factor_of(text, units);
	if (!factor)
		return false;
	if (__builtin_mul_overflow(*number, factor, number))
		return false;
	for (; shift; shift--) {
		if (*number % 10)
			return false;
		*number /= 10;
	}
	return true;
}

/* "a number, 1..10", "a number, 1..10, with B/s, kB/s or no unit" */
static void describe(char *text, size_t bytes, const struct nf_unit *units, uint64_t min,
		     uint64_t max)
{
	size_t used =
		(size_t)snprintf(text, bytes, "a whole number, %" PRIu64 "..%" PRIu64, min, max);

	if (!units)
		return;
	for (const struct nf_unit *unit = units; unit->name && used < bytes; unit++)
		used += (size_t)snprintf(text + used, bytes - used, "%s%s",
					 unit == units ? ", also in " : ", ", unit->name);
}

uint64_t nf_config_number(struct nf_value value, const struct nf_unit *units, uint64_t min,
			  uint64_t max)
{
	char wanted[NF_CONFIG_ERROR_BYTES / 2];
	const char *text;
	uint64_t number;

	describe(wanted, sizeof(wanted), units, min, max);
	text = nf_config_text(value, wanted);
	if (!text)
		return min;
	if (read_number(text, units, &number) && number >= min && number <= max)
		return number;
	nf_config_refuse(value, "\"%s\"; wanted %s", text, wanted);
	return min;
}

bool nf_config_bool(struct nf_value value)
{
	static const char *const names[] = { "false", "true", NULL };

	return nf_config_choice(value, names);
}

static bool read_address(const char *text, struct nf_address *address)
{
	*address = (struct nf_address){ .is_ipv6 = strchr(text, ':') };
	return inet_pton(address->is_ipv6 ? AF_INET6 : AF_INET, text, address->bytes) == 1;
}

struct nf_address nf_config_address(struct nf_value value)
{
	static const char wanted[] = "an IPv4 or IPv6 address";
	const char *text = nf_config_text(value, wanted);
	struct nf_address address = { 0 };

	if (text && !read_address(text, &address))
		nf_config_refuse(value, "\"%s\"; wanted %s", text, wanted);
	return address;
}

static struct nf_address family(struct nf_value value, bool is_ipv6, const char *wanted)
{
	const char *text = nf_config_text(value, wanted);
	struct nf_address address = { 0 };

	if (text && (!read_address(text, &address) || address.is_ipv6 != is_ipv6))
		nf_config_refuse(value, "\"%s\"; wanted %s", text, wanted);
	return address;
}

struct nf_address nf_config_ipv4(struct nf_value value)
{
	return family(value, false, "an IPv4 address");
}

struct nf_address nf_config_ipv6(struct nf_value value)
{
	return family(value, true, "an IPv6 address");
}

/* Zeroes the bits behind the length. Returns whether they were. */
static bool cut(struct nf_prefix *prefix)
{
	bool clean = true;

	for (unsigned int i = 0; i < sizeof(prefix->address.bytes); i++) {
		unsigned int bits = prefix->length > i * 8 ? prefix->length - i * 8u : 0;
		uint8_t mask = bits >= 8 ? 0xff : (uint8_t)(0xff00 >> bits);

		clean &= !(prefix->address.bytes[i] & ~mask);
		prefix->address.bytes[i] &= mask;
	}
	return clean;
}

static bool read_prefix(const char *text, struct nf_prefix *prefix)
{
	char copy[INET6_ADDRSTRLEN];
	const size_t bytes = strcspn(text, "/");
	unsigned int max, shift;
	uint64_t length;

	if (bytes >= sizeof(copy))
		return false;
	memcpy(copy, text, bytes);
	copy[bytes] = 0;
	if (!read_address(copy, &prefix->address))
		return false;
	max = prefix->address.is_ipv6 ? 128 : 32;
	length = max;
	text += bytes;
	if (*text++ && (!read_digits(&text, &length, &shift) || *text || shift || length > max))
		return false;
	prefix->length = (uint8_t)length;
	return true;
}

struct nf_prefix nf_config_prefix(struct nf_value value)
{
	static const char wanted[] = "ADDRESS/LENGTH, of IPv4 or IPv6";
	const char *text = nf_config_text(value, wanted);
	struct nf_prefix prefix = { 0 };
	char right[INET6_ADDRSTRLEN];

	if (!text)
		return prefix;
	if (!read_prefix(text, &prefix)) {
		nf_config_refuse(value, "\"%s\"; wanted %s", text, wanted);
		return (struct nf_prefix){ 0 };
	}
	if (!cut(&prefix)) {
		inet_ntop(prefix.address.is_ipv6 ? AF_INET6 : AF_INET, prefix.address.bytes, right,
			  sizeof(right));
		nf_config_refuse(value, "\"%s\" has bits behind its length; wanted %s/%u", text,
				 right, prefix.length);
	}
	return prefix;
}

struct nf_prefix nf_config_interface(struct nf_value value)
{
	static const char wanted[] = "ADDRESS/LENGTH, of IPv4 or IPv6";
	const char *text = nf_config_text(value, wanted);
	struct nf_prefix prefix = { 0 };

	if (text && (!strchr(text, '/') || !read_prefix(text, &prefix)))
		nf_config_refuse(value, "\"%s\"; wanted %s", text, wanted);
	return prefix;
}

static int hex_digit(char digit)
{
	if (digit >= '0' && digit <= '9')
		return digit - '0';
	digit |= 0x20; /* lower case */
	return digit >= 'a' && digit <= 'f' ? digit - 'a' + 10 : -1;
}

static bool read_mac(const char *text, uint8_t mac[6])
{
	for (unsigned int i = 0; i < 6; i++, text += 3) {
		int high = hex_digit(text[0]), low = high < 0 ? -1 : hex_digit(text[1]);

		if (low < 0 || text[2] != (i < 5 ? ':' : 0))
			return false;
		mac[i] = (uint8_t)(high * 16 + low);
	}
	return true;
}

void nf_config_mac(struct nf_value value, uint8_t mac[6])
{
	static const char wanted[] = "six bytes such as 02:00:00:00:00:01";
	const char *text = nf_config_text(value, wanted);

	memset(mac, 0, 6);
	if (text && !read_mac(text, mac))
		nf_config_refuse(value, "\"%s\"; wanted %s", text, wanted);
}
