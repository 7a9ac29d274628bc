import Foundation
import Synchronization
import Testing
import Workers

@Suite struct WorkerPoolTests {
  struct Count: ParallelTask {
    let hits: UnsafeMutablePointer<Int>
    let busy: UnsafeMutablePointer<Bool>
    func run(chunk: Int, worker: Int) {
      precondition(!busy[worker], "two chunks on one worker")
      busy[worker] = true
      hits[chunk] += 1
      busy[worker] = false
    }
  }

  @Test(arguments: [1, 2, 3, 8]) func `every chunk runs exactly once in every region`(threads: Int) throws {
    let pool = try WorkerPool(threads: threads)
    defer { pool.shutdown() }
    let hits = UnsafeMutablePointer<Int>.allocate(capacity: 64)
    let busy = UnsafeMutablePointer<Bool>.allocate(capacity: threads)
    defer {
      hits.deallocate()
      busy.deallocate()
    }
    busy.initialize(repeating: false, count: threads)
    for region in 0..<5_000 {
      let chunks = region % 65
      hits.initialize(repeating: 0, count: 64)
      pool.parallelFor(chunks, Count(hits: hits, busy: busy))
      #expect((0..<64).allSatisfy { hits[$0] == ($0 < chunks ? 1 : 0) })
    }
  }

  @Test func `a pool that was shut down can be shut down again and its caller still works alone`() throws {
    let pool = try WorkerPool(threads: 2)
    pool.shutdown()
    pool.shutdown()
    let hits = UnsafeMutablePointer<Int>.allocate(capacity: 9)
    let busy = UnsafeMutablePointer<Bool>.allocate(capacity: 2)
    defer {
      hits.deallocate()
      busy.deallocate()
    }
    hits.initialize(repeating: 0, count: 9)
    busy.initialize(repeating: false, count: 2)
    pool.parallelFor(9, Count(hits: hits, busy: busy))
    #expect((0..<9).allSatisfy { hits[$0] == 1 })
  }

  @Test func `a pool that is dropped at once ends its threads`() throws {
    func threads() throws -> Int { try FileManager.default.contentsOfDirectory(atPath: "/proc/self/task").count }
    let before = try threads()
    for _ in 0..<200 { _ = try WorkerPool(threads: 4) }
    // Other tests start and end threads too; what is not ended here would be 600.
    #expect(try threads() < before + 100)
  }

  @Test func `a named thread runs its body once and can be joined`() throws {
    let ran = Mutex(0)
    let thread = try NamedThread(name: "a name longer than fifteen bytes") { ran.withLock { $0 += 1 } }
    thread.join()
    #expect(ran.withLock { $0 } == 1)
  }
}

@Suite struct ProcessorCountTests {
  @Test func `a cgroup v2 quota is rounded up to whole processors`() {
    #expect(ProcessorCount.parseVersion2("150000 100000\n") == 2)
    #expect(ProcessorCount.parseVersion2("max 100000\n") == nil)
    #expect(ProcessorCount.parseVersion2("9223372036854775807 2") == nil)
  }

  @Test func `the smallest quota of a group and its parents counts`() {
    let files = [
      "/sys/fs/cgroup/cpu.max": "max 100000", "/sys/fs/cgroup/a/cpu.max": "400000 100000",
      "/sys/fs/cgroup/a/b/cpu.max": "50000 100000",
    ]
    let memberships = ProcessorCount.parseMemberships("0::/a/b\n")
    #expect(memberships == [.init(controllers: [], path: "/a/b")])
    #expect(ProcessorCount.quota(of: memberships[0]) { files[$0] } == [4, 1])
  }

  @Test func `cgroup v1 reads the cpu controller's quota and period`() {
    let files = [
      "/sys/fs/cgroup/cpu/cpu.cfs_quota_us": "250000\n", "/sys/fs/cgroup/cpu/cpu.cfs_period_us": "100000\n",
      "/sys/fs/cgroup/cpu/docker/cpu.cfs_quota_us": "-1\n", "/sys/fs/cgroup/cpu/docker/cpu.cfs_period_us": "100000\n",
    ]
    let membership = ProcessorCount.Membership(controllers: ["cpu", "cpuacct"], path: "/docker")
    #expect(ProcessorCount.quota(of: membership) { files[$0] } == [3])
  }

  @Test func `at least one processor is available`() {
    #expect(ProcessorCount.available >= 1)
  }
}
