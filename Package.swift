// swift-tools-version: 6.2
import PackageDescription

// One package, two graphs. With MARTLET_BARE=x86_64 the freestanding graph is built: the
// hypervisor image and the test guests, in Embedded Swift without a heap. Without it the same
// pure modules are built hosted, for `swift test` and the tools.
let bareArchitecture = Context.environment["MARTLET_BARE"] ?? ""
let isBare = !bareArchitecture.isEmpty

let strict: [SwiftSetting] = [
  .swiftLanguageMode(.v6),
  .strictMemorySafety(),
  .treatAllWarnings(as: .error),
  .enableUpcomingFeature("MemberImportVisibility"),
  .enableUpcomingFeature("ExistentialAny"),
  .enableExperimentalFeature("Lifetimes"),
  .enableExperimentalFeature("Extern"),
  .enableExperimentalFeature("RawLayout"),
  .enableExperimentalFeature("BuiltinModule"),
]

// No red zone: interrupts use the same stack. No SSE: a guest's registers stay untouched.
let freestanding: [SwiftSetting] =
  isBare
  ? [
    .enableExperimentalFeature("Embedded"),
    .unsafeFlags([
      "-wmo", "-no-allocations",
      "-Xfrontend", "-disable-stack-protector", "-Xfrontend", "-function-sections",
      "-Xcc", "-ffreestanding", "-Xcc", "-mno-red-zone",
      "-Xcc", "-mno-sse", "-Xcc", "-mno-sse2", "-Xcc", "-mno-mmx", "-Xcc", "-mcx16",
    ]),
  ] : []

let shim: [CSetting] = [
  .unsafeFlags([
    "-ffreestanding", "-mno-red-zone", "-mno-sse", "-mno-sse2", "-mno-mmx", "-mcx16",
    "-fno-stack-protector", "-fno-asynchronous-unwind-tables", "-ffunction-sections",
    "-fPIE", "-fno-omit-frame-pointer",
  ])
]

// What other packages give the hosted half. The bare graph has no dependency at all.
let argumentParser = Target.Dependency.product(
  name: "ArgumentParser", package: "swift-argument-parser")

func module(_ name: String, in folder: String, _ dependencies: [String] = []) -> Target {
  .target(
    name: name,
    dependencies: dependencies.map {
      $0 == "ArgumentParser" ? argumentParser : .byName(name: $0)
    },
    path: "Sources/\(folder)/\(name)", exclude: name == "Martlet" ? ["link.ld"] : [],
    swiftSettings: strict + freestanding)
}

func tests(_ name: String, _ dependencies: [String], data: [String] = []) -> Target {
  .testTarget(
    name: name, dependencies: dependencies.map { .byName(name: $0) }, path: "Tests/\(name)",
    exclude: data,
    swiftSettings: [.swiftLanguageMode(.v6), .enableExperimentalFeature("Lifetimes")])
}

// The floors, lowest first. A module may import what stands above it in this list, and only what
// it names here: `--explicit-target-dependency-import-check error` holds us to it.
let base = ["XenABI", "Primitives", "Sync", "Text"]
let common: [Target] = [
  module("XenABI", in: "ABI"),
  module("Primitives", in: "Base", ["XenABI"]),
  module("Text", in: "Base", ["XenABI"]),
  module("Sync", in: "Base", ["XenABI", "Primitives"]),
  module("Formats", in: "Base", ["XenABI", "Primitives"]),
  module("Machine", in: "Machine", ["XenABI", "Primitives", "Sync"]),
  module("X86Format", in: "Machine", ["Primitives", "Machine"]),
  module("Memory", in: "Core", base + ["Machine"]),
  module("EventChannels", in: "Core", base + ["Machine"]),
  module("GrantTables", in: "Core", base + ["Machine"]),
  module("Scheduling", in: "Core", base + ["Machine"]),
  module("Timekeeping", in: "Core", base + ["Machine"]),
  module("Console", in: "Core", base + ["Machine"]),
  module(
    "Domains", in: "Core",
    base + [
      "Machine", "Memory", "EventChannels", "GrantTables", "Scheduling", "Timekeeping", "Console",
    ]),
  module(
    "Hypercalls", in: "Core",
    base + [
      "Machine", "Memory", "EventChannels", "GrantTables", "Scheduling", "Timekeeping", "Console",
      "Domains",
    ]),
  module("X86Devices", in: "Machine", base + ["Machine", "X86Format"]),
  module(
    "X86PV", in: "Machine",
    base + [
      "Machine", "X86Format", "X86Devices", "Memory", "EventChannels", "GrantTables",
      "Scheduling", "Timekeeping", "Domains", "Hypercalls", "Formats",
    ]),
]

let guests = [
  "hello", "hypercalls", "traps", "events", "grants", "timers", "pagetables", "bench",
]

let bareOnly: [Target] =
  [
    .target(name: "CX86", path: "Sources/Bare/CX86", cSettings: shim),
    module(
      "X86Machine", in: "Bare",
      base + [
        "CX86", "Formats", "Machine", "X86Format", "X86Devices", "X86PV", "Memory",
        "EventChannels", "GrantTables", "Scheduling", "Timekeeping", "Console", "Domains",
        "Hypercalls",
      ]),
    module(
      "Martlet", in: "Bare",
      base + [
        "CX86", "X86Machine", "Formats", "Machine", "X86Format", "X86Devices", "X86PV", "Memory",
        "EventChannels", "GrantTables", "Scheduling", "Timekeeping", "Console", "Domains",
        "Hypercalls",
      ]),
    .target(
      name: "CGuest", path: "Sources/Guests/CGuest",
      cSettings: shim + [.unsafeFlags(["-mcmodel=kernel"])]),
    module("GuestKit", in: "Guests", ["XenABI", "Text", "CGuest"]),
  ] + guests.map { module("guest-\($0)", in: "Guests", ["XenABI", "Text", "CGuest", "GuestKit"]) }

let hostedOnly: [Target] = [
  module(
    "FakeMachine", in: "Fake",
    base + ["Machine", "X86Format", "Memory", "GrantTables", "Scheduling", "Domains"]),
  // Where XenStore's programs wait for the kernel.
  module("NativeThread", in: "Toolstack"),
  // Where XenStore's sockets stand.
  module("SocketAddress", in: "Toolstack"),
  module("XenStoreWire", in: "Toolstack"),
  module("XenStoreState", in: "Toolstack", ["XenStoreWire"]),
  module("XenStoreCore", in: "Toolstack", ["XenStoreWire", "XenStoreState"]),
  .target(
    name: "CXenStore", path: "Sources/Toolstack/CXenStore",
    linkerSettings: ["xenctrl", "xenevtchn", "xengnttab"].map { .linkedLibrary($0) }),
  module(
    "XenStoreServer", in: "Toolstack",
    [
      "XenStoreWire", "XenStoreState", "XenStoreCore", "CXenStore", "SocketAddress", "NativeThread",
      "ArgumentParser",
    ]),
  .executableTarget(
    name: "xenstored", dependencies: ["XenStoreServer"],
    path: "Sources/Toolstack/xenstored", swiftSettings: strict),
  module("XenStoreClient", in: "Toolstack", ["XenStoreWire", "SocketAddress", "NativeThread"]),
  module(
    "XenStoreTools", in: "Toolstack", ["XenStoreWire", "XenStoreClient", "ArgumentParser"]),
  .executableTarget(
    name: "xenstore", dependencies: ["XenStoreTools"],
    path: "Sources/Toolstack/xenstore", swiftSettings: strict),
  .target(name: "CXenStoreLoad", path: "Benchmarks/Load/CXenStoreLoad"),
  .target(
    name: "XenStoreLoad", dependencies: ["CXenStoreLoad"], path: "Benchmarks/Load/XenStoreLoad",
    swiftSettings: strict),
  .executableTarget(
    name: "xenstore-flood", dependencies: ["XenStoreTestSupport", "XenStoreWire", "CXenStoreLoad"],
    path: "Benchmarks/Flood", swiftSettings: [.swiftLanguageMode(.v6)]),
  .executableTarget(
    name: "xenstore-load", dependencies: ["XenStoreLoad", argumentParser],
    path: "Benchmarks/Load/xenstore-load", swiftSettings: strict),
  .executableTarget(
    name: "xenstore-null", dependencies: ["XenStoreLoad"],
    path: "Benchmarks/Load/xenstore-null", swiftSettings: strict),
  .target(name: "CXenHeaders", path: "Tests/CXenHeaders"),
  tests("ABITests", ["XenABI", "XenStoreWire", "CXenHeaders"]),
  tests("PrimitivesTests", ["Primitives", "XenABI"]),
  tests("TextTests", ["Text"]),
  tests("SyncTests", ["Sync", "Primitives"]),
  tests("FormatsTests", ["Formats", "Primitives", "XenABI"]),
  tests("X86FormatTests", ["X86Format", "Machine", "Primitives"]),
  tests("X86DevicesTests", ["X86Devices", "X86Format", "Machine", "XenABI"]),
  tests("MemoryTests", ["Memory", "Machine", "FakeMachine", "Primitives"]),
  tests("EventChannelsTests", ["EventChannels", "Machine", "FakeMachine", "XenABI"]),
  tests("GrantTablesTests", ["GrantTables", "Machine", "FakeMachine", "Primitives", "XenABI"]),
  tests(
    "HypercallsTests",
    [
      "Hypercalls", "Domains", "EventChannels", "GrantTables", "Machine", "Memory", "FakeMachine",
      "Primitives", "XenABI",
    ]),
  tests("SchedulingTests", ["Scheduling", "Machine", "FakeMachine", "Primitives", "XenABI"]),
  tests("TimekeepingTests", ["Timekeeping", "Machine", "FakeMachine", "Primitives", "XenABI"]),
  tests("ConsoleTests", ["Console", "Machine", "FakeMachine"]),
  tests(
    "X86PVTests",
    [
      "X86PV", "X86Format", "X86Devices", "Machine", "Memory", "FakeMachine", "XenABI", "Domains",
      "Primitives", "Sync", "Hypercalls", "EventChannels", "Scheduling",
    ]),
  // Of the XenStore programs.
  tests("SocketAddressTests", ["SocketAddress"]),
  tests("XenStoreWireTests", ["XenStoreWire"]),
  tests("XenStoreStateTests", ["XenStoreState", "XenStoreWire"], data: ["Captures"]),
  tests("XenStoreCoreTests", ["XenStoreCore", "XenStoreState", "XenStoreWire"]),
  // It looks inside the server: a release build needs -enable-testing.
  .target(
    name: "XenStoreTrials",
    dependencies: [
      "XenStoreServer", "XenStoreCore", "XenStoreState", "XenStoreWire", "SocketAddress",
    ],
    path: "Tests/XenStoreTrials",
    swiftSettings: [.swiftLanguageMode(.v6), .enableExperimentalFeature("Lifetimes")]),
  .executableTarget(
    name: "xenstore-fuzz", dependencies: ["XenStoreTrials"], path: "Tests/xenstore-fuzz",
    swiftSettings: [.swiftLanguageMode(.v6)]),
  .executableTarget(
    name: "xenstore-simulation", dependencies: ["XenStoreTrials"],
    path: "Tests/xenstore-simulation", swiftSettings: [.swiftLanguageMode(.v6)]),
  tests(
    "XenStoreServerTests",
    [
      "SocketAddress", "XenStoreServer", "XenStoreCore", "XenStoreState", "XenStoreWire",
      "XenStoreTrials",
    ]),
  .target(name: "CXenGuest", path: "Tests/CXenGuest"),
  // It is loaded into programs that have nothing of Swift in them.
  .target(
    name: "CXenShim", dependencies: ["CXenGuest"], path: "Tests/CXenShim",
    linkerSettings: [.unsafeFlags(["-nostartfiles", "-static-stdlib"])]),
  .target(
    name: "XenStoreTestSupport", dependencies: ["CXenGuest", "SocketAddress", "XenStoreWire"],
    path: "Tests/XenStoreTestSupport"),
  tests(
    "XenStoreClientTests", ["XenStoreClient", "XenStoreWire", "XenStoreTestSupport", "xenstored"]),
  tests(
    "XenStoreToolsTests", ["XenStoreTools", "XenStoreTestSupport", "xenstore", "xenstored"]),
  tests(
    "XenStoredTests",
    ["XenStoreClient", "XenStoreWire", "XenStoreTestSupport", "xenstore", "xenstored"]),
  tests(
    "XenStoreLiveUpdateTests", ["XenStoreWire", "XenStoreTestSupport", "xenstore", "xenstored"]),
  tests("XenStoreCrashTests", ["XenStoreWire", "XenStoreTestSupport", "xenstored"]),
  tests("XenStoreConformanceTests", ["XenStoreWire", "XenStoreTestSupport", "xenstored"]),
  tests("HouseRulesTests", []),
]

let package = Package(
  name: "martlet",
  products: isBare
    ? [.library(name: "Martlet", type: .static, targets: ["Martlet"])]
      + guests.map { .library(name: "guest-\($0)", type: .static, targets: ["guest-\($0)"]) }
    : [.library(name: "XenShim", type: .dynamic, targets: ["CXenShim"])],
  dependencies: isBare
    ? [] : [.package(url: "https://github.com/apple/swift-argument-parser", from: "1.8.2")],
  targets: common + (isBare ? bareOnly : hostedOnly)
)
