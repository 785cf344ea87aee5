extension MessageType {
  /// The type's name in the protocol document and in the C daemon's trace.
  ///
  /// - Source: `docs/misc/xenstore.txt`, `tools/xenstore/xenstored_core.c` (`sockmsg_string`)
  public var protocolName: String {
    switch self {
    case .control: "CONTROL"
    case .directory: "DIRECTORY"
    case .read: "READ"
    case .getPermissions: "GET_PERMS"
    case .watch: "WATCH"
    case .unwatch: "UNWATCH"
    case .transactionStart: "TRANSACTION_START"
    case .transactionEnd: "TRANSACTION_END"
    case .introduce: "INTRODUCE"
    case .release: "RELEASE"
    case .getDomainPath: "GET_DOMAIN_PATH"
    case .write: "WRITE"
    case .makeDirectory: "MKDIR"
    case .remove: "RM"
    case .setPermissions: "SET_PERMS"
    case .watchEvent: "WATCH_EVENT"
    case .error: "ERROR"
    case .isDomainIntroduced: "IS_DOMAIN_INTRODUCED"
    case .resume: "RESUME"
    case .setTarget: "SET_TARGET"
    case .resetWatches: "RESET_WATCHES"
    case .directoryPart: "DIRECTORY_PART"
    case .getFeature: "GET_FEATURE"
    case .setFeature: "SET_FEATURE"
    case .getQuota: "GET_QUOTA"
    case .setQuota: "SET_QUOTA"
    }
  }
}
