import TestSupport

/// The awkward sizes: around the tiles (3 and 6 rows, 16 lanes, 64 columns) of every set.
enum Sizes {
  static let rows = [0, 1, 2, 3, 5, 6, 7, 12, 13, 64, 65, 200]
  static let mostRows = 200
  static let terms = [1, 3, 4, 5, 16, 17, 63, 64, 65, 300]
  static let columns = [1, 15, 16, 17, 63, 64, 65, 130, 700]
  static let headWidths = [1, 6, 8, 16, 24, 32, 64, 80]
  static let keyCounts = [1, 15, 16, 17, 31, 64, 100]
}

func roundUp(_ value: Int, to multiple: Int) -> Int { (value + multiple - 1) / multiple * multiple }

/// Numbers and rows that are the same in every run.
struct Randomness: RandomNumberGenerator {
  private var numbers: SeededGenerator

  init(seed: Int) { numbers = SeededGenerator(seed: UInt64(truncatingIfNeeded: seed)) }

  mutating func next() -> UInt64 { numbers.next() }

  /// In −1 ..< 1, with all the bits of a float's fraction.
  mutating func float() -> Float { Float(next() >> 40) * 0x1p-23 - 1 }

  mutating func floats(_ count: Int, scale: Float = 1) -> [Float] { (0..<count).map { _ in float() * scale } }

  mutating func row(_ kind: RowKind, _ count: Int) -> [Float] {
    var row = floats(count, scale: 3)
    switch kind {
    case .ordinary: break
    case .zero: row = (0..<count).map { $0 % 3 == 1 ? -0.0 : 0.0 }
    case .subnormal: row = row.map { $0 * 0x1p-130 }
    case .huge: row = row.map { $0 * 1e38 }
    case .infinite:
      row[count / 2] = .infinity
      if count > 4 { row[count - 1] = -.infinity }
    case .notANumber: row[count / 2] = .nan
    case .negativeInfinity: row = row.map { _ in -.infinity }
    case .equal: row = row.map { _ in 0.3 }
    case .spread: row = row.map { $0 * 60 }
    }
    return row
  }
}

/// What a row is made of.
enum RowKind: CaseIterable {
  case ordinary
  /// Zeros of both signs.
  case zero
  case subnormal
  /// Up to the largest float, so that sums overflow.
  case huge
  case infinite
  case notANumber
  case negativeInfinity
  case equal
  /// Exponentials from underflow to e^180.
  case spread

  var isFinite: Bool {
    switch self {
    case .infinite, .notANumber, .negativeInfinity: false
    default: true
    }
  }

  /// The kind of row `index` of a matrix of `rows` rows: mostly ordinary ones, the odd ones spread over the tiles.
  static func ofRow(_ index: Int, of rows: Int) -> RowKind {
    switch rows - 1 - index {
    case 1: .zero
    case 3: .subnormal
    case 4: .infinite
    case 6: .notANumber
    case 11: .huge
    default: .ordinary
    }
  }
}
