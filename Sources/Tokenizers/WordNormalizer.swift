import Foundation

/// What the normalizer and the pre-tokenizer of a `tokenizer.json` with a Unigram model make of a text: words that are
/// cut each for itself, blanks made visible (▁). Source: huggingface/tokenizers, normalizers and pre_tokenizers.
struct WordNormalizer: Sendable {
  /// A step of the normalizer.
  enum Step: Sendable {
    /// sentencepiece's character map, applied to grapheme clusters.
    case precompiled(CharacterMap)
    case strip(left: Bool, right: Bool)
    /// Every run of two or more spaces becomes one ▁.
    case joinSpaces
  }

  private let steps: [Step]
  /// Whether words end at whitespace, which is dropped.
  private let splitsAtWhitespace: Bool
  /// Whether a ▁ comes before every word that does not begin with one.
  private let addsBlank: Bool
  /// Whether a new word begins with every ▁.
  private let splitsAtBlank: Bool

  /// Normalized text, where its words end, in ascending order, and what each byte stands for. No word is empty.
  struct Words<Log: OriginLog> {
    var bytes: [UInt8] = []
    var ends: [Int] = []
    var origins = Log()
  }

  /// Text on its way through the steps.
  private struct Draft<Log: OriginLog> {
    var bytes: [UInt8]
    var origins: Log

    /// A draft without text and with room for that of another.
    init(after other: Draft) {
      bytes = []
      bytes.reserveCapacity(other.bytes.count + other.bytes.count / 4)
      origins = Log()
    }

    /// A text as it is.
    init(_ text: Substring) {
      bytes = Array(text.utf8)
      origins = Log()
      for index in bytes.indices { origins.note(1, index..<(index + 1)) }
    }

    /// Appends what stands for some bytes of the draft before.
    mutating func append(_ text: some Collection<UInt8>, for range: Range<Int>, of before: Draft) {
      bytes.append(contentsOf: text)
      origins.note(text.count, before.origins.origin(of: range))
    }
  }

  /// The words of a text.
  func words<Log: OriginLog>(of text: Substring, _ log: Log.Type) -> Words<Log> {
    var draft = Draft<Log>(text)
    for step in steps {
      switch step {
      case .precompiled(let map): draft = Self.mapped(draft, map)
      case .strip(let left, let right): Self.strip(&draft, left: left, right: right)
      case .joinSpaces: draft = Self.joiningSpaces(draft)
      }
    }
    var words = Words<Log>()
    words.bytes.reserveCapacity(draft.bytes.count + draft.bytes.count / 2 + 3)
    var start = 0
    if splitsAtWhitespace {
      draft.bytes.withUnsafeBufferPointer { bytes in
        var index = 0
        while index < bytes.count {
          let (scalar, length) = UTF8Scanning.scalar(bytes, at: index)
          if UTF8Scanning.isWhitespace(scalar) {
            append(start..<index, of: draft, to: &words)
            start = index + length
          }
          index += length
        }
      }
    }
    append(start..<draft.bytes.count, of: draft, to: &words)
    return words
  }

  /// Appends text, cut before every ▁ but at an end only where one stands alone.
  private func append<Log: OriginLog>(_ range: Range<Int>, of draft: Draft<Log>, to words: inout Words<Log>) {
    guard !range.isEmpty else { return }
    let first = words.bytes.count
    let text = draft.bytes[range]
    if addsBlank, text.first != 0x20, !text.starts(with: UTF8Scanning.visibleBlank) {
      words.bytes.append(contentsOf: UTF8Scanning.visibleBlank)
      let start = draft.origins.origin(of: range).lowerBound
      words.origins.note(3, start..<start)
    }
    for (index, byte) in zip(range, text) {
      let origin = draft.origins.origin(of: index..<(index + 1))
      if byte == 0x20 {
        words.bytes.append(contentsOf: UTF8Scanning.visibleBlank)
        words.origins.note(3, origin)
      } else {
        words.bytes.append(byte)
        words.origins.note(1, origin)
      }
    }
    words.bytes.withUnsafeBufferPointer { bytes in
      var start = first
      for index in (first + 1)..<max(bytes.count, first + 1) {
        let isTooLong = index - start >= StretchRule.longest && bytes[index] & 0xC0 != 0x80
        if isTooLong || splitsAtBlank && bytes[index] == 0xE2 && UTF8Scanning.isVisibleBlank(bytes, at: index) {
          words.ends.append(index)
          start = index
        }
      }
      words.ends.append(bytes.count)
    }
  }

  // MARK: - Steps

  private static func strip(_ draft: inout Draft<some OriginLog>, left: Bool, right: Bool) {
    let scalars = String(decoding: draft.bytes, as: UTF8.self).unicodeScalars
    if right {
      let blanks = scalars.reversed().prefix { UTF8Scanning.isWhitespace($0) }
      let count = blanks.reduce(0) { $0 + UTF8.width($1) }
      draft.bytes.removeLast(count)
      draft.origins.removeLast(count)
    }
    if left {
      let blanks = scalars.prefix { UTF8Scanning.isWhitespace($0) }
      let count = min(draft.bytes.count, blanks.reduce(0) { $0 + UTF8.width($1) })
      draft.bytes.removeFirst(count)
      draft.origins.removeFirst(count)
    }
  }

  private static func joiningSpaces<Log: OriginLog>(_ draft: Draft<Log>) -> Draft<Log> {
    var output = Draft(after: draft)
    let text = draft.bytes
    var index = 0
    while index < text.count {
      var end = index
      while end < text.count, text[end] == 0x20 { end += 1 }
      if end - index >= 2 {
        output.append(UTF8Scanning.visibleBlank, for: index..<end, of: draft)
        index = end
      } else {
        output.append(CollectionOfOne(text[index]), for: index..<(index + 1), of: draft)
        index += 1
      }
    }
    return output
  }

  /// The character map applied as the Rust crate spm_precompiled does: a grapheme cluster of less than six bytes becomes
  /// the replacement of the shortest rule that it begins with; else each of its characters is looked up for itself.
  private static func mapped<Log: OriginLog>(_ draft: Draft<Log>, _ map: CharacterMap) -> Draft<Log> {
    var output = Draft(after: draft)
    map.withUnits { units in
      draft.bytes.withUnsafeBufferPointer { bytes in
        var start = 0
        while start < bytes.count {
          // Two ASCII characters are always two clusters, but for CR LF.
          var end = start + 1
          while end < bytes.count, bytes[end - 1] >= 0x80 || bytes[end] >= 0x80 || bytes[end] == 0x0A { end += 1 }
          if end == start + 1 {
            appendCluster(bytes, start..<end, of: draft, map, units, to: &output)
          } else {
            var position = start
            for character in String(decoding: bytes[start..<end], as: UTF8.self) {
              let length = character.utf8.count
              appendCluster(bytes, position..<(position + length), of: draft, map, units, to: &output)
              position += length
            }
          }
          start = end
        }
      }
    }
    return output
  }

  private static func appendCluster<Log: OriginLog>(
    _ bytes: UnsafeBufferPointer<UInt8>, _ range: Range<Int>, of draft: Draft<Log>, _ map: CharacterMap,
    _ units: UnsafeBufferPointer<UInt32>, to output: inout Draft<Log>
  ) {
    if range.count < 6, let value = map.firstMatch(bytes, in: range, units), let text = map.replacement(value) {
      output.append(text, for: range, of: draft)
      return
    }
    var index = range.lowerBound
    while index < range.upperBound {
      let end = index + UTF8Scanning.scalar(bytes, at: index).length
      if let value = map.firstMatch(bytes, in: index..<end, units), let text = map.replacement(value) {
        output.append(text, for: index..<end, of: draft)
      } else {
        output.append(bytes[index..<end], for: index..<end, of: draft)
      }
      index = end
    }
  }
}

extension WordNormalizer {
  /// Reads `normalizer` and `pre_tokenizer`. Types that are not known are refused.
  init(file: TokenizerFile) throws(TokenizerError) {
    steps =
      try file.normalizer.map { normalizer throws(TokenizerError) in
        try Self.steps(of: normalizer, file: file)
      } ?? []
    let key = "pre_tokenizer"
    var components = file.preTokenizer.map { [$0] } ?? []
    if let first = components.first, first.type == "Sequence" { components = first.pretokenizers ?? [] }
    splitsAtWhitespace = components.first?.type == "WhitespaceSplit"
    if splitsAtWhitespace { components.removeFirst() }
    guard components.count == 1, let metaspace = components.first, metaspace.type == "Metaspace" else {
      throw file.unsupported(
        key,
        "it is not a Metaspace, nor a WhitespaceSplit and a Metaspace, but "
          + (file.preTokenizer.map(\.type) ?? "null"))
    }
    addsBlank = try Self.addsBlank(metaspace, key: key, file: file)
    splitsAtBlank = metaspace.split ?? true
    if metaspace.prepend_scheme == "first", splitsAtWhitespace {
      throw file.unsupported(key, "prepend_scheme first behind a WhitespaceSplit")
    }
  }

  /// Whether a Metaspace puts a ▁ before a text (and takes it away again).
  static func addsBlank(_ metaspace: TokenizerFile.Component, key: String, file: TokenizerFile) throws(TokenizerError)
    -> Bool
  {
    guard metaspace.replacement == "\u{2581}" else { throw file.unsupported(key, "a replacement other than ▁") }
    switch metaspace.prepend_scheme {
    case nil: return metaspace.add_prefix_space ?? true
    case "always", "first": return metaspace.add_prefix_space ?? true
    case "never": return false
    case let scheme?: throw file.unsupported(key, "the prepend_scheme \(scheme) is not known")
    }
  }

  private static func steps(
    of component: TokenizerFile.Component, file: TokenizerFile
  ) throws(TokenizerError) -> [Step] {
    let key = "normalizer"
    switch component.type {
    case "Sequence":
      var steps: [Step] = []
      for part in component.normalizers ?? [] {
        guard part.type != "Sequence" else { throw file.unsupported(key, "a Sequence inside a Sequence") }
        steps += try Self.steps(of: part, file: file)
      }
      return steps
    case "Precompiled":
      guard let map = component.precompiled_charsmap, let blob = Data(base64Encoded: map) else {
        throw .malformedFile(file: file.file, reason: "\(key): precompiled_charsmap is missing or not base64")
      }
      return blob.isEmpty ? [] : [.precompiled(try CharacterMap(Array(blob)[...], file: file.file))]
    case "Strip":
      return [.strip(left: component.strip_left ?? true, right: component.strip_right ?? true)]
    case "Replace":
      guard component.pattern?.Regex == " {2,}", component.content == "\u{2581}" else {
        throw file.unsupported(key, "a Replace other than that of \" {2,}\" by ▁")
      }
      return [.joinSpaces]
    default:
      throw file.unsupported(
        key, "the type \(component.type) is not known; known: Precompiled, Strip, Replace, Sequence")
    }
  }
}
