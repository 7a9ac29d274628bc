import Inference
import Service

/// Writes translations in order and keeps count.
struct TranslationWriter {
  /// What a translation looks like.
  enum Format: Sendable {
    /// The translation alone.
    case text
    /// A line of JSON with everything that is known of it.
    case json
  }

  let format: Format
  let output: OutputFile
  /// Texts written so far.
  private(set) var count = 0
  /// The one written last.
  private(set) var last: InputText?
  private var isLineOpen = false

  init(format: Format, output: OutputFile) {
    self.format = format
    self.output = output
  }

  /// Writes the translations of some texts, in one piece, so that lines stay whole.
  mutating func write(_ texts: [InputText], _ translation: Translation) throws(OutputError) {
    var bytes: [UInt8] = []
    switch format {
    case .text:
      for (text, target) in zip(texts, translation.texts) { append(target, of: text, to: &bytes) }
    case .json:
      let segments = Dictionary(grouping: translation.segments, by: \.item)
      for (index, (text, target)) in zip(texts, translation.texts).enumerated() {
        bytes += JSONLine.bytes(text, target, segments[index] ?? [], model: translation.model)
      }
    }
    try output.write(bytes)
    count += texts.count
    last = texts.last
  }

  private mutating func append(_ target: String, of text: InputText, to bytes: inout [UInt8]) {
    // Where the file before ended without a newline: a line of one file must not become part of a line of another.
    if isLineOpen { bytes.append(0x0A) }
    if text.line == nil {
      bytes += target.utf8
      isLineOpen = bytes.last.map { $0 != 0x0A } ?? false
    } else {
      // A line of input is a line of output, even if the model says a newline.
      bytes += target.utf8.lazy.map { $0 == 0x0A ? 0x20 : $0 }
      if text.hasNewline { bytes.append(0x0A) }
      isLineOpen = !text.hasNewline
    }
  }
}
