// The tables the C files of this target are made of: a name and what C makes of it.
#pragma once

// The headers hide the control interfaces from everything that is not a tool.
#define __XEN_TOOLS__ 1

#include <stddef.h>
#include <stdint.h>

#include <xen/xen.h>

#include "xenheaders.h"

struct xen_number {
  const char *name;
  int64_t value;
};

// An empty field name stands for the whole structure.
struct xen_layout {
  const char *type, *field;
  size_t offset, size;
};

struct xen_table {
  const struct xen_number *numbers;
  size_t number_count;
  const struct xen_layout *layouts;
  size_t layout_count;
};

#define NUMBER(n) { #n, (int64_t)(n) }
#define SIZE(t, c) { #t, "", 0, sizeof(c) }
#define FIELD(t, c, f) { #t, #f, offsetof(c, f), sizeof(((c *)0)->f) }
#define STRUCT_SIZE(t) SIZE(t, struct t)
#define STRUCT_FIELD(t, f) FIELD(t, struct t, f)
#define UNION_SIZE(t) SIZE(t, union t)
#define UNION_FIELD(t, f) FIELD(t, union t, f)
#define TYPEDEF_SIZE(t) SIZE(t, t)
#define TYPEDEF_FIELD(t, f) FIELD(t, t, f)
