/*
 * Ends the daemon at the moments that matter to whoever goes on after it: when it has just told
 * somebody something, before it can do anything else (`lives` of the machine).
 */
#define _GNU_SOURCE
#include "CXenShim.h"

#include <signal.h>
#include <sys/socket.h>
#include <unistd.h>

void xen_shim_count(struct xen_machine *machine)
{
	if (machine->lives && __atomic_sub_fetch(&machine->lives, 1, __ATOMIC_SEQ_CST) == 0)
		kill(getpid(), SIGKILL);
}

ssize_t send(int fd, const void *bytes, size_t length, int flags)
{
	/* The same system call, and nothing to look up: requests are measured with this loaded. */
	ssize_t sent = sendto(fd, bytes, length, flags, 0, 0);

	xen_shim_count(xen_shim_machine());
	return sent;
}
