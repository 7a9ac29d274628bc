import Foundation

/// A Markdown file as far as its links go.
struct MarkdownPage {
  /// A link or an image, but not one inside code.
  struct Link: Equatable {
    /// What stands in the brackets.
    let text: String
    /// What stands in the parentheses, a title left out.
    let target: String
    let line: Int
  }

  let links: [Link]

  init(text: String) {
    links = Self.links(of: Self.prose(of: text))
  }

  /// The text with empty lines in place of its blocks of code.
  private static func prose(of text: String) -> String {
    var isCode = false
    return text.split(separator: "\n", omittingEmptySubsequences: false).map { line in
      let isFence = line.drop(while: { $0 == " " }).hasPrefix("```")
      if isFence { isCode.toggle() }
      return isFence || isCode ? "" : line
    }.joined(separator: "\n")
  }

  /// `[text](target "title")`, over line breaks too; a bracket within a span of code begins none, but the text may hold
  /// code.
  private static func links(of prose: String) -> [Link] {
    var links: [Link] = []
    var line = 1
    var rest = prose[...]
    while let place = rest.firstIndex(where: { $0 == "[" || $0 == "`" }) {
      line += rest[..<place].count { $0 == "\n" }
      let inside = rest[rest.index(after: place)...]
      guard rest[place] == "[" else {
        guard let end = inside.firstIndex(of: "`") else { return links }
        line += inside[..<end].count { $0 == "\n" }
        rest = inside[inside.index(after: end)...]
        continue
      }
      rest = inside
      guard let close = inside.firstIndex(of: "]") else { continue }
      let behind = inside[inside.index(after: close)...]
      guard behind.first == "(", let end = behind.firstIndex(of: ")") else { continue }
      let target = behind[behind.index(after: behind.startIndex)..<end].prefix { $0 != " " }
      links.append(Link(text: String(inside[..<close]), target: String(target), line: line))
      line += inside[..<end].count { $0 == "\n" }
      rest = behind[behind.index(after: end)...]
    }
    return links
  }
}

extension MarkdownPage.Link {
  /// The file that it leads to, relative to its page; nil where it leads to another site or within the page.
  var path: String? {
    guard !target.hasPrefix("#"), !target.contains("://"), !target.hasPrefix("mailto:") else { return nil }
    return String(target.prefix { $0 != "#" })
  }

  /// The names of code in its text, where it leads to a source file: `BatchQueue` and `admit` of `` `BatchQueue.admit` ``.
  /// None where the text is the file's own name.
  var names: [String] {
    guard let file = path?.split(separator: "/").last, text != "`\(file)`",
      ["swift", "c", "h", "inc", "py", "yaml"].contains(file.split(separator: ".").last ?? "")
    else { return [] }
    let spans = text.split(separator: "`", omittingEmptySubsequences: false)
    return spans.indices.filter { !$0.isMultiple(of: 2) }.flatMap { index in
      spans[index].split { !($0.isLetter || $0.isNumber || $0 == "_") }.map(String.init)
    }
  }
}
