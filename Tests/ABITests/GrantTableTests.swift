import Testing
import XenABI

@Suite struct GrantTableNumbers {
  @Test func grantTableOpHasTheNumbersOfTheHeader() {
    expectNumber(GrantTableOp.mapGrantRef.rawValue, "GNTTABOP_map_grant_ref")
    expectNumber(GrantTableOp.unmapGrantRef.rawValue, "GNTTABOP_unmap_grant_ref")
    expectNumber(GrantTableOp.setupTable.rawValue, "GNTTABOP_setup_table")
    expectNumber(GrantTableOp.dumpTable.rawValue, "GNTTABOP_dump_table")
    expectNumber(GrantTableOp.transfer.rawValue, "GNTTABOP_transfer")
    expectNumber(GrantTableOp.copy.rawValue, "GNTTABOP_copy")
    expectNumber(GrantTableOp.querySize.rawValue, "GNTTABOP_query_size")
    expectNumber(GrantTableOp.unmapAndReplace.rawValue, "GNTTABOP_unmap_and_replace")
    expectNumber(GrantTableOp.setVersion.rawValue, "GNTTABOP_set_version")
    expectNumber(GrantTableOp.getStatusFrames.rawValue, "GNTTABOP_get_status_frames")
    expectNumber(GrantTableOp.getVersion.rawValue, "GNTTABOP_get_version")
    expectNumber(GrantTableOp.swapGrantRef.rawValue, "GNTTABOP_swap_grant_ref")
    expectNumber(GrantTableOp.cacheFlush.rawValue, "GNTTABOP_cache_flush")
  }

  @Test func grantStatusHasTheNumbersOfTheHeader() {
    expectNumber(GrantStatus.okay.rawValue, "GNTST_okay")
    expectNumber(GrantStatus.generalError.rawValue, "GNTST_general_error")
    expectNumber(GrantStatus.badDomain.rawValue, "GNTST_bad_domain")
    expectNumber(GrantStatus.badGrantRef.rawValue, "GNTST_bad_gntref")
    expectNumber(GrantStatus.badHandle.rawValue, "GNTST_bad_handle")
    expectNumber(GrantStatus.badVirtualAddress.rawValue, "GNTST_bad_virt_addr")
    expectNumber(GrantStatus.badDeviceAddress.rawValue, "GNTST_bad_dev_addr")
    expectNumber(GrantStatus.noDeviceSpace.rawValue, "GNTST_no_device_space")
    expectNumber(GrantStatus.permissionDenied.rawValue, "GNTST_permission_denied")
    expectNumber(GrantStatus.badPage.rawValue, "GNTST_bad_page")
    expectNumber(GrantStatus.badCopyArgument.rawValue, "GNTST_bad_copy_arg")
    expectNumber(GrantStatus.addressTooBig.rawValue, "GNTST_address_too_big")
    expectNumber(GrantStatus.again.rawValue, "GNTST_eagain")
    expectNumber(GrantStatus.noSpace.rawValue, "GNTST_no_space")
  }

  @Test func grantFlagsHasTheNumbersOfTheHeader() {
    expectNumber(GrantFlags.invalid, "GTF_invalid")
    expectNumber(GrantFlags.permitAccess, "GTF_permit_access")
    expectNumber(GrantFlags.acceptTransfer, "GTF_accept_transfer")
    expectNumber(GrantFlags.transitive, "GTF_transitive")
    expectNumber(GrantFlags.typeMask, "GTF_type_mask")
    expectNumber(GrantFlags.readOnly, "GTF_readonly")
    expectNumber(GrantFlags.reading, "GTF_reading")
    expectNumber(GrantFlags.writing, "GTF_writing")
    expectNumber(GrantFlags.pwt, "GTF_PWT")
    expectNumber(GrantFlags.pcd, "GTF_PCD")
    expectNumber(GrantFlags.pat, "GTF_PAT")
    expectNumber(GrantFlags.subPage, "GTF_sub_page")
    expectNumber(GrantFlags.transferCommitted, "GTF_transfer_committed")
    expectNumber(GrantFlags.transferCompleted, "GTF_transfer_completed")
  }

  @Test func grantMapFlagsHasTheNumbersOfTheHeader() {
    expectNumber(GrantMapFlags.deviceMap, "GNTMAP_device_map")
    expectNumber(GrantMapFlags.hostMap, "GNTMAP_host_map")
    expectNumber(GrantMapFlags.readOnly, "GNTMAP_readonly")
    expectNumber(GrantMapFlags.applicationMap, "GNTMAP_application_map")
    expectNumber(GrantMapFlags.containsPTE, "GNTMAP_contains_pte")
    expectNumber(GrantMapFlags.guestAvailMask, "GNTMAP_guest_avail_mask")
  }

  @Test func grantCopyFlagsHasTheNumbersOfTheHeader() {
    expectNumber(GrantCopyFlags.sourceGrantRef, "GNTCOPY_source_gref")
    expectNumber(GrantCopyFlags.destGrantRef, "GNTCOPY_dest_gref")
  }

  @Test func grantCacheFlushOpHasTheNumbersOfTheHeader() {
    expectNumber(GrantCacheFlushOp.clean, "GNTTAB_CACHE_CLEAN")
    expectNumber(GrantCacheFlushOp.invalidate, "GNTTAB_CACHE_INVAL")
    expectNumber(GrantCacheFlushOp.sourceGrantRef, "GNTTAB_CACHE_SOURCE_GREF")
  }

  @Test func grantReservedHasTheNumbersOfTheHeader() {
    expectNumber(GrantReserved.count, "GNTTAB_NR_RESERVED_ENTRIES")
    expectNumber(GrantReserved.console, "GNTTAB_RESERVED_CONSOLE")
    expectNumber(GrantReserved.xenstore, "GNTTAB_RESERVED_XENSTORE")
  }
}

@Suite struct GrantTableLayouts {
  @Test func grantEntryV1IsLaidOutAsInC() {
    expectLayout(
      of: GrantEntryV1.self, as: "grant_entry_v1",
      [
        (\.flags, "flags"),
        (\.domain, "domid"),
        (\.frame, "frame"),
      ])
  }

  @Test func grantEntryHeaderIsLaidOutAsInC() {
    expectLayout(
      of: GrantEntryHeader.self, as: "grant_entry_header",
      [
        (\.flags, "flags"),
        (\.domain, "domid"),
      ])
  }

  @Test func grantEntryV2FullPageIsLaidOutAsInC() {
    expectLayout(
      of: GrantEntryV2FullPage.self, as: "grant_entry_v2",
      [
        (\.header, "full_page.hdr"),
        (\.reserved, "full_page.pad0"),
        (\.frame, "full_page.frame"),
      ])
  }

  @Test func grantEntryV2SubPageIsLaidOutAsInC() {
    expectLayout(
      of: GrantEntryV2SubPage.self, as: "grant_entry_v2",
      [
        (\.header, "sub_page.hdr"),
        (\.pageOffset, "sub_page.page_off"),
        (\.length, "sub_page.length"),
        (\.frame, "sub_page.frame"),
      ])
  }

  @Test func grantEntryV2TransitiveIsLaidOutAsInC() {
    expectLayout(
      of: GrantEntryV2Transitive.self, as: "grant_entry_v2",
      [
        (\.header, "transitive.hdr"),
        (\.transitiveDomain, "transitive.trans_domid"),
        (\.reserved, "transitive.pad0"),
        (\.grantRef, "transitive.gref"),
      ])
  }
}
