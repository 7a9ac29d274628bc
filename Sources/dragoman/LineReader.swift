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
  /// Whether reading ended because the interruption's descriptor became readable; nothing more comes then.
  private(set) var isInterrupted = false
  private let descriptor: Int32
  private let interruption: Int32
  private var buffer: [UInt8] = []
  private var start = 0
  private var scanned = 0
  private var lineEnd: Int?
  private var number = 0
  private var isAtEnd = false

  /// - Parameters:
  ///   - path: a file, or `-` for the standard input.
  ///   - interruption: a descriptor that ends reading as soon as it is readable; none below 0.
  init(path: String, interruption: Int32 = -1) throws(CommandFailure) {
    name = path == "-" ? "standard input" : path
    self.interruption = interruption
    descriptor = path == "-" ? STDIN_FILENO : open(path, O_RDONLY | O_CLOEXEC)
    guard descriptor >= 0 else { throw CommandFailure("\(path): \(String(cString: strerror(errno)))") }
  }

  func close() {
    if descriptor != STDIN_FILENO { Glibc.close(descriptor) }
  }

  /// The next line, nil behind the last.
  mutating func next() throws(CommandFailure) -> Line? {
    while !isInterrupted {
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
    return nil
  }

  /// Whether `next` would have to wait for whoever writes the input.
  mutating func wouldWait() -> Bool {
    guard !isAtEnd, newline() == nil else { return false }
    var input = pollfd(fd: descriptor, events: Int16(POLLIN), revents: 0)
    return poll(&input, 1, 0) == 0
  }

  /// Everything that is left.
  mutating func rest(limit: Int) throws(CommandFailure) -> [UInt8] {
    while !isAtEnd, !isInterrupted {
      try fill()
      guard buffer.count - start <= limit else {
        throw CommandFailure("\(name): more than \(limit >> 20) MiB in one document")
      }
    }
    defer { start = buffer.count }
    return Array(buffer[start...])
  }

  /// Where the next line ends, if its end has been read.
  private mutating func newline() -> Int? {
    if lineEnd == nil {
      lineEnd = buffer[max(start, scanned)...].firstIndex(of: 0x0A)
      scanned = lineEnd.map { $0 + 1 } ?? buffer.count
    }
    return lineEnd
  }

  private mutating func line(upTo end: Int, hasNewline: Bool) -> Line {
    number += 1
    lineEnd = nil
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
      wait()
      if isInterrupted { return }
      let count = read(descriptor, &chunk, chunk.count)
      if count > 0 {
        buffer += chunk[..<count]
        return
      }
      if count == 0 {
        isAtEnd = true
        return
      }
      guard errno == EINTR || errno == EAGAIN else {
        throw CommandFailure("\(name): \(String(cString: strerror(errno)))")
      }
    }
  }

  /// Waits for input or an interruption.
  private mutating func wait() {
    var descriptors = [
      pollfd(fd: descriptor, events: Int16(POLLIN), revents: 0),
      pollfd(fd: interruption, events: Int16(POLLIN), revents: 0),
    ]
    while poll(&descriptors, 2, -1) < 0, errno == EINTR {}
    isInterrupted = descriptors[1].revents != 0
  }
}
