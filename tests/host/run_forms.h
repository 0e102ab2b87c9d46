/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * The hot loop in each form in which an NF can have it, for one and the same handler.
 */
#ifndef RUN_FORMS_H
#define RUN_FORMS_H

#include <onepath/burst.h>
#include <onepath/run.h>

enum run_form {
	RUN_VARIABLE, /* the number of outputs as a variable, */
	RUN_CONSTANT, /* as a constant: 1..4 or 16, */
	RUN_BURST, /* and for a handler behind a pointer */
	RUN_FORMS
};

static const char *const run_form_names[RUN_FORMS] = { "variable", "constant", "burst" };

struct run_each {
	onepath_handler *handler;
	void *state;
	unsigned int outputs;
};

/* The handler frame by frame. */
static inline void run_each_frame(struct onepath_burst *burst, void *state)
{
	const struct run_each *each = state;

	for (unsigned int n = 0; n < burst->count; n++) {
		uint16_t in = onepath_burst_length(burst, n);
		uint32_t out = each->handler(onepath_burst_frame(burst, n), in, each->state);

		if (each->outputs == 1 && out >> 16 & 1)
			out = 0;
		if ((out & 0xffff) != in)
			onepath_burst_set_length(burst, n, out & 0xffff);
		if (each->outputs > 1 && out >> 16)
			burst->except[n] = (uint16_t)(out >> 16);
	}
}

static inline unsigned int run_form(struct onepath_path *path, enum run_form form,
				    onepath_handler *handler, void *state, unsigned int max)
{
	struct run_each each = { handler, state, path->outputs };

	if (form == RUN_BURST)
		return onepath_run_burst(path, path->outputs, run_each_frame, &each, max);
	if (form == RUN_VARIABLE)
		return onepath_run(path, path->outputs, handler, state, max);
	switch (path->outputs) {
	case 1:
		return onepath_run(path, 1, handler, state, max);
	case 2:
		return onepath_run(path, 2, handler, state, max);
	case 3:
		return onepath_run(path, 3, handler, state, max);
	case 4:
		return onepath_run(path, 4, handler, state, max);
	default:
		return onepath_run(path, 16, handler, state, max);
	}
}

#endif
