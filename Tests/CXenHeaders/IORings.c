// The numbers and layouts of xen/io/console.h, xen/io/xs_wire.h, for the ABI tests.
#include "xentable.h"

#include <xen/io/console.h>
#include <xen/io/xs_wire.h>

static const struct xen_number numbers[] = {
  NUMBER(XENSTORE_RING_SIZE),
  NUMBER(XENSTORE_PAYLOAD_MAX),
  NUMBER(XENSTORE_ABS_PATH_MAX),
  NUMBER(XENSTORE_REL_PATH_MAX),
  NUMBER(XENSTORE_SERVER_FEATURE_RECONNECTION),
  NUMBER(XENSTORE_SERVER_FEATURE_ERROR),
  NUMBER(XENSTORE_CONNECTED),
  NUMBER(XENSTORE_RECONNECT),
  NUMBER(XENSTORE_ERROR_NONE),
  NUMBER(XENSTORE_ERROR_COMM),
  NUMBER(XENSTORE_ERROR_RINGIDX),
  NUMBER(XENSTORE_ERROR_PROTO),
  NUMBER(XS_CONTROL),
  NUMBER(XS_DIRECTORY),
  NUMBER(XS_READ),
  NUMBER(XS_GET_PERMS),
  NUMBER(XS_WATCH),
  NUMBER(XS_UNWATCH),
  NUMBER(XS_TRANSACTION_START),
  NUMBER(XS_TRANSACTION_END),
  NUMBER(XS_INTRODUCE),
  NUMBER(XS_RELEASE),
  NUMBER(XS_GET_DOMAIN_PATH),
  NUMBER(XS_WRITE),
  NUMBER(XS_MKDIR),
  NUMBER(XS_RM),
  NUMBER(XS_SET_PERMS),
  NUMBER(XS_WATCH_EVENT),
  NUMBER(XS_ERROR),
  NUMBER(XS_IS_DOMAIN_INTRODUCED),
  NUMBER(XS_RESUME),
  NUMBER(XS_SET_TARGET),
  NUMBER(XS_RESET_WATCHES),
  NUMBER(XS_DIRECTORY_PART),
  NUMBER(XS_INVALID),
};

static const struct xen_layout layouts[] = {
  STRUCT_SIZE(xencons_interface),
  STRUCT_FIELD(xencons_interface, in),
  STRUCT_FIELD(xencons_interface, out),
  STRUCT_FIELD(xencons_interface, in_cons),
  STRUCT_FIELD(xencons_interface, in_prod),
  STRUCT_FIELD(xencons_interface, out_cons),
  STRUCT_FIELD(xencons_interface, out_prod),
  STRUCT_SIZE(xenstore_domain_interface),
  STRUCT_FIELD(xenstore_domain_interface, req),
  STRUCT_FIELD(xenstore_domain_interface, rsp),
  STRUCT_FIELD(xenstore_domain_interface, req_cons),
  STRUCT_FIELD(xenstore_domain_interface, req_prod),
  STRUCT_FIELD(xenstore_domain_interface, rsp_cons),
  STRUCT_FIELD(xenstore_domain_interface, rsp_prod),
  STRUCT_FIELD(xenstore_domain_interface, server_features),
  STRUCT_FIELD(xenstore_domain_interface, connection),
  STRUCT_FIELD(xenstore_domain_interface, error),
  STRUCT_SIZE(xsd_sockmsg),
  STRUCT_FIELD(xsd_sockmsg, type),
  STRUCT_FIELD(xsd_sockmsg, req_id),
  STRUCT_FIELD(xsd_sockmsg, tx_id),
  STRUCT_FIELD(xsd_sockmsg, len),
};

const struct xen_table xen_table_IORings = {
  .numbers = numbers, .number_count = sizeof(numbers) / sizeof(*numbers),
  .layouts = layouts, .layout_count = sizeof(layouts) / sizeof(*layouts),
};
