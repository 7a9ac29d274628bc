import Dispatch
import Glibc
import Synchronization
import Workers

/// Writes lines to a descriptor from a thread of its own, so that nobody who logs ever waits for whoever reads the log: a pipe
/// that is full would stop the server. Lines wait in memory up to a limit; what comes beyond it is dropped and counted.
public final class LogWriter: Sendable {
  private struct State {
    var pending: [UInt8] = []
    /// Empty, with the room of a batch that was written: growing anew would cost more than writing.
    var spare: [UInt8] = []
    /// Whether the thread has been told that there is something.
    var isAwake = false
    var hasThread = false
    /// Lines dropped since the last that were told of.
    var untold = 0
    var waiters: [DispatchSemaphore] = []
  }

  /// The one of standard error. What is pending when the process exits is written for up to a second.
  public static let standardError: LogWriter = {
    atexit { LogWriter.standardError.flush(within: .seconds(1)) }
    return LogWriter(descriptor: STDERR_FILENO)
  }()

  private let descriptor: Int32
  private let limit: Int
  private let state = Mutex(State())
  private let wake = DispatchSemaphore(value: 0)
  private let dropped = Atomic<Int>(0)

  /// Makes a writer; its thread starts with the first line and stays.
  ///
  /// - Parameters:
  ///   - descriptor: stays open as long as the process.
  ///   - limit: bytes that may wait; as many more may be on their way.
  public init(descriptor: Int32, limit: Int = 1 << 20) {
    self.descriptor = descriptor
    self.limit = limit
  }

  /// Lines that were lost: there were too many, or nobody reads them any more.
  public var droppedLines: Int { dropped.load(ordering: .relaxed) }

  /// Takes a line, its line end included. Never waits for the descriptor.
  public func write(_ line: [UInt8]) {
    enum Next { case nothing, wake, start }
    let next: Next = state.withLock { state in
      guard state.pending.count + line.count <= limit else {
        dropped.wrappingAdd(1, ordering: .relaxed)
        state.untold += 1
        return .nothing
      }
      state.pending.append(contentsOf: line)
      if state.isAwake { return .nothing }
      state.isAwake = true
      defer { state.hasThread = true }
      return state.hasThread ? .wake : .start
    }
    switch next {
    case .nothing: return
    case .start: startThread()
    case .wake: wake.signal()
    }
  }

  /// How many lines were dropped since this was last asked, once there is room again: what a line should tell.
  package func takeUntold() -> Int {
    state.withLock { state in
      guard state.untold > 0, state.pending.count <= limit / 2 else { return 0 }
      defer { state.untold = 0 }
      return state.untold
    }
  }

  /// Waits until all lines are written, at most `limit`.
  public func flush(within limit: DispatchTimeInterval) {
    let written = DispatchSemaphore(value: 0)
    let mustWait = state.withLock { state in
      guard state.isAwake else { return false }
      state.waiters.append(written)
      return true
    }
    if mustWait { _ = written.wait(timeout: .now() + limit) }
  }

  private func startThread() {
    do throws(WorkersError) {
      _ = try NamedThread(name: "log") { [self] in
        ignoreBrokenPipe()
        while true {
          drain()
          wake.wait()
        }
      }
    } catch {
      // No thread to be had: better late than lost.
      state.withLock { $0.hasThread = false }
      drain()
    }
  }

  private func drain() {
    while true {
      let (batch, waiters): ([UInt8], [DispatchSemaphore]) = state.withLock { state in
        guard state.pending.isEmpty else {
          let batch = state.pending
          state.pending = state.spare
          state.spare = []
          return (batch, [])
        }
        state.isAwake = false
        defer { state.waiters = [] }
        return ([], state.waiters)
      }
      if batch.isEmpty {
        for waiter in waiters { waiter.signal() }
        return
      }
      put(batch)
      giveBack(batch)
    }
  }

  private func giveBack(_ written: consuming [UInt8]) {
    var room = written
    room.removeAll(keepingCapacity: true)
    state.withLock { $0.spare = room }
  }

  /// One thread writes, so that lines stay whole however little the descriptor takes at a time.
  private func put(_ batch: [UInt8]) {
    var start = 0
    while start < batch.count {
      let count = batch.withUnsafeBytes { Glibc.write(descriptor, $0.baseAddress.map { $0 + start }, $0.count - start) }
      if count > 0 {
        start += count
      } else if count < 0, errno == EAGAIN {
        // Somebody else made it non-blocking.
        var waited = pollfd(fd: descriptor, events: Int16(POLLOUT), revents: 0)
        poll(&waited, 1, 1_000)
      } else if count == 0 || errno != EINTR {
        let lost = batch[start...].count { $0 == UInt8(ascii: "\n") }
        dropped.wrappingAdd(lost, ordering: .relaxed)
        return
      }
    }
  }

  /// A reader of the log that ends must not end the server (SIGPIPE goes to the thread that wrote).
  private func ignoreBrokenPipe() {
    var signals = sigset_t()
    sigemptyset(&signals)
    sigaddset(&signals, SIGPIPE)
    pthread_sigmask(SIG_BLOCK, &signals, nil)
  }
}
