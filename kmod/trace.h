/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Tracepoints: what the module does, in order: states of ports, paths and outputs,
 * waits that end in vain, and every register access. Never in a packet's way.
 *
 *   echo 1 >/sys/kernel/tracing/events/onepath/enable; cat /sys/kernel/tracing/trace_pipe
 */
/* trace events are written like this everywhere */
/* clang-format off */

#undef TRACE_SYSTEM
#define TRACE_SYSTEM onepath

#if !defined(ONEPATH_TRACE_H) || defined(TRACE_HEADER_MULTI_READ)
#define ONEPATH_TRACE_H

#include <linux/tracepoint.h>
#include "compat.h"
#include "path.h"

/* A port's state changes, or it is taken away or given back: a message of dev_*() says why. */
TRACE_EVENT(onepath_port_state,
	TP_PROTO(const struct onepath_port *port),
	TP_ARGS(port),
	TP_STRUCT__entry(
		__string(port, dev_name(&port->dev))
		__field(int, state)
		__field(bool, away)
	),
	TP_fast_assign(
		onepath_assign_str(port, dev_name(&port->dev));
		__entry->state = port->state;
		__entry->away = port->away;
	),
	TP_printk("%s %s%s", __get_str(port),
		  __print_symbolic(__entry->state, { ONEPATH_PORT_IDLE, "idle" },
				   { ONEPATH_PORT_READY, "ready" },
				   { ONEPATH_PORT_FAILED, "failed" },
				   { ONEPATH_PORT_GONE, "gone" }),
		  __entry->away ? " away" : "")
);

/* A path was started, stopped, or interrupted, or could not be. */
TRACE_EVENT(onepath_path_state,
	TP_PROTO(const struct onepath_path *path, int rc),
	TP_ARGS(path, rc),
	TP_STRUCT__entry(
		__string(port, dev_name(&path->port[0]->dev))
		__field(u32, queue)
		__field(bool, running)
		__field(bool, interrupted)
		__field(int, rc)
	),
	TP_fast_assign(
		onepath_assign_str(port, dev_name(&path->port[0]->dev));
		__entry->queue = path->rx_queue;
		__entry->running = path->running;
		__entry->interrupted = path->interrupted;
		__entry->rc = rc;
	),
	TP_printk("%s rx %u %s%s rc=%d", __get_str(port), __entry->queue,
		  __entry->running ? "running" : "stopped",
		  __entry->interrupted ? " interrupted" : "", __entry->rc)
);

/* An output went out of service (an odd epoch) or came back (an even one). */
TRACE_EVENT(onepath_output_epoch,
	TP_PROTO(const struct onepath_path *path, unsigned int k, u32 resume_at),
	TP_ARGS(path, k, resume_at),
	TP_STRUCT__entry(
		__string(port, dev_name(&path->port[1 + k]->dev))
		__field(u32, queue)
		__field(u32, epoch)
		__field(u32, resume_at)
	),
	TP_fast_assign(
		onepath_assign_str(port, dev_name(&path->port[1 + k]->dev));
		__entry->queue = path->output[k].queue;
		__entry->epoch = path->output[k].epoch;
		__entry->resume_at = resume_at;
	),
	TP_printk("%s tx %u %s epoch=%u at=%u", __get_str(port), __entry->queue,
		  __entry->epoch & 1 ? "out of service" : "in service", __entry->epoch,
		  __entry->resume_at)
);

/* A register did not take the value that was waited for. */
TRACE_EVENT(onepath_timeout,
	TP_PROTO(const struct onepath_port *port, u32 reg, u32 mask, u32 wanted, u32 value),
	TP_ARGS(port, reg, mask, wanted, value),
	TP_STRUCT__entry(
		__string(port, dev_name(&port->dev))
		__field(u32, reg)
		__field(u32, mask)
		__field(u32, wanted)
		__field(u32, value)
	),
	TP_fast_assign(
		onepath_assign_str(port, dev_name(&port->dev));
		__entry->reg = reg;
		__entry->mask = mask;
		__entry->wanted = wanted;
		__entry->value = value;
	),
	TP_printk("%s reg=%#07x mask=%#010x wanted=%#010x value=%#010x", __get_str(port),
		  __entry->reg, __entry->mask, __entry->wanted, __entry->value)
);

/* Each access to a register by the kernel. */
TRACE_EVENT(onepath_register,
	TP_PROTO(const struct onepath_port *port, u32 reg, u32 value, bool write),
	TP_ARGS(port, reg, value, write),
	TP_STRUCT__entry(
		__string(port, dev_name(&port->dev))
		__field(u32, reg)
		__field(u32, value)
		__field(bool, write)
	),
	TP_fast_assign(
		onepath_assign_str(port, dev_name(&port->dev));
		__entry->reg = reg;
		__entry->value = value;
		__entry->write = write;
	),
	TP_printk("%s %s reg=%#07x value=%#010x", __get_str(port),
		  __entry->write ? "write" : "read", __entry->reg, __entry->value)
);

#endif

#undef TRACE_INCLUDE_PATH
#define TRACE_INCLUDE_PATH .
#undef TRACE_INCLUDE_FILE
#define TRACE_INCLUDE_FILE trace
#include <trace/define_trace.h>
