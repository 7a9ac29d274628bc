import Glibc
import Synchronization

/// A line on the terminal that counts; nothing where the standard error is no terminal.
final class Progress: Sendable {
  private struct State {
    var lines = 0
    var shown: ContinuousClock.Instant?
  }

  private let state = Mutex(State())
  private let start = ContinuousClock.now
  private let isShown = isatty(STDERR_FILENO) == 1 && isatty(STDOUT_FILENO) == 0

  /// More lines are done.
  func add(lines: Int) {
    guard isShown else { return }
    let now = ContinuousClock.now
    let text: String? = state.withLock { state in
      state.lines += lines
      if let shown = state.shown, now - shown < .milliseconds(200) { return nil }
      state.shown = now
      return summary(state.lines, now)
    }
    if let text { show("\r\(text)") }
  }

  /// Ends the line.
  func finish() {
    guard isShown else { return }
    show("\r\(summary(state.withLock(\.lines), ContinuousClock.now))\n")
  }

  private func summary(_ lines: Int, _ now: ContinuousClock.Instant) -> String {
    let seconds = (now - start) / .seconds(1)
    return "\(lines) lines, \(Int(Double(lines) / max(seconds, 0.001))) lines/s "
  }

  private func show(_ text: String) {
    var text = text
    text.withUTF8 { bytes in _ = Glibc.write(STDERR_FILENO, bytes.baseAddress, bytes.count) }
  }
}
