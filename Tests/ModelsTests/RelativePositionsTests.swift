import Models
import TestSupport
import Testing

@Suite struct RelativePositionsTests {
  /// `t5-buckets/buckets.json`.
  struct Fixture: Decodable {
    struct Table: Decodable {
      let buckets: Int
      let farthest: Int
      let bidirectional: Bool
      /// The first distance; the others follow.
      let first: Int
      let expected: [Int]
    }
    let tables: [Table]
  }

  @Test func `the bucket of every distance is that of transformers`() throws {
    let fixture: Fixture = try Fixtures.json("t5-buckets/buckets.json")
    try #require(fixture.tables.count == 16)
    for table in fixture.tables {
      #expect(table.first == -300 && table.expected.count == 601)
      let found = table.expected.indices.map {
        RelativePositions.bucket(
          distance: table.first + $0, count: table.buckets, farthest: table.farthest,
          table.bidirectional ? .both : .past)
      }
      let wrong = table.expected.indices.filter { found[$0] != table.expected[$0] }.map { table.first + $0 }
      #expect(wrong.isEmpty, "\(table.buckets) buckets to \(table.farthest), both ways \(table.bidirectional)")
    }
  }
}
