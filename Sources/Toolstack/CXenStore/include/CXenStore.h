/* What Swift's Glibc module lacks: epoll, signalfd, and putting oneself in the background. */
#ifndef MARTLET_CXENSTORE_H
#define MARTLET_CXENSTORE_H

#ifndef _GNU_SOURCE
#define _GNU_SOURCE
#endif
#include <fcntl.h>
#include <signal.h>
#include <stdint.h>
#include <sys/epoll.h>
#include <sys/signalfd.h>
#include <sys/socket.h>
#include <unistd.h>

/* One ready descriptor: the events and the number it was registered with. */
struct cxs_event {
	uint32_t events;
	uint32_t number;
};

enum { CXS_READ = EPOLLIN, CXS_WRITE = EPOLLOUT, CXS_GONE = EPOLLHUP | EPOLLERR };

static inline int cxs_epoll_create(void)
{
	return epoll_create1(EPOLL_CLOEXEC);
}

static inline int cxs_epoll_set(int epoll, int fd, int add, uint32_t events, uint32_t number)
{
	struct epoll_event event = { .events = events, .data.u64 = number };

	return epoll_ctl(epoll, add ? EPOLL_CTL_ADD : EPOLL_CTL_MOD, fd, &event);
}

/* Waits for at most 256 descriptors; returns how many, or -1. */
static inline int cxs_epoll_wait(int epoll, struct cxs_event *ready, int count, int timeout)
{
	struct epoll_event events[256];
	int got;

	if (count > 256)
		count = 256;
	got = epoll_wait(epoll, events, count, timeout);
	for (int i = 0; i < got; i++) {
		ready[i].events = events[i].events;
		ready[i].number = (uint32_t)events[i].data.u64;
	}
	return got;
}

/* A descriptor that reads SIGHUP, SIGINT and SIGTERM; SIGPIPE is ignored from now on. */
static inline int cxs_signals(void)
{
	sigset_t set;

	sigemptyset(&set);
	sigaddset(&set, SIGHUP);
	sigaddset(&set, SIGINT);
	sigaddset(&set, SIGTERM);
	signal(SIGPIPE, SIG_IGN);
	if (sigprocmask(SIG_BLOCK, &set, 0))
		return -1;
	return signalfd(-1, &set, SFD_CLOEXEC | SFD_NONBLOCK);
}

/* The number of a signal that came; 0 when none did. */
static inline int cxs_next_signal(int fd)
{
	struct signalfd_siginfo info;

	return read(fd, &info, sizeof(info)) == sizeof(info) ? (int)info.ssi_signo : 0;
}

/* Takes a waiting client of a listening socket, or -1. */
static inline int cxs_accept(int listener)
{
	int fd = accept(listener, 0, 0);

	if (fd >= 0 && fcntl(fd, F_SETFD, FD_CLOEXEC)) {
		close(fd);
		return -1;
	}
	return fd;
}

/* Goes on in the background; the caller's process ends. */
static inline int cxs_background(void)
{
	return daemon(1, 0);
}

#endif
