/// Takes comments and string literals out of Swift code, keeping line breaks and interpolated code.
struct CodeScanner {
  private let text: [Character]
  private var at = 0
  private var output = ""

  init(_ text: String) { self.text = Array(text) }

  mutating func code() -> String {
    while at < text.count { step() }
    return output
  }

  private func starts(with word: String, at index: Int) -> Bool {
    text[min(index, text.count)...].starts(with: word)
  }

  private mutating func step() {
    if starts(with: "//", at: at) {
      while at < text.count, text[at] != "\n" { at += 1 }
    } else if starts(with: "/*", at: at) {
      skipComment()
    } else if let hashes = openingHashes() {
      skipString(hashes: hashes)
    } else {
      output.append(text[at])
      at += 1
    }
  }

  private mutating func skipComment() {
    var depth = 0
    repeat {
      if starts(with: "/*", at: at) {
        depth += 1
        at += 2
      } else if starts(with: "*/", at: at) {
        depth -= 1
        at += 2
      } else {
        if text[at] == "\n" { output.append("\n") }
        at += 1
      }
    } while depth > 0 && at < text.count
    output.append(" ")
  }

  /// How many # stand before the quote of a string literal that begins here.
  private func openingHashes() -> Int? {
    var index = at
    while index < text.count, text[index] == "#" { index += 1 }
    return index < text.count && text[index] == "\"" ? index - at : nil
  }

  private mutating func skipString(hashes: Int) {
    at += hashes
    let quote = starts(with: "\"\"\"", at: at) ? "\"\"\"" : "\""
    let mark = String(repeating: "#", count: hashes)
    at += quote.count
    while at < text.count {
      if starts(with: quote + mark, at: at) {
        at += quote.count + hashes
        break
      } else if starts(with: "\\" + mark + "(", at: at) {
        at += hashes + 2
        interpolation()
      } else if starts(with: "\\" + mark, at: at) {
        at += hashes + 2
      } else {
        if text[at] == "\n" { output.append("\n") }
        at += 1
      }
    }
    output.append("\"\"")
  }

  /// Keeps the code up to the parenthesis that ends the interpolation.
  private mutating func interpolation() {
    output.append(" (")
    var depth = 1
    while at < text.count, depth > 0 {
      if text[at] == "(" { depth += 1 }
      if text[at] == ")" { depth -= 1 }
      step()
    }
  }
}
