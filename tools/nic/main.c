// SPDX-License-Identifier: BSD-3-Clause
/*
 * onepath-nic: software 82599 ports behind vfio-user sockets. One thread and
 * one poll loop serve all ports: sockets, wires, and the models' timers. While
 * nothing is due it sleeps.
 */
#define _GNU_SOURCE
#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/resource.h>
#include <unistd.h>

#include "control.h"
#include "options.h"
#include "port.h"
#include "report.h"
#include "tell.h"

#define EXIT_FAILED	  1
#define EXIT_USAGE	  2
#define EXIT_RULES_BROKEN 3

/* Of frames in a row, before somebody may want something else. */
#define MOVE_NS 20000u

static volatile sig_atomic_t stop_wanted, report_wanted;

static void on_signal(int number)
{
	if (number == SIGUSR1)
		report_wanted = 1;
	else
		stop_wanted = 1;
}

/* Signals come only while the loop sleeps; @sleeping is the mask for that. */
static int catch_signals(sigset_t *sleeping)
{
	static const int numbers[] = { SIGINT, SIGTERM, SIGHUP, SIGUSR1 };
	struct sigaction action = { .sa_handler = on_signal };
	sigset_t blocked;

	sigemptyset(&blocked);
	for (size_t i = 0; i < sizeof(numbers) / sizeof(numbers[0]); i++)
		sigaddset(&blocked, numbers[i]);
	if (sigprocmask(SIG_BLOCK, &blocked, sleeping) < 0)
		return -errno;
	for (size_t i = 0; i < sizeof(numbers) / sizeof(numbers[0]); i++) {
		sigdelset(sleeping, numbers[i]);
		if (sigaction(numbers[i], &action, NULL) < 0)
			return -errno;
	}
	/* A client's eventfd may be a pipe. */
	action.sa_handler = SIG_IGN;
	return sigaction(SIGPIPE, &action, NULL) < 0 ? -errno : 0;
}

/* A client may give 67 eventfds: 32 ports with such clients need more than the usual 1024. */
static void allow_descriptors(void)
{
	struct rlimit limit;

	if (getrlimit(RLIMIT_NOFILE, &limit) < 0)
		return;
	limit.rlim_cur = limit.rlim_max;
	setrlimit(RLIMIT_NOFILE, &limit);
}

static int open_ports(struct port *ports, const struct options *options)
{
	unsigned int opened = 0;
	int ret = 0;

	while (opened < options->port_count) {
		ret = port_open(&ports[opened], opened, &options->ports[opened],
				options->log_rules ? stderr : NULL);
		if (ret)
			break;
		opened++;
	}
	for (unsigned int i = 0; i < opened && !ret; i++)
		ret = wire_ready(ports[i].wire);
	while (ret && opened)
		port_close(&ports[--opened]);
	return ret;
}

/* What the command line wants watched from the start. */
static int observe(struct port *ports, const struct options *options)
{
	int ret = 0;

	if (options->trace && strcmp(options->trace, "-") && truncate(options->trace, 0) < 0 &&
	    errno != ENOENT && errno != EINVAL)
		ret = -errno;
	for (unsigned int i = 0; i < options->port_count && options->trace && !ret; i++)
		ret = port_trace(&ports[i], options->trace);
	if (ret)
		fprintf(stderr, "onepath-nic: trace %s: %s\n", options->trace, strerror(-ret));
	for (unsigned int i = 0; i < options->port_count && options->capture && !ret; i++) {
		ret = port_capture(&ports[i], options->capture);
		if (ret)
			fprintf(stderr, "onepath-nic: capture %s: %s\n", options->capture,
				strerror(-ret));
	}
	return ret;
}

/* Sleeps until descriptors are ready, or until @wake_ns. Returns how many, left in @fds, or -errno. */
static int sleep_until(struct pollfd *fds, size_t count, uint64_t wake_ns, const sigset_t *sleeping)
{
	uint64_t now_ns = port_now_ns();
	uint64_t wait_ns = wake_ns > now_ns ? wake_ns - now_ns : 0;
	struct timespec timeout = {
		.tv_sec = (time_t)(wait_ns / 1000000000u),
		.tv_nsec = (long)(wait_ns % 1000000000u),
	};

	int ready = ppoll(fds, count, wake_ns == WIRE_NEVER ? NULL : &timeout, sleeping);

	if (ready >= 0)
		return ready;
	for (size_t i = 0; i < count; i++)
		fds[i].revents = 0;
	return errno == EINTR ? 0 : -errno;
}

static int make_report(const struct options *options, struct port *ports)
{
	int ret = 0;

	for (unsigned int i = 0; i < options->port_count; i++) {
		if (port_flush(&ports[i]))
			ret = -EIO;
	}
	if (options->report && report_write(options->report, ports, options->port_count))
		ret = -EIO;
	return ret;
}

static bool all_clients_left(const struct port *ports, unsigned int count)
{
	uint64_t clients = 0;

	for (unsigned int i = 0; i < count; i++) {
		if (vfio_user_connected(ports[i].server))
			return false;
		clients += vfio_user_clients(ports[i].server);
	}
	return clients > 0;
}

/* Does all that is due. Returns when to go on. */
static uint64_t run_ports(struct port *ports, unsigned int count, const struct pollfd *fds)
{
	uint64_t wake_ns = WIRE_NEVER;

	for (unsigned int i = 0; i < count; i++) {
		uint64_t due_ns = port_run(&ports[i], fds[2 * i].revents, fds[2 * i + 1].revents);

		if (due_ns < wake_ns)
			wake_ns = due_ns;
	}
	for (unsigned int i = 0; i < count; i++) {
		if (port_due(&ports[i]) < wake_ns)
			wake_ns = port_due(&ports[i]);
	}
	return wake_ns;
}

/*
 * With polled doorbells, while frames move, there is work at every turn. To ask the descriptors,
 * which costs as much as many frames, is left for a while. @fds: none is ready.
 */
static uint64_t move_frames(struct port *ports, unsigned int count, const struct pollfd *fds,
			    uint64_t wake_ns)
{
	uint64_t now_ns = port_now_ns(), end_ns = now_ns + MOVE_NS;

	for (unsigned int i = 0; i < count; i++) {
		if (port_is_trapped(&ports[i]))
			return wake_ns;
	}
	while (wake_ns <= now_ns && now_ns < end_ns) {
		wake_ns = run_ports(ports, count, fds);
		now_ns = port_now_ns();
	}
	return wake_ns;
}

/* Serves until someone wants it to stop. Returns 0 or -errno. */
static int serve(struct port *ports, const struct options *options, struct control *control,
		 const sigset_t *sleeping)
{
	/* Two for each port: its client, its wire; then those of the control socket. */
	struct pollfd fds[2 * PORTS_MAX + CONTROL_FDS] = { 0 };
	struct pollfd *control_fds = &fds[2 * options->port_count];
	size_t count = 2 * options->port_count + (control ? CONTROL_FDS : 0);
	int ready = 0;

	while (ready >= 0 && !stop_wanted) {
		/* First: what a command changes, the ports' timers see. */
		bool again = control && control_handle(control, control_fds);
		uint64_t wake_ns = run_ports(ports, options->port_count, fds);

		if (options->once && all_clients_left(ports, options->port_count))
			break;
		if (report_wanted) {
			report_wanted = 0;
			make_report(options, ports);
		}
		/* Who asked something will ask more. */
		if (!ready && !again)
			wake_ns = move_frames(ports, options->port_count, fds, wake_ns);
		for (unsigned int i = 0; i < options->port_count; i++) {
			fds[2 * i].fd = vfio_user_fd(ports[i].server, &fds[2 * i].events);
			fds[2 * i + 1].fd = wire_fd(ports[i].wire);
			fds[2 * i + 1].events = POLLIN;
		}
		if (control)
			control_poll(control, control_fds);
		ready = sleep_until(fds, count, again ? 0 : wake_ns, sleeping);
	}
	if (ready < 0)
		fprintf(stderr, "onepath-nic: poll: %s\n", strerror(-ready));
	return ready < 0 ? ready : 0;
}

int main(int argc, char **argv)
{
	static struct port ports[PORTS_MAX];
	static struct options options;
	struct control *control = NULL;
	sigset_t sleeping;
	int ret;

	if (argc > 1 && !strcmp(argv[1], "--tell"))
		return tell(argc - 2, argv + 2);
	ret = options_parse(&options, argc, argv);
	if (ret)
		return ret > 0 ? 0 : EXIT_USAGE;
	allow_descriptors();
	ret = catch_signals(&sleeping);
	if (ret) {
		fprintf(stderr, "onepath-nic: signals: %s\n", strerror(-ret));
		return EXIT_FAILED;
	}
	ret = open_ports(ports, &options);
	if (ret)
		return ret == -EINVAL ? EXIT_USAGE : EXIT_FAILED;
	ret = observe(ports, &options);
	if (!ret && options.control) {
		control = control_open(options.control, ports, options.port_count);
		ret = control ? 0 : -EIO;
	}
	if (ret)
		goto close;
	printf("onepath-nic: %u port%s ready\n", options.port_count,
	       options.port_count == 1 ? "" : "s");
	fflush(stdout);

	ret = serve(ports, &options, control, &sleeping);
	if (make_report(&options, ports))
		ret = -EIO;
	if (options.summary)
		report_print(stderr, ports, options.port_count);
	if (!ret && report_rules_broken(ports, options.port_count))
		ret = EXIT_RULES_BROKEN;
close:
	control_close(control);
	for (unsigned int i = options.port_count; i-- > 0;)
		port_close(&ports[i]);
	return ret < 0 ? EXIT_FAILED : ret;
}
