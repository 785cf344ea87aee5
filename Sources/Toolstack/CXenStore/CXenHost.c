#define _GNU_SOURCE
#define XC_WANT_COMPAT_MAP_FOREIGN_API
#include "CXenHost.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>
#include <xenctrl.h>
#include <xenevtchn.h>
#include <xengnttab.h>

static const size_t page_size = 4096;

static xenevtchn_handle *events;
static xengnttab_handle *grants;
static xc_interface *control;
static int64_t domains_port = -1;

/* The libraries would write to standard error; errno says enough, and our caller reports it. */
static void say_nothing(xentoollog_logger *logger, xentoollog_level level, int error,
			const char *context, const char *format, va_list arguments)
{
	(void)logger, (void)level, (void)error, (void)context, (void)format, (void)arguments;
}

static xentoollog_logger quiet = { .vmessage = say_nothing };

int cxs_xen_bind_domains(void)
{
	domains_port = xenevtchn_bind_virq(events, VIRQ_DOM_EXC);
	return domains_port < 0 ? -1 : 0;
}

int cxs_xen_open(int descriptor, int64_t port, const char **call)
{
	int flags;

	*call = "/dev/xen/evtchn";
	events = descriptor < 0 ? xenevtchn_open(&quiet, 0) : xenevtchn_fdopen(&quiet, descriptor, 0);
	if (!events)
		return -1;
	flags = fcntl(xenevtchn_fd(events), F_GETFL);
	if (flags < 0 || fcntl(xenevtchn_fd(events), F_SETFL, flags | O_NONBLOCK))
		return -1;
	*call = "/dev/xen/gntdev";
	grants = xengnttab_open(&quiet, 0);
	if (!grants)
		return -1;
	*call = "/dev/xen/privcmd";
	control = xc_interface_open(&quiet, &quiet, 0);
	if (!control)
		return -1;
	*call = "VIRQ_DOM_EXC";
	domains_port = port;
	return port < 0 ? cxs_xen_bind_domains() : 0;
}

int cxs_xen_descriptor(void)
{
	return xenevtchn_fd(events);
}

uint32_t cxs_xen_domains_port(void)
{
	return (uint32_t)domains_port;
}

int64_t cxs_xen_next_event(void)
{
	return xenevtchn_pending(events);
}

void cxs_xen_unmask(uint32_t port)
{
	xenevtchn_unmask(events, port);
}

int64_t cxs_xen_bind(uint16_t domain, uint32_t port)
{
	return xenevtchn_bind_interdomain(events, domain, port);
}

int64_t cxs_xen_remote_port(uint32_t port)
{
	xc_evtchn_status_t status = { .dom = DOMID_SELF, .port = port };

	if (xc_evtchn_status(control, &status) || status.status != EVTCHNSTAT_interdomain)
		return -1;
	return status.u.interdomain.port;
}

int cxs_xen_unbind(uint32_t port)
{
	return xenevtchn_unbind(events, port);
}

int cxs_xen_notify(uint32_t port)
{
	return xenevtchn_notify(events, port);
}

void *cxs_xen_map_grant(uint16_t domain, uint32_t reference)
{
	return xengnttab_map_grant_ref(grants, domain, reference, PROT_READ | PROT_WRITE);
}

void cxs_xen_unmap_grant(void *page)
{
	xengnttab_unmap(grants, page, 1);
}

void *cxs_xen_map_frame(uint16_t domain, uint64_t frame)
{
	return xc_map_foreign_range(control, domain, (int)page_size, PROT_READ | PROT_WRITE, frame);
}

void *cxs_xen_map_own_ring(void)
{
	int fd = open("/proc/xen/xsd_kva", O_RDWR | O_CLOEXEC);
	void *page;

	if (fd < 0)
		return 0;
	page = mmap(0, page_size, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
	close(fd);
	return page == MAP_FAILED ? 0 : page;
}

int64_t cxs_xen_own_port(void)
{
	int fd = open("/proc/xen/xsd_port", O_RDONLY | O_CLOEXEC);
	char text[24], *end;
	ssize_t length;
	unsigned long port;

	if (fd < 0)
		return -1;
	length = read(fd, text, sizeof(text) - 1);
	close(fd);
	if (length <= 0)
		return -1;
	text[length] = 0;
	port = strtoul(text, &end, 10);
	if (end == text || port > UINT32_MAX) {
		errno = EINVAL;
		return -1;
	}
	return (int64_t)port;
}

int cxs_xen_domains(uint32_t first, struct cxs_domain *domains)
{
	xc_domaininfo_t found[CXS_DOMAINS];
	int count = xc_domain_getinfolist(control, first, CXS_DOMAINS, found);

	for (int i = 0; i < count; i++) {
		domains[i].number = found[i].domain;
		domains[i].is_dead = !!(found[i].flags & XEN_DOMINF_dying);
		domains[i].has_shut_down = !!(found[i].flags & XEN_DOMINF_shutdown);
	}
	return count;
}
