import Foundation
import TestSupport
import Testing

/// The pages of the documentation lead to what exists.
@Suite struct DocumentationTests {
  /// README.md, the pages of docs/ and those beside benchmarks and deployment, relative to the checkout.
  private static func pages() throws -> [String] {
    let folders = try ["docs", "Benchmarks", "deploy"].flatMap { folder in
      try FileManager.default.subpathsOfDirectory(atPath: Fixtures.root.appendingPathComponent(folder).path)
        .map { "\(folder)/\($0)" }
    }
    return ["README.md"] + folders.filter { $0.hasSuffix(".md") }.sorted()
  }

  private static func text(_ path: String) throws -> String {
    String(decoding: try Data(contentsOf: Fixtures.root.appendingPathComponent(path)), as: UTF8.self)
  }

  /// Where a link of a page leads, relative to the checkout.
  private static func destination(_ path: String, from page: String) -> URL {
    Fixtures.root.appendingPathComponent(page).deletingLastPathComponent().appendingPathComponent(path)
      .standardizedFileURL
  }

  @Test func `relative links lead to files, and names of code in them are in those files`() throws {
    let pages = try Self.pages()
    #expect(pages.contains("docs/ARCHITECTURE.md"))
    for page in pages {
      for link in MarkdownPage(text: try Self.text(page)).links {
        guard let path = link.path else { continue }
        let destination = Self.destination(path, from: page)
        guard FileManager.default.fileExists(atPath: destination.path) else {
          Issue.record("\(page):\(link.line): \(link.target) leads nowhere")
          continue
        }
        guard !link.names.isEmpty else { continue }
        let code = String(decoding: try Data(contentsOf: destination), as: UTF8.self)
        for name in link.names {
          let isNamed = code.contains(name)
          #expect(isNamed, "\(page):\(link.line): \(link.target) does not name \(name)")
        }
      }
    }
  }

  @Test func `every page of docs is linked from another page`() throws {
    let pages = try Self.pages()
    var reached: Set<String> = []
    for page in pages {
      for link in MarkdownPage(text: try Self.text(page)).links {
        guard let path = link.path else { continue }
        let destination = Self.destination(path, from: page).path
        if destination != Fixtures.root.appendingPathComponent(page).path { reached.insert(destination) }
      }
    }
    for page in pages where page.hasPrefix("docs/") {
      #expect(reached.contains(Fixtures.root.appendingPathComponent(page).path), "no page links to \(page)")
    }
  }
}

@Suite struct MarkdownPageTests {
  private func links(_ text: String) -> [String] { MarkdownPage(text: text).links.map { "\($0.line) \($0.target)" } }

  @Test func `links and images are found, code is not`() {
    let text = """
      See [one](a.md), ![two](images/b.svg "title") and `[no](c.md)`.
      ```
      [no](d.md)
      ```
      [`three`](e.swift#L1) [no] (f.md) [four
      goes on](https://example.org) [five](#part) [no
      """
    #expect(
      links(text) == ["1 a.md", "1 images/b.svg", "5 e.swift#L1", "5 https://example.org", "6 #part"])
  }

  @Test func `only relative links have a path`() {
    let page = MarkdownPage(text: "[a](x/y.md#z) [b](https://example.org/x) [c](#z) [d](mailto:a@example.org)")
    #expect(page.links.map(\.path) == ["x/y.md", nil, nil, nil])
  }

  @Test func `code in a link is taken apart into names`() {
    let page = MarkdownPage(
      text: "[`BatchQueue.admit`](a.swift) [`a.swift`](b/a.swift) [a name](a.c) [`f(_:)` and `g`](a.c#L1) [`h`](h.md)")
    #expect(page.links.map(\.names) == [["BatchQueue", "admit"], [], [], ["f", "_", "g"], []])
  }
}
