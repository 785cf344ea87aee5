import Testing
import XenABI

@Suite struct GrantTableOpsLayouts {
  @Test func grantMapRefIsLaidOutAsInC() {
    expectLayout(
      of: GrantMapRef.self, as: "gnttab_map_grant_ref",
      [
        (\.hostAddress, "host_addr"),
        (\.flags, "flags"),
        (\.ref, "ref"),
        (\.domain, "dom"),
        (\.status, "status"),
        (\.handle, "handle"),
        (\.deviceBusAddress, "dev_bus_addr"),
      ])
  }

  @Test func grantUnmapRefIsLaidOutAsInC() {
    expectLayout(
      of: GrantUnmapRef.self, as: "gnttab_unmap_grant_ref",
      [
        (\.hostAddress, "host_addr"),
        (\.deviceBusAddress, "dev_bus_addr"),
        (\.handle, "handle"),
        (\.status, "status"),
      ])
  }

  @Test func grantSetupTableIsLaidOutAsInC() {
    expectLayout(
      of: GrantSetupTable.self, as: "gnttab_setup_table",
      [
        (\.domain, "dom"),
        (\.frameCount, "nr_frames"),
        (\.status, "status"),
        (\.frameList, "frame_list"),
      ])
  }

  @Test func grantDumpTableIsLaidOutAsInC() {
    expectLayout(
      of: GrantDumpTable.self, as: "gnttab_dump_table",
      [
        (\.domain, "dom"),
        (\.status, "status"),
      ])
  }

  @Test func grantTransferIsLaidOutAsInC() {
    expectLayout(
      of: GrantTransfer.self, as: "gnttab_transfer",
      [
        (\.mfn, "mfn"),
        (\.domain, "domid"),
        (\.ref, "ref"),
        (\.status, "status"),
      ])
  }

  @Test func grantCopyPointerIsLaidOutAsInC() {
    expectLayout(
      of: GrantCopyPointer.self, as: "gnttab_copy_ptr",
      [
        (\.refOrGMFN, "u.gmfn"),
        (\.domain, "domid"),
        (\.offset, "offset"),
      ])
  }

  @Test func grantCopyIsLaidOutAsInC() {
    expectLayout(
      of: GrantCopy.self, as: "gnttab_copy",
      [
        (\.source, "source"),
        (\.dest, "dest"),
        (\.length, "len"),
        (\.flags, "flags"),
        (\.status, "status"),
      ])
  }

  @Test func grantQuerySizeIsLaidOutAsInC() {
    expectLayout(
      of: GrantQuerySize.self, as: "gnttab_query_size",
      [
        (\.domain, "dom"),
        (\.frameCount, "nr_frames"),
        (\.maxFrameCount, "max_nr_frames"),
        (\.status, "status"),
      ])
  }

  @Test func grantUnmapAndReplaceIsLaidOutAsInC() {
    expectLayout(
      of: GrantUnmapAndReplace.self, as: "gnttab_unmap_and_replace",
      [
        (\.hostAddress, "host_addr"),
        (\.newAddress, "new_addr"),
        (\.handle, "handle"),
        (\.status, "status"),
      ])
  }

  @Test func grantSetVersionIsLaidOutAsInC() {
    expectLayout(
      of: GrantSetVersion.self, as: "gnttab_set_version",
      [
        (\.version, "version")
      ])
  }

  @Test func grantGetStatusFramesIsLaidOutAsInC() {
    expectLayout(
      of: GrantGetStatusFrames.self, as: "gnttab_get_status_frames",
      [
        (\.frameCount, "nr_frames"),
        (\.domain, "dom"),
        (\.status, "status"),
        (\.frameList, "frame_list"),
      ])
  }

  @Test func grantGetVersionIsLaidOutAsInC() {
    expectLayout(
      of: GrantGetVersion.self, as: "gnttab_get_version",
      [
        (\.domain, "dom"),
        (\.pad, "pad"),
        (\.version, "version"),
      ])
  }

  @Test func grantSwapRefIsLaidOutAsInC() {
    expectLayout(
      of: GrantSwapRef.self, as: "gnttab_swap_grant_ref",
      [
        (\.refA, "ref_a"),
        (\.refB, "ref_b"),
        (\.status, "status"),
      ])
  }

  @Test func grantCacheFlushIsLaidOutAsInC() {
    expectLayout(
      of: GrantCacheFlush.self, as: "gnttab_cache_flush",
      [
        (\.addressOrRef, "a.dev_bus_addr"),
        (\.offset, "offset"),
        (\.length, "length"),
        (\.op, "op"),
      ])
  }
}
