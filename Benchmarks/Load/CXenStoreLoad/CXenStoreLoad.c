#define _GNU_SOURCE
#include "CXenStoreLoad.h"

#include <errno.h>
#include <sched.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <time.h>
#include <unistd.h>

static int named(const char *path, struct sockaddr_un *address)
{
	size_t length = strlen(path);

	if (length >= sizeof(address->sun_path)) {
		errno = ENAMETOOLONG;
		return -1;
	}
	memset(address, 0, sizeof(*address));
	address->sun_family = AF_UNIX;
	memcpy(address->sun_path, path, length);
	return socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
}

int xsl_connect(const char *path, int32_t *process)
{
	struct sockaddr_un address;
	struct ucred peer;
	socklen_t length = sizeof(peer);
	int fd = named(path, &address);

	if (fd < 0)
		return -1;
	if (connect(fd, (struct sockaddr *)&address, sizeof(address)) ||
	    getsockopt(fd, SOL_SOCKET, SO_PEERCRED, &peer, &length)) {
		close(fd);
		return -1;
	}
	*process = peer.pid;
	return fd;
}

int xsl_listen(const char *path)
{
	struct sockaddr_un address;
	int fd = named(path, &address);

	if (fd < 0)
		return -1;
	unlink(path);
	if (bind(fd, (struct sockaddr *)&address, sizeof(address)) || listen(fd, 1024)) {
		close(fd);
		return -1;
	}
	return fd;
}

int xsl_accept(int listener)
{
	return accept4(listener, 0, 0, SOCK_CLOEXEC);
}

int xsl_epoll_create(void)
{
	return epoll_create1(EPOLL_CLOEXEC);
}

int xsl_epoll_set(int epoll, int fd, int add, int writes, uint32_t number)
{
	struct epoll_event event = {
		.events = EPOLLIN | (writes ? EPOLLOUT : 0), .data.u64 = number
	};

	return epoll_ctl(epoll, add ? EPOLL_CTL_ADD : EPOLL_CTL_MOD, fd, &event);
}

int xsl_epoll_wait(int epoll, uint32_t *ready, int timeout)
{
	struct epoll_event events[256];
	int count = epoll_wait(epoll, events, 256, timeout);

	for (int i = 0; i < count; i++)
		ready[i] = (uint32_t)events[i].data.u64;
	return count < 0 ? 0 : count;
}

int64_t xsl_receive(int fd, void *bytes, uint64_t count)
{
	ssize_t got = recv(fd, bytes, count, MSG_DONTWAIT);

	if (got > 0)
		return got;
	return got < 0 && (errno == EAGAIN || errno == EINTR) ? 0 : -1;
}

int64_t xsl_send(int fd, const void *bytes, uint64_t count)
{
	ssize_t put = send(fd, bytes, count, MSG_DONTWAIT | MSG_NOSIGNAL);

	if (put >= 0)
		return put;
	return errno == EAGAIN || errno == EINTR ? 0 : -1;
}

int64_t xsl_now(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return (int64_t)now.tv_sec * 1000000000 + now.tv_nsec;
}

int xsl_pin(int cpu)
{
	cpu_set_t set;

	CPU_ZERO(&set);
	CPU_SET(cpu, &set);
	return sched_setaffinity(0, sizeof(set), &set);
}

void xsl_raise_limit(void)
{
	struct rlimit limit;

	if (getrlimit(RLIMIT_NOFILE, &limit))
		return;
	limit.rlim_cur = limit.rlim_max;
	setrlimit(RLIMIT_NOFILE, &limit);
}
