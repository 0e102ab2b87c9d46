/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Settings of a port: each call is one system call into the module, which sets the
 * device's registers, or reads them.
 */
#include <errno.h>
#include <onepath/settings.h>
#include <string.h>
#include <sys/ioctl.h>

static int call(int port, unsigned long request, void *args)
{
	return ioctl(port, request, args) < 0 ? -errno : 0;
}

int onepath_port_get_config(int port, struct onepath_port_config *config)
{
	memset(config, 0, sizeof(*config));
	config->size = sizeof(*config);
	return call(port, ONEPATH_PORT_CONFIG_GET, config);
}

int onepath_port_set_config(int port, const struct onepath_port_config *config)
{
	struct onepath_port_config args = *config;

	args.size = sizeof(args);
	return call(port, ONEPATH_PORT_CONFIG_SET, &args);
}

int onepath_port_get_addresses(int port, uint8_t (*addresses)[6], unsigned int count)
{
	struct onepath_port_addresses args = { .size = sizeof(args), .count = count };
	int err;

	args.addresses = (uintptr_t)addresses;
	err = call(port, ONEPATH_PORT_ADDRESSES_GET, &args);
	return err ? err : (int)args.count;
}

int onepath_port_set_addresses(int port, const uint8_t (*addresses)[6], unsigned int count)
{
	struct onepath_port_addresses args = { .size = sizeof(args), .count = count };

	args.addresses = (uintptr_t)addresses;
	return call(port, ONEPATH_PORT_ADDRESSES_SET, &args);
}

int onepath_port_get_vlans(int port, struct onepath_port_vlans *vlans)
{
	memset(vlans, 0, sizeof(*vlans));
	vlans->size = sizeof(*vlans);
	return call(port, ONEPATH_PORT_VLANS_GET, vlans);
}

int onepath_port_set_vlans(int port, const struct onepath_port_vlans *vlans)
{
	struct onepath_port_vlans args = *vlans;

	args.size = sizeof(args);
	return call(port, ONEPATH_PORT_VLANS_SET, &args);
}

int onepath_port_get_rss(int port, struct onepath_port_rss *rss)
{
	memset(rss, 0, sizeof(*rss));
	rss->size = sizeof(*rss);
	return call(port, ONEPATH_PORT_RSS_GET, rss);
}

int onepath_port_set_rss(int port, const struct onepath_port_rss *rss)
{
	struct onepath_port_rss args = *rss;

	args.size = sizeof(args);
	return call(port, ONEPATH_PORT_RSS_SET, &args);
}

/*
 * The Toeplitz hash of a sum is the sum of the hashes, and with a key that repeats after
 * 16 bits a field hashes alike wherever it stands: so source and destination may change
 * places.
 */
int onepath_rss_symmetric(struct onepath_port_rss *rss, unsigned int queues)
{
	if (!queues || queues > ONEPATH_RX_QUEUES)
		return -EINVAL;
	memset(rss, 0, sizeof(*rss));
	rss->size = sizeof(*rss);
	if (queues > 1)
		rss->hash = ONEPATH_RSS_IPV4 | ONEPATH_RSS_TCP_IPV4 | ONEPATH_RSS_UDP_IPV4 |
			    ONEPATH_RSS_IPV6 | ONEPATH_RSS_TCP_IPV6 | ONEPATH_RSS_UDP_IPV6;
	for (unsigned int i = 0; i < ONEPATH_RSS_KEY_BYTES; i++)
		rss->key[i] = i % 2 ? 0x5a : 0x6d;
	for (unsigned int i = 0; i < ONEPATH_RSS_TABLE_ENTRIES; i++)
		rss->table[i] = (uint8_t)(i % queues);
	return 0;
}
