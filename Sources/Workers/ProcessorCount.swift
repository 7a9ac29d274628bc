import CShims
import Glibc

/// How many processors this process may use: affinity mask and cgroup quota, whichever is smaller.
public enum ProcessorCount {
  /// The number of threads that can run at once, at least 1.
  public static var available: Int {
    let memberships = contents(of: "/proc/self/cgroup").map(parseMemberships) ?? []
    let quotas = memberships.flatMap { quota(of: $0, read: contents) }
    return min(affinity, quotas.min() ?? .max)
  }

  /// One line of /proc/self/cgroup: `hierarchy:controllers:path`.
  package struct Membership: Equatable {
    package var controllers: [String]
    package var path: String

    package init(controllers: [String], path: String) {
      self.controllers = controllers
      self.path = path
    }
  }

  package static func parseMemberships(_ text: String) -> [Membership] {
    text.split(separator: "\n").compactMap { line in
      let fields = line.split(separator: ":", maxSplits: 2, omittingEmptySubsequences: false)
      guard fields.count == 3 else { return nil }
      return Membership(
        controllers: fields[1].split(separator: ",").map(String.init), path: String(fields[2]))
    }
  }

  /// Quotas in whole processors (rounded up) of a group and its parents; a container sees its own group at the root.
  package static func quota(of membership: Membership, read: (String) -> String?) -> [Int] {
    var groups: [Substring] = [""]
    for index in membership.path.indices where index > membership.path.startIndex && membership.path[index] == "/" {
      groups.append(membership.path[..<index])
    }
    if membership.path.count > 1 { groups.append(membership.path[...]) }
    if membership.controllers.isEmpty {
      return groups.compactMap { read("/sys/fs/cgroup\($0)/cpu.max").flatMap(parseVersion2) }
    }
    guard membership.controllers.contains("cpu") else { return [] }
    return groups.compactMap { group in
      guard let quota = read("/sys/fs/cgroup/cpu\(group)/cpu.cfs_quota_us").flatMap(parseNumber),
        let period = read("/sys/fs/cgroup/cpu\(group)/cpu.cfs_period_us").flatMap(parseNumber)
      else { return nil }
      return processors(quota: quota, period: period)
    }
  }

  /// `cpu.max` of cgroup v2: `max 100000` or `150000 100000` (microseconds).
  package static func parseVersion2(_ text: String) -> Int? {
    let fields = text.split(whereSeparator: \.isWhitespace)
    guard fields.count == 2, let quota = Int(fields[0]), let period = Int(fields[1]) else { return nil }
    return processors(quota: quota, period: period)
  }

  private static func processors(quota: Int, period: Int) -> Int? {
    guard quota > 0, period > 0 else { return nil }
    let (sum, overflow) = quota.addingReportingOverflow(period - 1)
    return overflow ? nil : max(1, sum / period)
  }

  private static func parseNumber(_ text: String) -> Int? {
    Int(text.filter { !$0.isWhitespace })
  }

  private static var affinity: Int {
    let allowed = Int(shim_affinity_count())
    return allowed > 0 ? allowed : max(1, sysconf(Int32(_SC_NPROCESSORS_ONLN)))
  }

  /// A small file of /proc or /sys, or nil when it cannot be read.
  private static func contents(of path: String) -> String? {
    let descriptor = open(path, O_RDONLY | O_CLOEXEC)
    guard descriptor >= 0 else { return nil }
    defer { close(descriptor) }
    var bytes = [UInt8](repeating: 0, count: 8_192)
    let count = read(descriptor, &bytes, bytes.count)
    return count > 0 ? String(decoding: bytes[..<count], as: UTF8.self) : nil
  }
}
