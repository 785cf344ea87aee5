import Primitives
import Testing

@testable import Formats

/// What parsing a line reports: the complaint and the word.
private struct Report: Equatable {
  var complaint: CommandLineComplaint
  var word: String

  init(_ complaint: CommandLineComplaint, _ word: String) {
    self.complaint = complaint
    self.word = word
  }
}

private func parse(_ line: String) -> (options: Options, reports: [Report]) {
  let bytes = Array(line.utf8)
  var options = Options()
  var reports: [Report] = []
  Formats.CommandLine.parse(
    bytes.span.bytes, TextRange(start: 0, end: bytes.count), into: &options
  ) { complaint, range in
    reports.append(
      Report(complaint, String(decoding: bytes[range.start..<range.end], as: UTF8.self)))
  }
  return (options, reports)
}

private func split(_ line: String, loader: String) -> (hypervisor: String, dom0: String) {
  let bytes = Array(line.utf8)
  let name = Array(loader.utf8)
  let parts = Formats.CommandLine.split(bytes.span.bytes, loaderName: name.span.bytes)
  return (
    String(decoding: bytes[parts.hypervisor.start..<parts.hypervisor.end], as: UTF8.self),
    String(decoding: bytes[parts.dom0.start..<parts.dom0.end], as: UTF8.self)
  )
}

@Suite struct CommandLineTests {
  @Test(arguments: [
    ("loglvl=all -- root=/dev/sda ro", "GRUB 2.06", "loglvl=all", "root=/dev/sda ro"),
    ("placeholder loglvl=all", "GRUB 2.06-13", "placeholder loglvl=all", ""),
    ("/xen.gz loglvl=all  --  ro", "qemu", "loglvl=all", "ro"),
    ("/xen.gz com1=9600", "GNU GRUB 0.97", "com1=9600", ""),
    ("xen", "qemu", "", ""),
    ("", "", "", ""),
    ("-- ro", "GRUB 2.06", "", "ro"),
    ("a --", "GRUB 2.06", "a", ""),
    ("a --b -- c -- d", "GRUB 2.06", "a --b", "c -- d"),
    ("a\0b -- c", "GRUB 2.06", "a", ""),
  ])
  func linesAreSplitBetweenUsAndDom0(
    _ line: String, _ loader: String, _ ours: String, _ dom0: String
  ) {
    let parts = split(line, loader: loader)
    #expect(parts.hypervisor == ours)
    #expect(parts.dom0 == dom0)
  }

  @Test func aTypicalDebianLineParsesWithoutComplaint() {
    let (options, reports) = parse(
      "placeholder dom0_mem=1024M,max:2G dom0_max_vcpus=2 com1=115200,8n1 console=com1,vga "
        + "loglvl=all guest_loglvl=all/all noreboot sync_console console_timestamps=boot "
        + "no-real-mode conring_size=64k sched=credit")
    #expect(reports == [])
    #expect(options.dom0Memory.initial == MemoryAmount(bytes: 1 << 30))
    #expect(options.dom0Memory.maximum == MemoryAmount(bytes: 2 << 30))
    #expect(options.dom0Memory.minimum == nil)
    #expect(options.dom0MaximumVCPUs == 2)
    #expect(options.dom0MinimumVCPUs == 2)
    #expect(options.com1?.baud == 115200)
    #expect(options.consoles == .com1 | .vga)
    #expect(options.log == LogThresholds(always: 4, limited: 4))
    #expect(options.isRebootForbidden && options.isConsoleSynchronous)
    #expect(options.timestamps == .boot)
    #expect(options.isRealModeForbidden)
    #expect(options.consoleRingBytes == 65536)
  }

  @Test func defaultsAreXens() {
    let options = Options()
    #expect(options.consoles == .com1 | .vga)
    #expect(options.com1 == nil)
    #expect(options.log == LogThresholds(always: 3, limited: 3) && !options.isVGAKept)
    #expect(options.guestLog == LogThresholds(always: 0, limited: 2))
    #expect(options.claimedVersion == (4, 17))
  }

  @Test func theConsolesPortIsUsedAsItIsWhenNothingDescribesIt() {
    #expect(parse("").options.serialPort(0) == SerialOptions())
    #expect(parse("").options.serialPort(1) == nil)
    #expect(parse("console=vga").options.serialPort(0) == nil)
    #expect(parse("console=com2").options.serialPort(1)?.baud == nil)
    #expect(parse("console=vga com1=9600").options.serialPort(0)?.baud == 9600)
  }

  @Test(arguments: [
    ("smep", Preference.on), ("no-smep", .off), ("smep=off", .off), ("smep=1", .on),
    ("smep=disable", .off), ("smep=hvm", .off), ("no-smep=off", .on),
  ])
  func booleansHaveTheirForms(_ line: String, _ expected: Preference) {
    let (options, reports) = parse(line)
    #expect(options.smep == expected)
    #expect(reports.isEmpty)
  }

  @Test func hyphensAndUnderscoresAreTheSameInNames() {
    #expect(parse("dom0-mem=1G dom0_vcpus-pin").options.dom0Memory.initial?.bytes == 1 << 30)
    #expect(parse("dom0-vcpus-pin").options.isDom0Pinned)
  }

  @Test(arguments: [
    ("512M", MemoryAmount(bytes: 512 << 20)), ("1024", MemoryAmount(bytes: 1 << 20)),
    ("4096b", MemoryAmount(bytes: 4096)),
    ("-256m", MemoryAmount(bytes: 256 << 20, isLeftOver: true)),
    ("25%", MemoryAmount(percent: 25)), ("1G+10%", MemoryAmount(bytes: 1 << 30, percent: 10)),
    ("-1G+10%", MemoryAmount(bytes: 1 << 30, percent: 10, isLeftOver: true)),
    ("0x400k", MemoryAmount(bytes: 1 << 20)), ("1t", MemoryAmount(bytes: 1 << 40)),
  ])
  func memoryAmountsAreRead(_ text: String, _ expected: MemoryAmount) {
    let (options, reports) = parse("dom0_mem=\(text)")
    #expect(options.dom0Memory.initial == expected)
    #expect(reports.isEmpty)
  }

  @Test func aListOfAmountsMayComeInAnyOrder() {
    let memory = parse("dom0_mem=min:256M,1G,max:-512M").options.dom0Memory
    #expect(memory.minimum == MemoryAmount(bytes: 256 << 20))
    #expect(memory.initial == MemoryAmount(bytes: 1 << 30))
    #expect(memory.maximum == MemoryAmount(bytes: 512 << 20, isLeftOver: true))
  }

  @Test func amountsResolveAgainstWhatIsThere() {
    #expect(MemoryAmount(bytes: 100, percent: 50).resolved(available: 1000) == 600)
    #expect(MemoryAmount(bytes: 100, isLeftOver: true).resolved(available: 1000) == 900)
    #expect(MemoryAmount(bytes: 2000, isLeftOver: true).resolved(available: 1000) == 0)
    #expect(MemoryAmount(bytes: .max, percent: 99).resolved(available: .max) == .max)
  }

  @Test(
    arguments: [
      ("3", 3, 3), ("2-4", 2, 4), ("2-", 2, nil), ("-4", 1, 4),
    ] as [(String, UInt32, UInt32?)])
  func vcpuCountsMayBeRanges(_ text: String, _ minimum: UInt32, _ maximum: UInt32?) {
    let options = parse("dom0_max_vcpus=\(text)").options
    #expect(options.dom0MinimumVCPUs == minimum)
    #expect(options.dom0MaximumVCPUs == maximum)
  }

  @Test func serialPortsTakePositionsAndNames() throws {
    let first = try #require(parse("com1=115200/1843200,7e2,0x2f8,3").options.com1)
    #expect(first.baud == 115200 && first.baseBaud == 1_843_200)
    #expect(first.dataBits == 7 && first.parity == .even && first.stopBits == 2)
    #expect(first.ioBase == 0x2f8 && first.irq == 3)
    let second = try #require(parse("com2=auto,,pci").options.com2)
    #expect(second.baud == nil && second.isPCI && second.dataBits == 8)
    let third = try #require(
      parse("com1=baud=9600,parity=n,stop_bits=1,io_base=0xfe000000,reg_width=4,reg_shift=2")
        .options.com1)
    #expect(third.baud == 9600 && third.ioBase == 0xfe00_0000)
    #expect(third.registerWidth == 4 && third.registerShift == 2)
  }

  @Test(
    arguments: [
      ("loglvl=info", 3, 3), ("loglvl=warning/all", 2, 4), ("loglvl=all/none", 4, 4),
      ("loglvl=none", 0, 0), ("loglvl=error/debug", 1, 4),
    ] as [(String, UInt8, UInt8)])
  func logThresholdsAreRead(_ line: String, _ always: UInt8, _ limited: UInt8) {
    #expect(parse(line).options.log == LogThresholds(always: always, limited: limited))
  }

  @Test(arguments: [
    ("bogus", CommandLineComplaint.unknown), ("no-bogus=3", .unknown), ("=", .unknown),
    ("smep=maybe", .notABoolean), ("no-smep=hvm", .notABoolean), ("maxcpus=", .notANumber),
    ("maxcpus=0x1_", .notANumber), ("maxcpus=4294967296", .notANumber), ("mem=12q", .notASize),
    ("mem=99999999999T", .notASize), ("no-mem", .cannotBeNegated), ("dom0_mem=", .notASize),
    ("dom0_mem=1G+100%", .notASize), ("dom0_mem=max:", .notASize), ("com1=fast", .notANumber),
    ("com1=0", .outOfRange), ("com1=9600,9n1", .outOfRange), ("com1=9600,8q1", .unknownValue),
    ("com1=9600,8n1,0x3f8,4,a,b,c", .unknownValue), ("console=com3", .unknownValue),
    ("loglvl=loud", .unknownValue), ("loglvl=all/", .unknownValue), ("sched=fifo", .unknownValue),
    ("dom0_max_vcpus=4-2", .outOfRange), ("dom0_max_vcpus=x-2", .notANumber),
    ("no-console", .cannotBeNegated), ("vga=keep,big", .unknownValue), ("dom0_nodes=0", .ignored),
    ("xenver=4", .notANumber), ("xenver=4.", .notANumber), ("conswitch=", .unknownValue),
    ("abcdefghijklmnopqrstuvwxyzabcdefghijklmnop", .unknown), ("maxcpus=08", .notANumber),
    ("spec-ctrl=no", .ignored), ("no-spec-ctrl=eager-fpu", .ignored),
  ])
  func badWordsAreReportedAndChangeNothing(_ word: String, _ complaint: CommandLineComplaint) {
    let (options, reports) = parse("nosmp \(word) noreboot")
    #expect(reports == [Report(complaint, word)])
    #expect(options.isSMPDisabled && options.isRebootForbidden)
    #expect(options.com1 == nil && options.dom0Memory == Dom0Memory())
    #expect(options.consoles == Options().consoles && options.memoryLimit == nil)
  }

  @Test func statingThatFPUStateIsSwitchedEagerlyIsNoMistake() {
    #expect(parse("spec-ctrl=eager-fpu").reports.isEmpty)
  }

  @Test func quotedValuesMayHoldSpaces() {
    let (_, reports) = parse("bogus=\"a b\" nosmp crashkernel=\"x")
    #expect(reports == [Report(.unknown, "bogus=\"a b\""), Report(.ignored, "crashkernel=\"x")])
    #expect(parse("console=\"com1\"").options.consoles == .com1)
  }

  @Test func everyOtherOptionReachesItsField() {
    let options = parse(
      "nosmp maxcpus=010 watchdog=force watchdog_timeout=7 acpi=noirq x2apic=off clocksource=hpet "
        + "iommu=force,verbose ucode=-1 xsave=no smap=off nmi=fatal hpet=off conswitch=bx "
        + "xenver=4.18 e820-verbose cpuidle=0 sched_credit_tslice_ms=5 reboot=t,cold mem=4G "
        + "availmem=2G gnttab_max_frames=64 console_to_ring max_cstate=1 dom0=verbose,pvh "
        + "console=com2H,dbgp vga=text-80x25,keep"
    ).options
    #expect(options.maximumCPUs == 8 && options.watchdog == .forced && options.watchdogSeconds == 7)
    #expect(options.acpi == .noInterrupts && options.x2apic == .off)
    #expect(options.clockSource == .hpet && options.iommu == .on)
    #expect(options.microcode == .module(-1) && !options.isXSAVEUsed && options.smap == .off)
    #expect(options.nmi == .fatal && !options.isHPETUsed)
    #expect(options.consoleSwitch == UInt8(ascii: "b") && !options.isInputGivenToDom0)
    #expect(options.claimedVersion == (4, 18) && options.isE820Verbose)
    #expect(!options.isCPUIdleUsed && options.creditSliceMilliseconds == 5)
    #expect(options.reboot == .tripleFault && options.memoryLimit == 4 << 30)
    #expect(options.availableMemory == 2 << 30 && options.grantTableFrames == 64)
    #expect(options.isGuestOutputInRing && options.maximumCState == 1)
    #expect(options.isDom0PVH && options.isDom0Verbose)
    #expect(options.consoles == .com2 | .debugPort && options.isVGAKept)
  }

  @Test func randomLinesNeverTrap() {
    let pieces = [
      "dom0_mem", "com1", "=", ",", "-", "no-", "--", " ", "\"", "%", "+", "0x",
      "9999999999999999999",
      "1G", "/", "min:", "loglvl", "all", "console", "iommu", "ucode", "scan=", "hpet", ".",
      "\u{e9}",
      "\0", "conswitch", "reboot",
    ]
    var seed: UInt64 = 0x5eed_0003
    for _ in 0..<3000 {
      var line = ""
      for _ in 0..<12 {
        seed = seed &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
        line += pieces[Int((seed >> 33) % UInt64(pieces.count))]
      }
      _ = parse(line)
      _ = split(line, loader: "qemu")
    }
  }
}
