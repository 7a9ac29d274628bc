/// Real sentences that are committed: those of the parity fixture.
public enum RealText {
  /// 200 English sentences of every kind.
  public static func sentences() throws -> [String] {
    let fixture: ParityFixture = try Fixtures.json("en-x-parity/expected.json")
    return fixture.cases.map(\.text)
  }
}
