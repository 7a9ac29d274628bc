import Inference

/// The languages that can be translated now, as the API names them.
///
/// LibreTranslate calls Brazilian Portuguese and the two Chinese scripts `pt-BR`, `zh-Hans` and `zh-Hant` outside and
/// `pb`, `zh` and `zt` inside; here too both are understood and the outside names are shown.
public struct LanguageDirectory: Sendable, Equatable {
  /// Source languages by code, each with the codes it can become.
  let targets: [String: Set<String>]
  /// Every code that is a source or a target.
  public let codes: Set<String>

  /// Makes a directory of directions; codes are lower case. A language counts among its own targets.
  public init(targets: [String: Set<String>]) {
    self.targets = targets
    codes = Set(targets.keys).union(targets.values.flatMap { $0 })
  }

  /// The languages of a catalog.
  public init(_ catalog: ModelCatalog) {
    self.init(
      targets: Dictionary(
        catalog.languages.map { ($0.code, Set($0.targets)) }, uniquingKeysWith: { $0.union($1) }))
  }

  /// Inside name → outside name.
  private static let outside = ["pb": "pt-BR", "zh": "zh-Hans", "zt": "zh-Hant"]

  /// Outside names, and what else means the same, in lower case → inside name.
  private static let inside = [
    "pt-br": "pb", "zh-hans": "zh", "zh-cn": "zh", "zh-sg": "zh", "zh-hant": "zt", "zh-tw": "zt", "zh-hk": "zt",
    "zh-mo": "zt",
  ]

  /// A code as answers write it.
  static func shown(_ code: String) -> String { outside[code] ?? code }

  /// The code of the catalog for what a user wrote: case does not matter, aliases are known, and `de-DE` falls back to
  /// `de`. Traditional Chinese never falls back to `zh`: that would be another script. Nil for an unknown one.
  public func canonical(_ code: String) -> String? {
    guard code.utf8.count <= 35 else { return nil }  // RFC 5646 §4.4.1: what a tag needs at most
    var tag = code.lowercased().replacing("_", with: "-")
    while true {
      if codes.contains(tag) { return tag }
      if let alias = Self.inside[tag] {
        if codes.contains(alias) { return alias }
        if alias == "zt" { return nil }
      }
      if let outside = Self.outside[tag]?.lowercased(), codes.contains(outside) { return outside }
      if tag == "pb" {
        tag = "pt"
        continue
      }
      guard let hyphen = tag.lastIndex(of: "-") else { return nil }
      tag = String(tag[..<hyphen])
    }
  }

  /// Whether a model translates from one language to the other.
  public func translates(from source: String, to target: String) -> Bool {
    targets[source]?.contains(target) ?? false
  }
}
