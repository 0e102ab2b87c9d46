// SPDX-License-Identifier: BSD-3-Clause
/*
 * The report of onepath-nic: per port the model's counters, the rules that a
 * driver broke, faulted DMA, link, and what the wire saw. The JSON file is
 * written beside its place and renamed, so that a reader never finds half of it.
 */
#include <errno.h>
#include <inttypes.h>
#include <json-c/json.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "report.h"

/* Without memory the report is not written whole: add() remembers that. */
static bool out_of_memory;

static struct json_object *add(struct json_object *to, const char *key, struct json_object *value)
{
	if (!to || !value || json_object_object_add(to, key, value) < 0) {
		json_object_put(value);
		out_of_memory = true;
		return NULL;
	}
	return value;
}

static void add_number(struct json_object *to, const char *key, uint64_t number)
{
	add(to, key, json_object_new_uint64(number));
}

static void add_string(struct json_object *to, const char *key, const char *text)
{
	add(to, key, json_object_new_string(text));
}

static void append(struct json_object *array, struct json_object *value)
{
	if (!array || !value || json_object_array_add(array, value) < 0) {
		json_object_put(value);
		out_of_memory = true;
	}
}

static void add_counters(struct json_object *to, const struct nic *nic)
{
	const struct nic_counters *counters = nic_counters(nic);
	struct json_object *object = add(to, "counters", json_object_new_object());

	add_number(object, "wire_in", counters->wire_in);
	add_number(object, "wire_out", counters->wire_out);
	add_number(object, "stored", counters->stored);
	add_number(object, "dropped_link", counters->dropped_link);
	add_number(object, "dropped_filter", counters->dropped_filter);
	add_number(object, "dropped_error", counters->dropped_error);
	add_number(object, "dropped_descriptor", counters->dropped_descriptor);
	add_number(object, "null_descriptors", counters->null_descriptors);
	add_number(object, "dma_faults", counters->dma_faults);
	add_number(object, "resets", counters->resets);
	add_number(object, "tail_writes", counters->tail_writes);
	add_number(object, "large_sends", counters->large_sends);
	add_number(object, "sums_inserted", counters->sums_inserted);
	add_number(object, "sums_checked", counters->sums_checked);
	add_number(object, "tags_inserted", counters->tags_inserted);
	add_number(object, "tags_removed", counters->tags_removed);
	add_number(object, "unsupported", counters->unsupported);
}

/* Where a rule was broken: an array's name without index, an unknown register's offset. */
static void add_rule_registers(struct json_object *to, const struct nic *nic, size_t rule)
{
	struct json_object *array = add(to, "registers", json_object_new_array());
	uint32_t offsets[NIC_RULE_REGISTERS];
	size_t count = nic_rule_registers(nic, rule, offsets);

	for (size_t i = 0; i < count; i++) {
		char name[32];

		nic_register_name(offsets[i], name, sizeof(name));
		name[strcspn(name, "[")] = '\0';
		if (!strcmp(name, "?"))
			snprintf(name, sizeof(name), "0x%05x", offsets[i]);
		append(array, json_object_new_string(name));
	}
}

static void add_rules(struct json_object *to, const struct nic *nic)
{
	struct json_object *array = add(to, "rules", json_object_new_array());
	size_t count;
	const struct nic_rule *rules = nic_rules(&count);

	for (size_t i = 0; i < count; i++) {
		struct json_object *rule;

		if (!nic_rule_broken(nic, i))
			continue;
		rule = json_object_new_object();
		add_string(rule, "name", rules[i].name);
		add_string(rule, "section", rules[i].section);
		add_number(rule, "count", nic_rule_broken(nic, i));
		add_rule_registers(rule, nic, i);
		append(array, rule);
	}
}

static void add_wire(struct json_object *to, const struct port *port)
{
	const struct wire_counters *counters = &port->wire->counters;
	struct json_object *object = add(to, "wire", json_object_new_object());

	add_string(object, "spec", port->options.wire);
	add_number(object, "in", counters->in);
	add_number(object, "out", counters->out);
	add_number(object, "out_lost", counters->out_lost);
	add_number(object, "held", counters->held);
	add_number(object, "skipped", counters->skipped);
	if (!port->wire->ops->checks)
		return;
	add_number(object, "checked", counters->checked);
	add_number(object, "corrupt", counters->corrupt);
	add_number(object, "out_of_order", counters->out_of_order);
	add_number(object, "missing", counters->missing);
	add_number(object, "foreign", counters->foreign);
}

static void add_dma(struct json_object *to, const struct port *port)
{
	struct vfio_user_extent extent = vfio_user_dma_extent(port->server);
	struct json_object *object = add(to, "dma", json_object_new_object());

	add_number(object, "first", extent.first);
	add_number(object, "last", extent.last);
	add_number(object, "bytes", extent.bytes);
}

static struct json_object *port_object(const struct port *port)
{
	struct json_object *object = json_object_new_object();
	const uint8_t *mac = port->options.mac;
	char text[18];

	snprintf(text, sizeof(text), "%02x:%02x:%02x:%02x:%02x:%02x", mac[0], mac[1], mac[2],
		 mac[3], mac[4], mac[5]);
	add_string(object, "name", port->name);
	add_string(object, "socket", port->options.socket);
	add_string(object, "mac", text);
	add(object, "link", json_object_new_boolean(nic_link_up(port->nic)));
	add(object, "client", json_object_new_boolean(vfio_user_connected(port->server)));
	add_number(object, "clients", vfio_user_clients(port->server));
	add_number(object, "dma_faults", nic_counters(port->nic)->dma_faults);
	add_number(object, "rules_broken", nic_rules_broken(port->nic));
	add_dma(object, port);
	add_rules(object, port->nic);
	add_counters(object, port->nic);
	add_wire(object, port);
	return object;
}

/* Writes @text and a newline to @path by way of a second file. */
static int replace_file(const char *path, const char *text)
{
	size_t size = strlen(path) + sizeof(".XXXXXX");
	char *temporary = malloc(size);
	FILE *file = NULL;
	int fd, ret = 0;

	if (!temporary)
		return -ENOMEM;
	snprintf(temporary, size, "%s.XXXXXX", path);
	fd = mkstemp(temporary);
	if (fd >= 0)
		file = fdopen(fd, "w");
	if (!file) {
		ret = -errno;
		if (fd >= 0)
			close(fd);
		goto out;
	}
	/* Not for root's eyes only, as mkstemp() has it. */
	if (fchmod(fd, 0644) < 0 || fprintf(file, "%s\n", text) < 0)
		ret = -EIO;
	if (fclose(file) && !ret)
		ret = -errno;
	if (!ret && rename(temporary, path) < 0)
		ret = -errno;
out:
	if (ret && fd >= 0)
		unlink(temporary);
	free(temporary);
	return ret;
}

static struct json_object *whole(struct json_object *object)
{
	if (!out_of_memory)
		return object;
	json_object_put(object);
	return NULL;
}

struct json_object *report_of_port(const struct port *port)
{
	out_of_memory = false;
	return whole(port_object(port));
}

struct json_object *report_make(struct port *ports, size_t count)
{
	struct json_object *top = json_object_new_object();
	struct json_object *array;

	out_of_memory = false;
	add_number(top, "rules_broken", report_rules_broken(ports, count));
	add_number(top, "lost_pages", vfio_user_lost_pages());
	array = add(top, "ports", json_object_new_array());
	for (size_t i = 0; i < count; i++)
		append(array, port_object(&ports[i]));
	return whole(top);
}

int report_write(const char *path, struct port *ports, size_t count)
{
	struct json_object *top = report_make(ports, count);
	const char *text;
	int ret;

	text = json_object_to_json_string_ext(top, JSON_C_TO_STRING_PRETTY |
							   JSON_C_TO_STRING_NOSLASHESCAPE);
	ret = !top || !text ? -ENOMEM : replace_file(path, text);
	json_object_put(top);
	if (ret)
		fprintf(stderr, "onepath-nic: cannot write the report %s: %s\n", path,
			strerror(-ret));
	return ret;
}

void report_print(FILE *out, struct port *ports, size_t count)
{
	fprintf(out, "%-7s %-5s %10s %10s %10s %10s %8s %8s\n", "port", "link", "frames in",
		"stored", "dropped", "out", "faults", "rules");
	for (size_t i = 0; i < count; i++) {
		const struct nic_counters *c = nic_counters(ports[i].nic);

		fprintf(out,
			"%-7s %-5s %10" PRIu64 " %10" PRIu64 " %10" PRIu64 " %10" PRIu64
			" %8" PRIu64 " %8" PRIu64 "\n",
			ports[i].name, nic_link_up(ports[i].nic) ? "up" : "down", c->wire_in,
			c->stored,
			c->dropped_link + c->dropped_filter + c->dropped_error +
				c->dropped_descriptor,
			c->wire_out, c->dma_faults, nic_rules_broken(ports[i].nic));
	}
	for (size_t i = 0; i < count; i++) {
		size_t rules_count;
		const struct nic_rule *rules = nic_rules(&rules_count);

		for (size_t rule = 0; rule < rules_count; rule++) {
			uint64_t times = nic_rule_broken(ports[i].nic, rule);

			if (times)
				fprintf(out, "%s: broke %s (%s) %" PRIu64 " times: %s\n",
					ports[i].name, rules[rule].name, rules[rule].section, times,
					rules[rule].text);
		}
	}
}

uint64_t report_rules_broken(struct port *ports, size_t count)
{
	uint64_t sum = 0;

	for (size_t i = 0; i < count; i++)
		sum += nic_rules_broken(ports[i].nic);
	return sum;
}
