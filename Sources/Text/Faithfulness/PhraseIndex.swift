/// All stretches of a list of words, for finding how far other words go along with it: a suffix array, sorted by the
/// first 256 words of each suffix. Source: Manber and Myers 1993 (prefix doubling), with counting sorts.
///
/// Built in time linear in the words (eight rounds at most), 8 bytes a word; a look-up takes a binary search a word.
struct PhraseIndex: Sendable {
  /// Longer stretches are not told apart.
  static let longestMatch = 256

  /// The words by number, in text order.
  private let words: [Int32]
  /// Where the suffixes start, sorted.
  private let order: [Int32]

  /// - Parameters:
  ///   - words: numbers below `distinct`, fewer than 2³¹ of them.
  ///   - distinct: how many different words there are.
  init(words: [Int32], distinct: Int) {
    self.words = words
    var sort = SuffixSort(ranks: words, classes: distinct)
    while sort.sortedWords < Self.longestMatch, sort.classes < words.count { sort.double() }
    order = sort.order
  }

  /// How many of the first words of `phrase` stand in a row somewhere in the list; 256 at most. A word that the list
  /// lacks is any negative number.
  func matchLength(_ phrase: ArraySlice<Int32>) -> Int {
    var range = 0..<order.count
    var depth = 0
    for word in phrase.prefix(Self.longestMatch) {
      guard word >= 0 else { break }
      let lower = firstIndex(in: range, depth: depth) { $0 >= word }
      let upper = firstIndex(in: lower..<range.upperBound, depth: depth) { $0 > word }
      guard lower < upper else { break }
      range = lower..<upper
      depth += 1
    }
    return depth
  }

  /// Whether the words of `phrase` stand in a row in the list. Of more than 256 words, stretches of 256 are looked up
  /// that overlap by half.
  func contains(_ phrase: ArraySlice<Int32>) -> Bool {
    var start = phrase.startIndex
    while true {
      let length = min(Self.longestMatch, phrase.endIndex - start)
      guard matchLength(phrase[start..<(start + length)]) == length else { return false }
      if start + length == phrase.endIndex { return true }
      start += Self.longestMatch / 2
    }
  }

  /// The first place in `range` of the order whose word at `depth` fulfils the condition, which holds from some place
  /// on; a suffix that ends before `depth` stands first.
  private func firstIndex(in range: Range<Int>, depth: Int, where holds: (Int32) -> Bool) -> Int {
    var low = range.lowerBound
    var high = range.upperBound
    while low < high {
      let middle = (low + high) / 2
      let position = Int(order[middle]) + depth
      if position < words.count, holds(words[position]) { high = middle } else { low = middle + 1 }
    }
    return low
  }
}

/// Suffixes sorted by their first k words, k doubling.
private struct SuffixSort {
  private(set) var order: [Int32]
  /// How many words the order goes by.
  private(set) var sortedWords = 1
  /// How many different stretches of that many words there are.
  private(set) var classes: Int
  /// The class of the stretch that starts at each word.
  private var ranks: [Int32]
  private var spare: [Int32]

  init(ranks: [Int32], classes: Int) {
    self.ranks = ranks
    self.classes = classes
    order = []
    spare = (0..<Int32(truncatingIfNeeded: ranks.count)).map { $0 }
    order = spare
    sortByRank()
  }

  /// Sorts by twice as many words.
  mutating func double() {
    let step = sortedWords
    let count = order.count
    // By the second half: suffixes without one first, then those whose second half comes next in the order.
    var filled = 0
    for start in max(0, count - step)..<count {
      spare[filled] = Int32(truncatingIfNeeded: start)
      filled += 1
    }
    for suffix in order where suffix >= step {
      spare[filled] = suffix - Int32(truncatingIfNeeded: step)
      filled += 1
    }
    sortByRank()
    renumber(step: step)
    sortedWords = 2 * step
  }

  /// Sorts `spare` by rank into `order`, equal ranks staying in order.
  private mutating func sortByRank() {
    var ends = [Int32](repeating: 0, count: classes + 1)
    for rank in ranks { ends[Int(rank) + 1] += 1 }
    for index in 0..<classes { ends[index + 1] += ends[index] }
    for suffix in spare {
      let rank = Int(ranks[Int(suffix)])
      order[Int(ends[rank])] = suffix
      ends[rank] += 1
    }
  }

  private mutating func renumber(step: Int) {
    var rank: Int32 = -1
    var previous: (Int32, Int32) = (-1, -1)
    for suffix in order {
      let second = Int(suffix) + step
      let pair = (ranks[Int(suffix)], second < ranks.count ? ranks[second] : -1)
      if pair != previous { rank += 1 }
      previous = pair
      spare[Int(suffix)] = rank
    }
    swap(&ranks, &spare)
    classes = Int(rank) + 1
  }
}
