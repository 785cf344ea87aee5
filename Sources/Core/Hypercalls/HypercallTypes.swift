import Domains
import Primitives
import XenABI

/// The words of a hypercall, in the order of its prototype.
public struct HypercallArguments: BitwiseCopyable, Sendable {
  public var first: UInt64 = 0
  public var second: UInt64 = 0
  public var third: UInt64 = 0
  public var fourth: UInt64 = 0
  public var fifth: UInt64 = 0
  public var sixth: UInt64 = 0

  /// All words zero.
  public init() {}

  /// The words given, the others zero.
  public init(
    _ first: UInt64, _ second: UInt64 = 0, _ third: UInt64 = 0, _ fourth: UInt64 = 0,
    _ fifth: UInt64 = 0, _ sixth: UInt64 = 0
  ) {
    self.first = first
    self.second = second
    self.third = third
    self.fourth = fourth
    self.fifth = fifth
    self.sixth = sixth
  }
}

/// How a hypercall ends.
public enum HypercallOutcome: BitwiseCopyable, Sendable {
  /// It is done; the value goes to the guest as it is (errors are thrown instead).
  case done(Int64)
  /// It is not done: the guest executes it again with these for its first three arguments. (Three,
  /// because an outcome of four words is returned in registers.)
  case restart(UInt64, UInt64, UInt64)

  /// Not done: the guest executes it again with these arguments, of which only the first three may
  /// have changed.
  @inline(__always) public static func again(_ arguments: HypercallArguments) -> HypercallOutcome {
    .restart(arguments.first, arguments.second, arguments.third)
  }

  /// Done, with value 0.
  public static var success: HypercallOutcome { .done(0) }
}

/// Who makes a hypercall.
public struct Caller: Sendable {
  /// The vCPU, which runs on this CPU.
  public let vcpu: Ref<VCPU>

  /// The caller that is `vcpu`.
  public init(_ vcpu: Ref<VCPU>) { self.vcpu = vcpu }

  /// Its domain.
  public var domain: Ref<Domain> { vcpu.pointee.domain }
}
