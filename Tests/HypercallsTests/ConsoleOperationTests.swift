import Domains
import FakeMachine
import Hypercalls
import Machine
import Primitives
import Testing
import XenABI

extension World {
  fileprivate func console(
    _ operation: UInt64, _ count: UInt64, _ address: UInt64 = World.arguments,
    by domain: Ref<Domain>
  ) throws -> Int64? {
    let caller = try self.caller(domain)
    return result { () throws(XenErrno) in
      try hv.consoleOperation(caller, HypercallArguments(operation, count, address))
    }
  }

  fileprivate func put(_ text: String) throws {
    for (i, byte) in text.utf8.enumerated() {
      try hv.write(byte, to: GuestHandle<UInt8>(address: World.arguments), at: UInt64(i))
    }
  }
}

@Suite struct ConsoleOperationTests {
  private let write = UInt64(ConsoleIOOp.write.rawValue)
  private let read = UInt64(ConsoleIOOp.read.rawValue)

  @Test func dom0WritesAsManyCharactersAsItSays() throws {
    try World.run { (w: World) throws -> Void in
      let text = String(repeating: "abc\u{7}", count: 100)
      try w.put(text)
      #expect(try w.console(write, 399, by: w.dom0) == 0)
      #expect(w.host.update { $0.consoleOutput } == Array(text.utf8.prefix(399)))
    }
  }

  @Test func aLongWriteLetsInterruptsInAndGoesOn() throws {
    try World.run { (w: World) throws -> Void in
      try w.put(String(repeating: "x", count: 300))
      w.host.update { $0.turnsUntilInterrupt = 0 }
      #expect(try w.console(write, 300, by: w.dom0) == nil)
      #expect(w.host.update { $0.consoleOutput.count } == 128)
    }
  }

  @Test func whatCannotBeReadIsNotWritten() throws {
    try World.run { (w: World) throws -> Void in
      #expect(try w.console(write, 10, 0x7fff_0000_0000, by: w.dom0) == negative(.EFAULT))
      #expect(w.host.update { $0.consoleOutput } == [])
    }
  }

  @Test func dom0ReadsWhatWasTypedOnce() throws {
    try World.run { (w: World) throws -> Void in
      w.host.update { $0.consoleInput = Array("ls -l\n".utf8) }
      #expect(try w.console(read, 4, by: w.dom0) == 4)
      #expect(try w.console(read, 1000, World.arguments + 4, by: w.dom0) == 2)
      #expect(try w.console(read, 1000, by: w.dom0) == 0)
      for (i, byte) in "ls -l\n".utf8.enumerated() {
        let handle = GuestHandle<UInt8>(address: World.arguments)
        #expect(try w.hv.read(handle, at: UInt64(i)) == byte)
      }
    }
  }

  @Test func aCountThatCouldLookLikeAnErrorIsRefused() throws {
    try World.run { (w: World) throws -> Void in
      w.host.update { $0.consoleInput = [65] }
      #expect(try w.console(read, 0x8000_0000, by: w.dom0) == negative(.E2BIG))
      #expect(w.host.update { $0.consoleInput } == [65])
      #expect(try w.console(read, 0x7fff_ffff, by: w.dom0) == 1)
    }
  }

  @Test func otherDomainsReachTheConsoleInNoWay() throws {
    try World.run { (w: World) throws -> Void in
      w.host.update { $0.consoleInput = [65] }
      try w.put("flood")
      #expect(try w.console(write, 5, by: w.guest) == negative(.EPERM))
      #expect(try w.console(read, 5, by: w.guest) == negative(.EPERM))
      #expect(w.host.update { $0.consoleOutput } == [])
      #expect(w.host.update { $0.consoleInput } == [65])
    }
  }

  @Test func anUnknownOperationIsNone() throws {
    try World.run { (w: World) throws -> Void in
      #expect(try w.console(2, 0, by: w.dom0) == negative(.ENOSYS))
    }
  }
}

@Suite struct DebugKeyTests {
  @Test func keysAreThoseOfXen() {
    var found = ""
    DebugKey.forEach { found.append(Character(Unicode.Scalar($0.rawValue))) }
    #expect(found == "%*+-0GRdeghmqrtw")
  }

  @Test func whatEndsTheMachineIsNoDiagnostic() {
    #expect(!DebugKey.reboot.isDiagnostic && !DebugKey.trap.isDiagnostic)
    // One that ran all others would run itself.
    #expect(!DebugKey.allDiagnostics.isDiagnostic)
    #expect(DebugKey.domains.isDiagnostic)
  }
}
