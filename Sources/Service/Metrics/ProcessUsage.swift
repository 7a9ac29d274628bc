import Glibc

/// What the process uses of the machine; nil where /proc does not tell.
struct ProcessUsage: Sendable {
  var cpuSeconds: Double?
  var residentBytes: Double?
  var virtualBytes: Double?
  var openDescriptors: Double?
  var maxDescriptors: Double?
  let startTime: Double?

  /// Reads /proc; some 20 microseconds.
  static var now: ProcessUsage {
    var usage = ProcessUsage(startTime: started)
    var time = timespec()
    if clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &time) == 0 { usage.cpuSeconds = time.inSeconds }
    let pages = ProcFile.read("/proc/self/statm").split(separator: " ").prefix(2).compactMap { Double($0) }
    if pages.count == 2 {
      let size = Double(sysconf(Int32(_SC_PAGESIZE)))
      usage.virtualBytes = pages[0] * size
      usage.residentBytes = pages[1] * size
    }
    usage.openDescriptors = descriptorCount
    var limit = rlimit()
    if getrlimit(__rlimit_resource_t(RLIMIT_NOFILE.rawValue), &limit) == 0 {
      usage.maxDescriptors = Double(limit.rlim_cur)
    }
    return usage
  }

  /// Since 1970. The 22nd field of /proc/self/stat counts ticks from the machine's start (proc(5)); the second one may hold
  /// spaces, but ends with the last parenthesis.
  private static let started: Double? = {
    let stat = ProcFile.read("/proc/self/stat")
    let fields = stat[(stat.lastIndex(of: ")") ?? stat.startIndex)...].split(separator: " ")
    var sinceBoot = timespec()
    var now = timespec()
    guard fields.count > 20, let ticks = Double(fields[20]), clock_gettime(CLOCK_BOOTTIME, &sinceBoot) == 0,
      clock_gettime(CLOCK_REALTIME, &now) == 0
    else { return nil }
    return now.inSeconds - (sinceBoot.inSeconds - ticks / Double(sysconf(Int32(_SC_CLK_TCK))))
  }()

  /// Since Linux 6.2 the folder's size is the number of its entries; before, they are counted, up to a limit: this runs
  /// where requests wait.
  private static var descriptorCount: Double? {
    var status = stat()
    guard stat("/proc/self/fd", &status) == 0 else { return nil }
    if status.st_size > 0 { return Double(status.st_size) }
    guard let folder = opendir("/proc/self/fd") else { return nil }
    defer { closedir(folder) }
    var count = 0
    while count < 20_000, readdir(folder) != nil { count += 1 }
    // Less `.`, `..` and the folder's own.
    return Double(max(0, count - 3))
  }
}

extension MetricSamples {
  /// What the process uses.
  mutating func add(_ usage: ProcessUsage) {
    if let value = usage.cpuSeconds { counter(.cpuSeconds, value) }
    if let value = usage.residentBytes { gauge(.residentMemory, value) }
    if let value = usage.virtualBytes { gauge(.virtualMemory, value) }
    if let value = usage.openDescriptors { gauge(.openDescriptors, value) }
    if let value = usage.maxDescriptors { gauge(.maxDescriptors, value) }
    if let value = usage.startTime { gauge(.startTime, value) }
  }
}

private enum ProcFile {
  /// The first 4 KiB of a file of /proc; "" where it cannot be read.
  static func read(_ path: String) -> String {
    let descriptor = open(path, O_RDONLY | O_CLOEXEC)
    guard descriptor >= 0 else { return "" }
    defer { close(descriptor) }
    return withUnsafeTemporaryAllocation(byteCount: 4_096, alignment: 1) { buffer in
      let count = Glibc.read(descriptor, buffer.baseAddress, buffer.count)
      return String(decoding: buffer[..<max(0, count)], as: UTF8.self)
    }
  }
}

extension timespec {
  fileprivate var inSeconds: Double { Double(tv_sec) + Double(tv_nsec) / 1e9 }
}
