/// Brings text into the form that the pieces were learned on: characters mapped, blanks made visible (▁).
/// Source: sentencepiece, src/normalizer.cc.
struct TextNormalizer: Sendable {
  private let map: CharacterMap?
  /// User-defined pieces, which are copied as they are.
  private let verbatim: PieceTrie?
  private let settings: SentencePieceModel.NormalizerSettings
  private let whitespaceIsSuffix: Bool
  /// For each byte: copied as it is when an ASCII byte or nothing follows. False for the space and above ASCII.
  private let isPlain: [Bool]

  init(
    settings: SentencePieceModel.NormalizerSettings, model: SentencePieceModel, verbatim: PieceTrie? = nil
  ) throws(TokenizerError) {
    self.settings = settings
    self.verbatim = verbatim
    whitespaceIsSuffix = model.whitespaceIsSuffix
    if let range = settings.charactersMap, !range.isEmpty {
      map = try CharacterMap(model.bytes[range], file: model.file)
    } else {
      map = nil
    }
    let map = map
    isPlain = (0..<256).map { byte in
      guard byte < 128, byte != 0x20, map?.isPlain[byte] ?? true else { return false }
      return verbatim?.withWalker { $0.step(from: PieceTrie.root, UInt8(byte)) == nil } ?? true
    }
  }

  /// The normalized form of `text`, always well-formed UTF-8. At most `CharacterMap.longest` times as long.
  func normalize(_ text: UnsafeBufferPointer<UInt8>) -> [UInt8] {
    var origins = NoOrigins()
    return normalize(text, &origins)
  }

  /// The same; `origins` notes what each byte of it stands for.
  func normalize(_ text: UnsafeBufferPointer<UInt8>, _ origins: inout some OriginLog) -> [UInt8] {
    var output: [UInt8] = []
    output.reserveCapacity(text.count + text.count / 2 + 8)
    withUnits { units in
      isPlain.withUnsafeBufferPointer { plain in
        normalize(text, units: units, plain: plain, into: &output, &origins)
      }
    }
    return output
  }

  private func withUnits(_ body: (UnsafeBufferPointer<UInt32>) -> Void) {
    if let map { map.withUnits(body) } else { body(UnsafeBufferPointer(start: nil, count: 0)) }
  }

  private func normalize(
    _ text: UnsafeBufferPointer<UInt8>, units: UnsafeBufferPointer<UInt32>, plain: UnsafeBufferPointer<Bool>,
    into output: inout [UInt8], _ origins: inout some OriginLog
  ) {
    var scratch: [UInt8] = []
    var index = 0
    if settings.removesExtraWhitespaces {
      while index < text.count {
        let length = nextUnit(text, at: index, units: units, into: &scratch)
        guard scratch == [0x20] else { break }
        index += length
      }
    }
    guard index < text.count else { return }
    if settings.addsDummyPrefix && !whitespaceIsSuffix {
      appendBlank(to: &output)
      origins.note(output.count, index..<index)
    }
    var followsBlank = settings.removesExtraWhitespaces
    while index < text.count {
      let byte = text[index]
      if plain[Int(byte)], index + 1 == text.count || text[index + 1] < 0x80 {
        output.append(byte)
        origins.note(1, index..<(index + 1))
        followsBlank = false
        index += 1
        continue
      }
      let before = output.count
      let length = nextUnit(text, at: index, units: units, into: &scratch)
      append(scratch, followsBlank: &followsBlank, to: &output)
      origins.note(output.count - before, index..<(index + length))
      index += length
    }
    let before = output.count
    if settings.removesExtraWhitespaces { removeTrailingBlanks(from: &output) }
    origins.removeLast(before - output.count)
    if settings.addsDummyPrefix && whitespaceIsSuffix {
      let before = output.count
      appendBlank(to: &output)
      origins.note(output.count - before, text.count..<text.count)
    }
  }

  /// Puts the normalized form of the next character, rule or verbatim piece into `scratch`; returns the bytes taken.
  private func nextUnit(
    _ text: UnsafeBufferPointer<UInt8>, at index: Int, units: UnsafeBufferPointer<UInt32>, into scratch: inout [UInt8]
  ) -> Int {
    scratch.removeAll(keepingCapacity: true)
    if let verbatim {
      let length = verbatim.withWalker { $0.longestMatch(text, at: index) }
      if length > 0 {
        scratch.append(contentsOf: text[index..<(index + length)])
        return length
      }
    }
    if let map, let match = map.match(text, at: index, units), let replacement = map.replacement(match.value) {
      scratch.append(contentsOf: replacement)
      return match.length
    }
    guard let length = UTF8Scanning.characterLength(text, at: index) else {
      scratch.append(contentsOf: UTF8Scanning.replacementCharacter)
      return 1
    }
    for offset in 0..<length { scratch.append(text[index + offset]) }
    return length
  }

  private func append(_ unit: [UInt8], followsBlank: inout Bool, to output: inout [UInt8]) {
    var start = 0
    while followsBlank, start < unit.count, unit[start] == 0x20 { start += 1 }
    if start < unit.count {
      for byte in unit[start...] {
        if byte == 0x20 { appendBlank(to: &output) } else { output.append(byte) }
      }
      followsBlank = unit.last == 0x20
    }
    if !settings.removesExtraWhitespaces { followsBlank = false }
  }

  private func appendBlank(to output: inout [UInt8]) {
    if settings.escapesWhitespaces {
      output.append(contentsOf: UTF8Scanning.visibleBlank)
    } else {
      output.append(0x20)
    }
  }

  private func removeTrailingBlanks(from output: inout [UInt8]) {
    if settings.escapesWhitespaces {
      while output.count >= 3, output.suffix(3).elementsEqual(UTF8Scanning.visibleBlank) { output.removeLast(3) }
    } else {
      while output.last == 0x20 { output.removeLast() }
    }
  }
}
