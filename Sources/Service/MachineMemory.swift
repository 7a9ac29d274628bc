import Glibc
import Workers

/// How much memory this process may use: that of the machine, or of its control group, whichever is smaller.
package enum MachineMemory {
  /// Bytes, at least 64 MiB.
  package static var available: Int {
    let pages = sysconf(Int32(_SC_PHYS_PAGES))
    let machine = pages > 0 ? pages * sysconf(Int32(_SC_PAGESIZE)) : 1 << 30
    let memberships = text(of: "/proc/self/cgroup").map(ProcessorCount.parseMemberships) ?? []
    return max(64 << 20, min(machine, limit(of: memberships, read: text) ?? .max))
  }

  /// The least limit of the groups and their parents; a container sees its own group at the root.
  package static func limit(of memberships: [ProcessorCount.Membership], read: (String) -> String?) -> Int? {
    var limits: [Int] = []
    for membership in memberships {
      let isVersion2 = membership.controllers.isEmpty
      guard isVersion2 || membership.controllers.contains("memory") else { continue }
      let (root, file) =
        isVersion2 ? ("/sys/fs/cgroup", "memory.max") : ("/sys/fs/cgroup/memory", "memory.limit_in_bytes")
      var folder = root
      for part in [""] + membership.path.split(separator: "/").map({ "/" + $0 }) {
        folder += part
        // "max", or a number larger than any machine, where there is no limit.
        if let limit = read(folder + "/" + file).flatMap({ Int($0.filter { !$0.isWhitespace }) }), limit > 0 {
          limits.append(limit)
        }
      }
    }
    return limits.min()
  }

  /// A small file of /proc or /sys.
  private static func text(of path: String) -> String? {
    let descriptor = open(path, O_RDONLY | O_CLOEXEC)
    guard descriptor >= 0 else { return nil }
    defer { close(descriptor) }
    var bytes = [UInt8](repeating: 0, count: 8_192)
    let count = read(descriptor, &bytes, bytes.count)
    return count >= 0 ? String(decoding: bytes[..<count], as: UTF8.self) : nil
  }
}
