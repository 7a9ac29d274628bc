/// `expected.json` of the salience models' fixtures: what the reference said of documents. See the fixtures' SOURCE.md.
public struct SalienceFixture: Decodable, Sendable {
  /// A document's sentences, their vectors and scores.
  public struct Document: Decodable, Sendable {
    public let sentences: [String]
    /// Indices of sentences that start a paragraph.
    public let paragraphs: [Int]
    /// Of each sentence, as they are read.
    public let input_ids: [[Int32]]
    /// [n,D].
    public let pooled: [[Float]]
    public let scores: [Float]
  }

  public let documents: [Document]

  /// The folders' names.
  public static let names = ["salience-tiny", "salience-plain"]

  /// Reads that of a folder.
  public static func named(_ name: String) throws -> SalienceFixture { try Fixtures.json("\(name)/expected.json") }
}
