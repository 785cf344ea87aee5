#define _GNU_SOURCE
#include "CXenGuest.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <stdio.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

/* The largest that anybody may give a pipe: 262,144 numbers. */
static const int fifo_bytes = 1024 * 1024;

static void *map_file(const char *folder, const char *name, off_t size)
{
	char path[4096];
	void *start = MAP_FAILED;
	int fd;

	snprintf(path, sizeof(path), "%s/%s", folder, name);
	fd = open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0600);
	if (fd >= 0 && ftruncate(fd, size) == 0)
		start = mmap(0, (size_t)size, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
	if (fd >= 0)
		close(fd);
	return start == MAP_FAILED ? 0 : start;
}

static int open_fifo(const char *folder, const char *name)
{
	char path[4096];
	int fd;

	snprintf(path, sizeof(path), "%s/%s", folder, name);
	if (mkfifo(path, 0600) && errno != EEXIST)
		return -1;
	/* Both ends: so it neither waits for the other side nor ends when that goes away. */
	fd = open(path, O_RDWR | O_NONBLOCK | O_CLOEXEC);
	if (fd >= 0)
		fcntl(fd, F_SETPIPE_SZ, fifo_bytes);
	return fd;
}

int xen_open(struct xen_guests *guests, const char *folder)
{
	guests->machine = map_file(folder, "machine", sizeof(struct xen_machine));
	guests->pages = map_file(folder, "pages", (off_t)XEN_DOMAINS * XEN_PAGE_SIZE);
	guests->events = open_fifo(folder, "events");
	guests->guests = open_fifo(folder, "guests");
	if (guests->machine && guests->pages && guests->events >= 0 && guests->guests >= 0)
		return 0;
	xen_close(guests);
	return -1;
}

void xen_close(struct xen_guests *guests)
{
	if (guests->machine)
		munmap(guests->machine, sizeof(struct xen_machine));
	if (guests->pages)
		munmap(guests->pages, (size_t)XEN_DOMAINS * XEN_PAGE_SIZE);
	if (guests->events >= 0)
		close(guests->events);
	if (guests->guests >= 0)
		close(guests->guests);
	guests->machine = 0;
	guests->pages = 0;
	guests->events = guests->guests = -1;
}

int xen_raise(struct xen_machine *machine, int fifo, uint32_t port)
{
	uint8_t *state = &machine->port[port % XEN_DOMAINS];
	uint8_t seen = __atomic_load_n(state, __ATOMIC_SEQ_CST);
	uint8_t next;

	do {
		if (seen == XEN_PORT_QUEUED || seen == XEN_PORT_DUE)
			return 0;
		next = seen == XEN_PORT_IDLE ? XEN_PORT_QUEUED : XEN_PORT_DUE;
	} while (!__atomic_compare_exchange_n(state, &seen, next, 0, __ATOMIC_SEQ_CST,
					      __ATOMIC_SEQ_CST));
	if (next == XEN_PORT_QUEUED)
		while (write(fifo, &port, sizeof(port)) < 0 && errno == EINTR)
			;
	return 1;
}

int xen_send(const struct xen_guests *guests, uint16_t domain, uint32_t port)
{
	uint32_t local = XEN_FIRST_PORT + (uint32_t)domain;

	if (!port || __atomic_load_n(&guests->machine->remote[local], __ATOMIC_SEQ_CST) != port)
		return 0;
	xen_raise(guests->machine, guests->events, local);
	return 1;
}

void xen_set_domain(const struct xen_guests *guests, uint16_t domain, uint8_t state)
{
	uint32_t *remote = &guests->machine->remote[XEN_FIRST_PORT + (uint32_t)domain];

	__atomic_store_n(&guests->machine->domain[domain], state, __ATOMIC_SEQ_CST);
	if (state == XEN_IS_GONE && __atomic_load_n(remote, __ATOMIC_SEQ_CST))
		__atomic_store_n(remote, XEN_CLOSED, __ATOMIC_SEQ_CST);
	xen_raise(guests->machine, guests->events, XEN_DOMAINS_PORT);
}

int32_t xen_wait(const struct xen_guests *guests, int patience)
{
	struct pollfd polled = { .fd = guests->guests, .events = POLLIN };
	uint32_t domain;

	if (poll(&polled, 1, patience) < 1)
		return -1;
	if (read(guests->guests, &domain, sizeof(domain)) != sizeof(domain))
		return -1;
	domain %= XEN_DOMAINS;
	__atomic_store_n(&guests->machine->pending[domain], 0, __ATOMIC_SEQ_CST);
	return (int32_t)domain;
}

int xen_is_busy(const struct xen_guests *guests)
{
	uint32_t last = XEN_FIRST_PORT + XEN_LAST_DOMAIN;

	for (uint32_t port = 0; port <= last; port++)
		if (__atomic_load_n(&guests->machine->port[port], __ATOMIC_SEQ_CST) != XEN_PORT_IDLE)
			return 1;
	return 0;
}

static uint32_t *word(const struct xen_guests *guests, uint16_t domain, uint32_t offset)
{
	return (uint32_t *)(guests->pages + (size_t)domain * XEN_PAGE_SIZE + (offset & 0xffc));
}

uint32_t xen_load(const struct xen_guests *guests, uint16_t domain, uint32_t offset)
{
	return __atomic_load_n(word(guests, domain, offset), __ATOMIC_SEQ_CST);
}

void xen_store(const struct xen_guests *guests, uint16_t domain, uint32_t offset, uint32_t value)
{
	__atomic_store_n(word(guests, domain, offset), value, __ATOMIC_SEQ_CST);
}
