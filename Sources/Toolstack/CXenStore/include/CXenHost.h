/*
 * The hypervisor, through Xen's own libraries: event channels, grants, foreign frames, the list of
 * domains. There is one hypervisor, so there is one state, kept here; only one thread may call.
 * Functions that return int give -1 and errno for an error unless they say otherwise.
 */
#ifndef MARTLET_CXENHOST_H
#define MARTLET_CXENHOST_H

#include <stdint.h>

/* One domain that exists. */
struct cxs_domain {
	uint16_t number;
	/* It has ended, and is kept only because somebody holds memory of its. */
	uint8_t is_dead;
	uint8_t has_shut_down;
};

enum { CXS_DOMAINS = 256 };

/*
 * Opens the libraries' handles; what failed is named in `call`. Of event channels, takes over a
 * descriptor unless it is negative; binds VIRQ_DOM_EXC unless `port` is what it is bound to.
 */
int cxs_xen_open(int descriptor, int64_t port, const char **call);

/* Binds VIRQ_DOM_EXC. */
int cxs_xen_bind_domains(void);

/* The descriptor that can be read when an event is there; it does not block. */
int cxs_xen_descriptor(void);

/* The port of VIRQ_DOM_EXC. */
uint32_t cxs_xen_domains_port(void);

/* Takes the next event: the port, which is masked then, or -1 when there is none. */
int64_t cxs_xen_next_event(void);

/* Lets a port fire again. */
void cxs_xen_unmask(uint32_t port);

/* Binds a port to a domain's: the local port, or -1. */
int64_t cxs_xen_bind(uint16_t domain, uint32_t port);

/* The domain's port at the other end of ours, or -1. */
int64_t cxs_xen_remote_port(uint32_t port);

int cxs_xen_unbind(uint32_t port);

int cxs_xen_notify(uint32_t port);

/* Maps the frame that a domain granted by this reference; null for an error. */
void *cxs_xen_map_grant(uint16_t domain, uint32_t reference);

void cxs_xen_unmap_grant(void *page);

/* Maps a frame of a domain; null for an error. Goes away with munmap. */
void *cxs_xen_map_frame(uint16_t domain, uint64_t frame);

/* Maps the control domain's own ring; null for an error. Goes away with munmap. */
void *cxs_xen_map_own_ring(void);

/* The control domain's port for that ring, or -1. */
int64_t cxs_xen_own_port(void);

/* Lists at most CXS_DOMAINS domains from number `first` on, in order; returns how many. */
int cxs_xen_domains(uint32_t first, struct cxs_domain *domains);

#endif
