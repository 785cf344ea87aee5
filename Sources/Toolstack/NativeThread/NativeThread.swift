// NativeThread starts threads for work that waits in calls to the kernel: a task of Swift's own pool
// must not.

import Glibc

/// A thread of the operating system's.
public enum NativeThread {
  /// Runs a function on a thread of its own, which gets no signals: they are for the threads that
  /// expect them. False when there can be none.
  public static func start(_ body: @escaping @Sendable () -> Void) -> Bool {
    final class Box {
      let body: @Sendable () -> Void
      init(_ body: @escaping @Sendable () -> Void) { self.body = body }
    }
    var thread = pthread_t()
    // Safety: the box is retained here and released by the one thread that takes it, or here when
    // that thread could not be made.
    let box = unsafe Unmanaged.passRetained(Box(body))
    var (all, old) = (sigset_t(), sigset_t())
    // Safety: sets of that type are written and read; a thread begins with its maker's.
    _ = unsafe sigfillset(&all)
    _ = unsafe pthread_sigmask(SIG_SETMASK, &all, &old)
    defer { _ = unsafe pthread_sigmask(SIG_SETMASK, &old, nil) }
    let result = unsafe pthread_create(
      &thread, nil,
      { argument in
        guard let argument = unsafe argument else { return nil }
        // Safety: it is the box that was retained for this thread.
        let box = unsafe Unmanaged<Box>.fromOpaque(argument).takeRetainedValue()
        box.body()
        return nil
      }, box.toOpaque())
    guard result == 0 else {
      unsafe box.release()
      return false
    }
    pthread_detach(thread)
    return true
  }
}
