// SPDX-License-Identifier: BSD-3-Clause
/*
 * The commands of the control socket that switch faults on and off, and list
 * them. What there is to choose is the model's table of faults.
 */
#include <string.h>

#include "control_request.h"

/* The place of @name in the table of faults. */
bool control_find_fault(struct request *request, const char *name, size_t *fault)
{
	size_t count;
	const struct nic_fault *faults = nic_faults(&count);

	for (*fault = 0; *fault < count; ++*fault) {
		if (!strcmp(faults[*fault].name, name))
			return true;
	}
	return control_fail(request, "there is no fault '%.64s'; 'faults PORT' lists them", name);
}

/* on, off, once, count=N */
static bool parse_times(struct request *request, const struct nic_fault *fault, const char *word,
			uint64_t *times)
{
	if (!strcmp(word, "off")) {
		*times = 0;
	} else if (!strcmp(word, "on")) {
		*times = NIC_FAULT_ALWAYS;
	} else if (fault->lasting) {
		return control_fail(request, "'%s': %s is on or off", word, fault->name);
	} else if (!strcmp(word, "once")) {
		*times = 1;
	} else if (strncmp(word, "count=", 6) ||
		   !wire_parse_number(word + 6, 1, NIC_FAULT_ALWAYS - 1, times)) {
		return control_fail(request, "'%s': write on, off, once or count=N", word);
	}
	return true;
}

/* A number or a kind of the fault. */
static bool parse_detail(struct request *request, const struct nic_fault *fault, const char *word,
			 struct nic_fault_setting *setting)
{
	uint64_t number;

	if (fault->number && wire_parse_number(word, fault->min, fault->max, &number)) {
		setting->number = (uint32_t)number;
		return true;
	}
	for (unsigned int i = 0; i < NIC_FAULT_CHOICES && fault->choices[i]; i++) {
		if (!strcmp(fault->choices[i], word)) {
			setting->choice = i;
			return true;
		}
	}
	if (!fault->number && !fault->choices[0])
		return control_fail(request, "unexpected '%s': %s takes no number and no kind",
				    word, fault->name);
	if (!fault->number)
		return control_fail(request, "'%s' is no kind of %s: %s or %s", word, fault->name,
				    fault->choices[0], fault->choices[1]);
	return control_fail(request, "'%s': %s takes a number (%s) in %u..%u%s%s", word,
			    fault->name, fault->number, fault->min, fault->max,
			    fault->choices[0] ? ", and a kind, e.g. " : "",
			    fault->choices[0] ? fault->choices[1] : "");
}

bool control_run_fault(struct request *request)
{
	struct nic_fault_setting setting = { 0 };
	const struct nic_fault *faults;
	size_t count, fault;

	faults = nic_faults(&count);
	if (!control_find_fault(request, request->words[0], &fault) ||
	    !parse_times(request, &faults[fault], request->words[1], &setting.times))
		return false;
	setting.number = faults[fault].initial;
	for (unsigned int i = 2; i < request->word_count; i++) {
		if (!parse_detail(request, &faults[fault], request->words[i], &setting))
			return false;
	}
	return nic_fault_set(request->port->nic, fault, &setting) ||
	       control_fail(request, "%s cannot be so", faults[fault].name);
}

static struct json_object *fault_object(const struct nic_fault *fault, const struct nic *nic,
					size_t id)
{
	struct json_object *object = json_object_new_object();
	uint64_t hits;
	struct nic_fault_setting setting = nic_fault_get(nic, id, &hits);

	if (!object)
		return NULL;
	json_object_object_add(object, "name", json_object_new_string(fault->name));
	json_object_object_add(object, "on", json_object_new_boolean(!!setting.times));
	if (setting.times && setting.times != NIC_FAULT_ALWAYS)
		json_object_object_add(object, "left", json_object_new_uint64(setting.times));
	json_object_object_add(object, "hits", json_object_new_uint64(hits));
	json_object_object_add(object, "number",
			       fault->number ? json_object_new_uint64(setting.number) : NULL);
	json_object_object_add(object, "of",
			       fault->number ? json_object_new_string(fault->number) : NULL);
	json_object_object_add(
		object, "kind",
		fault->choices[0] ? json_object_new_string(fault->choices[setting.choice]) : NULL);
	json_object_object_add(object, "text", json_object_new_string(fault->text));
	return object;
}

bool control_run_faults(struct request *request)
{
	struct json_object *array = json_object_new_array();
	size_t count;
	const struct nic_fault *faults = nic_faults(&count);

	for (size_t i = 0; array && i < count; i++) {
		struct json_object *object = fault_object(&faults[i], request->port->nic, i);

		if (!object || json_object_array_add(array, object) < 0) {
			json_object_put(object);
			json_object_put(array);
			return control_fail(request, "out of memory");
		}
	}
	return control_add(request, "faults", array);
}
