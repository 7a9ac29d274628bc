/// Leaves out sentences that share three words in a row with one already taken. Source: Liu and Lapata 2019 (BertSum,
/// after Paulus et al. 2018). Function words count.
public enum TrigramBlocking {
  /// The first `count` sentences of an order that share no trigram with an earlier one taken; fewer if there are not so
  /// many. Time linear in the words.
  /// - Parameters:
  ///   - order: sentence numbers, the best first.
  ///   - sentences: the sentences' texts.
  public static func select(
    count: Int, from order: [Int], of sentences: [some StringProtocol], folding: WordFolding
  ) -> [Int] {
    var taken: Set<[String]> = []
    var selected: [Int] = []
    for sentence in order {
      guard selected.count < count else { break }
      let words = folding.allWords(of: sentences[sentence])
      let trigrams = words.indices.dropLast(2).map { Array(words[$0...($0 + 2)]) }
      guard taken.isDisjoint(with: trigrams) else { continue }
      taken.formUnion(trigrams)
      selected.append(sentence)
    }
    return selected
  }
}
