/* What the load generator and the empty server need of Linux and Swift's Glibc module lacks. */
#ifndef MARTLET_CXENSTORELOAD_H
#define MARTLET_CXENSTORELOAD_H

#include <stdint.h>

/* Connects to a socket and says which process serves it; the descriptor, or -1. */
int xsl_connect(const char *path, int32_t *process);

/* Listens at a path, in place of what is there; the descriptor, or -1. */
int xsl_listen(const char *path);

/* Takes a waiting client, or -1. */
int xsl_accept(int listener);

int xsl_epoll_create(void);

/* Tells of a descriptor by this number when it can be read from, or also written to. */
int xsl_epoll_set(int epoll, int fd, int add, int writes, uint32_t number);

/* Fills in the numbers of at most 256 descriptors that are ready; returns how many. */
int xsl_epoll_wait(int epoll, uint32_t *ready, int timeout);

/* Receives what is there without waiting: a count, 0 for nothing, -1 when the other side is gone. */
int64_t xsl_receive(int fd, void *bytes, uint64_t count);

/* Sends what fits without waiting: a count, or -1 when the other side is gone. */
int64_t xsl_send(int fd, const void *bytes, uint64_t count);

/* Nanoseconds of a clock that only goes forward. */
int64_t xsl_now(void);

/* Stays on one CPU. */
int xsl_pin(int cpu);

/* Raises the limit of open descriptors as far as allowed. */
void xsl_raise_limit(void);

#endif
