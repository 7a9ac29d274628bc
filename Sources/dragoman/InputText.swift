/// Lines of a file as text.
struct InputText {
  static let documentLimit = 64 << 20  // bytes

  private var reader: LineReader
  private let replacesInvalid: Bool
  private var failure: CommandFailure?

  init(path: String, replacesInvalid: Bool) throws(CommandFailure) {
    reader = try LineReader(path: path)
    self.replacesInvalid = replacesInvalid
  }

  func close() { reader.close() }

  /// Up to `count` more lines, without their newlines. What cannot be read is thrown once all lines before it have
  /// been returned.
  mutating func lines(_ count: Int) throws(CommandFailure) -> [(text: String, hasNewline: Bool)] {
    if let failure { throw failure }
    var lines: [(String, Bool)] = []
    do throws(CommandFailure) {
      while lines.count < count, let line = try reader.next() {
        lines.append((try text(line.bytes, line: line.number), line.hasNewline))
      }
    } catch {
      guard !lines.isEmpty else { throw error }
      failure = error
    }
    return lines
  }

  /// Everything.
  mutating func document() throws(CommandFailure) -> String {
    let bytes = try reader.rest(limit: Self.documentLimit)
    if let text = String(validating: bytes, as: UTF8.self) { return text }
    // Only now look for the line, which the message names.
    var line = 1
    for part in bytes.split(separator: 0x0A, omittingEmptySubsequences: false) {
      if String(validating: part, as: UTF8.self) == nil { break }
      line += 1
    }
    return try text(bytes, line: line)
  }

  private func text(_ bytes: [UInt8], line: Int) throws(CommandFailure) -> String {
    if let text = String(validating: bytes, as: UTF8.self) { return text }
    guard replacesInvalid else {
      throw CommandFailure("\(reader.name):\(line): not UTF-8; --replace-invalid replaces what is not")
    }
    return String(decoding: bytes, as: UTF8.self)
  }
}
