/// A model with seeded random weights in a folder below `Tests/Fixtures`, with what transformers answers.
public struct ModelFixture: Sendable, CustomStringConvertible {
  /// The folder's name.
  public let name: String
  /// A name that the registry of models knows.
  public let architecture: String

  public static let all = [
    marian, ModelFixture(name: "marian-swish", architecture: "marian"),
    ModelFixture(name: "marian-gelu", architecture: "marian"), t5, gatedT5, bart, scaledBART,
  ]
  public static let marian = ModelFixture(name: "marian-tiny", architecture: "marian")
  /// Version 1.0.
  public static let t5 = ModelFixture(name: "t5-relu", architecture: "t5")
  /// Version 1.1.
  public static let gatedT5 = ModelFixture(name: "t5-gated", architecture: "t5")
  /// With the options of the published summarizers.
  public static let bart = ModelFixture(name: "bart-tiny", architecture: "bart")
  public static let scaledBART = ModelFixture(name: "bart-scaled", architecture: "bart")

  /// Where it lies.
  public var folder: String { Fixtures.url(name).path }
  public var description: String { name }
}
