/// What the results of a bulk command look like.
enum BulkFormat: Sendable {
  /// The text alone.
  case text
  /// A line of JSON with everything that is known of it.
  case json
}

/// What stands between the texts of several documents.
enum DocumentSeparator: Sendable {
  /// A line break, where the document before did not end with one.
  case lineBreak
  /// A blank line; each document ends with a line break.
  case blankLine
}

/// Writes results in order and keeps count.
struct BulkWriter {
  private let output: OutputFile
  private let separator: DocumentSeparator
  /// Texts written so far.
  private(set) var count = 0
  /// The one written last.
  private(set) var last: InputText?
  private var isLineOpen = false

  init(output: OutputFile, separator: DocumentSeparator) {
    self.output = output
    self.separator = separator
  }

  /// Writes the results of some texts, in one piece, so that lines stay whole.
  mutating func write(_ texts: [InputText], _ results: [BulkResult]) throws(OutputError) {
    var bytes: [UInt8] = []
    for (index, (text, result)) in zip(texts, results).enumerated() {
      switch result.output {
      case .json(let line): bytes += line
      case .text(let result) where text.line == nil: append(document: result, number: count + index, to: &bytes)
      case .text(let result): append(line: result, of: text, to: &bytes)
      }
    }
    try output.write(bytes)
    count += texts.count
    last = texts.last
  }

  private mutating func append(line: String, of text: InputText, to bytes: inout [UInt8]) {
    // Where the file before ended without a newline: a line of one file must not become part of a line of another.
    if isLineOpen { bytes.append(0x0A) }
    // A line of input is a line of output, even if the model says a newline.
    bytes += line.utf8.lazy.map { $0 == 0x0A ? 0x20 : $0 }
    if text.hasNewline { bytes.append(0x0A) }
    isLineOpen = !text.hasNewline
  }

  /// - Parameter number: documents before this one.
  private mutating func append(document: String, number: Int, to bytes: inout [UInt8]) {
    switch separator {
    case .lineBreak:
      if isLineOpen { bytes.append(0x0A) }
      bytes += document.utf8
      isLineOpen = document.utf8.last.map { $0 != 0x0A } ?? false
    case .blankLine:
      if number > 0 { bytes.append(0x0A) }
      bytes += document.utf8
      bytes.append(0x0A)
    }
  }
}
