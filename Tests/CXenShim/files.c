/* Calls of the C library that go elsewhere under the shim: files, the limit of descriptors. */
#define _GNU_SOURCE
#include "CXenGuest.h"

#include <dirent.h>
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

/* The next library's function of the same name and type. */
#define NEXT(name) ((__typeof__(&name))dlsym(RTLD_NEXT, #name))

/* Where a path is under the shim: itself, or in `space`. */
static const char *moved(const char *path, char space[4096])
{
	static const char *const places[] = { "/run/xen", "/var/run/xen", "/var/log/xen",
					      "/var/lib/xen" };
	static const char *const parents[] = { "", "/run", "/log", "/lib", "/run/xen",
					       "/run/xenstored", "/log/xen", "/lib/xenstored" };
	static int made;
	const char *folder = getenv("XEN_SHIM");

	if (!folder || !path)
		return path;
	for (size_t i = 0; i < sizeof(places) / sizeof(*places); i++) {
		if (strncmp(path, places[i], strlen(places[i])))
			continue;
		for (size_t j = 0; !made && j < sizeof(parents) / sizeof(*parents); j++) {
			snprintf(space, 4096, "%s%s", folder, parents[j]);
			NEXT(mkdir)(space, 0700);
		}
		made = 1;
		snprintf(space, 4096, "%s%s", folder, i ? path + 4 : path);
		return space;
	}
	return path;
}

/* Opens what /proc/xen would have; -2 for any other path. */
static int open_xen(const char *path)
{
	const char *folder = getenv("XEN_SHIM");
	char text[4096];
	int fd;

	if (!folder || !path || strncmp(path, "/proc/xen/xsd_", 14))
		return -2;
	if (!strcmp(path + 14, "kva")) {
		snprintf(text, sizeof(text), "%s/pages", folder);
		return NEXT(open)(text, O_RDWR | O_CLOEXEC);
	}
	fd = memfd_create("xsd_port", MFD_CLOEXEC);
	snprintf(text, sizeof(text), "%d", XEN_CONTROL_PORT);
	if (fd >= 0 && pwrite(fd, text, strlen(text), 0) < 0)
		errno = EIO;
	return fd;
}

#define OPEN(name)                                                          \
	int name(const char *path, int flags, ...)                          \
	{                                                                   \
		char space[4096];                                           \
		int fd = open_xen(path);                                    \
		va_list rest;                                               \
		mode_t mode;                                                \
									    \
		if (fd != -2)                                               \
			return fd;                                          \
		va_start(rest, flags);                                      \
		mode = va_arg(rest, mode_t);                                \
		va_end(rest);                                               \
		return NEXT(name)(moved(path, space), flags, mode);         \
	}
OPEN(open)
OPEN(open64)

/* Functions whose first argument is a path. */
#define MOVED(type, name, parameters, ...)                                  \
	type name parameters                                                \
	{                                                                   \
		char space[4096];                                           \
									    \
		path = moved(path, space);                                  \
		return NEXT(name)(path, ##__VA_ARGS__);                     \
	}
MOVED(int, access, (const char *path, int mode), mode)
MOVED(int, chmod, (const char *path, mode_t mode), mode)
MOVED(int, mkdir, (const char *path, mode_t mode), mode)
MOVED(int, rmdir, (const char *path))
MOVED(int, unlink, (const char *path))
MOVED(int, stat, (const char *path, struct stat *found), found)
MOVED(int, stat64, (const char *path, struct stat64 *found), found)
MOVED(int, lstat, (const char *path, struct stat *found), found)
MOVED(int, lstat64, (const char *path, struct stat64 *found), found)
MOVED(FILE *, fopen, (const char *path, const char *mode), mode)
MOVED(FILE *, fopen64, (const char *path, const char *mode), mode)
MOVED(DIR *, opendir, (const char *path))

int rename(const char *from, const char *to)
{
	char one[4096], other[4096];

	return NEXT(rename)(moved(from, one), moved(to, other));
}

int bind(int fd, const struct sockaddr *address, socklen_t length)
{
	struct sockaddr_un found;
	char path[sizeof(found.sun_path) + 1] = "", space[4096];

	if (!address || address->sa_family != AF_UNIX || length > sizeof(found) ||
	    length <= offsetof(struct sockaddr_un, sun_path))
		return NEXT(bind)(fd, address, length);
	memcpy(&found, address, length);
	memcpy(path, found.sun_path, length - offsetof(struct sockaddr_un, sun_path));
	memset(&found, 0, sizeof(found));
	found.sun_family = AF_UNIX;
	snprintf(found.sun_path, sizeof(found.sun_path), "%.107s", moved(path, space));
	return NEXT(bind)(fd, (const struct sockaddr *)&found, sizeof(found));
}

static int less(__rlimit_resource_t kind, const struct rlimit *wanted,
		int (*set)(__rlimit_resource_t, const struct rlimit *))
{
	struct rlimit limit;

	if (set(kind, wanted) == 0)
		return 0;
	if (kind != RLIMIT_NOFILE || getrlimit(kind, &limit))
		return -1;
	limit.rlim_cur = limit.rlim_max;
	return set(kind, &limit);
}

int setrlimit(__rlimit_resource_t kind, const struct rlimit *wanted)
{
	return less(kind, wanted, NEXT(setrlimit));
}

int setrlimit64(__rlimit_resource_t kind, const struct rlimit64 *wanted)
{
	return less(kind, (const struct rlimit *)wanted, NEXT(setrlimit));
}
