/// How alike sentences are: the cosine of their TF-IDF vectors, 0…1.
///
/// A sentence's weight for a word is tf·idf: tf how often the word stands in it, idf = ln((1 + N)/(1 + n)) + 1 with N
/// sentences, n of which have the word (smooth, so that a word of every sentence still counts). Vectors have length 1; a
/// sentence without words is like none, not even itself. Built in time linear in the text; sums go by ascending word
/// number (order of first occurrence), so results are the same bits everywhere.
public struct SentenceSimilarity: Sendable {
  /// The vectors one after the other, each by ascending word number.
  private var entries: [Entry] = []
  /// Where each sentence's entries start, and the end.
  private var starts: [Int] = [0]
  /// The same by word: sentence numbers with weights, ascending.
  private let postings: [Entry]
  private let postingStarts: [Int]
  private let vocabulary: [String: Int32]
  private let inverseFrequencies: [Double]
  private let folding: WordFolding

  private struct Entry {
    let number: Int32
    var weight: Double
  }

  /// Reads sentences.
  public init(_ sentences: [some StringProtocol], folding: WordFolding) {
    self.folding = folding
    var vocabulary: [String: Int32] = [:]
    for sentence in sentences {
      let numbers = folding.words(of: sentence).map { word -> Int32 in
        let number = vocabulary[word] ?? Int32(truncatingIfNeeded: vocabulary.count)
        vocabulary[word] = number
        return number
      }
      entries += Self.counts(of: numbers)
      starts.append(entries.count)
    }
    var frequencies = [Int](repeating: 0, count: vocabulary.count)
    for entry in entries { frequencies[Int(entry.number)] += 1 }
    let inverse = frequencies.map { Self.inverseFrequency($0, of: sentences.count) }
    for sentence in sentences.indices {
      Self.weigh(&entries[starts[sentence]..<starts[sentence + 1]], inverse)
    }
    (postings, postingStarts) = Self.transpose(entries, starts, frequencies)
    inverseFrequencies = inverse
    self.vocabulary = vocabulary
  }

  /// How many sentences there are.
  public var count: Int { starts.count - 1 }

  /// The likeness of two sentences. Time linear in their words.
  public func similarity(_ first: Int, _ second: Int) -> Double {
    var left = starts[first]
    var right = starts[second]
    var sum = 0.0
    while left < starts[first + 1], right < starts[second + 1] {
      let one = entries[left]
      let other = entries[right]
      if one.number == other.number { sum += one.weight * other.weight }
      if one.number <= other.number { left += 1 }
      if other.number <= one.number { right += 1 }
    }
    return min(1, sum)
  }

  /// The likeness of each sentence to another text, such as a question. Words that no sentence has make all less like.
  public func similarities(to query: some StringProtocol) -> [Double] {
    var unknown: [String: Int] = [:]
    let numbers = folding.words(of: query).compactMap { word -> Int32? in
      guard let number = vocabulary[word] else {
        unknown[word, default: 0] += 1
        return nil
      }
      return number
    }
    var vector = Self.counts(of: numbers)[...]
    let rare = Self.inverseFrequency(0, of: count)
    // Whole numbers, so the order in which a dictionary gives them does not matter.
    let missing = unknown.values.reduce(0) { $0 + $1 * $1 }
    Self.weigh(&vector, inverseFrequencies, more: Double(missing) * (rare * rare))
    var sums = [Double](repeating: 0, count: count)
    for entry in vector {
      for posting in postings[postingStarts[Int(entry.number)]..<postingStarts[Int(entry.number) + 1]] {
        sums[Int(posting.number)] += posting.weight * entry.weight
      }
    }
    return sums.map { min(1, $0) }
  }

  // MARK: - Vectors

  private static func inverseFrequency(_ frequency: Int, of count: Int) -> Double {
    naturalLogarithm(Double(1 + count) / Double(1 + frequency)) + 1
  }

  /// Each word once, ascending, with its count as weight.
  private static func counts(of numbers: [Int32]) -> [Entry] {
    var entries: [Entry] = []
    for number in numbers.sorted() {
      if let last = entries.last, last.number == number {
        entries[entries.count - 1].weight += 1
      } else {
        entries.append(Entry(number: number, weight: 1))
      }
    }
    return entries
  }

  /// Counts to weights of length 1; `more` is the square of what else the vector holds.
  private static func weigh(_ vector: inout ArraySlice<Entry>, _ inverse: [Double], more: Double = 0) {
    var squares = more
    for index in vector.indices {
      vector[index].weight *= inverse[Int(vector[index].number)]
      squares += vector[index].weight * vector[index].weight
    }
    guard squares > 0 else { return }
    let length = squares.squareRoot()
    for index in vector.indices { vector[index].weight /= length }
  }

  private static func transpose(
    _ entries: [Entry], _ starts: [Int], _ frequencies: [Int]
  ) -> (postings: [Entry], starts: [Int]) {
    var ends: [Int] = [0]
    for frequency in frequencies { ends.append(ends[ends.count - 1] + frequency) }
    let postingStarts = ends
    var postings = [Entry](repeating: Entry(number: 0, weight: 0), count: entries.count)
    for sentence in 0..<(starts.count - 1) {
      for entry in entries[starts[sentence]..<starts[sentence + 1]] {
        let word = Int(entry.number)
        postings[ends[word]] = Entry(number: Int32(truncatingIfNeeded: sentence), weight: entry.weight)
        ends[word] += 1
      }
    }
    return (postings, postingStarts)
  }
}
