#define _GNU_SOURCE
#include "CXenStore.h"

#include <fcntl.h>
#include <malloc.h>
#include <signal.h>
#include <sys/epoll.h>
#include <sys/signalfd.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

_Static_assert(CXS_READ == EPOLLIN && CXS_WRITE == EPOLLOUT, "numbers of epoll");
_Static_assert(CXS_GONE == (EPOLLHUP | EPOLLERR), "numbers of epoll");

int cxs_epoll_create(void)
{
	return epoll_create1(EPOLL_CLOEXEC);
}

int cxs_epoll_set(int epoll, int fd, int add, uint32_t events, uint32_t number)
{
	struct epoll_event event = { .events = events, .data.u64 = number };

	return epoll_ctl(epoll, add ? EPOLL_CTL_ADD : EPOLL_CTL_MOD, fd, &event);
}

int cxs_epoll_wait(int epoll, struct cxs_event *ready, int count, int timeout)
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

int cxs_signals(void)
{
	sigset_t set;

	sigemptyset(&set);
	sigaddset(&set, SIGHUP);
	sigaddset(&set, SIGINT);
	sigaddset(&set, SIGTERM);
	signal(SIGPIPE, SIG_IGN);
	signal(SIGXFSZ, SIG_IGN);
	if (sigprocmask(SIG_BLOCK, &set, 0))
		return -1;
	return signalfd(-1, &set, SFD_CLOEXEC | SFD_NONBLOCK);
}

int cxs_next_signal(int fd)
{
	struct signalfd_siginfo info;

	return read(fd, &info, sizeof(info)) == sizeof(info) ? (int)info.ssi_signo : 0;
}

int cxs_accept(int listener)
{
	return accept4(listener, 0, 0, SOCK_CLOEXEC);
}

int64_t cxs_milliseconds(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return (int64_t)now.tv_sec * 1000 + now.tv_nsec / 1000000;
}

uint64_t cxs_microseconds_since_1970(void)
{
	struct timespec now;

	clock_gettime(CLOCK_REALTIME, &now);
	return (uint64_t)now.tv_sec * 1000000 + now.tv_nsec / 1000;
}

void cxs_tune_allocator(void)
{
	mallopt(M_MMAP_THRESHOLD, 256 * 1024);
	mallopt(M_TRIM_THRESHOLD, 1024 * 1024);
}

int cxs_background(void)
{
	int ends[2];
	char ready;
	pid_t child;

	if (pipe2(ends, O_CLOEXEC))
		return -1;
	child = fork();
	if (child < 0)
		return -1;
	if (child) {
		close(ends[1]);
		_exit(read(ends[0], &ready, 1) == 1 ? 0 : 1);
	}
	close(ends[0]);
	setsid();
	return ends[1];
}

void cxs_let_go(int waiting)
{
	int null = open("/dev/null", O_RDWR | O_CLOEXEC);

	for (int fd = 0; null >= 0 && fd < 3; fd++)
		dup2(null, fd);
	if (null > 2)
		close(null);
	if (write(waiting, "", 1) < 0)
		; /* Whoever waited is gone: nobody is left to tell. */
	close(waiting);
}
