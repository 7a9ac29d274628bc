/// Packs units into pieces that measure at most `limit`. A unit that does not fit alone is cut between characters first.
struct PiecePacker {
  /// A better border is taken only where the piece keeps this part of the limit; else pieces would be crumbs.
  private static let smallestShare = 3

  private let source: ScalarText
  private let limit: Int
  private let measure: (Substring) -> Int
  /// The UTF-8 offset of each scalar, and the length.
  private let byteOffsets: [Int]

  init(source: ScalarText, limit: Int, measure: @escaping (Substring) -> Int) {
    self.source = source
    self.limit = limit
    self.measure = measure
    var offsets: [Int] = []
    offsets.reserveCapacity(source.count + 1)
    var offset = 0
    for scalar in source.scalars {
      offsets.append(offset)
      offset += scalar.utf8Length
    }
    offsets.append(offset)
    byteOffsets = offsets
  }

  /// The pieces' ranges, in order. Each unit is measured once, each piece a bounded number of times.
  func pack(_ units: [ClauseUnit]) -> [Range<Int>] {
    var fitting: [(unit: ClauseUnit, size: Int)] = []
    fitting.reserveCapacity(units.count)
    for unit in units {
      let size = measure(text(unit.range))
      if size <= limit {
        fitting.append((unit, size))
      } else {
        let parts = cut(unit.range)
        for (number, part) in parts.enumerated() {
          let border = number + 1 == parts.count ? unit.border : .character
          fitting.append((ClauseUnit(range: part, border: border), measure(text(part))))
        }
      }
    }
    var pieces: [Range<Int>] = []
    var first = 0
    while first < fitting.count {
      let last = verifiedLast(from: first, to: bestLast(from: first, in: fitting), in: fitting)
      // A space with a mark set on it is no separator, but may come to stand at an end.
      let piece = source.trimmed(fitting[first].unit.range.lowerBound..<fitting[last].unit.range.upperBound)
      if !piece.isEmpty { pieces.append(piece) }
      first = last + 1
    }
    return pieces
  }

  private func text(_ range: Range<Int>) -> Substring {
    let bytes = source.text.utf8
    let start = bytes.index(bytes.startIndex, offsetBy: byteOffsets[range.lowerBound])
    return source.text[
      start..<bytes.index(start, offsetBy: byteOffsets[range.upperBound] - byteOffsets[range.lowerBound])]
  }

  // MARK: - Packing

  /// The last unit of the piece that starts at `first`: as many as fit by their sizes, then back to the best border.
  private func bestLast(from first: Int, in units: [(unit: ClauseUnit, size: Int)]) -> Int {
    var last = first
    var sum = units[first].size
    while last + 1 < units.count, units[last + 1].size <= limit - sum {
      last += 1
      sum += units[last].size
    }
    guard last + 1 < units.count else { return last }
    var best = last
    var index = last
    while index > first, sum - units[index].size >= limit / Self.smallestShare {
      sum -= units[index].size
      index -= 1
      if units[index].unit.border > units[best].unit.border { best = index }
    }
    return best
  }

  /// Sizes do not quite add up: drops units from the end until the piece itself fits. One unit alone does.
  private func verifiedLast(from first: Int, to last: Int, in units: [(unit: ClauseUnit, size: Int)]) -> Int {
    var last = last
    while last > first {
      let range = units[first].unit.range.lowerBound..<units[last].unit.range.upperBound
      guard measure(text(range)) > limit else { break }
      last -= max(1, (last - first) / 8)
    }
    return last
  }

  // MARK: - Cutting between characters

  /// Cuts a range into parts that fit, at the borders of grapheme clusters; a cluster that does not fit, at scalars.
  private func cut(_ range: Range<Int>) -> [Range<Int>] {
    var borders: [Int] = [range.lowerBound]
    for character in text(range) {
      borders.append((borders.last ?? range.lowerBound) + character.unicodeScalars.count)
    }
    return parts(between: borders) { cluster in
      cluster.count > 1 ? parts(between: Array(cluster.lowerBound...cluster.upperBound)) { [$0] } : [cluster]
    }
  }

  /// The largest parts that fit, or nearly; `tooLarge` says what becomes of a single step that does not fit.
  private func parts(between borders: [Int], tooLarge: (Range<Int>) -> [Range<Int>]) -> [Range<Int>] {
    var parts: [Range<Int>] = []
    var first = 0
    var hint = limit
    while first + 1 < borders.count {
      let count = largestCount(from: first, borders: borders, hint: hint)
      if count > 0 {
        parts.append(borders[first]..<borders[first + count])
        hint = count
        first += count
      } else {
        parts += tooLarge(borders[first]..<borders[first + 1])
        hint = 1
        first += 1
      }
    }
    return parts
  }

  /// How many steps from `first` fit: gallops from `hint`, then halves the doubt to an eighth. 0 when not even one does.
  private func largestCount(from first: Int, borders: [Int], hint: Int) -> Int {
    let most = borders.count - 1 - first
    var fits = 0
    var fails = most + 1
    var probe = min(max(1, hint), most)
    while fails - fits > max(1, fits / 8) {
      if measure(text(borders[first]..<borders[first + probe])) <= limit {
        fits = probe
        probe = fails > most ? min(most, fits + fits / 4 + 1) : fits + (fails - fits) / 2
      } else {
        fails = probe
        probe = fits + (fails - fits) / 2
      }
      if fits == most { break }
      probe = max(fits + 1, min(probe, fails - 1))
    }
    return fits
  }
}
