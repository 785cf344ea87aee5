import Testing
import XenABI

@Suite struct VersionNumbers {
  @Test func versionOpHasTheNumbersOfTheHeader() {
    expectNumber(VersionOp.version.rawValue, "XENVER_version")
    expectNumber(VersionOp.extraVersion.rawValue, "XENVER_extraversion")
    expectNumber(VersionOp.compileInfo.rawValue, "XENVER_compile_info")
    expectNumber(VersionOp.capabilities.rawValue, "XENVER_capabilities")
    expectNumber(VersionOp.changeset.rawValue, "XENVER_changeset")
    expectNumber(VersionOp.platformParameters.rawValue, "XENVER_platform_parameters")
    expectNumber(VersionOp.getFeatures.rawValue, "XENVER_get_features")
    expectNumber(VersionOp.pageSize.rawValue, "XENVER_pagesize")
    expectNumber(VersionOp.guestHandle.rawValue, "XENVER_guest_handle")
    expectNumber(VersionOp.commandLine.rawValue, "XENVER_commandline")
    expectNumber(VersionOp.buildID.rawValue, "XENVER_build_id")
  }

  @Test func versionTextLengthHasTheNumbersOfTheHeader() {
    expectNumber(VersionTextLength.extraVersion, "XEN_EXTRAVERSION_LEN")
    expectNumber(VersionTextLength.capabilities, "XEN_CAPABILITIES_INFO_LEN")
    expectNumber(VersionTextLength.changeset, "XEN_CHANGESET_INFO_LEN")
    expectNumber(VersionTextLength.commandLine, "sizeof(xen_commandline_t)")
  }
}

@Suite struct VersionLayouts {
  @Test func compileInfoIsLaidOutAsInC() {
    expectLayout(
      of: CompileInfo.self, as: "xen_compile_info",
      [
        (\.compiler, "compiler"),
        (\.compileBy, "compile_by"),
        (\.compileDomain, "compile_domain"),
        (\.compileDate, "compile_date"),
      ])
  }

  @Test func platformParametersIsLaidOutAsInC() {
    expectLayout(
      of: PlatformParameters.self, as: "xen_platform_parameters",
      [
        (\.virtualStart, "virt_start")
      ])
  }

  @Test func featureInfoIsLaidOutAsInC() {
    expectLayout(
      of: FeatureInfo.self, as: "xen_feature_info",
      [
        (\.submapIndex, "submap_idx"),
        (\.submap, "submap"),
      ])
  }

  @Test func buildIDIsLaidOutAsInC() {
    expectLayout(
      of: BuildID.self, as: "xen_build_id",
      [
        (\.length, "len")
      ])
  }
}
