/// Takes English suffixes off a word, so that inflected forms become equal: the Porter stemmer with the changes that
/// NLTK makes by default (`NLTK_EXTENSIONS`), which is the one that rouge-score uses.
///
/// Source: Porter 1980, "An algorithm for suffix stripping"; nltk 3.10.4 stem/porter.py (the rules, not the code).
package enum PorterStemmer {
  /// The stem of a word of lower-case ASCII letters and digits. Linear in its length.
  package static func stem(_ word: String) -> String {
    if let stem = irregular[word] { return stem }
    guard word.utf8.count > 2 else { return word }
    var word = Word(word)
    word.removePlural()
    word.removePastAndProgressive()
    word.replaceFinalY()
    word.shortenDoubleSuffixes()
    word.apply(Self.step3)
    word.apply(Self.step4)
    word.removeFinalE()
    word.removeFinalDoubleL()
    return word.text
  }

  /// Words that no rule gets right.
  private static let irregular = [
    "skies": "sky", "sky": "sky", "dying": "die", "lying": "lie", "tying": "tie", "news": "news", "innings": "inning",
    "inning": "inning", "outings": "outing", "outing": "outing", "cannings": "canning", "canning": "canning",
    "howe": "howe", "proceed": "proceed", "exceed": "exceed", "succeed": "succeed",
  ]

  /// A suffix, what takes its place, and how much has to stand before it.
  struct Rule {
    /// What has to hold of the part before the suffix.
    enum Condition {
      case none
      /// Its measure is above this.
      case measure(above: Int)
      /// Its measure is above 1 and it ends with s or t.
      case longBehindSOrT
      /// Its measure together with the suffix's first letter is above this.
      case measureWithNextLetter(above: Int)
    }

    let suffix: [UInt8]
    let replacement: [UInt8]
    let condition: Condition

    init(_ suffix: String, _ replacement: String, _ condition: Condition) {
      (self.suffix, self.replacement, self.condition) = (Array(suffix.utf8), Array(replacement.utf8), condition)
    }
  }

  /// Rules with one condition.
  private static func rules(_ pairs: KeyValuePairs<String, String>, _ condition: Rule.Condition) -> [Rule] {
    pairs.map { Rule($0.key, $0.value, condition) }
  }

  static let step1a = rules(["sses": "ss", "ies": "i", "ss": "ss", "s": ""], .none)
  static let step1b = rules(["at": "ate", "bl": "ble", "iz": "ize"], .none)
  static let step2 =
    rules(
      [
        "ational": "ate", "tional": "tion", "enci": "ence", "anci": "ance", "izer": "ize", "bli": "ble", "alli": "al",
        "entli": "ent", "eli": "e", "ousli": "ous", "ization": "ize", "ation": "ate", "ator": "ate", "alism": "al",
        "iveness": "ive", "fulness": "ful", "ousness": "ous", "aliti": "al", "iviti": "ive", "biliti": "ble",
        "fulli": "ful",
      ], .measure(above: 0))
    // Short stems such as geo- and theo- count too: the l is measured with them.
    + [Rule("logi", "log", .measureWithNextLetter(above: 0))]
  static let step3 = rules(
    ["icate": "ic", "ative": "", "alize": "al", "iciti": "ic", "ical": "ic", "ful": "", "ness": ""], .measure(above: 0))
  static let step4 =
    rules(
      [
        "al": "", "ance": "", "ence": "", "er": "", "ic": "", "able": "", "ible": "", "ant": "", "ement": "",
        "ment": "", "ent": "",
      ], .measure(above: 1))
    + [Rule("ion", "", .longBehindSOrT)]
    + rules(["ou": "", "ism": "", "ate": "", "iti": "", "ous": "", "ive": "", "ize": ""], .measure(above: 1))
  static let alli = Rule("alli", "al", .measure(above: 0))
}

extension PorterStemmer {
  /// A word on its way to its stem.
  private struct Word {
    private var letters: [UInt8]

    init(_ text: String) { letters = Array(text.utf8) }

    var text: String { String(decoding: letters, as: UTF8.self) }

    /// Applies the first rule whose suffix the word has, if its condition holds; later rules are not tried then.
    ///
    /// - Returns: whether the word has the suffix of one of them.
    @discardableResult mutating func apply(_ rules: [Rule]) -> Bool {
      guard let rule = rules.first(where: { ends(with: $0.suffix) }) else { return false }
      if holds(rule.condition, before: rule.suffix) { replace(rule.suffix, with: rule.replacement) }
      return true
    }

    /// Step 1a: plural forms.
    mutating func removePlural() {
      if letters.count == 4, ends(with: "ies") {
        replace("ies", with: "ie")
      } else {
        apply(step1a)
      }
    }

    /// Step 1b: -ed and -ing.
    mutating func removePastAndProgressive() {
      if ends(with: "ied") {
        replace("ied", with: letters.count == 4 ? "ie" : "i")
      } else if ends(with: "eed") {
        if measure(letters.dropLast(3)) > 0 { letters.removeLast() }
      } else if let suffix = ["ed", "ing"].first(where: { suffix in
        ends(with: suffix) && containsVowel(letters.dropLast(suffix.utf8.count))
      }) {
        letters.removeLast(suffix.utf8.count)
        repairEnd()
      }
    }

    /// What step 1b does to the word that -ed or -ing was taken from.
    private mutating func repairEnd() {
      if apply(step1b) { return }
      if endsWithDoubleConsonant {
        if !["l", "s", "z"].contains(where: ends(with:)) { letters.removeLast() }
      } else if measure(letters[...]) == 1, endsShort(letters[...]) {
        letters.append(UInt8(ascii: "e"))
      }
    }

    /// Step 1c: y behind a consonant becomes i, unless the word has but one letter before it.
    mutating func replaceFinalY() {
      guard ends(with: "y"), letters.count > 2, consonants(letters.dropLast()).last == true else { return }
      replace("y", with: "i")
    }

    /// Step 2. After -alli the rest has its turn again: fatally, fatalli, fatal.
    mutating func shortenDoubleSuffixes() {
      if ends(with: alli.suffix), holds(alli.condition, before: alli.suffix) {
        replace(alli.suffix, with: alli.replacement)
      }
      apply(step2)
    }

    /// Step 5a.
    mutating func removeFinalE() {
      guard ends(with: "e") else { return }
      let stem = letters.dropLast()
      let measure = measure(stem)
      if measure > 1 || (measure == 1 && !endsShort(stem)) { letters.removeLast() }
    }

    /// Step 5b.
    mutating func removeFinalDoubleL() {
      if ends(with: "ll"), measure(letters.dropLast()) > 1 { letters.removeLast() }
    }

    private func ends(with suffix: String) -> Bool { letters.reversed().starts(with: suffix.utf8.reversed()) }

    private func ends(with suffix: [UInt8]) -> Bool { letters.reversed().starts(with: suffix.reversed()) }

    private mutating func replace(_ suffix: String, with text: String) {
      replace(Array(suffix.utf8), with: Array(text.utf8))
    }

    private mutating func replace(_ suffix: [UInt8], with text: [UInt8]) {
      letters.removeLast(suffix.count)
      letters += text
    }

    private func holds(_ condition: Rule.Condition, before suffix: [UInt8]) -> Bool {
      let stem = letters.dropLast(suffix.count)
      switch condition {
      case .none: return true
      case .measure(let least): return measure(stem) > least
      case .longBehindSOrT:
        return measure(stem) > 1 && (stem.last == UInt8(ascii: "s") || stem.last == UInt8(ascii: "t"))
      case .measureWithNextLetter(let least): return measure(letters.dropLast(suffix.count - 1)) > least
      }
    }

    /// Which letters are consonants: all but a, e, i, o, u and a y behind a consonant.
    private func consonants(_ letters: ArraySlice<UInt8>) -> [Bool] {
      var flags: [Bool] = []
      flags.reserveCapacity(letters.count)
      for letter in letters {
        switch letter {
        case UInt8(ascii: "a"), UInt8(ascii: "e"), UInt8(ascii: "i"), UInt8(ascii: "o"), UInt8(ascii: "u"):
          flags.append(false)
        case UInt8(ascii: "y"): flags.append(flags.last != true)
        default: flags.append(true)
        }
      }
      return flags
    }

    /// m of the paper: how often a run of vowels is followed by a consonant.
    private func measure(_ letters: ArraySlice<UInt8>) -> Int {
      let flags = consonants(letters)
      return zip(flags, flags.dropFirst()).reduce(0) { $0 + (!$1.0 && $1.1 ? 1 : 0) }
    }

    private func containsVowel(_ letters: ArraySlice<UInt8>) -> Bool { consonants(letters).contains(false) }

    /// *d of the paper.
    private var endsWithDoubleConsonant: Bool {
      letters.count >= 2 && letters[letters.count - 1] == letters[letters.count - 2]
        && consonants(letters[...]).last == true
    }

    /// *o of the paper: consonant, vowel, consonant other than w, x, y; and a word that is a vowel and a consonant.
    private func endsShort(_ letters: ArraySlice<UInt8>) -> Bool {
      let flags = consonants(letters)
      if flags.count == 2 { return flags == [false, true] }
      guard flags.suffix(3) == [true, false, true], let last = letters.last else { return false }
      return last != UInt8(ascii: "w") && last != UInt8(ascii: "x") && last != UInt8(ascii: "y")
    }
  }
}
