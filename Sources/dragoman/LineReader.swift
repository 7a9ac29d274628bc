import Glibc

/// Reads a file line by line in bounded memory. A last line without newline counts; carriage returns are kept.
struct LineReader {
  static let lineLimit = 64 << 20  // bytes

  /// A line and whether a newline ended it.
  struct Line {
    let bytes: [UInt8]
    let number: Int
    let hasNewline: Bool
  }

  let name: String
  private let descriptor: Int32
  private var buffer: [UInt8] = []
  private var start = 0
  private var scanned = 0
  private var number = 0
  private var isAtEnd = false

  /// - Parameter path: a file, or `-` for the standard input.
  init(path: String) throws(CommandFailure) {
    name = path == "-" ? "standard input" : path
    descriptor = path == "-" ? STDIN_FILENO : open(path, O_RDONLY | O_CLOEXEC)
    guard descriptor >= 0 else { throw CommandFailure("\(path): \(String(cString: strerror(errno)))") }
  }

  func close() {
    if descriptor != STDIN_FILENO { Glibc.close(descriptor) }
  }

  /// The next line, nil behind the last.
  mutating func next() throws(CommandFailure) -> Line? {
    while true {
      if let end = newline() {
        defer { start = end + 1 }
        return line(upTo: end, hasNewline: true)
      }
      if isAtEnd {
        guard start < buffer.count else { return nil }
        defer { start = buffer.count }
        return line(upTo: buffer.count, hasNewline: false)
      }
      guard buffer.count - start <= Self.lineLimit else {
        throw CommandFailure("\(name):\(number + 1): a line of more than \(Self.lineLimit >> 20) MiB")
      }
      try fill()
    }
  }

  /// Everything that is left.
  mutating func rest(limit: Int) throws(CommandFailure) -> [UInt8] {
    while !isAtEnd {
      try fill()
      guard buffer.count - start <= limit else {
        throw CommandFailure("\(name): more than \(limit >> 20) MiB in one document")
      }
    }
    defer { start = buffer.count }
    return Array(buffer[start...])
  }

  private mutating func newline() -> Int? {
    let from = max(start, scanned)
    scanned = buffer.count
    return buffer[from...].firstIndex(of: 0x0A).map { end in
      scanned = end + 1
      return end
    }
  }

  private mutating func line(upTo end: Int, hasNewline: Bool) -> Line {
    number += 1
    return Line(bytes: Array(buffer[start..<end]), number: number, hasNewline: hasNewline)
  }

  private mutating func fill() throws(CommandFailure) {
    if start > 0 {
      buffer.removeFirst(start)
      scanned -= min(scanned, start)
      start = 0
    }
    var chunk = [UInt8](repeating: 0, count: 65_536)
    while true {
      let count = read(descriptor, &chunk, chunk.count)
      if count > 0 {
        buffer += chunk[..<count]
        return
      }
      if count == 0 {
        isAtEnd = true
        return
      }
      guard errno == EINTR else { throw CommandFailure("\(name): \(String(cString: strerror(errno)))") }
    }
  }
}
