/// The function words of a language: articles, pronouns, prepositions, conjunctions, auxiliary verbs, particles, in lower
/// case. They say little about what a sentence is about, and a capital on them is no name.
public enum StopWords {
  /// The words of a language ("de", "de-AT"); empty for a language without a list.
  public static func words(language: String) -> Set<String> { lists[code(language)] ?? [] }

  /// The words of all lists together.
  static let all: Set<String> = Set(lists.values.joined())

  /// The language of a tag: "de" of "de-AT".
  static func code(_ language: String) -> String {
    String(language.lowercased().prefix { $0 != "-" && $0 != "_" })
  }

  static func split(_ list: String) -> [String] { list.split(separator: " ").map(String.init) }

  private static let lists: [String: Set<String>] = [
    "en": Set(split(english)), "de": Set(split(german)), "es": Set(split(spanish)), "fr": Set(split(french)),
    "it": Set(split(italian)), "pt": Set(split(portuguese)), "nl": Set(split(dutch)),
  ]
}
