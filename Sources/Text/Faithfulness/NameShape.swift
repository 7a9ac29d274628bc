/// How a word is written, as far as it tells a name. Only scripts with two cases have names by their shape.
enum NameShape: Equatable {
  enum Mark: Equatable {
    /// Capitals only, two or more: NATO, H5N1.
    case capitals
    /// A capital inside: iPhone, McDonald, CEOs.
    case inside
    /// A capital and digits: A380b, Covid19.
    case digits
  }

  /// No capital, or one letter.
  case plain
  /// One capital, the first letter: Berlin.
  case capitalised
  /// More of a name than a first capital makes it.
  case marked(Mark)

  init(_ word: ArraySlice<Unicode.Scalar>) {
    var capitals = 0
    var letters = 0
    var digits = 0
    var startsWithCapital = false
    for scalar in word {
      if scalar.isDigit { digits += 1 }
      guard scalar.isLetter else { continue }
      letters += 1
      guard scalar.isUppercaseLetter else { continue }
      capitals += 1
      if letters == 1 { startsWithCapital = true }
    }
    if capitals == 0 || letters + digits < 2 {
      self = .plain
    } else if capitals == letters, letters > 1 || digits > 0 {
      self = .marked(.capitals)
    } else if digits > 0 {
      self = .marked(.digits)
    } else {
      self = startsWithCapital && capitals == 1 ? .capitalised : .marked(.inside)
    }
  }

  var isMarked: Bool { if case .marked = self { true } else { false } }
}
