/// A stretch of a summary that its source does not support.
public struct UnsupportedSpan: Equatable, Sendable {
  /// What the stretch is.
  public enum Kind: String, Sendable, CaseIterable {
    /// A maximal run of decimal digits that is no such run of the source.
    case number
    /// Capitalised words that do not occur in the source.
    case name
    /// Words between quotation marks that do not stand in the source in a row.
    case quotation

    /// What comes first of spans that start at the same place.
    var rank: Int {
      switch self {
      case .number: 0
      case .name: 1
      case .quotation: 2
      }
    }
  }

  /// What the stretch is.
  public let kind: Kind
  /// The summary's own spelling; a quotation without its marks.
  public let text: String
  /// Where it stands in the summary, in Unicode scalars.
  public let offsets: Range<Int>

  /// Makes a span; `offsets` counts the scalars of the whole summary.
  public init(kind: Kind, text: String, offsets: Range<Int>) {
    self.kind = kind
    self.text = text
    self.offsets = offsets
  }
}
