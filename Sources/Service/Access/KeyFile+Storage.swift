import Glibc

extension KeyFile {
  /// Reads a file.
  package init(path: String) throws(KeyFileError) {
    let descriptor = open(path, O_RDONLY | O_CLOEXEC)
    guard descriptor >= 0 else { throw .last(path) }
    defer { close(descriptor) }
    try self.init(parsing: Self.contents(of: descriptor, path), path: path)
  }

  /// Changes a file: whoever reads it finds the old or the new one whole, and two who change it wait for each other. A
  /// file that is not there is made, for its owner alone (0600); one that is keeps its mode and owner.
  package static func update(
    _ path: String, _ change: (inout KeyFile) throws(KeyFileError) -> Void
  ) throws(KeyFileError) {
    let path = resolved(path)
    let descriptor = try locked(path)
    defer { close(descriptor) }
    let bytes = try contents(of: descriptor, path)
    // Empty where it has just been made.
    var file = bytes.isEmpty ? KeyFile() : try KeyFile(parsing: bytes, path: path)
    do {
      try change(&file)
    } catch {
      if bytes.isEmpty { unlink(path) }
      throw error
    }
    try replace(path, like: descriptor, with: file.bytes)
  }

  /// A link stays a link: the file that it names is replaced.
  private static func resolved(_ path: String) -> String {
    guard let target = realpath(path, nil) else { return path }
    defer { free(target) }
    return String(cString: target)
  }

  /// Opens the file and locks it. The lock is on the file that has the name now, not on one that was replaced.
  private static func locked(_ path: String) throws(KeyFileError) -> Int32 {
    while true {
      let descriptor = open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0o600)
      guard descriptor >= 0 else { throw .last(path) }
      var mine = stat()
      var named = stat()
      while flock(descriptor, LOCK_EX) != 0, errno == EINTR {}
      if fstat(descriptor, &mine) == 0, stat(path, &named) == 0, mine.st_ino == named.st_ino,
        mine.st_dev == named.st_dev
      {
        return descriptor
      }
      close(descriptor)
    }
  }

  private static func contents(of descriptor: Int32, _ path: String) throws(KeyFileError) -> [UInt8] {
    var bytes: [UInt8] = []
    var piece = [UInt8](repeating: 0, count: 65_536)
    // A key takes some 150 bytes.
    while bytes.count <= keyLimit * 1_024 {
      let count = read(descriptor, &piece, piece.count)
      if count < 0, errno == EINTR { continue }
      guard count >= 0 else { throw .last(path) }
      if count == 0 { return bytes }
      bytes += piece[..<count]
    }
    throw .malformed(file: path, reason: "it is larger than \(keyLimit) keys can be")
  }

  private static func replace(
    _ path: String, like old: Int32, with bytes: [UInt8]
  ) throws(KeyFileError) {
    let part = path + ".part"
    unlink(part)
    let descriptor = open(part, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0o600)
    guard descriptor >= 0 else { throw .last(part) }
    var status = stat()
    if fstat(old, &status) == 0 {
      // Only the superuser may give a file away; for others it is theirs already, or cannot be.
      _ = fchown(descriptor, status.st_uid, status.st_gid)
      fchmod(descriptor, status.st_mode & 0o777)
    }
    var rest = bytes[...]
    while !rest.isEmpty {
      let count = rest.withUnsafeBytes { write(descriptor, $0.baseAddress, $0.count) }
      if count < 0, errno == EINTR { continue }
      guard count > 0 else { throw abandoning(part, descriptor) }
      rest = rest.dropFirst(count)
    }
    // The name must not survive a power cut without the content.
    guard fsync(descriptor) == 0 else { throw abandoning(part, descriptor) }
    close(descriptor)
    guard rename(part, path) == 0 else { throw abandoning(part, -1) }
  }

  private static func abandoning(_ part: String, _ descriptor: Int32) -> KeyFileError {
    let error = KeyFileError.last(part)
    if descriptor >= 0 { close(descriptor) }
    unlink(part)
    return error
  }
}

extension KeyFileError {
  /// What the last system call failed at.
  static func last(_ path: String) -> KeyFileError { .system(file: path, reason: String(cString: strerror(errno))) }
}
