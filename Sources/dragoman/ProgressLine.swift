import Glibc
import Inference
import Synchronization

/// A line on the terminal that any thread may change.
final class ProgressDisplay: Sendable {
  private let line: Mutex<ProgressLine>

  init(_ line: ProgressLine) { self.line = Mutex(line) }

  /// More texts are done, those of a chunk, which took so many bytes of input.
  func add(texts: Int, bytes: Int, chunk: Int) { line.withLock { $0.add(texts: texts, bytes: bytes, chunk: chunk) } }

  /// How far the work on a chunk has come; `place` is what its first text is called.
  func set(_ progress: SummaryProgress, chunk: Int, place: String) {
    line.withLock { $0.set(progress, chunk: chunk, place: place) }
  }

  /// Writes a line of its own.
  func note(_ text: String) { line.withLock { $0.note(text) } }

  /// Leaves the final count; nothing is shown behind it.
  func finish() { line.withLock { $0.finish() } }
}

/// A line on the terminal that counts what is done: share and time left where the size of the input is known, and how
/// far the first document that is not done has come.
struct ProgressLine {
  static let interval = Duration.milliseconds(200)  // between two looks of the line

  private let isShown: Bool
  private let total: Int?
  private let unit: InputReader.Unit
  private let start = ContinuousClock.now
  private var texts = 0
  private var bytes = 0
  private var shown: ContinuousClock.Instant?
  private var width = 0
  private var isFinished = false
  /// Of each chunk that is worked on and tells how far it has come.
  private var stages: [Int: StageProgress] = [:]

  /// - Parameters:
  ///   - isShown: whether anything is written at all.
  ///   - total: bytes of the whole input; nil where they are not known.
  init(isShown: Bool, total: Int?, unit: InputReader.Unit) {
    self.isShown = isShown
    self.total = total
    self.unit = unit
  }

  /// Whether the standard error is a terminal and translations do not appear between its lines.
  static func isUseful(outputIsFile: Bool) -> Bool {
    isatty(STDERR_FILENO) == 1 && (outputIsFile || isatty(STDOUT_FILENO) == 0)
  }

  /// More texts are done, those of a chunk, which took so many bytes of input.
  mutating func add(texts: Int, bytes: Int, chunk: Int) {
    self.texts += texts
    self.bytes += bytes
    stages[chunk] = nil
    update()
  }

  /// How far the work on a chunk has come. Lines take too little time each for that to be shown.
  mutating func set(_ progress: SummaryProgress, chunk: Int, place: String) {
    guard isShown, !isFinished, unit == .document else { return }
    let now = ContinuousClock.now
    if stages[chunk]?.update(progress, now) == nil {
      stages[chunk] = StageProgress(place: place, progress: progress, start: now)
    }
    update()
  }

  /// Writes a line of its own, in place of what is shown.
  mutating func note(_ text: String) {
    write((width > 0 ? "\r" + String(repeating: " ", count: width) + "\r" : "") + text + "\n")
    (shown, width) = (nil, 0)
  }

  /// Leaves the final count on a line of its own.
  mutating func finish() {
    guard isShown, texts > 0 || width > 0 else { return }
    isFinished = true
    show(summary(seconds: (ContinuousClock.now - start) / .seconds(1), isFinished: true))
    write("\n")
  }

  private mutating func update() {
    let now = ContinuousClock.now
    guard isShown, !isFinished, shown.map({ now - $0 >= Self.interval }) ?? true else { return }
    shown = now
    var text = texts > 0 ? summary(seconds: (now - start) / .seconds(1), isFinished: false) : ""
    if let first = stages.min(by: { $0.key < $1.key })?.value { text += (text.isEmpty ? "" : "; ") + first.text(now) }
    show(text)
  }

  /// The line's text, such as `42 %, 512 lines, 118 lines/s, 6 s left`.
  /// - Parameter seconds: since the start.
  func summary(seconds: Double, isFinished: Bool) -> String {
    let name = unit == .line ? "lines" : "documents"
    let rate = Double(texts) / max(seconds, 0.001)
    var parts: [String] = []
    if let total, total > 0, !isFinished { parts.append("\(min(100, bytes * 100 / total)) %") }
    parts.append("\(texts) \(name)")
    parts.append("\(rate < 10 ? "\((rate * 10).rounded() / 10)" : "\(Int(rate.rounded()))") \(name)/s")
    if isFinished {
      parts.append(Self.time(seconds))
    } else if let total, bytes > 0, bytes < total {
      parts.append(Self.time(seconds * Double(total - bytes) / Double(bytes)) + " left")
    }
    return parts.joined(separator: ", ")
  }

  /// The two largest units of a time, such as `2 min 5 s`.
  static func time(_ seconds: Double) -> String {
    let whole = Int(min(max(0, seconds), 1e9).rounded())
    if whole < 60 { return "\(whole) s" }
    if whole < 3_600 { return "\(whole / 60) min \(whole % 60) s" }
    return "\(whole / 3_600) h \(whole / 60 % 60) min"
  }

  /// Replaces the line, cut to the terminal's width: a line that wraps could not be replaced.
  private mutating func show(_ text: String) {
    var window = winsize()
    let columns = ioctl(STDERR_FILENO, UInt(TIOCGWINSZ), &window) == 0 && window.ws_col > 0 ? Int(window.ws_col) : 80
    let line = String(text.prefix(columns - 1))
    write("\r" + line + String(repeating: " ", count: max(0, width - line.count)))
    width = line.count
  }

  private func write(_ text: String) {
    try? Descriptor.write(Array(text.utf8), to: STDERR_FILENO, name: "standard error")
  }
}

/// How far one document has come.
struct StageProgress {
  private let place: String
  private var progress: SummaryProgress
  /// When its stage began, and what was done then.
  private var start: ContinuousClock.Instant
  private var doneAtStart: Int

  init(place: String, progress: SummaryProgress, start: ContinuousClock.Instant) {
    self.place = place
    self.progress = progress
    self.start = start
    doneAtStart = progress.done
  }

  mutating func update(_ next: SummaryProgress, _ now: ContinuousClock.Instant) {
    // A model may write again over what it wrote: that counts from 0.
    if next.stage != progress.stage || next.total != progress.total || next.done < progress.done {
      (start, doneAtStart) = (now, next.done)
    }
    progress = next
  }

  /// Such as `writing 12 of 40, 35 s left (report.txt)`; the time is that of this stage.
  func text(_ now: ContinuousClock.Instant) -> String {
    var parts = [progress.stage.rawValue]
    if progress.total > 1 { parts[0] += " \(progress.done) of \(progress.total)" }
    let done = progress.done - doneAtStart
    if done > 0, progress.done < progress.total {
      let seconds = (now - start) / .seconds(1) * Double(progress.total - progress.done) / Double(done)
      parts.append("\(ProgressLine.time(seconds)) left")
    }
    return parts.joined(separator: ", ") + " (\(place))"
  }
}
