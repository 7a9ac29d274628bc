import Testing
import Text

@Suite struct OutputChecksTests {
  @Test func `four times the same unit of up to eight tokens is a repetition`() {
    #expect(OutputChecks.isRepetitive([5, 5, 5, 5]))
    #expect(!OutputChecks.isRepetitive([5, 5, 5, 6, 5]))
    #expect(!OutputChecks.isRepetitive([]))
    for unit in 1...9 {
      let one = (0..<Int32(unit)).map { $0 + 10 }
      let four = Array(repeatElement(one, count: 4).joined())
      #expect(OutputChecks.isRepetitive([1, 2] + four + [3]) == (unit <= 8), "\(unit)")
      #expect(!OutputChecks.isRepetitive([1, 2] + four.dropLast() + [3]), "\(unit)")
    }
  }

  @Test func `the source again, in any case, is untranslated from three words on`() {
    #expect(OutputChecks.isUntranslated(source: "The red house", target: "the RED  house"))
    #expect(!OutputChecks.isUntranslated(source: "red house", target: "red house"))
    #expect(!OutputChecks.isUntranslated(source: "The red house", target: "The red mouse"))
    #expect(!OutputChecks.isUntranslated(source: "10 20 30 40", target: "10 20 30 40"))
    #expect(!OutputChecks.isUntranslated(source: "", target: ""))
    #expect(OutputChecks.isUntranslated(source: "Über den Fluß", target: "ÜBER DEN FLUß"))
  }

  @Test func `six source words in a row are copied`() {
    let source: Substring = "The quick brown fox jumps over the lazy dog"
    #expect(OutputChecks.isCopied(source: source, target: "Der quick brown fox jumps over THE Hund"))
    #expect(!OutputChecks.isCopied(source: source, target: "Der quick brown fox jumps over den Hund"))
    #expect(!OutputChecks.isCopied(source: source, target: "fox brown quick The over jumps the lazy dog"))
    #expect(!OutputChecks.isCopied(source: "1 2 3 4 5 6 7 8", target: "1 2 3 4 5 6 7 8"))
    #expect(!OutputChecks.isCopied(source: "one two three four five", target: "one two three four five"))
    #expect(!OutputChecks.isCopied(source: "", target: ""))
    let long = (0..<100_000).map { "w\($0 % 1_000)" }.joined(separator: " ")
    #expect(OutputChecks.isCopied(source: long[...], target: "x w5 w6 w7 w8 w9 w10 y"))
    #expect(!OutputChecks.isCopied(source: long[...], target: long.reversed().description[...]))
  }

  @Test func `lengths differ too much beyond three times, from ten tokens on`() {
    #expect(!OutputChecks.isLengthRatioOff(sourceTokens: 9, targetTokens: 1))
    #expect(OutputChecks.isLengthRatioOff(sourceTokens: 10, targetTokens: 3))
    #expect(!OutputChecks.isLengthRatioOff(sourceTokens: 12, targetTokens: 4))
    #expect(OutputChecks.isLengthRatioOff(sourceTokens: 4, targetTokens: 13))
    #expect(OutputChecks.isLengthRatioOff(sourceTokens: 10, targetTokens: 0))
    #expect(!OutputChecks.isLengthRatioOff(sourceTokens: 0, targetTokens: 0))
    #expect(!OutputChecks.isLengthRatioOff(sourceTokens: .max, targetTokens: .max))
    #expect(OutputChecks.isLengthRatioOff(sourceTokens: .max, targetTokens: -1))
  }
}
