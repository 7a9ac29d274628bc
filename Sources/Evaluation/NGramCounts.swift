/// How often each n-gram of one order occurs in one segment.
struct NGramCounts<Element: Hashable> {
  /// Occurrences of each n-gram.
  let counts: [ArraySlice<Element>: Int]
  /// All n-grams, repeated ones as often as they occur.
  let total: Int

  /// Counts the n-grams of `order` elements; none if the segment is shorter.
  init(of elements: [Element], order: Int) {
    var counts: [ArraySlice<Element>: Int] = [:]
    let total = max(0, elements.count - order + 1)
    counts.reserveCapacity(total)
    for start in 0..<total { counts[elements[start..<start + order], default: 0] += 1 }
    (self.counts, self.total) = (counts, total)
  }

  /// N-grams that both hold, each at most as often as the rarer side has it.
  func matches(with other: NGramCounts) -> Int { matches(withMostOf: [other]) }

  /// N-grams that this segment and one of others hold, each at most as often as it or the other that has most of it has it.
  func matches(withMostOf others: [NGramCounts]) -> Int {
    counts.reduce(0) { sum, entry in
      sum + min(entry.value, others.reduce(0) { max($0, $1.counts[entry.key] ?? 0) })
    }
  }
}
