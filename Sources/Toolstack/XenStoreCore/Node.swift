/// A node of the tree, 64 bytes. Numbers below zero mean none.
struct Node: BitwiseCopyable {
  /// The change of the tree at which the list of children last changed.
  var childGeneration: UInt64 = 0
  var parent: Int32 = -1
  var firstChild: Int32 = -1
  var lastChild: Int32 = -1
  var next: Int32 = -1
  var previous: Int32 = -1
  /// The next node of the same bucket of the index by parent and name.
  var bucketNext: Int32 = -1
  var hash: UInt32 = 0
  /// Where permissions, name and value stand: the size class in the low five bits, the slot above.
  var blob: UInt32 = 0
  var nameLength: UInt16 = 0
  var valueLength: UInt16 = 0
  /// The other nodes of the same owner.
  var ownerNext: Int32 = -1
  var ownerPrevious: Int32 = -1
  /// The count of domains ever known when the permissions were set: an entry that names a domain
  /// which came later is about a namesake that is gone.
  var permissionEpoch: UInt32 = 0
  var owner: UInt16 = 0
  var permissionCount: UInt16 = 0

  /// The bytes before the value: four for each permission, and the name.
  var valueOffset: Int { Int(permissionCount) &* 4 &+ Int(nameLength) }
  var blobLength: Int { valueOffset &+ Int(valueLength) }
}

/// What the nodes of one owner come to, and the first of them.
struct OwnerUsage: BitwiseCopyable {
  var firstNode: Int32 = -1
  var nodes: Int32 = 0
  var bytes: Int64 = 0
}

/// The sizes of the slots that hold a node's bytes.
enum SizeClass {
  static let count = 24
  /// The bytes of the largest slot.
  static let largest = 16384

  /// The bytes of a slot of that class.
  static func size(_ number: Int) -> Int {
    switch number {
    case 0: 16
    case 1: 24
    case 2: 32
    case 3: 40
    case 4: 48
    case 5: 64
    case 6: 80
    case 7: 96
    case 8: 128
    case 9: 160
    case 10: 192
    case 11: 256
    case 12: 320
    case 13: 384
    case 14: 512
    case 15: 768
    case 16: 1024
    case 17: 1536
    case 18: 2048
    case 19: 3072
    case 20: 4096
    case 21: 6144
    case 22: 8192
    default: 16384
    }
  }

  /// The smallest class that holds so many bytes.
  @inline(__always)
  static func fitting(_ length: Int) -> Int {
    if length <= 48 { return length <= 16 ? 0 : (length &- 9) &>> 3 }
    var number = 5
    while number < count &- 1, size(number) < length { number &+= 1 }
    return number
  }

  /// A page holds two to this many slots.
  static func shift(_ number: Int) -> Int {
    var shift = 0
    while size(number) &<< (shift &+ 1) <= 1024 { shift &+= 1 }
    return shift
  }
}
