import Glibc

/// Reads the segments of several files side by side: the hypotheses, then each file of references.
struct SegmentFiles {
  static let segmentLimit = 1 << 20  // bytes; scoring takes some hundred times as much memory

  private var readers: [SegmentReader] = []

  /// - Parameters:
  ///   - paths: files; `-` is the standard input.
  ///   - delimiter: what ends a segment; nil is a newline, and the files may then be of any size.
  init(paths: [String], delimiter: String?) throws(CommandFailure) {
    for path in paths { readers.append(try SegmentReader(path: path, delimiter: delimiter)) }
  }

  /// The files as messages name them.
  var names: String { readers.map(\.name).joined(separator: ", ") }

  func close() { readers.forEach { $0.close() } }

  /// The next segment of each file, nil behind the last. Files of different lengths are an error that says how many each has.
  mutating func next() throws(CommandFailure) -> [String]? {
    var segments: [String] = []
    for index in readers.indices {
      if let segment = try readers[index].next() { segments.append(segment) }
    }
    if segments.isEmpty { return nil }
    guard segments.count == readers.count else { throw try unequal() }
    return segments
  }

  private mutating func unequal() throws(CommandFailure) -> CommandFailure {
    for index in readers.indices { while try readers[index].next() != nil {} }
    let counts = readers.map { "\($0.name) has \($0.count) \($0.unit)\($0.count == 1 ? "" : "s")" }
    return CommandFailure("\(counts.joined(separator: ", ")): all files need the same number")
  }
}

/// Reads one file segment by segment.
private struct SegmentReader {
  private var lines: LineReader
  private let delimiter: [UInt8]?
  /// Where a delimiter is named, the whole file, and where its next segment begins.
  private var content: [UInt8]?
  private var start = 0
  /// Segments read so far.
  private(set) var count = 0

  var name: String { lines.name }
  var unit: String { delimiter == nil ? "line" : "segment" }

  init(path: String, delimiter: String?) throws(CommandFailure) {
    lines = try LineReader(path: path)
    self.delimiter = delimiter.map { Array($0.utf8) }
  }

  func close() { lines.close() }

  mutating func next() throws(CommandFailure) -> String? {
    guard let bytes = try bytes() else { return nil }
    count += 1
    guard bytes.count <= SegmentFiles.segmentLimit else {
      throw CommandFailure("\(name):\(count): a \(unit) of more than \(SegmentFiles.segmentLimit >> 20) MiB")
    }
    guard let text = String(validating: bytes, as: UTF8.self) else {
      throw CommandFailure("\(name):\(delimiter == nil ? "" : "segment ")\(count): not UTF-8")
    }
    return text
  }

  private mutating func bytes() throws(CommandFailure) -> [UInt8]? {
    guard let delimiter else { return try lines.next()?.bytes }
    if content == nil { content = try lines.rest(limit: InputReader.documentLimit) }
    guard let content, start < content.count else { return nil }
    let end = content[start...].firstIndex(of: delimiter)
    defer { start = end.map { $0 + delimiter.count } ?? content.count }
    return Array(content[start..<(end ?? content.count)])
  }
}

extension Collection<UInt8> where Index == Int {
  /// Where some bytes, at least one, occur first; nil where they do not.
  func firstIndex(of bytes: [UInt8]) -> Int? {
    guard let first = bytes.first else { return nil }
    var start = startIndex
    while let index = self[start...].firstIndex(of: first) {
      if self[index...].starts(with: bytes) { return index }
      start = index + 1
    }
    return nil
  }
}
