import Glibc
import Testing
import Text

@Suite struct SentenceSplitterTests {
  private func sentences(_ text: String, _ language: String = "en") -> [String] {
    SentenceSplitter(language: language).split(text, mode: .sentence).segments.map { String($0.text) }
  }

  @Test(arguments: SentenceCase.all)
  func `sentences end where they should`(example: SentenceCase) {
    #expect(sentences(example.text, example.language) == example.sentences)
  }

  @Test func `East Asian marks need no space after them`() {
    #expect(sentences("你好。我很好！你呢？好的", "zh") == ["你好。", "我很好！", "你呢？", "好的"])
    #expect(sentences("これはペンです。それは本です。", "ja") == ["これはペンです。", "それは本です。"])
    #expect(sentences("「行こう。」と彼は言った。私も行った。", "ja") == ["「行こう。」と彼は言った。", "私も行った。"])
    #expect(sentences("「はい。」「いいえ。」", "ja") == ["「はい。」", "「いいえ。」"])
    #expect(sentences("他说。“你好。”", "zh") == ["他说。", "“你好。”"])
    #expect(sentences("好……我知道了。３．１４は数です。", "zh") == ["好……我知道了。", "３．１４は数です。"])
    #expect(sentences("（你好。我很好。）他走了。", "zh") == ["（你好。我很好。）他走了。"])
    #expect(sentences("真的?!是的!好", "zh") == ["真的?!", "是的!", "好"])
  }

  @Test func `a line break ends a sentence`() {
    #expect(sentences("Title\nThe text begins") == ["Title", "The text begins"])
    #expect(sentences("one\r\ntwo\rthree\u{2028}four") == ["one", "two", "three", "four"])
    #expect(sentences("short line\ngoes on") == ["short line", "goes on"])
  }

  @Test func `hard-wrapped prose goes on over the line break`() {
    let wrapped = "The river rises in the hills above the town and runs\nslowly to the sea. It is long."
    #expect(
      sentences(wrapped) == [
        "The river rises in the hills above the town and runs\nslowly to the sea.", "It is long.",
      ])
    #expect(sentences("The river rises in the hills above the town and runs.\nslowly to the sea").count == 2)
    #expect(sentences("The river rises in the hills above the town and runs\nSlowly to the sea").count == 2)
    #expect(sentences("The river rises in the hills above the town and runs\n\nslowly to the sea").count == 2)
    #expect(sentences("These are the items of a list that is rather long\na) the first one").count == 2)
    #expect(sentences("These are the items of a list that is rather long:\nthe first one").count == 2)
  }

  @Test func `paragraphs end at blank lines only`() {
    let split = SentenceSplitter(language: "en").split(
      "  One. Two.\nThree.\n \t\nFour\r\n\r\nFive\n\n\n", mode: .paragraph)
    #expect(split.leading == "  ")
    #expect(split.segments.map(\.text) == ["One. Two.\nThree.", "Four", "Five"])
    #expect(split.segments.map(\.trailing) == ["\n \t\n", "\r\n\r\n", "\n\n\n"])
  }

  @Test func `no splitting keeps the text whole without the whitespace around it`() {
    let split = SentenceSplitter(language: "en").split("\u{3000} One.\n\nTwo. \n", mode: .none)
    #expect(split.segments.map(\.text) == ["One.\n\nTwo."])
    #expect(split.segments.first?.offsets == 2..<12)
    #expect(split.leading == "\u{3000} ")
    #expect(split.segments.first?.trailing == " \n")
  }

  @Test(arguments: SentenceSplitter.Mode.allCases)
  func `whitespace alone has no segments and is kept`(mode: SentenceSplitter.Mode) {
    for text in ["", " ", "\n", " \t\r\n\u{A0}\u{2003}\u{3000}\u{85}"] {
      let split = SentenceSplitter(language: "en").split(text, mode: mode)
      #expect(split.segments.isEmpty)
      #expect(split.leading == text[...])
      #expect(split.joined() == text)
    }
  }

  @Test func `offsets count scalars`() {
    let split = SentenceSplitter(language: "fr").split("Été 👩‍👩‍👧. Oui.", mode: .sentence)
    #expect(split.segments.map(\.offsets) == [0..<10, 11..<15])
  }

  @Test func `translations go where their sentences stood`() {
    let split = SentenceSplitter(language: "en").split(" One.  Two.\n", mode: .sentence)
    #expect(split.joined(replacing: ["Eins.", "Zwei."]) == " Eins.  Zwei.\n")
    #expect(split.joined(replacing: ["Eins."]) == " Eins.  Two.\n")
  }

  @Test(arguments: SentenceSplitter.Mode.allCases, ["en", "de", "fr", "zh", "el"])
  func `any text comes back byte for byte`(mode: SentenceSplitter.Mode, language: String) {
    var generator = RandomText(seed: 7)
    let splitter = SentenceSplitter(language: language)
    for _ in 0..<1_500 {
      let text = generator.text(maximum: 80)
      expectExact(splitter.split(text, mode: mode), of: text)
    }
  }

  @Test func `a substring is cut by its own offsets`() {
    let text = "Skip this. One. Two."
    let split = SentenceSplitter(language: "en").split(text.dropFirst(11), mode: .sentence)
    #expect(split.segments.map(\.text) == ["One.", "Two."])
    #expect(split.segments.map(\.offsets) == [0..<4, 5..<9])
  }

  @Test func `long texts of any kind take linear time`() {
    let splitter = SentenceSplitter(language: "de")
    for unit in [
      "a", ".", ". ", ".)", "(", "a.\n", "\" ", "Dr. ", "1. ", "。", "漢字。", "[1]", "! \n ", "\u{301}", "«. »",
    ] {
      let text = String(repeating: unit, count: 1_000_000 / unit.unicodeScalars.count)
      let started = processorSeconds()
      for mode in SentenceSplitter.Mode.allCases {
        let split = splitter.split(text, mode: mode)
        #expect(split.joined().utf8.count == text.utf8.count)
      }
      // Quadratic time would be hours.
      #expect(processorSeconds() - started < 20, "\(unit)")
    }
  }
}

/// Seconds that the calling thread has had a processor: what else the machine does is not in them.
private func processorSeconds() -> Double {
  var time = timespec()
  clock_gettime(CLOCK_THREAD_CPUTIME_ID, &time)
  return Double(time.tv_sec) + Double(time.tv_nsec) * 1e-9
}

/// The parts joined are the text, offsets are right, and no segment starts or ends with whitespace.
func expectExact(_ split: SplitText, of text: String, sourceLocation: SourceLocation = #_sourceLocation) {
  #expect(Array(split.joined().utf8) == Array(text.utf8), sourceLocation: sourceLocation)
  let scalars = Array(text.unicodeScalars)
  var offset = split.leading.unicodeScalars.count
  for segment in split.segments {
    let own = Array(segment.text.unicodeScalars)
    #expect(segment.offsets == offset..<(offset + own.count), sourceLocation: sourceLocation)
    #expect(segment.offsets.upperBound <= scalars.count && Array(scalars[segment.offsets]) == own)
    let ends = [own.first, own.last].compactMap { $0 }
    let hasBlankEnd = ends.isEmpty || ends.contains(where: \.properties.isWhitespace)
    #expect(!hasBlankEnd, sourceLocation: sourceLocation)
    #expect(isBlank(segment.trailing), sourceLocation: sourceLocation)
    offset += own.count + segment.trailing.unicodeScalars.count
  }
  #expect(isBlank(split.leading), sourceLocation: sourceLocation)
}

private func isBlank(_ text: Substring) -> Bool { text.unicodeScalars.allSatisfy { $0.properties.isWhitespace } }

/// Repeatable random texts of marks, blanks, letters, emoji and anything else.
struct RandomText {
  private var state: UInt64
  private static let favourites = Array(
    "  \n\n\r\t.!?…,;:()[]«»“”„\"'。！？、」「।؟۔¿¡aBcé漢か1239-–—\u{A0}\u{202F}\u{301}\u{FE0F}\u{200D}👩🏽🇩🇪".unicodeScalars)

  init(seed: UInt64) { state = seed }

  mutating func number(below limit: Int) -> Int {
    state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
    return Int(state >> 33) % limit
  }

  mutating func text(maximum: Int) -> String {
    var scalars = String.UnicodeScalarView()
    for _ in 0..<number(below: maximum) {
      if number(below: 8) > 0 {
        scalars.append(Self.favourites[number(below: Self.favourites.count)])
      } else if let scalar = Unicode.Scalar(UInt32(number(below: 0x11_0000))) {
        scalars.append(scalar)
      }
    }
    return String(scalars)
  }
}
