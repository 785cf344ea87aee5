#define _GNU_SOURCE
#include "CLiveUpdate.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <spawn.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

extern char **environ;

/* The words as a list that ends with null; it refers to them. */
static char **list_of(const char *words, size_t length)
{
	size_t count = 0, at = 0;
	char **list;

	for (size_t i = 0; i < length; i++)
		count += !words[i];
	list = calloc(count + 1, sizeof(*list));
	if (!list)
		return 0;
	for (size_t i = 0; i < count; i++) {
		list[i] = (char *)words + at;
		at += strlen(words + at) + 1;
	}
	return list;
}

static void signals(sigset_t *set)
{
	sigemptyset(set);
	sigaddset(set, SIGHUP);
	sigaddset(set, SIGINT);
	sigaddset(set, SIGTERM);
}

int cxs_try(const char *words, size_t length, int *output)
{
	posix_spawn_file_actions_t actions;
	posix_spawnattr_t attributes;
	sigset_t none;
	char **list = list_of(words, length);
	int ends[2], error;
	pid_t process;

	if (!list || pipe2(ends, O_CLOEXEC)) {
		free(list);
		return -1;
	}
	fcntl(ends[0], F_SETFL, O_NONBLOCK);
	sigemptyset(&none);
	posix_spawnattr_init(&attributes);
	posix_spawnattr_setsigmask(&attributes, &none);
	posix_spawnattr_setflags(&attributes, POSIX_SPAWN_SETSIGMASK);
	posix_spawn_file_actions_init(&actions);
	posix_spawn_file_actions_addopen(&actions, 0, "/dev/null", O_RDONLY, 0);
	posix_spawn_file_actions_adddup2(&actions, ends[1], 1);
	posix_spawn_file_actions_adddup2(&actions, ends[1], 2);
	error = posix_spawn(&process, list[0], &actions, &attributes, list, environ);
	posix_spawn_file_actions_destroy(&actions);
	posix_spawnattr_destroy(&attributes);
	free(list);
	close(ends[1]);
	if (error) {
		close(ends[0]);
		errno = error;
		return -1;
	}
	*output = ends[0];
	return process;
}

int cxs_tried(int process)
{
	int status = 0;
	pid_t ended = waitpid(process, &status, WNOHANG);

	if (!ended)
		return -1;
	if (ended < 0 || !WIFEXITED(status))
		return 255;
	return WEXITSTATUS(status);
}

void cxs_give_up(int process)
{
	kill(process, SIGKILL);
	waitpid(process, 0, 0);
}

int cxs_become(const char *words, size_t length, const char *directory)
{
	char **list = list_of(words, length);
	sigset_t set;
	int error;

	if (!list)
		return -1;
	setenv("XENSTORED_ROOTDIR", directory, 1);
	signals(&set);
	sigprocmask(SIG_UNBLOCK, &set, 0);
	execv(list[0], list);
	error = errno;
	sigprocmask(SIG_BLOCK, &set, 0);
	free(list);
	errno = error;
	return -1;
}

int cxs_set_inherited(int fd, int inherited)
{
	return fcntl(fd, F_SETFD, inherited ? 0 : FD_CLOEXEC);
}

static int option(int fd, int name, int *value)
{
	socklen_t size = sizeof(*value);

	return getsockopt(fd, SOL_SOCKET, name, value, &size);
}

int cxs_is_listener(int fd)
{
	int listens;

	return !option(fd, SO_ACCEPTCONN, &listens) && listens;
}

int cxs_is_client(int fd)
{
	int listens, type;

	return !option(fd, SO_ACCEPTCONN, &listens) && !listens && !option(fd, SO_TYPE, &type) &&
	       type == SOCK_STREAM;
}

int64_t cxs_microseconds(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return (int64_t)now.tv_sec * 1000000 + now.tv_nsec / 1000;
}
