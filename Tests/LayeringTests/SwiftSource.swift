/// A Swift file as far as the layering rules need it: its code without comments and text.
struct SwiftSource {
  let path: String
  /// The lines without comments and without what stands in string literals; interpolated code stays.
  let lines: [String]

  init(path: String, text: String) {
    self.path = path
    var scanner = CodeScanner(text)
    lines = scanner.code().split(separator: "\n", omittingEmptySubsequences: false).map(String.init)
  }

  /// One module that the file imports.
  struct Import: Equatable {
    let module: String
    let line: Int
  }

  /// The modules of all import declarations, submodules and single symbols as their module.
  var imports: [Import] {
    lines.enumerated().flatMap { index, line in
      line.split(separator: ";").compactMap { statement in
        Self.module(of: statement).map { Import(module: $0, line: index + 1) }
      }
    }
  }

  private static let kinds: Set<Substring> = [
    "struct", "class", "enum", "protocol", "func", "let", "var", "typealias", "actor",
  ]

  /// `[@attributes] [access] import [kind] A.B` → A.
  private static func module(of statement: Substring) -> String? {
    let words = statement.split(whereSeparator: \.isWhitespace)
    guard let index = words.firstIndex(of: "import"),
      words[..<index].allSatisfy({ $0.hasPrefix("@") || accessLevels.contains($0) })
    else { return nil }
    var rest = words[(index + 1)...]
    if let first = rest.first, rest.count > 1, kinds.contains(first) { rest = rest.dropFirst() }
    return rest.first?.split(separator: ".").first.map { $0.filter { $0 != "`" } }
  }

  private static let accessLevels: Set<Substring> = ["public", "package", "internal", "fileprivate", "private"]

  /// The lines that hold `word` as a whole word.
  func linesNaming(_ word: String) -> [Int] {
    lines.enumerated().filter { Self.words(of: $1).contains(Substring(word)) }.map { $0.offset + 1 }
  }

  private static func words(of line: String) -> [Substring] {
    line.split { !($0.isLetter || $0.isNumber || $0 == "_") }
  }

  /// The lines that hold `pattern`, white space aside.
  func linesContaining(_ pattern: String) -> [Int] {
    lines.enumerated().filter { $1.filter { !$0.isWhitespace }.contains(pattern) }.map { $0.offset + 1 }
  }
}
