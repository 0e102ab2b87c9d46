// SPDX-License-Identifier: BSD-3-Clause
/*
 * The parser (packet.h), with any bytes in a frame of any length up to LONGEST: it reads nothing
 * outside of the frame, and what it says of the frame lies inside of it.
 */
#include <stdlib.h>
#include "packet.h"
#include "proof.h"

#ifndef LONGEST
#define LONGEST 128
#endif

static void prove_inside(const struct packet *packet, uint32_t length, bool quoted)
{
	uint32_t network = packet->network == PACKET_IPV4   ? IPV4_BYTES
			   : packet->network == PACKET_IPV6 ? IPV6_BYTES
			   : packet->network == PACKET_ARP  ? ARP_BYTES
							    : 0;

	prove(packet->end <= length, "the packet ends where the frame does, or before");
	prove(packet->l3 + network <= packet->end, "the network header that it names is whole");
	if (packet->network == PACKET_IPV4 || packet->network == PACKET_IPV6)
		prove(packet->l4 >= packet->l3 + network && packet->l4 <= packet->end,
		      "its payload lies between header and end");
	if (packet->transport)
		prove(packet->l4 + packet_transport_bytes(packet->transport, quoted) <= packet->end,
		      "the transport header that it names is whole");
	prove(!packet->transport || packet->fragment != PACKET_LATER,
	      "a later fragment has no transport header");
}

int main(void)
{
	uint16_t length = any_between(0, LONGEST);
	uint8_t *frame =
		malloc(length); /* as long as the frame, so what is behind it may not be read */
	struct packet packet, quoted;

	assume(frame);
	if (!packet_parse(&packet, frame, length)) {
		prove(packet.problem != PACKET_FINE, "a frame that is refused has a problem");
		return 0;
	}
	prove(packet.problem == PACKET_FINE, "a frame that is taken has none");
	prove_inside(&packet, length, false);
	if (packet_is_icmp_error(&packet, frame) && packet_parse_quoted(&quoted, &packet, frame))
		prove_inside(&quoted, length, true);
	return 0;
}
