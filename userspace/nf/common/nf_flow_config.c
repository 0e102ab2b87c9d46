/* SPDX-License-Identifier: BSD-3-Clause */
/* Flows, timeouts and ports in configuration files, see nf_flow_config.h. */
#include <stdlib.h>

#include "flow_table.h"
#include "nf_flow_config.h"

/* A number alone is seconds. */
static const struct nf_unit seconds[] = {
	{ "s", 1 }, { "min", 60 }, { "h", 3600 }, { "d", 86400 }, { NULL, 0 },
};

uint32_t nf_config_flows(struct nf_value object, uint32_t fixed)
{
	struct nf_value value = nf_config_field(object, "flows");
	uint32_t flows = NF_FLOWS_DEFAULT;

	if (nf_config_given(value))
		flows = (uint32_t)nf_config_number(value, NULL, 1, FLOW_CAPACITY_MAX);
	if (fixed && flows != fixed)
		nf_config_refuse(value, "%u; it cannot change from %u while the NF runs", flows,
				 fixed);
	return flows;
}

void nf_config_timeouts(struct nf_value object, const char *const *names, uint32_t *timeouts)
{
	struct nf_value list = nf_config_field(object, "timeouts");

	if (!nf_config_given(list))
		return;
	nf_config_check_fields(list, names);
	for (; *names; names++, timeouts++) {
		struct nf_value value = nf_config_field(list, *names);

		if (nf_config_given(value))
			*timeouts = (uint32_t)nf_config_number(value, seconds, 1, NF_TIMEOUT_MAX);
	}
}

/* Returns 0 if there is no port at *@text, which is moved behind it. */
static uint16_t read_port(const char **text)
{
	char *end;
	unsigned long port;

	if (**text < '0' || **text > '9')
		return 0;
	port = strtoul(*text, &end, 10);
	*text = end;
	return port <= UINT16_MAX ? (uint16_t)port : 0;
}

struct nf_ports nf_config_ports(struct nf_value value)
{
	static const char wanted[] = "a port, 1..65535, or a range such as \"8000-8010\"";
	const char *text = nf_config_text(value, wanted), *at = text;
	struct nf_ports ports;

	if (!text)
		return (struct nf_ports){ 1, 1 };
	ports.first = read_port(&at);
	ports.last = ports.first;
	if (*at == '-') {
		at++;
		ports.last = read_port(&at);
	}
	if (!*at && ports.first && ports.last >= ports.first)
		return ports;
	nf_config_refuse(value, "\"%s\"; wanted %s", text, wanted);
	return (struct nf_ports){ 1, 1 };
}
