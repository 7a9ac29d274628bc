import Glibc

/// A file could not be mapped.
public struct MappedFileError: Error, Equatable, CustomStringConvertible {
  public let path: String
  public let operation: String
  public let code: Int32

  /// What went wrong, without the path.
  public var reason: String { "\(operation) failed: \(String(cString: strerror(code)))" }

  public var description: String { "\(path): \(reason)" }
}

/// A whole file mapped read-only; its pages are read when they are touched and shared between processes.
public final class MappedFile: @unchecked Sendable {
  // @unchecked: the pages are PROT_READ and live as long as this object.

  public let path: String
  public let bytes: UnsafeRawBufferPointer

  public init(path: String) throws(MappedFileError) {
    self.path = path
    let descriptor = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK)
    guard descriptor >= 0 else { throw MappedFileError(path: path, operation: "open", code: errno) }
    defer { close(descriptor) }
    var status = stat()
    guard fstat(descriptor, &status) == 0 else {
      throw MappedFileError(path: path, operation: "stat", code: errno)
    }
    guard status.st_mode & S_IFMT == S_IFREG else {
      throw MappedFileError(path: path, operation: "mapping something that is no regular file", code: EINVAL)
    }
    let size = Int(status.st_size)
    guard size > 0 else {
      bytes = UnsafeRawBufferPointer(start: nil, count: 0)
      return
    }
    guard let start = mmap(nil, size, PROT_READ, MAP_PRIVATE, descriptor, 0), start != MAP_FAILED else {
      throw MappedFileError(path: path, operation: "mmap", code: errno)
    }
    bytes = UnsafeRawBufferPointer(start: start, count: size)
  }

  deinit {
    if let start = bytes.baseAddress { munmap(UnsafeMutableRawPointer(mutating: start), bytes.count) }
  }

  /// Gives back the memory of the whole pages inside a range; they are read again if they are touched again.
  public func release(_ range: Range<Int>) {
    let page = Int(sysconf(Int32(_SC_PAGESIZE)))
    let first = (range.lowerBound + page - 1) / page * page
    let end = range.upperBound == bytes.count ? range.upperBound : range.upperBound / page * page
    guard let start = bytes.baseAddress, first < end, end <= bytes.count else { return }
    madvise(UnsafeMutableRawPointer(mutating: start + first), end - first, MADV_DONTNEED)
  }
}
