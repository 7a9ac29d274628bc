import Foundation
import TestSupport
import Testing
import Tokenizers

/// What sentencepiece and huggingface/tokenizers say of where pieces stand: Tests/Fixtures/tokenizers/offsets.py.
private struct OffsetAnswers: Decodable {
  let lines: [String]
  /// By tokenizer, for each line begin and end of each piece one behind the other.
  let offsets: [String: [[Int]]]

  static func read() throws -> OffsetAnswers { try Fixtures.json("tokenizers/offsets.json") }

  /// Each line with the ranges of its pieces.
  func cases(_ name: String) throws -> [(line: String, ranges: [Range<Int>])] {
    let all = try #require(offsets[name])
    return zip(lines, all).map { line, flat in
      (line, stride(from: 0, to: flat.count, by: 2).map { flat[$0]..<max(flat[$0], flat[$0 + 1]) })
    }
  }
}

/// A text's scalars with what the checks ask of ranges in it.
private struct Line {
  let scalars: [Unicode.Scalar]

  init(_ text: String) { scalars = Array(text.unicodeScalars) }

  func isBlank(_ index: Int) -> Bool { scalars[index].properties.isWhitespace || scalars[index] == "\u{2581}" }

  /// A range without the white space at its ends.
  func trimmed(_ range: Range<Int>) -> Range<Int> {
    var (lower, upper) = (range.lowerBound, range.upperBound)
    while lower < upper, isBlank(lower) { lower += 1 }
    while lower < upper, isBlank(upper - 1) { upper -= 1 }
    return lower..<upper
  }

  /// What is wrong with offsets, whatever the tokenizer: order, overlaps, characters left out.
  func faults(_ offsets: [Range<Int>?], ignoring dropped: (Unicode.Scalar) -> Bool = { _ in false }) -> [String] {
    var faults: [String] = []
    var covered = Array(repeating: false, count: scalars.count)
    var last = 0..<0
    for case let range? in offsets {
      if range.isEmpty || range.upperBound > scalars.count { faults.append("\(range) of \(scalars.count)") }
      if range.lowerBound < last.lowerBound || range.upperBound < last.upperBound { faults.append("\(last), \(range)") }
      for index in range.clamped(to: 0..<scalars.count) { covered[index] = true }
      last = range
    }
    let left = scalars.indices.filter { !covered[$0] && !isBlank($0) && !dropped(scalars[$0]) }
    if !left.isEmpty { faults.append("left out: \(left)") }
    return faults
  }
}

/// Characters that the nmt_nfkc map drops, or makes blanks of; in front of a text no piece is there to take them.
private func isInvisible(_ scalar: Unicode.Scalar) -> Bool {
  [.control, .format].contains(scalar.properties.generalCategory) || scalar == "\u{FFFD}"
}

@Suite struct OffsetTests {
  private static let pieceModels = [
    "unigram-nfkc-bytes", "unigram-plain", "bpe-nfkc", "bpe-plain-bytes", "unigram-symbols", "bpe-symbols-unused",
    "unigram-suffix", "unigram-spaces",
  ]

  /// Compares with sentencepiece, which gives a character that becomes several pieces to the last of them.
  private func compare(_ name: String, _ offsets: (String) throws -> [Range<Int>?]) throws {
    var shared = 0
    for (text, expected) in try OffsetAnswers.read().cases(name) {
      let line = Line(text)
      let found = try offsets(text)
      try #require(found.count == expected.count, "\(name) \(line.scalars): \(found), \(expected)")
      for (index, (range, reference)) in zip(found, expected).enumerated() {
        let own = line.trimmed(range ?? reference.lowerBound..<reference.lowerBound)
        let theirs = line.trimmed(reference)
        if own == theirs || own.isEmpty && line.scalars[theirs].allSatisfy(isInvisible) { continue }
        // All pieces of one character have it; the reference's next ones do not begin behind it.
        let follows = expected[(index + 1)...].first { !$0.isEmpty }
        #expect(
          own.lowerBound == theirs.lowerBound || theirs.isEmpty, "\(name) \(line.scalars) \(index): \(own), \(theirs)")
        #expect(
          follows.map { $0.lowerBound < own.upperBound } == true,
          "\(name) \(line.scalars) \(index): \(own), \(theirs)")
        shared += 1
      }
      #expect(line.faults(found, ignoring: isInvisible) == [], "\(name) \(line.scalars): \(found)")
    }
    #expect(shared < 1_000)
  }

  @Test(arguments: pieceModels) func `pieces stand where sentencepiece says`(name: String) throws {
    let tokenizer = try fixtureTokenizer(name)
    try compare(name) { text in
      let offsets = tokenizer.sourceOffsets(of: text[...])
      #expect(offsets.count == tokenizer.encode(text).count)
      return offsets
    }
  }

  @Test func `Marian's ids stand where sentencepiece says, prefix and end nowhere`() throws {
    let tokenizer = try MarianTokenizer(folder: Fixtures.root.appendingPathComponent("models/en-x"))
    // Lines with tags are cut otherwise: tags in a text are characters.
    let lines = try OffsetAnswers.read().cases("en-x")
    for (text, ranges) in lines {
      let offsets = try tokenizer.sourceOffsets(of: text[...], prefix: ">>deu<<")
      #expect(offsets.count == (try tokenizer.encode(text, prefix: ">>deu<<")).count)
      #expect(offsets.first == .some(nil) && offsets.last == .some(nil))
      #expect(offsets.dropLast() == [nil] + (try tokenizer.sourceOffsets(of: text[...], prefix: nil)).dropLast())
      let line = Line(text)
      #expect(line.faults(offsets, ignoring: isInvisible) == [], "\(line.scalars)")
      guard offsets.count == ranges.count + 2 else { continue }
      for (own, theirs) in zip(offsets.dropFirst(), ranges) where !theirs.isEmpty {
        #expect(
          line.trimmed(own ?? 0..<0).lowerBound == line.trimmed(theirs).lowerBound || line.trimmed(theirs).isEmpty)
      }
    }
    #expect(throws: TokenizerError.self) { _ = try tokenizer.sourceOffsets(of: "a", prefix: ">>xxx<<") }
  }

  @Test(arguments: [true, false]) func `T5's ids from spiece.model stand where sentencepiece says`(legacy: Bool) throws
  {
    let folder = try tokenizerFolder("t5", ["spiece.model"], configuration: "{\"legacy\": \(legacy)}")
    let tokenizer = try read(folder) { try T5Tokenizer(folder: $0) }
    if legacy {
      try compare("t5 spiece") { text in
        let offsets = try tokenizer.sourceOffsets(of: text[...], prefix: nil)
        #expect(offsets.last == .some(nil))
        return offsets.dropLast()
      }
    }
    try expectPrefixesKept(tokenizer)
  }

  @Test(arguments: ["t5 fast", "t5 fast-old"]) func `T5's ids from tokenizer.json stand where the fast tokenizer says`(
    name: String
  ) throws {
    let folder = try TemporaryFolder()
    let file = name == "t5 fast" ? try EditableFile("t5") : try EditableFile.oldT5()
    try file.write(to: folder)
    let tokenizer = try read(folder) { try T5Tokenizer(folder: $0) }
    try compareFast(name) { try tokenizer.sourceOffsets(of: $0[...], prefix: nil).dropLast() }
    try expectPrefixesKept(tokenizer)
  }

  @Test(arguments: ["plain", "space"]) func `BART's ids stand where the fast tokenizer says`(name: String) throws {
    let folder = try tokenizerFolder(
      "bart", ["tokenizer.json"], configuration: name == "space" ? "{\"add_prefix_space\": true}" : nil)
    let tokenizer = try read(folder) { try ByteLevelBPETokenizer(folder: $0) }
    try compareFast("bart " + name) { text in
      let offsets = try tokenizer.sourceOffsets(of: text[...], prefix: nil)
      #expect(offsets.first == .some(nil) && offsets.last == .some(nil))
      return Array(offsets.dropFirst().dropLast())
    }
  }

  /// Compares with huggingface/tokenizers. Its ranges have the first character alone where a cluster was mapped, an added
  /// blank has the character behind it, and all are shifted where a character in front of the text was dropped.
  private func compareFast(_ name: String, _ offsets: (String) throws -> [Range<Int>?]) throws {
    var (equal, wider) = (0, 0)
    for (text, expected) in try OffsetAnswers.read().cases(name) {
      let line = Line(text)
      let found = try offsets(text)
      #expect(line.faults(found, ignoring: isInvisible) == [], "\(name) \(line.scalars): \(found)")
      try #require(found.count == expected.count, "\(name) \(line.scalars): \(found), \(expected)")
      if name.starts(with: "t5"), line.scalars.first.map(isInvisible) == true { continue }
      for (range, reference) in zip(found, expected) {
        let own = line.trimmed(range ?? 0..<0)
        let theirs = line.trimmed(reference)
        if own == theirs || own.isEmpty && theirs.count <= 1 {
          equal += 1
        } else {
          wider += 1
          #expect(
            theirs.isEmpty || own.lowerBound <= theirs.lowerBound && own.upperBound >= theirs.upperBound,
            "\(name) \(line.scalars): \(own), \(theirs)")
        }
      }
    }
    #expect(wider * 10 < equal, "\(name): \(wider) wider, \(equal) equal")
  }

  /// With a prefix, which is text, offsets count from the text's own beginning.
  private func expectPrefixesKept(_ tokenizer: T5Tokenizer) throws {
    for text in try OffsetAnswers.read().lines {
      for prefix in ["summarize: ", "x:"] {
        let offsets = try tokenizer.sourceOffsets(of: text[...], prefix: prefix)
        #expect(offsets.count == (try tokenizer.encode(text, prefix: prefix)).count)
        #expect(Line(text).faults(offsets, ignoring: isInvisible) == [], "\(prefix)\(Line(text).scalars): \(offsets)")
      }
    }
    let offsets = try tokenizer.sourceOffsets(of: "the sea", prefix: "summarize: ")
    #expect(offsets.first == .some(nil), "\(offsets)")
  }
}

@Suite struct DecodedOffsetTests {
  /// Tokenizers of every kind.
  private func tokenizers() throws -> [(String, any TextTokenizer)] {
    let slow = try tokenizerFolder("t5", ["spiece.model"])
    let fast = try tokenizerFolder("t5", ["tokenizer.json"])
    let bart = try tokenizerFolder("bart", ["tokenizer.json"])
    return [
      ("en-x", try MarianTokenizer(folder: Fixtures.root.appendingPathComponent("models/en-x"))),
      ("tiny", try MarianTokenizer(folder: Fixtures.url("tokenizers/marian"))),
      ("t5 slow", try read(slow) { try T5Tokenizer(folder: $0) }),
      ("t5 fast", try read(fast) { try T5Tokenizer(folder: $0) }),
      ("bart", try read(bart) { try ByteLevelBPETokenizer(folder: $0) }),
    ]
  }

  @Test func `the text is that of decode, and its characters stand in the ranges of the ids that gave them`() throws {
    var generator = SeededGenerator(seed: 8)
    for (name, tokenizer) in try tokenizers() {
      var rows = try OffsetAnswers.read().lines.map { try tokenizer.encode($0, prefix: nil) }
      for length in [0, 1, 1, 2, 3, 5, 8, 13, 21, 34, 55, 300] {
        rows.append(
          (0..<length).map { _ in
            Int32.random(in: -2..<Int32(tokenizer.vocabularySize + 5), using: &generator)
          })
      }
      for ids in rows {
        let decoded = tokenizer.decodeWithOffsets(ids)
        #expect(scalars(decoded.text) == scalars(tokenizer.decode(ids)), "\(name) \(ids)")
        try #require(decoded.offsets.count == ids.count)
        #expect(Line(decoded.text).faults(decoded.offsets) == [], "\(name) \(ids) \(decoded)")
      }
    }
  }

  @Test func `each prefix of the ids decodes to the text up to where they stand`() throws {
    for (name, tokenizer) in try tokenizers() {
      for text in ["The river runs to the sea.", "Der Fluss fließt über die Straße.", "a  b c"] {
        let ids = try tokenizer.encode(text, prefix: nil)
        let decoded = tokenizer.decodeWithOffsets(ids)
        let whole = scalars(decoded.text)
        for count in ids.indices {
          guard let end = decoded.offsets[..<count].compactMap(\.self).last?.upperBound else { continue }
          let part = scalars(tokenizer.decode(Array(ids[..<count])))
          // The last piece of a beginning may be a blank, or the first bytes of a character.
          guard part.last != "\u{FFFD}", part.count == end else { continue }
          #expect(part == Array(whole[..<end]), "\(name) \(text) \(count)")
        }
      }
    }
  }

  @Test func `bytes of one character share its range, and stripped blanks have none`() throws {
    let bart = try read(try tokenizerFolder("bart", ["tokenizer.json"])) { try ByteLevelBPETokenizer(folder: $0) }
    let ids = try bart.encode("x🙂y", prefix: nil)
    let offsets = bart.decodeWithOffsets(ids).offsets.compactMap(\.self)
    #expect(offsets.first == 0..<1 && offsets.last == 2..<3)
    #expect(offsets.dropFirst().dropLast().allSatisfy { $0 == 1..<2 } && offsets.count > 3)
    let enX = try MarianTokenizer(folder: Fixtures.root.appendingPathComponent("models/en-x"))
    let decoded = enX.decodeWithOffsets(try enX.encode(" Good morning!", prefix: nil))
    #expect(decoded.text == "Good morning!")
    #expect(decoded.offsets == [0..<4, 4..<12, 12..<13, nil])
  }
}
