/* SPDX-License-Identifier: GPL-2.0 */
/* What config.c and config_tables.c share. */
#ifndef ONEPATH_CONFIG_H
#define ONEPATH_CONFIG_H

#include "module.h"

/* config.c */
int onepath_config_lock(struct onepath_port *port, struct onepath_owner **owner);
int onepath_config_unlock(struct onepath_port *port, struct onepath_owner *owner, int rc);

/* config_tables.c */
int onepath_config_write_tables(struct onepath_io *io, const struct onepath_config *config);
long onepath_config_tables_ioctl(struct onepath_port *port, bool keep, unsigned int cmd,
				 void __user *user);

#endif
