import Glibc
import Synchronization
import Workers

/// SIGINT and SIGTERM as requests to end: the first is kept for whoever looks, a second one ends the process at once.
final class Interruption: Sendable {
  /// What the signal handler touches; a handler can reach nothing but globals.
  private enum Handler {
    static let first = Atomic<Int32>(0)
    static let descriptor = Atomic<Int32>(-1)
  }

  /// Readable, for good, once a signal has come; −1 where the system had no pipe left.
  let descriptor: Int32

  /// The signal that came first; nil as long as none has.
  var signal: Int32? {
    let signal = Handler.first.load(ordering: .relaxed)
    return signal == 0 ? nil : signal
  }

  /// Takes over both signals, except those that the process was started to ignore (`nohup`, a background job).
  init() {
    var ends: [Int32] = [-1, -1]
    descriptor = pipe(&ends) == 0 ? ends[0] : -1
    Handler.descriptor.store(ends[1], ordering: .relaxed)
    Handler.first.store(0, ordering: .relaxed)
    for signal in [SIGINT, SIGTERM] where !Self.isIgnored(signal) {
      Glibc.signal(signal) { signal in
        let isFirst = Handler.first.compareExchange(expected: 0, desired: signal, ordering: .relaxed).exchanged
        if !isFirst { _exit(128 + signal) }
        let code = errno
        var byte: UInt8 = 0
        _ = write(Handler.descriptor.load(ordering: .relaxed), &byte, 1)
        errno = code
      }
    }
  }

  /// Calls `body` once, on a thread of its own, when the first signal comes.
  func onFirst(_ body: @escaping @Sendable () -> Void) throws(WorkersError) {
    _ = try NamedThread(name: "signals") { [descriptor] in
      var input = pollfd(fd: descriptor, events: Int16(POLLIN), revents: 0)
      while poll(&input, 1, -1) < 0, errno == EINTR {}
      body()
    }
  }

  private static func isIgnored(_ signal: Int32) -> Bool {
    var action = sigaction()
    guard sigaction(signal, nil, &action) == 0 else { return false }
    return unsafeBitCast(action.__sigaction_handler.sa_handler, to: Int.self) == unsafeBitCast(SIG_IGN, to: Int.self)
  }
}
