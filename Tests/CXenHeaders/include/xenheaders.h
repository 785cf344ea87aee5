// What the C headers of Xen say, by name, for the ABI tests.
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

// Finds a constant by its C name. False if no table has it.
bool xen_number(const char *name, int64_t *value);

// Finds the offset and size of a field; the empty field is the whole structure.
bool xen_layout(const char *type, const char *field, size_t *offset, size_t *size);
