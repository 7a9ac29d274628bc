/// sentencepiece's precompiled character map: a double-array trie from byte strings to replacements.
/// Layout: u32 trie bytes | trie units (u32 each) | NUL-terminated UTF-8 replacements; all little endian.
/// Source: sentencepiece, src/normalizer.cc; unit layout: darts-clone.
struct CharacterMap: Sendable {
  /// Longest key and replacement: far above any rule, low enough that a hostile map costs neither time nor memory.
  static let longest = 256

  /// Double-array units: bits 0…7 label, 8 has a value, 9 offset scale, 10…30 offset, 31 is a value.
  private let units: [UInt32]
  private let replacements: [UInt8]
  /// For each byte below 0x80: neither it alone nor it before another such byte has a rule.
  let isPlain: [Bool]

  init(_ blob: ArraySlice<UInt8>, file: String) throws(TokenizerError) {
    func broken(_ reason: String) -> TokenizerError {
      .malformedFile(file: file, reason: "the normalizer's character map \(reason)")
    }
    let blob = Array(blob)
    guard blob.count > 4 else { throw broken("has only \(blob.count) bytes") }
    func word(_ index: Int) -> UInt32 {
      (0..<4).reduce(0) { $0 | UInt32(blob[index + $1]) << UInt32(8 * $1) }
    }
    let size = Int(word(0))
    guard size > 0, size % 4 == 0, size < blob.count - 4 else {
      throw broken("says that its trie has \(size) of \(blob.count - 4) bytes")
    }
    units = (1...(size / 4)).map { word(4 * $0) }
    replacements = Array(blob[(4 + size)...])
    guard replacements.last == 0 else { throw broken("ends inside a replacement") }
    guard String(validating: replacements, as: UTF8.self) != nil else { throw broken("has text that is not UTF-8") }
    guard replacements.split(separator: 0).allSatisfy({ $0.count <= Self.longest }) else {
      throw broken("has a replacement of more than \(Self.longest) bytes")
    }
    isPlain = Self.plainBytes(units)
  }

  /// The longest rule that matches at `index`: the bytes it takes and where its replacement starts.
  @inline(__always)
  func match(
    _ text: UnsafeBufferPointer<UInt8>, at index: Int, _ units: UnsafeBufferPointer<UInt32>
  ) -> (length: Int, value: Int)? {
    var node = Self.offset(units[0])
    var position = index
    var best: (length: Int, value: Int)?
    let end = min(text.count, index + Self.longest)
    while position < end {
      let byte = text[position]
      node ^= Int(byte)
      guard node < units.count else { break }
      let unit = units[node]
      guard Self.label(unit) == UInt32(byte) else { break }
      node ^= Self.offset(unit)
      position += 1
      if Self.hasValue(unit), node < units.count {
        best = (position - index, Int(units[node] & 0x7FFF_FFFF))
      }
    }
    return best
  }

  /// Where the replacement of the shortest rule starts that the range begins with.
  func firstMatch(
    _ text: UnsafeBufferPointer<UInt8>, in range: Range<Int>, _ units: UnsafeBufferPointer<UInt32>
  ) -> Int? {
    var node = Self.offset(units[0])
    for byte in text[range] {
      node ^= Int(byte)
      guard byte != 0, node < units.count else { return nil }
      let unit = units[node]
      guard Self.label(unit) == UInt32(byte) else { return nil }
      node ^= Self.offset(unit)
      if Self.hasValue(unit), node < units.count { return Int(units[node] & 0x7FFF_FFFF) }
    }
    return nil
  }

  /// The replacement that starts at `value`; nil where a broken map points outside or into a character.
  @inline(__always)
  func replacement(_ value: Int) -> ArraySlice<UInt8>? {
    guard value < replacements.count, replacements[value] & 0xC0 != 0x80 else { return nil }
    var end = value
    while replacements[end] != 0 { end += 1 }  // the last byte is NUL: checked at load
    return replacements[value..<end]
  }

  @inline(__always)
  func withUnits<Result>(_ body: (UnsafeBufferPointer<UInt32>) -> Result) -> Result {
    units.withUnsafeBufferPointer(body)
  }

  @inline(__always) private static func label(_ unit: UInt32) -> UInt32 { unit & (1 << 31 | 0xFF) }
  @inline(__always) private static func hasValue(_ unit: UInt32) -> Bool { unit >> 8 & 1 == 1 }
  @inline(__always) private static func offset(_ unit: UInt32) -> Int { Int(unit >> 10) << Int((unit & (1 << 9)) >> 6) }

  private static func plainBytes(_ units: [UInt32]) -> [Bool] {
    let root = offset(units[0])
    return (0..<128).map { first in
      let node = root ^ first
      guard node < units.count, label(units[node]) == UInt32(first) else { return true }
      if hasValue(units[node]) { return false }
      let children = node ^ offset(units[node])
      return (0..<128).allSatisfy { second in
        let child = children ^ second
        return child >= units.count || label(units[child]) != UInt32(second)
      }
    }
  }
}
