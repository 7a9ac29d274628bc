/// What one request may ask for.
public struct RequestLimits: Sendable, Equatable {
  /// Entries of an array `q`.
  public var items = 10_000
  /// Unicode scalars of all of `q` of a translation.
  public var characters = 500_000
  /// Unicode scalars of a text to be summarized.
  public var summaryCharacters = 2_000_000

  /// The defaults.
  public init() {}

  /// Refuses texts of more than `limit` Unicode scalars together.
  static func checkCharacters(of texts: [String], limit: Int) throws(APIError) {
    var characters = 0
    for text in texts { characters += text.unicodeScalars.count }
    if characters > limit { throw .overTextLimit(size: characters, limit: limit) }
  }
}
