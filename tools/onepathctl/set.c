/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * onepathctl set: changes one setting of a bound port, without owning it. A setting that
 * is part of more is read first, changed, and set.
 */
#include <ctype.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "ctl.h"

static const char help[] =
	"Usage: onepathctl set ADDRESS KEY VALUE...\n"
	"\n"
	"Changes a setting of a port that is bound to onepath: at once, also while a network\n"
	"function has the port, and for all that have it later, until it is unbound.\n"
	"\n"
	"  promiscuous on|off         receive all unicast\n"
	"  all-multicast on|off       receive all multicast\n"
	"  mtu BYTES                  most bytes after the Ethernet header, 68..9706\n"
	"  pause off|rx|tx|both       obey PAUSE frames (rx), send them (tx)\n"
	"  speed 1000|10000|any       what the link may take, in Mb/s\n"
	"  address add|remove MAC...  receive these addresses, too\n"
	"  vlan off|none|LIST         receive all VLANs, none, or those of a list: 1,5-7\n"
	"  rss off|QUEUES             spread frames over 2..16 receive queues, both directions\n"
	"                             of a flow to the same one\n"
	"\n"
	"  -h, --help  print this\n"
	"\n"
	"`onepathctl info ADDRESS` shows what the device is set to.\n";

/* The values of a key: what words there are, what they stand for. */
struct word {
	const char *text;
	uint32_t value;
};

#define WORDS_END { NULL, 0 }

static const struct word switches[] = { { "on", 1 }, { "off", 0 }, WORDS_END };
static const struct word pauses[] = { { "off", 0 },
				      { "rx", ONEPATH_PAUSE_RX },
				      { "tx", ONEPATH_PAUSE_TX },
				      { "both", ONEPATH_PAUSE_RX | ONEPATH_PAUSE_TX },
				      WORDS_END };
static const struct word speeds[] = { { "1000", ONEPATH_SPEED_1G },
				      { "10000", ONEPATH_SPEED_10G },
				      { "any", ONEPATH_SPEED_1G | ONEPATH_SPEED_10G },
				      WORDS_END };

/* What a key's function returns beside 0 and -errno: the values are wrong, and that was said. */
#define REFUSED 1

static int refuse(const char *key, const char *takes, const char *value)
{
	ctl_error("%s takes %s, not \"%s\"", key, takes, value);
	return REFUSED;
}

static bool read_word(const struct word *words, const char *text, uint32_t *value)
{
	for (; words->text; words++) {
		if (strcmp(words->text, text))
			continue;
		*value = words->value;
		return true;
	}
	return false;
}

/* A decimal number, and nothing else, up to @end. */
static bool read_number(const char **text, const char *ends, uint32_t max, uint32_t *value)
{
	uint32_t number = 0;
	const char *p = *text;

	if (!isdigit((unsigned char)*p))
		return false;
	for (; isdigit((unsigned char)*p); p++) {
		number = number * 10 + (uint32_t)(*p - '0');
		if (number > max)
			return false;
	}
	if (*p && !strchr(ends, *p))
		return false;
	*text = p;
	*value = number;
	return true;
}

static int set_filter(int port, const char *key, const char *text, uint32_t bit)
{
	struct onepath_port_config config;
	uint32_t on;
	int err;

	if (!read_word(switches, text, &on))
		return refuse(key, "on or off", text);
	err = onepath_port_get_config(port, &config);
	if (err)
		return err;
	config.set = ONEPATH_CONFIG_FILTER;
	config.filter = on ? config.filter | bit : config.filter & ~bit;
	return onepath_port_set_config(port, &config);
}

static int set_promiscuous(int port, const char *key, int count, char **values)
{
	(void)count;
	return set_filter(port, key, values[0], ONEPATH_FILTER_PROMISCUOUS);
}

static int set_all_multicast(int port, const char *key, int count, char **values)
{
	(void)count;
	return set_filter(port, key, values[0], ONEPATH_FILTER_ALL_MULTICAST);
}

static int set_mtu(int port, const char *key, int count, char **values)
{
	struct onepath_port_config config = { .set = ONEPATH_CONFIG_MTU };
	const char *text = values[0];

	(void)count;
	if (!read_number(&text, "", ONEPATH_MTU_MAX, &config.mtu) || config.mtu < ONEPATH_MTU_MIN)
		return refuse(key, "68..9706 bytes", values[0]);
	return onepath_port_set_config(port, &config);
}

static int set_pause(int port, const char *key, int count, char **values)
{
	struct onepath_port_config config = { .set = ONEPATH_CONFIG_PAUSE };

	(void)count;
	if (!read_word(pauses, values[0], &config.pause))
		return refuse(key, "off, rx, tx or both", values[0]);
	return onepath_port_set_config(port, &config);
}

static int set_speed(int port, const char *key, int count, char **values)
{
	struct onepath_port_config config = { .set = ONEPATH_CONFIG_SPEEDS };

	(void)count;
	if (!read_word(speeds, values[0], &config.speeds))
		return refuse(key, "1000, 10000 or any", values[0]);
	return onepath_port_set_config(port, &config);
}

/* "02:00:00:00:00:01", and nothing behind it. */
static bool read_mac(const char *text, uint8_t mac[6])
{
	static const char digits[] = "0123456789abcdef";

	for (unsigned int i = 0; i < 6; i++) {
		const char *high = strchr(digits, tolower((unsigned char)text[0])), *low;

		if (!text[0] || !text[1] || !high)
			return false;
		low = strchr(digits, tolower((unsigned char)text[1]));
		if (!low || text[2] != (i < 5 ? ':' : '\0'))
			return false;
		mac[i] = (uint8_t)((high - digits) << 4 | (low - digits));
		text += 3;
	}
	return true;
}

/* Takes @mac out of the list, if it is there. Returns how many are left. */
static unsigned int drop_mac(uint8_t (*list)[6], unsigned int count, const uint8_t mac[6])
{
	unsigned int kept = 0;

	for (unsigned int i = 0; i < count; i++)
		if (memcmp(list[i], mac, 6))
			memmove(list[kept++], list[i], 6);
	return kept;
}

static int set_address(int port, const char *key, int count, char **values)
{
	uint8_t list[ONEPATH_ADDRESSES_MAX + 1][6], mac[6];
	bool add = !strcmp(values[0], "add");
	unsigned int listed;
	int got;

	if ((!add && strcmp(values[0], "remove")) || count < 2)
		return refuse(key, "add or remove, then MAC addresses", values[0]);
	got = onepath_port_get_addresses(port, list, ONEPATH_ADDRESSES_MAX);
	if (got < 0)
		return got;
	listed = (unsigned int)got;
	for (int i = 1; i < count; i++) {
		unsigned int kept;

		if (!read_mac(values[i], mac))
			return refuse(key, "MAC addresses like 02:00:00:00:00:01", values[i]);
		kept = drop_mac(list, listed, mac);
		if (!add && kept == listed)
			return refuse(key, "remove of addresses that `info` shows", values[i]);
		listed = kept;
		if (add)
			memcpy(list[listed++], mac, 6);
		if (listed > ONEPATH_ADDRESSES_MAX)
			return refuse(key, "127 addresses at most", values[i]);
	}
	return onepath_port_set_addresses(port, list, listed);
}

/* 1,5-7 */
static bool read_vlans(const char *text, struct onepath_port_vlans *vlans)
{
	uint32_t first, last;

	do {
		if (!read_number(&text, ",-", 4095, &first))
			return false;
		last = first;
		if (*text == '-' && (text++, !read_number(&text, ",", 4095, &last)))
			return false;
		if (last < first)
			return false;
		for (; first <= last; first++)
			vlans->ids[first / 32] |= 1u << first % 32;
	} while (*text++);
	return true;
}

static int set_vlan(int port, const char *key, int count, char **values)
{
	struct onepath_port_vlans vlans = { 0 };

	(void)count;
	if (strcmp(values[0], "off"))
		vlans.flags = ONEPATH_VLAN_FILTER;
	if (vlans.flags && strcmp(values[0], "none") && !read_vlans(values[0], &vlans))
		return refuse(key, "off, none, or a list of 0..4095 like 1,5-7", values[0]);
	return onepath_port_set_vlans(port, &vlans);
}

static int set_rss(int port, const char *key, int count, char **values)
{
	struct onepath_port_rss rss;
	const char *text = values[0];
	uint32_t queues = 1;

	(void)count;
	if (strcmp(text, "off") &&
	    (!read_number(&text, "", ONEPATH_RX_QUEUES, &queues) || queues < 2))
		return refuse(key, "off, or 2..16 queues", values[0]);
	onepath_rss_symmetric(&rss, queues); /* cannot fail: they are in range */
	return onepath_port_set_rss(port, &rss);
}

static const struct {
	const char *key;
	int (*set)(int port, const char *key, int count, char **values);
	bool many; /* values, else one */
} keys[] = {
	{ "promiscuous", set_promiscuous, false },
	{ "all-multicast", set_all_multicast, false },
	{ "mtu", set_mtu, false },
	{ "pause", set_pause, false },
	{ "speed", set_speed, false },
	{ "address", set_address, true },
	{ "vlan", set_vlan, false },
	{ "rss", set_rss, false },
};

#define KEYS (sizeof(keys) / sizeof(keys[0]))

int ctl_set(int argc, char **argv)
{
	struct ctl_options options;
	int first = ctl_options(argc, argv, help, "", &options), port, result;
	struct ctl_device device;
	char what[256];
	size_t k = 0;

	if (argc - first < 3) {
		ctl_error(
			"set takes an address, a key and its value; `onepathctl set --help` lists "
			"the keys");
		return CTL_EXIT_USAGE;
	}
	while (k < KEYS && strcmp(keys[k].key, argv[first + 1]))
		k++;
	if (k == KEYS || (!keys[k].many && argc - first > 3)) {
		ctl_error(k == KEYS
				  ? "there is no setting \"%s\"; `onepathctl set --help` lists them"
				  : "%s takes one value",
			  argv[first + 1]);
		return CTL_EXIT_USAGE;
	}
	port = ctl_port_open(&device, argv[first], ONEPATH_CONFIGURE);
	if (port < 0)
		return EXIT_FAILURE;
	result = keys[k].set(port, keys[k].key, argc - first - 2, argv + first + 2);
	close(port);
	if (result == REFUSED)
		return CTL_EXIT_USAGE;
	if (!result)
		return EXIT_SUCCESS;
	snprintf(what, sizeof(what), "set %s to %s on port", keys[k].key, argv[argc - 1]);
	ctl_port_error(result, what, &device);
	return EXIT_FAILURE;
}
