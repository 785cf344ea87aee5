/* What Swift's Glibc module lacks: epoll, signalfd, the allocator's settings, the background. */
#ifndef MARTLET_CXENSTORE_H
#define MARTLET_CXENSTORE_H

#include <stdint.h>

#include "CLiveUpdate.h"
#include "CXenHost.h"

/* One ready descriptor: the events and the number it was registered with. */
struct cxs_event {
	uint32_t events;
	uint32_t number;
};

/* Events: EPOLLIN, EPOLLOUT, EPOLLHUP or EPOLLERR. */
enum { CXS_READ = 0x001, CXS_WRITE = 0x004, CXS_GONE = 0x018 };

/* What is served now, for a crash to tell of; 0 for nothing that could be to blame. */
void cxs_set_serving(uint64_t number);

/* Has a crash store that number here; 0 to have it stored nowhere, when it is stored at `old`. */
void cxs_tell_of_crash(uint64_t *place);
void cxs_forget_crash(const uint64_t *old);

int cxs_epoll_create(void);

int cxs_epoll_set(int epoll, int fd, int add, uint32_t events, uint32_t number);

/* Waits for at most 256 descriptors; returns how many, or -1. */
int cxs_epoll_wait(int epoll, struct cxs_event *ready, int count, int timeout);

/* A descriptor that reads SIGHUP, SIGINT and SIGTERM; SIGPIPE and SIGXFSZ are ignored from now on. */
int cxs_signals(void);

/* The number of a signal that came; 0 when none did. */
int cxs_next_signal(int fd);

/* Takes a waiting client of a listening socket, or -1. */
int cxs_accept(int listener);

/* A clock that only goes forward. */
int64_t cxs_milliseconds(void);

/* Microseconds since 1970. */
uint64_t cxs_microseconds_since_1970(void);

/* Has the allocator give large blocks back to the kernel: tables double as the store grows. */
void cxs_tune_allocator(void);

/*
 * Goes on in the background. The caller's process stays until the new one calls
 * `cxs_let_go`, and fails when it ends without. Returns what to let go, or -1.
 */
int cxs_background(void);

/* Leaves the terminal and ends the process that waits for us. */
void cxs_let_go(int waiting);

#endif
