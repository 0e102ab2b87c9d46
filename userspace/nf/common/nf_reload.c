/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * An NF's configuration: read at the start, and again on SIGHUP, by a thread of its own, so
 * that the loop loses no frame over it. The loop's thread only swaps the tables, between two
 * bursts, and the other one frees those of before. A file with a mistake changes nothing.
 */
#include <pthread.h>
#include <semaphore.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "nf.h"
#include "nf_config.h"

enum stage {
	IDLE, /* there is no thread */
	LOADING,
	LOADED, /* @tables are to be adopted: the thread waits for @adopted */
	DONE, /* the thread ends */
};

/* Of the one reload that can be under way. */
static struct {
	_Atomic enum stage stage;
	struct nf *nf;
	pthread_t thread, loop;
	sem_t adopted;
	void *tables; /* the new ones, then those of before */
} reload;

/* Returns NULL if there is a mistake, which has been told. */
static void *load(const struct nf *nf)
{
	struct nf_config config;
	void *tables;

	nf_config_open(&config, nf->config);
	tables = nf->tables->load(nf, &config);
	if (nf_config_failed(&config)) {
		fprintf(stderr, "%s\n", config.error);
		nf->tables->release(tables);
		tables = NULL;
	}
	nf_config_close(&config);
	return tables;
}

void nf_load(struct nf *nf)
{
	void *tables = load(nf);

	if (!tables)
		exit(2);
	nf->tables->adopt(nf, tables);
}

/* Makes the loop look up: it may be asleep. */
static void tell_loop(enum stage stage)
{
	reload.stage = stage;
	pthread_kill(reload.loop, SIGUSR1);
}

static void *reload_thread(void *unused)
{
	reload.tables = load(reload.nf);
	if (reload.tables) {
		tell_loop(LOADED);
		while (sem_wait(&reload.adopted))
			;
		reload.nf->tables->release(reload.tables);
		nf_say(reload.nf, "configuration reloaded: %s", reload.nf->config);
	} else {
		nf_say(reload.nf, "configuration not reloaded: everything is as it was");
	}
	tell_loop(DONE);
	return NULL;
}

static void begin(struct nf *nf)
{
	sigset_t before;
	int err;

	reload.nf = nf;
	reload.loop = pthread_self();
	reload.stage = LOADING;
	/* Signals are for the loop. */
	pthread_sigmask(SIG_BLOCK, nf_signals(), &before);
	sem_init(&reload.adopted, 0, 0);
	err = pthread_create(&reload.thread, NULL, reload_thread, NULL);
	pthread_sigmask(SIG_SETMASK, &before, NULL);
	if (!err)
		return;
	fprintf(stderr, "onepath-%s: cannot reload: %s\n", nf->name, strerror(err));
	reload.stage = IDLE;
}

void nf_reload(struct nf *nf)
{
	if (reload.stage == LOADED) {
		reload.tables = nf->tables->adopt(nf, reload.tables);
		reload.stage = LOADING;
		sem_post(&reload.adopted);
	}
	if (reload.stage == DONE) {
		pthread_join(reload.thread, NULL);
		reload.stage = IDLE;
	}
	if (reload.stage == IDLE && nf_reload_wanted())
		begin(nf);
}
