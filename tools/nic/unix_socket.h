/* SPDX-License-Identifier: BSD-3-Clause */
/* Unix stream sockets by path: what the vfio-user server and the control socket share. */
#ifndef UNIX_SOCKET_H
#define UNIX_SOCKET_H

/*
 * Listens on the socket @path and returns its descriptor, which does not block. A socket file that
 * nobody listens on is replaced; -EADDRINUSE if somebody does, or if @path is something else.
 */
int unix_listen(const char *path, int backlog);

/* Connects to @path; a descriptor that blocks, or -errno. */
int unix_connect(const char *path);

#endif
