/// Real sentences that are committed: those of the parity fixtures.
public enum RealText {
  /// 200 English sentences of every kind.
  public static func sentences() throws -> [String] {
    let fixture: ParityFixture = try Fixtures.json("en-x-parity/expected.json")
    return fixture.cases.map(\.text)
  }

  /// 120 sentences with their languages: German, Spanish, French.
  public static func foreignSentences() throws -> [(language: String, text: String)] {
    let fixture: ParityFixture = try Fixtures.json("x-en-parity/expected.json")
    return fixture.cases.compactMap { example in example.source.map { ($0, example.text) } }
  }
}
