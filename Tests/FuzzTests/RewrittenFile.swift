import Glibc

/// A file that gets new contents for each input.
enum RewrittenFile {
  static func write(_ path: String, _ bytes: [UInt8]) throws {
    let descriptor = open(path, O_WRONLY | O_CREAT | O_CLOEXEC, 0o600)
    guard descriptor >= 0 else { throw Finding("\(path): \(String(cString: strerror(errno)))") }
    defer { close(descriptor) }
    // Not O_TRUNC: some file systems write a file that was emptied and filled again to the disk at once.
    guard Glibc.write(descriptor, bytes, bytes.count) == bytes.count, ftruncate(descriptor, bytes.count) == 0 else {
      throw Finding("\(path): \(String(cString: strerror(errno)))")
    }
  }
}
