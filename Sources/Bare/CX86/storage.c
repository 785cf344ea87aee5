// Zeroed storage for what exists before there is an allocator: the machine floor's one object, and
// the console ring.
#include "cx86.h"

uint8_t x86_state[X86_STATE_BYTES] __attribute__((aligned(4096)));
static uint8_t ring[X86_CONSOLE_RING_BYTES] __attribute__((aligned(4096)));

void *x86_console_ring_storage(void) { return ring; }
