/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * What a port is set to, as the kernel reads it back from the device: for `info`.
 */
#include <json-c/json.h>
#include <stdio.h>
#include <string.h>

#include "ctl.h"

#define VLANS 4096

int ctl_settings_read(int port, struct ctl_settings *settings)
{
	int err = onepath_port_get_config(port, &settings->config), count;

	if (err)
		return err;
	count = onepath_port_get_addresses(port, settings->addresses, ONEPATH_ADDRESSES_MAX);
	if (count < 0)
		return count;
	settings->address_count = count < ONEPATH_ADDRESSES_MAX ? (unsigned int)count
								: ONEPATH_ADDRESSES_MAX;
	err = onepath_port_get_vlans(port, &settings->vlans);
	return err ? err : onepath_port_get_rss(port, &settings->rss);
}

void ctl_mac_text(const uint8_t mac[6], char text[CTL_MAC_BYTES])
{
	snprintf(text, CTL_MAC_BYTES, "%02x:%02x:%02x:%02x:%02x:%02x", mac[0], mac[1], mac[2],
		 mac[3], mac[4], mac[5]);
}

static const char *on_off(uint32_t bit)
{
	return bit ? "on" : "off";
}

static const char *pause_text(uint32_t pause)
{
	static const char *const texts[] = { "off", "rx", "tx", "both" };

	return texts[pause & (ONEPATH_PAUSE_RX | ONEPATH_PAUSE_TX)];
}

static bool passes(const struct onepath_port_vlans *vlans, unsigned int id)
{
	return id < VLANS && vlans->ids[id / 32] >> id % 32 & 1;
}

/* As `set vlan` takes it: 1,5-7. */
static void print_vlans(const struct onepath_port_vlans *vlans)
{
	const char *comma = "";

	for (unsigned int id = 0; id < VLANS; id++) {
		unsigned int last = id;

		if (!passes(vlans, id))
			continue;
		while (passes(vlans, last + 1))
			last++;
		printf(last > id ? "%s%u-%u" : "%s%u", comma, id, last);
		comma = ",";
		id = last;
	}
	puts(*comma ? "" : "none");
}

static bool is_symmetric(const struct onepath_port_rss *rss)
{
	for (unsigned int i = 2; i < ONEPATH_RSS_KEY_BYTES; i++)
		if (rss->key[i] != rss->key[i - 2])
			return false;
	return true;
}

static unsigned int rss_queues(const struct onepath_port_rss *rss)
{
	unsigned int last = 0;

	for (unsigned int i = 0; rss->hash && i < ONEPATH_RSS_TABLE_ENTRIES; i++)
		if (rss->table[i] > last)
			last = rss->table[i];
	return last + 1;
}

static void print_rss(const struct onepath_port_rss *rss)
{
	if (rss->hash)
		printf("over %u queues, %s key\n", rss_queues(rss),
		       is_symmetric(rss) ? "symmetric" : "asymmetric");
	else
		puts("off");
}

void ctl_settings_print(const struct ctl_settings *settings)
{
	const struct onepath_port_config *config = &settings->config;
	char mac[CTL_MAC_BYTES];

	printf("promiscuous          %s\n", on_off(config->filter & ONEPATH_FILTER_PROMISCUOUS));
	printf("all multicast        %s\n", on_off(config->filter & ONEPATH_FILTER_ALL_MULTICAST));
	printf("MTU                  %u\n", config->mtu);
	printf("PAUSE                %s\n", pause_text(config->pause));
	printf("speeds               %s%s%s\n", config->speeds & ONEPATH_SPEED_1G ? "1000" : "",
	       config->speeds == (ONEPATH_SPEED_1G | ONEPATH_SPEED_10G) ? " " : "",
	       config->speeds & ONEPATH_SPEED_10G ? "10000" : "");
	printf("more addresses      %s", settings->address_count ? "" : " none");
	for (unsigned int i = 0; i < settings->address_count; i++) {
		ctl_mac_text(settings->addresses[i], mac);
		printf(" %s", mac);
	}
	printf("\nVLANs                ");
	if (settings->vlans.flags & ONEPATH_VLAN_FILTER)
		print_vlans(&settings->vlans);
	else
		puts("all");
	printf("RSS                  ");
	print_rss(&settings->rss);
}

static struct json_object *rss_json(const struct onepath_port_rss *rss)
{
	struct json_object *object = json_object_new_object(), *table = json_object_new_array();
	char key[2 * ONEPATH_RSS_KEY_BYTES + 1];

	for (unsigned int i = 0; i < ONEPATH_RSS_KEY_BYTES; i++)
		sprintf(key + 2 * i, "%02x", rss->key[i]);
	for (unsigned int i = 0; i < ONEPATH_RSS_TABLE_ENTRIES; i++)
		json_object_array_add(table, json_object_new_int64(rss->table[i]));
	json_object_object_add(object, "queues", json_object_new_int64(rss_queues(rss)));
	json_object_object_add(object, "hash", json_object_new_int64(rss->hash));
	json_object_object_add(object, "symmetric", json_object_new_boolean(is_symmetric(rss)));
	json_object_object_add(object, "key", json_object_new_string(key));
	json_object_object_add(object, "table", table);
	return object;
}

static struct json_object *vlans_json(const struct onepath_port_vlans *vlans)
{
	struct json_object *array;

	if (!(vlans->flags & ONEPATH_VLAN_FILTER))
		return NULL; /* all */
	array = json_object_new_array();
	for (unsigned int id = 0; id < VLANS; id++)
		if (passes(vlans, id))
			json_object_array_add(array, json_object_new_int64(id));
	return array;
}

struct json_object *ctl_settings_json(const struct ctl_settings *settings)
{
	struct json_object *object = json_object_new_object(), *speeds = json_object_new_array(),
			   *addresses = json_object_new_array();
	const struct onepath_port_config *config = &settings->config;
	char mac[CTL_MAC_BYTES];

	for (unsigned int i = 0; i < settings->address_count; i++) {
		ctl_mac_text(settings->addresses[i], mac);
		json_object_array_add(addresses, json_object_new_string(mac));
	}
	if (config->speeds & ONEPATH_SPEED_1G)
		json_object_array_add(speeds, json_object_new_int64(1000));
	if (config->speeds & ONEPATH_SPEED_10G)
		json_object_array_add(speeds, json_object_new_int64(10000));
	json_object_object_add(object, "promiscuous",
			       json_object_new_boolean(config->filter &
						       ONEPATH_FILTER_PROMISCUOUS));
	json_object_object_add(object, "all_multicast",
			       json_object_new_boolean(config->filter &
						       ONEPATH_FILTER_ALL_MULTICAST));
	json_object_object_add(object, "mtu", json_object_new_int64(config->mtu));
	json_object_object_add(object, "pause", json_object_new_string(pause_text(config->pause)));
	json_object_object_add(object, "speeds", speeds);
	json_object_object_add(object, "addresses", addresses);
	json_object_object_add(object, "vlans", vlans_json(&settings->vlans));
	json_object_object_add(object, "rss", rss_json(&settings->rss));
	return object;
}
