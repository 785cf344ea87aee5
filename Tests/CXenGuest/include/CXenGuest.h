/*
 * The machine that libXenShim.so pretends to be, seen from its domains.
 *
 * Everything is in one folder, so that a daemon under the shim and a test need share nothing else:
 *
 *     machine   a `struct xen_machine`, mapped by both
 *     pages     the ring pages, domain N's at N * 4096
 *     events    FIFO to the daemon: the numbers (uint32_t) of its ports that became pending
 *     guests    FIFO to the domains: the numbers (uint32_t) of domains that have an event
 *     run log   what the daemon would put below /run and /var/log
 *
 * Who comes first makes what is missing. A port is in a FIFO at most once, as an event channel is
 * pending or not, and a FIFO holds more numbers than there are ports: nobody ever waits to send.
 */
#ifndef MARTLET_CXENGUEST_H
#define MARTLET_CXENGUEST_H

#include <stdint.h>

enum {
	XEN_DOMAINS = 65536,
	/* Above this are names for groups of domains, not domains. */
	XEN_LAST_DOMAIN = 0x7fef,
	XEN_PAGE_SIZE = 4096,
	/* The daemon's port of VIRQ_DOM_EXC; that of domain N is XEN_FIRST_PORT + N. */
	XEN_DOMAINS_PORT = 1,
	XEN_FIRST_PORT = 16,
	/* The control domain's port, as /proc/xen/xsd_port names it. */
	XEN_CONTROL_PORT = 3,
};

/* What became of a domain. All exist from the beginning. */
enum { XEN_RUNS, XEN_HAS_SHUT_DOWN, XEN_IS_DYING, XEN_IS_GONE };

static const uint32_t XEN_CLOSED = 0xffffffff;

/* States of the daemon's ports: idle, in the FIFO, read and masked, read and due again. */
enum { XEN_PORT_IDLE, XEN_PORT_QUEUED, XEN_PORT_MASKED, XEN_PORT_DUE };

struct xen_machine {
	uint8_t domain[XEN_DOMAINS];
	uint8_t port[XEN_DOMAINS];
	/* Whether a domain has an event that it has not looked at. */
	uint8_t pending[XEN_DOMAINS];
	/* The domain's end of each of the daemon's ports; 0 when not bound, XEN_CLOSED after the domain
	 * ended. */
	uint32_t remote[XEN_DOMAINS];
	/* How many more things the daemon may send before it is killed; 0 for no end. */
	uint32_t lives;
};

struct xen_guests {
	struct xen_machine *machine;
	uint8_t *pages;
	int events;
	int guests;
};

/* Opens the machine in this folder, which exists; 0 or -1 and errno. */
int xen_open(struct xen_guests *guests, const char *folder);

void xen_close(struct xen_guests *guests);

/* Sends an event from a domain's port to the daemon; 0 when that is not bound. */
int xen_send(const struct xen_guests *guests, uint16_t domain, uint32_t port);

/* Sets what became of a domain and fires VIRQ_DOM_EXC. */
void xen_set_domain(const struct xen_guests *guests, uint16_t domain, uint8_t state);

/* Waits for an event of any domain, in milliseconds, and takes it: the domain or -1. */
int32_t xen_wait(const struct xen_guests *guests, int patience);

/* Whether the daemon has an event that it has not looked at. */
int xen_is_busy(const struct xen_guests *guests);

/* A word of a domain's page, which is a multiple of 4 bytes away from its start. */
uint32_t xen_load(const struct xen_guests *guests, uint16_t domain, uint32_t offset);
void xen_store(const struct xen_guests *guests, uint16_t domain, uint32_t offset, uint32_t value);

/* For the shim: a daemon's port becomes pending; 0 when it already was. */
int xen_raise(struct xen_machine *machine, int fifo, uint32_t port);

#endif
