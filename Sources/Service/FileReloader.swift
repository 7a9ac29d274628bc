import Dispatch
import Glibc
import Logging
import Synchronization

/// Has what was read from files read again when they change, or when SIGHUP comes.
///
/// A file is looked at through its symbolic links, so a Kubernetes secret that is swapped is seen too. What changed is
/// read when it has stood still for one interval: certificate and key are replaced one after the other, and a file
/// that is half written is nobody's. SIGHUP does not wait. What cannot be read is logged once, and tried again when
/// the files change again.
public final class FileReloader: Sendable {
  /// What tells one state of a file from another.
  private struct Fingerprint: Equatable {
    let device: UInt64
    let inode: UInt64
    let size: Int64
    let seconds: Int
    let nanoseconds: Int

    /// Nil where there is no such file.
    init?(_ path: String) {
      var status = stat()
      guard stat(path, &status) == 0 else { return nil }
      device = UInt64(status.st_dev)
      inode = UInt64(status.st_ino)
      size = Int64(status.st_size)
      seconds = Int(status.st_mtim.tv_sec)
      nanoseconds = Int(status.st_mtim.tv_nsec)
    }
  }

  private struct Watch: Sendable {
    let name: String
    let files: [String]
    let reload: @Sendable () throws -> Void
    /// The state that was read, or tried.
    var read: [Fingerprint?]
    /// The state at the last look.
    var seen: [Fingerprint?]
  }

  private struct State {
    var watches: [Watch] = []
    var timer: (any DispatchSourceTimer)?
    var signal: (any DispatchSourceSignal)?
  }

  private let logger: Logger
  private let interval: Duration
  /// Where files are read, one after the other.
  private let queue = DispatchQueue(label: "dragoman.files")
  private let state = Mutex(State())

  /// Makes one that looks at nothing yet.
  ///
  /// - Parameter interval: the time between two looks.
  public init(logger: Logger, interval: Duration = .seconds(2)) {
    self.logger = logger
    self.interval = interval
  }

  deinit { stop() }

  /// Has `reload` called when one of `files` changes after this call; so call it before they are first read.
  ///
  /// - Parameters:
  ///   - name: what the files hold, as the log is to call it: `certificate`.
  ///   - reload: reads them. What it throws is logged; what was in use must stay in use then.
  public func watch(_ files: [String], _ name: String, reload: @escaping @Sendable () throws -> Void) {
    let now = files.map(Fingerprint.init)
    state.withLock { $0.watches.append(Watch(name: name, files: files, reload: reload, read: now, seen: now)) }
  }

  /// A source hears a signal only where its default, the end of the process, is off. Once: Dispatch puts a handler of its
  /// own there, which a second reloader must not take away.
  private static let ignoreHangUp: Void = { _ = Glibc.signal(SIGHUP, SIG_IGN) }()

  /// Begins to look, and to listen for SIGHUP, which no longer ends the process from now on. Where nothing is watched it
  /// does neither: a server without files to read again ends with its terminal.
  public func start() {
    state.withLock { state in
      guard state.timer == nil, !state.watches.isEmpty else { return }
      _ = Self.ignoreHangUp
      let signal = DispatchSource.makeSignalSource(signal: SIGHUP, queue: queue)
      signal.setEventHandler { [weak self] in self?.reloadAll() }
      let timer = DispatchSource.makeTimerSource(queue: queue)
      let seconds = interval / .seconds(1)
      timer.schedule(deadline: .now() + seconds, repeating: seconds, leeway: .milliseconds(50))
      timer.setEventHandler { [weak self] in self?.look() }
      state.signal = signal
      state.timer = timer
      signal.activate()
      timer.activate()
    }
  }

  /// Looks and listens no more. SIGHUP stays without effect.
  public func stop() {
    state.withLock { state in
      state.timer?.cancel()
      state.signal?.cancel()
      state.timer = nil
      state.signal = nil
    }
  }

  // MARK: On the queue

  private func look() {
    let count = state.withLock { $0.watches.count }
    for index in 0..<count {
      let isDue = state.withLock { state in
        let now = state.watches[index].files.map(Fingerprint.init)
        defer { state.watches[index].seen = now }
        return now != state.watches[index].read && now == state.watches[index].seen
      }
      if isDue { reload(index) }
    }
  }

  private func reloadAll() {
    let count = state.withLock { $0.watches.count }
    logger.info("SIGHUP: reading files again", metadata: ["watched": "\(count)"])
    for index in 0..<count { reload(index) }
  }

  private func reload(_ index: Int) {
    // Before the files are read: what is written while they are is a change.
    let watch = state.withLock { state in
      let now = state.watches[index].files.map(Fingerprint.init)
      state.watches[index].read = now
      state.watches[index].seen = now
      return state.watches[index]
    }
    do {
      try watch.reload()
      logger.info("\(watch.name) reloaded")
    } catch {
      logger.error("\(watch.name) not reloaded; what was in use stays", metadata: ["reason": "\(error)"])
    }
  }
}
