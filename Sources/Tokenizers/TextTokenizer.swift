/// What decoding text with a model needs of the model's tokenizer: text to ids, ids to text.
public protocol TextTokenizer: Sendable {
  /// The number of ids. A model needs as many rows of embeddings, because `encode` may give any of them.
  var vocabularySize: Int { get }
  /// The id that ends a text.
  var endID: Int32 { get }

  /// The ids of a source text with everything that the model expects around them. Linear in the text's length but for a
  /// logarithm. Text alone never gives the id of a special token, whatever a user types.
  /// - Parameter prefix: what tells the model its task, as the model's card spells it: a language tag for one model, the
  ///   beginning of a sentence for another.
  /// - Throws: `unknownPrefix` where the tokenizer does not take it.
  func encode(_ text: Substring, prefix: String?) throws(TokenizerError) -> [Int32]

  /// How many ids `encode` gives beside those of the text itself.
  func addedCount(prefix: String?) throws(TokenizerError) -> Int

  /// The number of ids that a text takes by itself, without prefix, start or end.
  func pieceCount(of text: Substring) -> Int

  /// Where in a source text each of `encode`'s ids stands, in Unicode scalars of `text`; nil for those that stand for none
  /// of it: prefix, start, end, a blank that the tokenizer adds. In ascending order. A character that several ids stand
  /// for, by its bytes or because normalization makes several of it, is in the range of each, otherwise no two overlap;
  /// every character that is no white space is in one, with what normalization drops behind it.
  /// - Throws: what `encode` throws.
  func sourceOffsets(of text: Substring, prefix: String?) throws(TokenizerError) -> [Range<Int>?]

  /// The ids of a text that is cut already: unknown pieces get the unknown id; start and end are added.
  func encode(pieces: [String]) -> [Int32]

  /// The text of target ids. Special tokens, and ids that do not exist, give nothing.
  func decode(_ ids: [Int32]) -> String

  /// The same with where in it each id stands. Linear in the text's length.
  func decodeWithOffsets(_ ids: [Int32]) -> DecodedText
}

extension TextTokenizer {
  /// The ids of a source text with everything that the model expects around them.
  public func encode(_ text: String, prefix: String? = nil) throws(TokenizerError) -> [Int32] {
    try encode(text[...], prefix: prefix)
  }
}
