/* What a server needs to have another program take its place in the same process. */
#ifndef MARTLET_CLIVEUPDATE_H
#define MARTLET_CLIVEUPDATE_H

#include <stddef.h>
#include <stdint.h>

/*
 * Words of a command line stand one after the other, each closed by a nul; `length` counts them all.
 * The first is the program, a path.
 */

/*
 * Runs a program with its output and errors in a pipe; returns the process, or -1.
 * `output` is the pipe's end to read from; it does not block.
 */
int cxs_try(const char *words, size_t length, int *output);

/* What became of a process: -1 it runs, its exit code, 255 for none. */
int cxs_tried(int process);

/* Ends a process that takes too long. */
void cxs_give_up(int process);

/*
 * Has a program take our place, with no signal blocked and `directory` as XENSTORED_ROOTDIR. Returns
 * -1 and errno when it cannot be; all is as before then.
 */
int cxs_become(const char *words, size_t length, const char *directory);

/* Whether a program that takes our place gets a descriptor, and whether calls on it wait; 0 or -1. */
int cxs_set_inherited(int fd, int inherited);

/* Whether a descriptor is a socket that takes clients. */
int cxs_is_listener(int fd);

/* Whether a descriptor is a local socket with a client at the other end, perhaps gone by now. */
int cxs_is_client(int fd);

/* A clock that goes on from one program to the next, in microseconds. */
int64_t cxs_microseconds(void);

#endif
