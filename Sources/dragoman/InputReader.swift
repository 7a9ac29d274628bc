import Dispatch
import Glibc

/// A text to be worked on and where it comes from: a line, or a whole file.
struct InputText: Sendable {
  let text: String
  /// The file as it was named; `-` is the standard input.
  let file: String
  /// Its number within the file, from 1; nil for a whole file.
  let line: Int?
  /// Whether a newline follows it in the file.
  let hasNewline: Bool
  /// Bytes of the file that it takes, its newline included.
  let bytes: Int

  /// As messages name it.
  var place: String {
    let name = file == "-" ? "standard input" : file
    return line.map { "\(name):\($0)" } ?? name
  }
}

/// Reads the texts of several files, one file after the other, in bounded memory.
final class InputReader: @unchecked Sendable {
  // @unchecked: everything that changes is touched on `queue` only.

  /// What one text is.
  enum Unit: Sendable {
    case line, document
  }

  static let documentLimit = 64 << 20  // bytes

  private let unit: Unit
  private let limits: BulkLimits
  private let replacesInvalid: Bool
  private let interruption: Int32
  private let queue = DispatchQueue(label: "input")
  private var paths: ArraySlice<String>
  private var current: (reader: LineReader, path: String)?
  private var failure: CommandFailure?

  /// - Parameters:
  ///   - paths: files; `-` is the standard input.
  ///   - interruption: a descriptor that ends all reading as soon as it is readable; none below 0.
  init(paths: [String], unit: Unit, limits: BulkLimits, replacesInvalid: Bool, interruption: Int32) {
    self.paths = paths[...]
    self.unit = unit
    self.limits = limits
    self.replacesInvalid = replacesInvalid
    self.interruption = interruption
  }

  /// The next few texts, none behind the last or after an interruption. What is there is returned before more is waited
  /// for; what cannot be read is an error once everything before it has been returned.
  func next() async -> Result<[InputText], CommandFailure> {
    await withCheckedContinuation { continuation in
      queue.async { [self] in continuation.resume(returning: chunk()) }
    }
  }

  private func chunk() -> Result<[InputText], CommandFailure> {
    var texts: [InputText] = []
    var bytes = 0
    do throws(CommandFailure) {
      if let failure { throw failure }
      while texts.count < limits.chunkTexts, bytes < limits.chunkBytes {
        if !texts.isEmpty, current?.reader.wouldWait() ?? false { break }
        guard let text = try nextText() else { break }
        texts.append(text)
        bytes += text.bytes
      }
    } catch {
      guard !texts.isEmpty else { return .failure(error) }
      failure = error
    }
    return .success(texts)
  }

  private func nextText() throws(CommandFailure) -> InputText? {
    while true {
      if current == nil {
        guard let path = paths.popFirst() else { return nil }
        current = (try LineReader(path: path, interruption: interruption), path)
      }
      if let text = try unit == .line ? nextLine() : document() { return text }
      let isInterrupted = current?.reader.isInterrupted ?? false
      current?.reader.close()
      current = nil
      if isInterrupted {
        paths = []
        return nil
      }
    }
  }

  private func nextLine() throws(CommandFailure) -> InputText? {
    guard let path = current?.path, let line = try current?.reader.next() else { return nil }
    return InputText(
      text: try decode(line.bytes, line: line.number), file: path, line: line.number, hasNewline: line.hasNewline,
      bytes: line.bytes.count + (line.hasNewline ? 1 : 0))
  }

  /// The whole file the first time, nil the second.
  private func document() throws(CommandFailure) -> InputText? {
    guard let path = current?.path, let bytes = try current?.reader.rest(limit: Self.documentLimit),
      !bytes.isEmpty, current?.reader.isInterrupted == false
    else { return nil }
    return InputText(
      text: try decode(bytes, line: nil), file: path, line: nil, hasNewline: false, bytes: bytes.count)
  }

  private func decode(_ bytes: [UInt8], line: Int?) throws(CommandFailure) -> String {
    if let text = String(validating: bytes, as: UTF8.self) { return text }
    guard replacesInvalid else {
      throw CommandFailure(
        "\(current?.reader.name ?? ""):\(line ?? Self.invalidLine(of: bytes)): not UTF-8; --replace-invalid replaces what is not"
      )
    }
    return String(decoding: bytes, as: UTF8.self)
  }

  /// The first line that is not UTF-8, from 1.
  private static func invalidLine(of bytes: [UInt8]) -> Int {
    let lines = bytes.split(separator: 0x0A, omittingEmptySubsequences: false)
    return 1 + (lines.firstIndex { String(validating: $0, as: UTF8.self) == nil } ?? 0)
  }
}

/// The files to be read, before any of them is opened.
enum InputFiles {
  /// Says which files cannot be read. They are not opened: a pipe may be opened only once.
  static func check(_ paths: [String]) throws(CommandFailure) {
    var reasons: [String] = []
    for path in paths where path != "-" {
      var status = stat()
      if stat(path, &status) != 0 || access(path, R_OK) != 0 {
        reasons.append("\(path): \(String(cString: strerror(errno)))")
      } else if status.st_mode & S_IFMT == S_IFDIR {
        reasons.append("\(path): \(String(cString: strerror(EISDIR)))")
      }
    }
    if !reasons.isEmpty { throw CommandFailure(reasons.joined(separator: "\n")) }
  }

  /// Bytes of all files together; nil where one of them is a pipe or a terminal.
  static func size(_ paths: [String]) -> Int? {
    var total = 0
    for path in paths {
      var status = stat()
      guard (path == "-" ? fstat(STDIN_FILENO, &status) : stat(path, &status)) == 0,
        status.st_mode & S_IFMT == S_IFREG
      else { return nil }
      let position = path == "-" ? lseek(STDIN_FILENO, 0, SEEK_CUR) : 0
      total += max(0, Int(status.st_size) - max(0, Int(position)))
    }
    return total
  }
}
