#define _GNU_SOURCE
#define XC_WANT_COMPAT_MAP_FOREIGN_API
#include "CXenShim.h"

#include "CXenGuest.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>
#include <xenctrl.h>
#include <xenevtchn.h>
#include <xengnttab.h>

/* The one machine. */
static struct xen_guests world = { .events = -1, .guests = -1 };

static struct xen_machine *machine(void)
{
	const char *folder;

	if (world.machine)
		return world.machine;
	folder = getenv("XEN_SHIM");
	if (!folder || xen_open(&world, folder)) {
		fprintf(stderr, "XenShim: XEN_SHIM=%s: %m\n", folder ? folder : "");
		_exit(99);
	}
	return world.machine;
}

struct xen_machine *xen_shim_machine(void)
{
	return machine();
}

static int state_of(uint32_t domain)
{
	if (domain > XEN_LAST_DOMAIN)
		return XEN_IS_GONE;
	return __atomic_load_n(&machine()->domain[domain], __ATOMIC_SEQ_CST);
}

static void *page_of(uint32_t domain)
{
	char path[4096];
	void *page;
	int fd;

	if (state_of(domain) == XEN_IS_GONE) {
		errno = ESRCH;
		return 0;
	}
	/* A mapping of its own, which its owner unmaps. */
	snprintf(path, sizeof(path), "%s/pages", getenv("XEN_SHIM"));
	fd = open(path, O_RDWR | O_CLOEXEC);
	if (fd < 0)
		return 0;
	page = mmap(0, XEN_PAGE_SIZE, PROT_READ | PROT_WRITE, MAP_SHARED, fd,
		    (off_t)domain * XEN_PAGE_SIZE);
	close(fd);
	return page == MAP_FAILED ? 0 : page;
}

/* Event channels */

struct xenevtchn_handle {
	int fd;
};

static xenevtchn_handle *handle_of(int fd)
{
	xenevtchn_handle *handle = fd < 0 ? 0 : malloc(sizeof(*handle));

	if (handle)
		handle->fd = fd;
	return handle;
}

xenevtchn_handle *xenevtchn_open(xentoollog_logger *logger, unsigned int flags)
{
	char path[4096];
	uint32_t old[1024];
	int fd;

	(void)logger;
	memset(machine()->port, XEN_PORT_IDLE, sizeof(machine()->port));
	memset(machine()->remote, 0, sizeof(machine()->remote));
	while (read(world.events, old, sizeof(old)) > 0)
		;
	snprintf(path, sizeof(path), "%s/events", getenv("XEN_SHIM"));
	fd = open(path, O_RDWR | (flags & XENEVTCHN_NO_CLOEXEC ? 0 : O_CLOEXEC));
	return handle_of(fd);
}

xenevtchn_handle *xenevtchn_fdopen(xentoollog_logger *logger, int fd, unsigned int flags)
{
	(void)logger, (void)flags;
	return fcntl(fd, F_GETFD) < 0 ? 0 : handle_of(fd);
}

int xenevtchn_close(xenevtchn_handle *handle)
{
	if (handle)
		close(handle->fd);
	free(handle);
	return 0;
}

int xenevtchn_fd(xenevtchn_handle *handle)
{
	return handle->fd;
}

static uint32_t *binding(uint32_t port)
{
	return port < XEN_DOMAINS ? &machine()->remote[port] : 0;
}

xenevtchn_port_or_error_t xenevtchn_bind_interdomain(xenevtchn_handle *handle, uint32_t domain,
						     evtchn_port_t remote)
{
	uint32_t port = XEN_FIRST_PORT + domain;

	(void)handle;
	if (state_of(domain) == XEN_IS_GONE || !remote) {
		errno = remote ? ESRCH : EINVAL;
		return -1;
	}
	/* A domain's port has one other end. */
	if (__atomic_load_n(binding(port), __ATOMIC_SEQ_CST) == remote) {
		errno = EINVAL;
		return -1;
	}
	__atomic_store_n(binding(port), remote, __ATOMIC_SEQ_CST);
	/* As in Xen: what the domain sent before is not lost. */
	xen_raise(machine(), world.events, port);
	return (xenevtchn_port_or_error_t)port;
}

xenevtchn_port_or_error_t xenevtchn_bind_virq(xenevtchn_handle *handle, unsigned int virq)
{
	(void)handle;
	if (virq != VIRQ_DOM_EXC) {
		errno = EINVAL;
		return -1;
	}
	__atomic_store_n(binding(XEN_DOMAINS_PORT), virq, __ATOMIC_SEQ_CST);
	return XEN_DOMAINS_PORT;
}

int xenevtchn_unbind(xenevtchn_handle *handle, evtchn_port_t port)
{
	(void)handle;
	if (!binding(port) || !__atomic_exchange_n(binding(port), 0, __ATOMIC_SEQ_CST)) {
		errno = ENOTCONN;
		return -1;
	}
	/* What is in the FIFO stays there: the real device's queue keeps it too. */
	__atomic_store_n(&machine()->port[port], XEN_PORT_IDLE, __ATOMIC_SEQ_CST);
	return 0;
}

int xenevtchn_notify(xenevtchn_handle *handle, evtchn_port_t port)
{
	uint32_t domain = port - XEN_FIRST_PORT;
	uint32_t remote = 0;

	(void)handle;
	if (port >= XEN_FIRST_PORT && binding(port))
		remote = __atomic_load_n(binding(port), __ATOMIC_SEQ_CST);
	if (!remote) {
		errno = ENOTCONN;
		return -1;
	}
	/* Replies are in the ring, the domain does not know yet. */
	xen_shim_count(machine());
	if (remote != XEN_CLOSED && !__atomic_exchange_n(&machine()->pending[domain], 1, __ATOMIC_SEQ_CST))
		while (write(world.guests, &domain, sizeof(domain)) < 0 && errno == EINTR)
			;
	return 0;
}

xenevtchn_port_or_error_t xenevtchn_pending(xenevtchn_handle *handle)
{
	uint32_t port;

	if (read(handle->fd, &port, sizeof(port)) != sizeof(port))
		return -1;
	__atomic_store_n(&machine()->port[port % XEN_DOMAINS], XEN_PORT_MASKED, __ATOMIC_SEQ_CST);
	return (xenevtchn_port_or_error_t)port;
}

int xenevtchn_unmask(xenevtchn_handle *handle, evtchn_port_t port)
{
	uint8_t *state = &machine()->port[port % XEN_DOMAINS];
	uint8_t seen = __atomic_exchange_n(state, XEN_PORT_IDLE, __ATOMIC_SEQ_CST);

	(void)handle;
	if (seen == XEN_PORT_DUE)
		xen_raise(machine(), world.events, port);
	return 0;
}

/* Grants and foreign frames */

xengnttab_handle *xengnttab_open(xentoollog_logger *logger, unsigned int flags)
{
	(void)logger, (void)flags;
	return calloc(1, 1);
}

int xengnttab_close(xengnttab_handle *handle)
{
	free(handle);
	return 0;
}

int xengnttab_set_max_grants(xengnttab_handle *handle, uint32_t count)
{
	(void)handle, (void)count;
	return 0;
}

void *xengnttab_map_grant_ref(xengnttab_handle *handle, uint32_t domain, uint32_t reference,
			      int protection)
{
	(void)handle, (void)reference, (void)protection;
	return page_of(domain);
}

int xengnttab_unmap(xengnttab_handle *handle, void *start, uint32_t count)
{
	(void)handle;
	return munmap(start, (size_t)count * XEN_PAGE_SIZE);
}

xc_interface *xc_interface_open(xentoollog_logger *logger, xentoollog_logger *build,
				unsigned int flags)
{
	(void)logger, (void)build, (void)flags;
	return calloc(1, 1);
}

int xc_evtchn_status(xc_interface *handle, xc_evtchn_status_t *status)
{
	uint32_t *remote = binding(status->port);

	(void)handle;
	status->status = remote && *remote ? EVTCHNSTAT_interdomain : EVTCHNSTAT_closed;
	status->u.interdomain.dom = (domid_t)(status->port - XEN_FIRST_PORT);
	status->u.interdomain.port = remote ? *remote : 0;
	return 0;
}

int xc_interface_close(xc_interface *handle)
{
	free(handle);
	return 0;
}

const xc_error *xc_get_last_error(xc_interface *handle)
{
	static const xc_error nothing;

	(void)handle;
	return &nothing;
}

const char *xc_error_code_to_desc(int code)
{
	(void)code;
	return "XenShim";
}

void *xc_map_foreign_range(xc_interface *handle, uint32_t domain, int size, int protection,
			   unsigned long frame)
{
	(void)handle, (void)size, (void)protection, (void)frame;
	return page_of(domain);
}

/* Domains */

int xc_domain_getinfo(xc_interface *handle, uint32_t first, unsigned int count,
		      xc_dominfo_t *found)
{
	unsigned int filled = 0;

	(void)handle;
	for (uint32_t domain = first; domain <= XEN_LAST_DOMAIN && filled < count; domain++) {
		int state = state_of(domain);

		if (state == XEN_IS_GONE)
			continue;
		memset(&found[filled], 0, sizeof(*found));
		found[filled].domid = domain;
		found[filled].running = state == XEN_RUNS;
		found[filled].shutdown = state == XEN_HAS_SHUT_DOWN;
		found[filled].dying = state == XEN_IS_DYING;
		filled++;
	}
	return (int)filled;
}

int xc_domain_getinfolist(xc_interface *handle, uint32_t first, unsigned int count,
			  xc_domaininfo_t *found)
{
	static const uint32_t flags[] = { XEN_DOMINF_running, XEN_DOMINF_shutdown,
					  XEN_DOMINF_dying };
	unsigned int filled = 0;

	(void)handle;
	for (uint32_t domain = first; domain <= XEN_LAST_DOMAIN && filled < count; domain++) {
		int state = state_of(domain);

		if (state >= XEN_IS_GONE)
			continue;
		memset(&found[filled], 0, sizeof(*found));
		found[filled].domain = (domid_t)domain;
		found[filled].flags = flags[state];
		filled++;
	}
	return (int)filled;
}
