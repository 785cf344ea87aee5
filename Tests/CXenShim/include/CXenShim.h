/*
 * libXenShim.so, loaded before the others (LD_PRELOAD), lets an unmodified xenstored run on a plain
 * Linux machine: it stands in for Xen's libraries, with the machine in the folder that XEN_SHIM
 * names, as CXenGuest.h describes it. Its names are those of the libraries.
 *
 * - Event channels, grants, foreign frames, the list of domains: what the three daemons use of them.
 * - A descriptor of xenevtchn_open that is inherited over exec keeps its ports (xenevtchn_fdopen);
 *   xenevtchn_open begins with none.
 * - /proc/xen/xsd_kva and xsd_port are the control domain's page and port.
 * - Files below /run/xen*, /var/run/xen*, /var/log/xen* and /var/lib/xen* are in the folder.
 * - The daemon can be killed at the moment when it has sent something (end.c).
 * - setrlimit takes what it can get: oxenstored ends when it may not have fs.nr_open descriptors.
 */
#ifndef MARTLET_CXENSHIM_H
#define MARTLET_CXENSHIM_H

#include "CXenGuest.h"

/* The machine, which the first call opens. */
struct xen_machine *xen_shim_machine(void);

/* The daemon has sent something. */
void xen_shim_count(struct xen_machine *machine);

#endif
