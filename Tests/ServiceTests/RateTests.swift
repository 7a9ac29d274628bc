import HTTP
import Service
import Testing

private let second: Int64 = 1_000_000_000

@Suite struct RateBucketTests {
  @Test func `a bucket holds a minute's worth and fills evenly`() {
    var bucket = RateBucket()
    for _ in 0..<20 { #expect(bucket.take(1, of: 20, at: second) == .taken) }
    #expect(bucket.take(1, of: 20, at: second) == .short(wait: 3 * second))
    #expect(bucket.take(1, of: 20, at: 4 * second - 1) == .short(wait: 1))
    #expect(bucket.take(1, of: 20, at: 4 * second) == .taken)
    #expect(bucket.take(1, of: 20, at: 4 * second) == .short(wait: 3 * second))
    #expect(bucket.take(20, of: 20, at: 64 * second) == .taken)
  }

  @Test func `what was refused costs nothing`() {
    var bucket = RateBucket()
    #expect(bucket.take(60, of: 100, at: 0) == .taken)
    for _ in 0..<100 { #expect(bucket.take(50, of: 100, at: 0) == .short(wait: 6 * second)) }
    #expect(bucket.take(40, of: 100, at: 0) == .taken)
  }

  @Test func `more than a bucket holds is never taken`() {
    var bucket = RateBucket()
    #expect(bucket.take(101, of: 100, at: 0) == .never)
    #expect(bucket.take(100, of: 100, at: 0) == .taken)
  }

  @Test(arguments: [1, 7, 59, 61, 1_000, 100_000_000]) func `any limit can be taken at once and is back a minute later`(
    limit: Int
  ) {
    var bucket = RateBucket()
    for now in [5, 5 + 60 * second, 5 + 3_600 * second] {
      #expect(bucket.take(limit, of: limit, at: now) == .taken)
      #expect(bucket.take(1, of: limit, at: now) != .taken)
    }
  }

  @Test(arguments: [1, 3, 60, 977]) func `no more than the limit comes out of any minute behind the first`(limit: Int) {
    var bucket = RateBucket()
    var taken = 0
    // Asked a hundred times a second for five minutes.
    for step in 0..<30_000 where bucket.take(1, of: limit, at: Int64(step) * 10_000_000) == .taken { taken += 1 }
    #expect(taken <= 6 * limit && taken >= 5 * limit, "\(taken)")
  }
}

@Suite struct RateTableTests {
  private func address(_ text: String) -> RateSubject { .address(IPAddress(text)) }

  @Test func `subjects and units have buckets of their own`() throws {
    var table = RateTable()
    let key = RateSubject.key(try #require(KeyDigest(of: "a")))
    for subject in [address("192.0.2.1"), address("192.0.2.2"), key] {
      for unit in RateLimits.Unit.allCases {
        #expect(table.take(1, unit, of: 1, from: subject, at: 0) == .taken)
        #expect(table.take(1, unit, of: 1, from: subject, at: 0) == .short(wait: 60 * second))
      }
    }
    #expect(table.count == 3)
  }

  @Test func `looking takes nothing`() {
    var table = RateTable()
    for _ in 0..<5 { #expect(table.look(1, .requests, of: 1, from: address("::1"), at: 0) == .taken) }
    #expect(table.count == 0)
    #expect(table.take(1, .requests, of: 1, from: address("::1"), at: 0) == .taken)
    #expect(table.look(1, .requests, of: 1, from: address("::1"), at: 0) == .short(wait: 60 * second))
  }

  @Test func `any number of addresses takes bounded memory, and who took most is remembered`() throws {
    var table = RateTable(capacity: 1_000)
    let greedy = address("192.0.2.1")
    #expect(table.take(100, .requests, of: 100, from: greedy, at: 0) == .taken)
    for index in 0..<100_000 {
      let subject = address("2001:db8:\(String(index >> 16, radix: 16)):\(String(index & 0xFFFF, radix: 16))::")
      #expect(table.take(1, .requests, of: 100, from: subject, at: Int64(index)) == .taken)
      #expect(table.count <= 1_000)
    }
    #expect(table.take(1, .requests, of: 100, from: greedy, at: 100_000) != .taken)
  }

  @Test func `full buckets are forgotten before others`() {
    var table = RateTable(capacity: 4)
    for index in 0..<3 { _ = table.take(1, .requests, of: 60, from: address("192.0.2.\(index)"), at: 0) }
    _ = table.take(60, .requests, of: 60, from: address("192.0.2.3"), at: 0)
    #expect(table.take(1, .requests, of: 60, from: address("192.0.2.4"), at: 30 * second) == .taken)
    #expect(table.count == 2)
    // Half a minute's worth has come back.
    #expect(table.take(31, .requests, of: 60, from: address("192.0.2.3"), at: 30 * second) == .short(wait: second))
  }
}
