// Looks names up in the tables of all headers.
#include "xentable.h"

#include <string.h>

extern const struct xen_table xen_table_Errno;
extern const struct xen_table xen_table_Hypercall;
extern const struct xen_table xen_table_PVEntry;
extern const struct xen_table xen_table_PV;
extern const struct xen_table xen_table_EventChannel;
extern const struct xen_table xen_table_GrantTable;
extern const struct xen_table xen_table_GrantTableOps;
extern const struct xen_table xen_table_Sched;
extern const struct xen_table xen_table_VCPU;
extern const struct xen_table xen_table_Memory;
extern const struct xen_table xen_table_Callback;
extern const struct xen_table xen_table_Version;
extern const struct xen_table xen_table_Features;
extern const struct xen_table xen_table_ELFNote;
extern const struct xen_table xen_table_IORings;
extern const struct xen_table xen_table_Physdev;
extern const struct xen_table xen_table_Platform;
extern const struct xen_table xen_table_PlatformFirmware;
extern const struct xen_table xen_table_PlatformPower;
extern const struct xen_table xen_table_HVM;
extern const struct xen_table xen_table_DomctlCommand;
extern const struct xen_table xen_table_Domctl;
extern const struct xen_table xen_table_DomctlVCPU;
extern const struct xen_table xen_table_DomctlAccess;
extern const struct xen_table xen_table_DomctlState;
extern const struct xen_table xen_table_DomctlDevice;
extern const struct xen_table xen_table_Sysctl;
extern const struct xen_table xen_table_SysctlTopology;
extern const struct xen_table xen_table_HVMSave;
extern const struct xen_table xen_table_CPUFeature;
extern const struct xen_table xen_table_MachineCheck;
extern const struct xen_table xen_table_Versions;

static const struct xen_table *const tables[] = {
  &xen_table_Errno,
  &xen_table_Hypercall,
  &xen_table_PVEntry,
  &xen_table_PV,
  &xen_table_EventChannel,
  &xen_table_GrantTable,
  &xen_table_GrantTableOps,
  &xen_table_Sched,
  &xen_table_VCPU,
  &xen_table_Memory,
  &xen_table_Callback,
  &xen_table_Version,
  &xen_table_Features,
  &xen_table_ELFNote,
  &xen_table_IORings,
  &xen_table_Physdev,
  &xen_table_Platform,
  &xen_table_PlatformFirmware,
  &xen_table_PlatformPower,
  &xen_table_HVM,
  &xen_table_DomctlCommand,
  &xen_table_Domctl,
  &xen_table_DomctlVCPU,
  &xen_table_DomctlAccess,
  &xen_table_DomctlState,
  &xen_table_DomctlDevice,
  &xen_table_Sysctl,
  &xen_table_SysctlTopology,
  &xen_table_HVMSave,
  &xen_table_CPUFeature,
  &xen_table_MachineCheck,
  &xen_table_Versions,
};

bool xen_number(const char *name, int64_t *value) {
  for (size_t t = 0; t < sizeof(tables) / sizeof(*tables); t++) {
    for (size_t i = 0; i < tables[t]->number_count; i++) {
      if (strcmp(tables[t]->numbers[i].name, name) == 0) {
        *value = tables[t]->numbers[i].value;
        return true;
      }
    }
  }
  return false;
}

bool xen_layout(const char *type, const char *field, size_t *offset, size_t *size) {
  for (size_t t = 0; t < sizeof(tables) / sizeof(*tables); t++) {
    for (size_t i = 0; i < tables[t]->layout_count; i++) {
      const struct xen_layout *layout = &tables[t]->layouts[i];
      if (strcmp(layout->type, type) == 0 && strcmp(layout->field, field) == 0) {
        *offset = layout->offset;
        *size = layout->size;
        return true;
      }
    }
  }
  return false;
}
