/// The kinds of messages.
///
/// - Source: `xen/include/public/io/xs_wire.h` (`enum xsd_sockmsg_type`), `docs/misc/xenstore.txt`
public enum MessageType: UInt32, CaseIterable, Sendable {
  /// `XS_CONTROL`: a command to the server itself.
  case control = 0
  /// `XS_DIRECTORY`: the names of a node's children.
  case directory = 1
  /// `XS_READ`: a node's value.
  case read = 2
  /// `XS_GET_PERMS`: a node's permissions.
  case getPermissions = 3
  /// `XS_WATCH`: events from now on, for a node and what is below it.
  case watch = 4
  /// `XS_UNWATCH`: no more of those.
  case unwatch = 5
  /// `XS_TRANSACTION_START`: a snapshot to read from and to write to.
  case transactionStart = 6
  /// `XS_TRANSACTION_END`: commit it or forget it.
  case transactionEnd = 7
  /// `XS_INTRODUCE`: serve a domain's ring.
  case introduce = 8
  /// `XS_RELEASE`: stop serving it.
  case release = 9
  /// `XS_GET_DOMAIN_PATH`: where a domain's relative paths begin.
  case getDomainPath = 10
  /// `XS_WRITE`: set a node's value; makes the node and its parents where they are missing.
  case write = 11
  /// `XS_MKDIR`: make a node and its parents where they are missing.
  case makeDirectory = 12
  /// `XS_RM`: remove a node and everything below it.
  case remove = 13
  /// `XS_SET_PERMS`: replace a node's permissions.
  case setPermissions = 14
  /// `XS_WATCH_EVENT`: only ever sent by the server.
  case watchEvent = 15
  /// `XS_ERROR`: only ever sent by the server.
  case error = 16
  /// `XS_IS_DOMAIN_INTRODUCED`: whether a domain's ring is served.
  case isDomainIntroduced = 17
  /// `XS_RESUME`: a domain that had shut down runs again.
  case resume = 18
  /// `XS_SET_TARGET`: a domain may do what another may.
  case setTarget = 19
  /// `XS_RESET_WATCHES`: forget the caller's watches and transactions.
  case resetWatches = 21
  /// `XS_DIRECTORY_PART`: a part of a list of children that is too long for one message.
  case directoryPart = 22
  /// `XS_GET_FEATURE`: what the server offers, or what a domain was given.
  case getFeature = 23
  /// `XS_SET_FEATURE`: what a domain shall be given.
  case setFeature = 24
  /// `XS_GET_QUOTA`: a limit, or the names of all limits.
  case getQuota = 25
  /// `XS_SET_QUOTA`: change a limit.
  case setQuota = 26

  /// Whether only the control domain may send it.
  public var needsPrivilege: Bool {
    switch self {
    case .control, .introduce, .release, .isDomainIntroduced, .resume, .setTarget, .setFeature,
      .getQuota, .setQuota:
      true
    default: false
    }
  }
}
