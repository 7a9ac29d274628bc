import Foundation
import Glibc

/// Why output cannot be written.
enum OutputError: Error {
  /// Whoever read it has gone.
  case closed
  case failed(CommandFailure)
}

/// The standard output, unbuffered.
enum StandardOutput {
  /// Writes all of a text.
  static func write(_ text: String) throws(OutputError) {
    try Descriptor.write(Array(text.utf8), to: STDOUT_FILENO, name: "standard output")
  }
}

/// Writing to file descriptors.
enum Descriptor {
  /// Writes all bytes, however many calls that takes.
  static func write(_ bytes: [UInt8], to descriptor: Int32, name: String) throws(OutputError) {
    var rest = bytes[...]
    while !rest.isEmpty {
      let count = rest.withUnsafeBytes { Glibc.write(descriptor, $0.baseAddress, $0.count) }
      if count >= 0 {
        rest = rest.dropFirst(count)
        continue
      }
      switch errno {
      case EINTR: break
      case EAGAIN:
        var output = pollfd(fd: descriptor, events: Int16(POLLOUT), revents: 0)
        poll(&output, 1, -1)
      case EPIPE: throw .closed
      default: throw .failed(CommandFailure("\(name): \(String(cString: strerror(errno)))"))
      }
    }
  }
}

/// Where translations go: the standard output, or a file that has its name only when it is complete.
struct OutputFile {
  private let descriptor: Int32
  private let name: String
  /// What the file is called until it is complete; nil where it is written in place.
  let partName: String?

  /// - Parameter path: a file; nil is the standard output. Devices and pipes are written in place.
  init(path: String?) throws(CommandFailure) {
    guard let path else {
      (descriptor, name, partName) = (STDOUT_FILENO, "standard output", nil)
      return
    }
    // A link stays a link: the file that it names is replaced.
    let target = realpath(path, nil)
    name = target.map { String(cString: $0) } ?? path
    free(target)
    var status = stat()
    let exists = stat(name, &status) == 0
    let isRegular = !exists || status.st_mode & S_IFMT == S_IFREG
    partName = isRegular ? name + ".part" : nil
    descriptor = open(partName ?? name, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0o666)
    guard descriptor >= 0 else { throw CommandFailure("\(partName ?? name): \(String(cString: strerror(errno)))") }
    if exists, isRegular { fchmod(descriptor, status.st_mode & 0o7777) }
  }

  func write(_ bytes: [UInt8]) throws(OutputError) {
    try Descriptor.write(bytes, to: descriptor, name: name)
  }

  /// Closes the file and gives it its name; nothing for the standard output.
  func finish() throws(OutputError) {
    guard descriptor != STDOUT_FILENO else { return }
    guard close(descriptor) == 0, partName.map({ rename($0, name) == 0 }) ?? true else {
      throw .failed(CommandFailure("\(name): \(String(cString: strerror(errno)))"))
    }
  }
}
