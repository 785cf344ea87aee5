import Testing
import XenABI
import XenStoreWire

@Suite struct IORingsNumbers {
  @Test func xenstoreLimitsHasTheNumbersOfTheHeader() {
    expectNumber(XenstoreLimits.ringSize, "XENSTORE_RING_SIZE")
    expectNumber(XenstoreLimits.payload, "XENSTORE_PAYLOAD_MAX")
    expectNumber(XenstoreLimits.absolutePath, "XENSTORE_ABS_PATH_MAX")
    expectNumber(XenstoreLimits.relativePath, "XENSTORE_REL_PATH_MAX")
  }

  @Test func xenstoreServerFeaturesHasTheNumbersOfTheHeader() {
    expectNumber(XenstoreServerFeatures.reconnection, "XENSTORE_SERVER_FEATURE_RECONNECTION")
    expectNumber(XenstoreServerFeatures.error, "XENSTORE_SERVER_FEATURE_ERROR")
  }

  @Test func xenstoreConnectionHasTheNumbersOfTheHeader() {
    expectNumber(XenstoreConnection.connected, "XENSTORE_CONNECTED")
    expectNumber(XenstoreConnection.reconnect, "XENSTORE_RECONNECT")
  }

  @Test func xenstoreRingErrorHasTheNumbersOfTheHeader() {
    expectNumber(XenstoreRingError.none, "XENSTORE_ERROR_NONE")
    expectNumber(XenstoreRingError.communication, "XENSTORE_ERROR_COMM")
    expectNumber(XenstoreRingError.ringIndex, "XENSTORE_ERROR_RINGIDX")
    expectNumber(XenstoreRingError.protocolViolation, "XENSTORE_ERROR_PROTO")
  }

  @Test func messageTypeHasTheNumbersOfTheHeader() {
    expectNumber(MessageType.control.rawValue, "XS_CONTROL")
    expectNumber(MessageType.directory.rawValue, "XS_DIRECTORY")
    expectNumber(MessageType.read.rawValue, "XS_READ")
    expectNumber(MessageType.getPermissions.rawValue, "XS_GET_PERMS")
    expectNumber(MessageType.watch.rawValue, "XS_WATCH")
    expectNumber(MessageType.unwatch.rawValue, "XS_UNWATCH")
    expectNumber(MessageType.transactionStart.rawValue, "XS_TRANSACTION_START")
    expectNumber(MessageType.transactionEnd.rawValue, "XS_TRANSACTION_END")
    expectNumber(MessageType.introduce.rawValue, "XS_INTRODUCE")
    expectNumber(MessageType.release.rawValue, "XS_RELEASE")
    expectNumber(MessageType.getDomainPath.rawValue, "XS_GET_DOMAIN_PATH")
    expectNumber(MessageType.write.rawValue, "XS_WRITE")
    expectNumber(MessageType.makeDirectory.rawValue, "XS_MKDIR")
    expectNumber(MessageType.remove.rawValue, "XS_RM")
    expectNumber(MessageType.setPermissions.rawValue, "XS_SET_PERMS")
    expectNumber(MessageType.watchEvent.rawValue, "XS_WATCH_EVENT")
    expectNumber(MessageType.error.rawValue, "XS_ERROR")
    expectNumber(MessageType.isDomainIntroduced.rawValue, "XS_IS_DOMAIN_INTRODUCED")
    expectNumber(MessageType.resume.rawValue, "XS_RESUME")
    expectNumber(MessageType.setTarget.rawValue, "XS_SET_TARGET")
    expectNumber(MessageType.resetWatches.rawValue, "XS_RESET_WATCHES")
    expectNumber(MessageType.directoryPart.rawValue, "XS_DIRECTORY_PART")
  }
}

@Suite struct IORingsLayouts {
  @Test func consoleRingIsLaidOutAsInC() {
    expectLayout(
      of: ConsoleRing.self, as: "xencons_interface",
      [
        (\.input, "in"),
        (\.output, "out"),
        (\.inputConsumer, "in_cons"),
        (\.inputProducer, "in_prod"),
        (\.outputConsumer, "out_cons"),
        (\.outputProducer, "out_prod"),
      ])
  }

  @Test func xenstoreRingIsLaidOutAsInC() {
    expectLayout(
      of: XenstoreRing.self, as: "xenstore_domain_interface",
      [
        (\.requests, "req"),
        (\.replies, "rsp"),
        (\.requestConsumer, "req_cons"),
        (\.requestProducer, "req_prod"),
        (\.replyConsumer, "rsp_cons"),
        (\.replyProducer, "rsp_prod"),
        (\.serverFeatures, "server_features"),
        (\.connection, "connection"),
        (\.error, "error"),
      ])
  }

  @Test func messageHeaderIsLaidOutAsInC() {
    expectLayout(
      of: MessageHeader.self, as: "xsd_sockmsg",
      [
        (\.type, "type"),
        (\.requestID, "req_id"),
        (\.transactionID, "tx_id"),
        (\.length, "len"),
      ])
  }

  @Test func consoleRingLayoutHasTheOffsetsOfTheHeader() {
    expectOffset(ConsoleRingLayout.input, of: "in", in: "xencons_interface")
    expectOffset(ConsoleRingLayout.output, of: "out", in: "xencons_interface")
    expectOffset(ConsoleRingLayout.inputConsumer, of: "in_cons", in: "xencons_interface")
    expectOffset(ConsoleRingLayout.inputProducer, of: "in_prod", in: "xencons_interface")
    expectOffset(ConsoleRingLayout.outputConsumer, of: "out_cons", in: "xencons_interface")
    expectOffset(ConsoleRingLayout.outputProducer, of: "out_prod", in: "xencons_interface")
    expectSize(ConsoleRingLayout.size, of: "xencons_interface")
  }

  @Test func xenstoreRingLayoutHasTheOffsetsOfTheHeader() {
    expectOffset(XenstoreRingLayout.requests, of: "req", in: "xenstore_domain_interface")
    expectOffset(XenstoreRingLayout.replies, of: "rsp", in: "xenstore_domain_interface")
    expectOffset(
      XenstoreRingLayout.requestConsumer, of: "req_cons", in: "xenstore_domain_interface")
    expectOffset(
      XenstoreRingLayout.requestProducer, of: "req_prod", in: "xenstore_domain_interface")
    expectOffset(XenstoreRingLayout.replyConsumer, of: "rsp_cons", in: "xenstore_domain_interface")
    expectOffset(XenstoreRingLayout.replyProducer, of: "rsp_prod", in: "xenstore_domain_interface")
    expectOffset(
      XenstoreRingLayout.serverFeatures, of: "server_features", in: "xenstore_domain_interface")
    expectOffset(XenstoreRingLayout.connection, of: "connection", in: "xenstore_domain_interface")
    expectOffset(XenstoreRingLayout.error, of: "error", in: "xenstore_domain_interface")
    expectSize(XenstoreRingLayout.size, of: "xenstore_domain_interface")
  }
}
