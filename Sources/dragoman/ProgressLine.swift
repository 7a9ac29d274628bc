import Glibc

/// A line on the terminal that counts what is done: share and time left where the size of the input is known.
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

  /// More texts are done, which took so many bytes of input.
  mutating func add(texts: Int, bytes: Int) {
    self.texts += texts
    self.bytes += bytes
    let now = ContinuousClock.now
    guard isShown, shown.map({ now - $0 >= Self.interval }) ?? true else { return }
    shown = now
    show(summary(seconds: (now - start) / .seconds(1), isFinished: false))
  }

  /// Leaves the final count on a line of its own.
  mutating func finish() {
    guard isShown, texts > 0 else { return }
    show(summary(seconds: (ContinuousClock.now - start) / .seconds(1), isFinished: true))
    write("\n")
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
