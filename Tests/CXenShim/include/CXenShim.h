/*
 * libXenShim.so, loaded before the others (LD_PRELOAD), lets an unmodified xenstored run on a plain
 * Linux machine: it stands in for Xen's libraries, with the machine in the folder that XEN_SHIM
 * names, as CXenGuest.h describes it. It declares nothing: its names are those of the libraries.
 *
 * - Event channels, grants, foreign frames, the list of domains: what the three daemons use of them.
 * - A descriptor of xenevtchn_open that is inherited over exec keeps its ports (xenevtchn_fdopen);
 *   xenevtchn_open begins with none.
 * - /proc/xen/xsd_kva and xsd_port are the control domain's page and port.
 * - Files below /run/xen*, /var/run/xen*, /var/log/xen* and /var/lib/xen* are in the folder.
 * - setrlimit takes what it can get: oxenstored ends when it may not have fs.nr_open descriptors.
 */
