/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Signals note what they want and make the loop look up. SIGALRM comes every second,
 * SIGUSR1 from the thread that reads the configuration (nf_reload.c).
 */
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>

#include "nf.h"

volatile sig_atomic_t nf_event;
static volatile sig_atomic_t end_wanted; /* never taken back, so that no tick can hide it */
static volatile sig_atomic_t reload_wanted, second_passed;
static sigset_t caught;
static bool reloads; /* on SIGHUP */

static void on_signal(int signal)
{
	if (signal == SIGALRM)
		second_passed = 1;
	else if (signal == SIGHUP && reloads)
		reload_wanted = 1;
	else if (signal != SIGUSR1)
		end_wanted = 1;
	nf_event = 1;
}

void nf_catch_signals(bool reload)
{
	const int signals[] = { SIGINT, SIGTERM, SIGHUP, SIGALRM, SIGUSR1 };
	struct sigaction action = { .sa_handler = on_signal, .sa_flags = SA_RESTART };

	reloads = reload;
	sigemptyset(&caught);
	for (unsigned int i = 0; i < sizeof(signals) / sizeof(signals[0]); i++)
		sigaddset(&caught, signals[i]);
	action.sa_mask = caught;
	for (unsigned int i = 0; i < sizeof(signals) / sizeof(signals[0]); i++) {
		if (sigaction(signals[i], &action, NULL)) {
			perror("sigaction");
			exit(EXIT_FAILURE);
		}
	}
}

const sigset_t *nf_signals(void)
{
	return &caught;
}

bool nf_end_wanted(void)
{
	return end_wanted;
}

bool nf_reload_wanted(void)
{
	bool wanted = reload_wanted;

	reload_wanted = 0;
	return wanted;
}

bool nf_second_passed(void)
{
	bool passed = second_passed;

	second_passed = 0;
	return passed;
}
