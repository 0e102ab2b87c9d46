// SPDX-License-Identifier: BSD-3-Clause
/*
 * The first message of a vfio-user client: protocol version and capabilities,
 * a JSON object. The reply may name only capabilities that the client named,
 * and QEMU's buffer for it is as long as its request was.
 */
#include <errno.h>
#include <json-c/json.h>
#include <string.h>

#include "vfio_user_internal.h"

#define VERSION_MAJOR 0
#define VERSION_MINOR 0
#define JSON_DEPTH    8

static struct json_object *parse(const char *text, size_t size)
{
	struct json_tokener *tokener = json_tokener_new_ex(JSON_DEPTH);
	struct json_object *object;

	if (!tokener)
		return NULL;
	object = json_tokener_parse_ex(tokener, text, (int)size);
	json_tokener_free(tokener);
	if (!json_object_is_type(object, json_type_object)) {
		json_object_put(object);
		return NULL;
	}
	return object;
}

/* Adds @value under @name to @ours if the client named it; takes over @value. */
static void offer(struct json_object *ours, struct json_object *theirs, const char *name,
		  struct json_object *value)
{
	if (!json_object_object_get_ex(theirs, name, NULL) ||
	    json_object_object_add(ours, name, value) < 0)
		json_object_put(value);
}

/* Our capabilities, as text with its NUL, into @out. Returns its size or -errno. */
static int answer_capabilities(struct json_object *theirs, char *out, size_t size)
{
	struct json_object *top = json_object_new_object();
	struct json_object *ours = json_object_new_object();
	const char *text;
	int ret = -ENOMEM;

	if (!top || !ours || json_object_object_add(top, "capabilities", ours) < 0) {
		json_object_put(ours);
		goto out;
	}
	offer(ours, theirs, "max_msg_fds", json_object_new_int(FDS_MAX));
	offer(ours, theirs, "max_data_xfer_size", json_object_new_int(VFIO_USER_XFER_MAX));
	offer(ours, theirs, "pgsizes", json_object_new_int(DMA_PAGE));
	offer(ours, theirs, "max_dma_maps", json_object_new_int(DMA_RANGES_MAX));
	offer(ours, theirs, "write_multiple", json_object_new_boolean(true));
	text = json_object_to_json_string_ext(top, JSON_C_TO_STRING_PLAIN);
	if (!text || strlen(text) >= size)
		goto out;
	ret = (int)strlen(text) + 1;
	memcpy(out, text, (size_t)ret);
out:
	json_object_put(top);
	return ret;
}

int vfio_user_negotiate(struct vfio_user *server, size_t size, size_t *reply_size)
{
	const char *text = (const char *)server->payload + sizeof(struct vfio_user_version);
	char *reply = (char *)server->reply.payload + sizeof(struct vfio_user_version);
	struct json_object *top, *theirs;
	struct vfio_user_version version;
	int ret;

	if (size < sizeof(version))
		return -EINVAL;
	memcpy(&version, server->payload, sizeof(version));
	if (version.major != VERSION_MAJOR)
		return -EPROTONOSUPPORT;
	version.minor = VERSION_MINOR;
	memcpy(server->reply.payload, &version, sizeof(version));
	*reply_size = sizeof(version);
	size -= sizeof(version);
	if (size) {
		if (text[size - 1] != '\0')
			return -EINVAL;
		top = parse(text, size);
		if (!top)
			return -EINVAL;
		theirs = json_object_object_get(top, "capabilities");
		ret = answer_capabilities(theirs, reply,
					  sizeof(server->reply.payload) - sizeof(version));
		json_object_put(top);
		if (ret < 0)
			return ret;
		*reply_size += (size_t)ret;
	}
	server->version_agreed = true;
	server->clients++;
	return 0;
}
