/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * What every NF has around its handler: arguments, ports, paths,
 * a configuration file, an orderly end on Ctrl-C, and a table of what was done. None of it is called
 * per frame. Failures are explained on standard error and end the program: exit
 * status 2 for its arguments, 1 for all else.
 */
#ifndef ONEPATH_NF_H
#define ONEPATH_NF_H

#include <onepath/onepath.h>
#include <signal.h>
#include <time.h>

#define NF_PORTS_MAX (1 + ONEPATH_OUTPUTS_MAX)

/* Beside the MTU's bytes: Ethernet header and two VLAN tags. */
#define NF_HEADER_BYTES 22

/*
 * Rounds without a frame, in a row, before the NF sleeps. An empty round takes some 60 ns,
 * most of it the processor's pause; falling asleep and being woken some 5 us, and the device
 * holds its interrupt back for up to 10. For about as long as that the NF waits for a frame
 * first: so it never pays more than double of what would have been best. With --busy-poll:
 * before the processor is offered to others.
 */
#define NF_EMPTY_ROUNDS	     400
#define NF_EMPTY_ROUNDS_BUSY 64

struct nf_port {
	char name[ONEPATH_NAME_BYTES];
	int fd;
	bool gone; /* unbound, or removed */
	bool link_up; /* when last asked */
	struct onepath_port_stats before; /* what it had counted at the start */
};

struct nf_path {
	struct onepath_path path;
	unsigned int input; /* index of a port */
	unsigned int output[ONEPATH_OUTPUTS_MAX];
	uint64_t frames; /* handled, dropped ones included */
	bool down; /* the kernel stopped it, and it could not be started again yet */
};

struct nf;
struct nf_config;

/**
 * struct nf_tables - how an NF takes its configuration (nf_config.h), at the start and again on SIGHUP
 * @load: makes tables of a file. Mistakes are noted in @config; what is returned then is
 *	released. It may take its time: on SIGHUP it runs in a thread of its own while the loop
 *	goes on, so it reads nothing that the loop writes.
 * @adopt: takes the tables, in the loop's thread, between two bursts, so it has to be quick.
 *	Returns the ones before, NULL at the start.
 * @release: frees tables, where @load ran; NULL is fine
 */
struct nf_tables {
	void *(*load)(const struct nf *nf, struct nf_config *config);
	void *(*adopt)(struct nf *nf, void *tables);
	void (*release)(void *tables);
};

/**
 * struct nf - one network function
 * @name: the program's name without "onepath-", set by the NF, as is all up to @counters
 * @about: what it does, for --help
 * @ports_usage: its ports, for --help
 * @ports_min: how many ports it needs
 * @ports_max: and how many it takes, NF_PORTS_MAX at most
 * @tables: how it takes its configuration, NULL if it has none
 * @config_optional: it can do without
 * @counter_names: what it counts by itself, ends with NULL; or no list at all
 * @counters: one for each name, written by the NF
 * @config: --config, NULL for none
 * @options: --ring, --buffer
 * @pcap: --pcap, the folder whose files stand for ports, NULL for real ports
 * @mtu: --mtu, 0 for what the port has
 * @busy_poll: --busy-poll, or a port cannot interrupt
 * @stats_s: --stats, seconds between two lines, 0 for none
 * @json: --json
 * @quiet: --quiet
 * @port_count: ports given
 * @path_count: paths made
 * @port: the ports in the order of the arguments
 * @path: the paths in the order in which they were made
 * @handled: frames since the last look of nf_running()
 * @empty_rounds: rounds without a frame, in a row
 * @armed: all paths were armed, and nothing came since
 * @sleeps: how often it slept
 * @failed: it cannot go on, and has said why
 * @start_ns: when the paths were started (CLOCK_MONOTONIC)
 * @line_ns: when --stats spoke last
 * @line_frames: how many frames there had been by then
 */
struct nf {
	const char *name, *about, *ports_usage;
	unsigned int ports_min, ports_max;
	const struct nf_tables *tables;
	bool config_optional;
	const char *const *counter_names;
	const uint64_t *counters;
	const char *config, *pcap;
	struct onepath_path_options options;
	unsigned int mtu, stats_s;
	bool busy_poll, json, quiet;
	unsigned int port_count, path_count;
	struct nf_port port[NF_PORTS_MAX];
	struct nf_path path[NF_PORTS_MAX];
	unsigned int handled, empty_rounds;
	uint64_t sleeps;
	bool armed, failed;
	uint64_t start_ns, line_ns, line_frames;
};

/* Set by signals: something is to be attended to outside of the loop. */
extern volatile sig_atomic_t nf_event;

/* Reads the arguments and opens the ports. */
void nf_open(struct nf *nf, int argc, char **argv);

/* Makes the next path, nf->path[nf->path_count - 1], and lets its input receive all frames. */
void nf_add_path(struct nf *nf, unsigned int input, const unsigned int *outputs,
		 unsigned int count);

/* A port's own address. With --pcap it is 02:00:00:00:00:00 for the first port, and so on. */
void nf_port_mac(const struct nf *nf, unsigned int port, uint8_t mac[6]);

/* Starts all paths, then says "onepath-NAME: ..." on standard error as printf() would: scripts may wait for it. */
void nf_start(struct nf *nf, const char *format, ...) __attribute__((format(printf, 2, 3)));

/* Looks at what the signals asked for. Returns false when the NF is to end. */
bool nf_attend(struct nf *nf);

/* Stops all paths, prints the table, closes the ports. Returns the exit status. */
int nf_finish(struct nf *nf);

/* Nothing came for a while: sleeps until something does, for a second at most. */
void nf_idle(struct nf *nf);

/* Parts of the above: nf_sleep.c, nf_signals.c, nf_options.c, nf_reload.c, nf_report.c. */
void nf_say(const struct nf *nf, const char *format, ...) __attribute__((format(printf, 2, 3)));
void nf_catch_signals(bool reload); /* SIGHUP reloads; else it ends, as SIGINT and SIGTERM do */
const sigset_t *nf_signals(void); /* those that are caught */
bool nf_end_wanted(void);
bool nf_reload_wanted(void); /* once for each wish, as are seconds */
bool nf_second_passed(void);
void nf_look(struct nf *nf, int timeout_ms); /* at what poll() tells of paths and ports */
void nf_ask_port(struct nf *nf, struct nf_port *port); /* for its link, and whether it is there */
void nf_read_options(struct nf *nf, int argc, char **argv);
void nf_load(struct nf *nf); /* what --config says, or it ends with status 2 */
void nf_reload(struct nf *nf); /* as far as that goes without waiting */
void nf_report_start(struct nf *nf);
void nf_report_line(struct nf *nf);
void nf_report_end(const struct nf *nf);

/* The smallest size of buffers that holds what such a port receives, the usual one at least. */
unsigned int nf_buffer_bytes(const struct nf *nf, unsigned int mtu);

/* Instead of ports: nf_pcap.c. */
extern uint64_t nf_pcap_time_ns;
void nf_pcap_open(struct nf *nf);
void nf_pcap_add_path(const struct nf *nf, struct nf_path *path);
bool nf_pcap_turn(
	struct nf *nf); /* the frame before is sent, the next one received; false: there is none */
bool nf_pcap_stats(const struct nf *nf, const struct nf_port *port,
		   struct onepath_port_stats *count);
int nf_pcap_close(struct nf *nf); /* the exit status */

/* Notes that @frames were handled on a path. */
static inline void nf_count(struct nf *nf, unsigned int path, unsigned int frames)
{
	nf->path[path].frames += frames;
	nf->handled += frames;
}

/* The time, in microseconds; never goes back. Once a round is often enough. With --pcap it is the frames'. */
static inline uint64_t nf_now_us(void)
{
	struct timespec now;

	if (nf_pcap_time_ns)
		return nf_pcap_time_ns / 1000u;
	clock_gettime(CLOCK_MONOTONIC, &now); /* cannot fail: the clock exists */
	return (uint64_t)now.tv_sec * 1000000u + (uint64_t)now.tv_nsec / 1000u;
}

/* Of all paths together. */
static inline uint64_t nf_frames(const struct nf *nf)
{
	uint64_t frames = 0;

	for (unsigned int i = 0; i < nf->path_count; i++)
		frames += nf->path[i].frames;
	return frames;
}

/* Once a round: true for as long as the NF is to go on. */
static inline bool nf_running(struct nf *nf)
{
	if (nf->handled) {
		nf->handled = 0;
		nf->empty_rounds = 0;
		nf->armed = false;
	} else if (nf->empty_rounds < (nf->busy_poll ? NF_EMPTY_ROUNDS_BUSY : NF_EMPTY_ROUNDS)) {
		nf->empty_rounds++;
		onepath_relax();
	} else {
		nf_idle(nf);
	}
	return !nf_event || nf_attend(nf);
}

#endif
