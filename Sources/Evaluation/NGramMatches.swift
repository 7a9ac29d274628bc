/// How many n-grams of one order a segment shares with its references.
struct NGramMatches {
  /// All n-grams of the segment, repeated ones as often as they occur.
  let total: Int
  /// All n-grams of each reference.
  let totals: [Int]
  /// N-grams that the segment and each reference hold, each at most as often as the rarer side has it.
  let matches: [Int]
  /// The same with a reference that has each n-gram as often as the one that has most of it.
  let matchesWithMost: Int

  /// The matches of 1-grams, 2-grams and so on. Linear in the texts: an n-gram is known by the number of the (n −
  /// 1)-gram that it begins with and its last element, so that long ones cost no more than short ones.
  static func orders<Element: Hashable>(
    _ orders: Int, of segment: [Element], references: [[Element]]
  ) -> [NGramMatches] {
    var known: [Element: UInt32] = [:]
    let elements = ([segment] + references).map { text in text.map { number($0, &known) } }
    var nGrams = elements
    var distinct = known.count
    return (1...orders).map { order in
      if order > 1 { distinct = lengthen(&nGrams, by: elements, to: order) }
      return NGramMatches(nGrams, distinct: distinct)
    }
  }

  /// Turns the numbers of (n − 1)-grams into those of n-grams.
  ///
  /// - Returns: how many different n-grams there are.
  private static func lengthen(_ nGrams: inout [[UInt32]], by elements: [[UInt32]], to order: Int) -> Int {
    var known: [UInt64: UInt32] = [:]
    for text in nGrams.indices {
      nGrams[text] = zip(nGrams[text], elements[text].dropFirst(order - 1)).map { beginning, last in
        number(UInt64(beginning) << 32 | UInt64(last), &known)
      }
    }
    return known.count
  }

  /// The number of a key, the next one where it is new.
  private static func number<Key: Hashable>(_ key: Key, _ known: inout [Key: UInt32]) -> UInt32 {
    let next = UInt32(known.count)
    let number = known[key, default: next]
    if number == next { known[key] = next }
    return number
  }

  /// Compares the first text with the others.
  private init(_ nGrams: [[UInt32]], distinct: Int) {
    let counts = nGrams.map { text in
      var counts = [UInt32](repeating: 0, count: distinct)
      for nGram in text { counts[Int(nGram)] += 1 }
      return counts
    }
    var most = [UInt32](repeating: 0, count: distinct)
    for reference in counts.dropFirst() {
      for (nGram, count) in reference.enumerated() { most[nGram] = max(most[nGram], count) }
    }
    func matches(_ other: [UInt32]) -> Int { zip(counts[0], other).reduce(0) { $0 + Int(min($1.0, $1.1)) } }
    total = nGrams[0].count
    totals = nGrams.dropFirst().map(\.count)
    self.matches = counts.dropFirst().map(matches)
    matchesWithMost = matches(most)
  }
}
