/// Makes inputs out of seeds: one seed, then one to eight small changes.
struct Mutator {
  /// No input grows beyond this.
  static let sizeLimit = 1 << 16

  let seeds: [[UInt8]]
  /// Words that mean something in the format.
  let dictionary: [[UInt8]]

  init(seeds: [[UInt8]], dictionary: [String]) {
    self.seeds = seeds
    self.dictionary = dictionary.map { Array($0.utf8) }
  }

  func input(_ random: inout FuzzGenerator) -> [UInt8] {
    var bytes = seeds[random.below(seeds.count)]
    // A seed now and then comes as it is, so that what is right is seen among what is wrong.
    if random.once(in: 64) { return bytes }
    let changes = [1, 1, 1, 1, 2, 2, 3, 8][random.below(8)]
    for _ in 0..<changes { change(&bytes, &random) }
    if bytes.count > Self.sizeLimit { bytes.removeLast(bytes.count - Self.sizeLimit) }
    return bytes
  }

  private func change(_ bytes: inout [UInt8], _ random: inout FuzzGenerator) {
    let place = random.below(bytes.count)
    let length = min(1 + random.below(random.once(in: 4) ? 256 : 8), bytes.count - place)
    switch random.below(12) {
    case 0 where !bytes.isEmpty: bytes[place] ^= 1 << UInt8(random.below(8))
    case 1 where !bytes.isEmpty: bytes[place] = UInt8(truncatingIfNeeded: random.next())
    case 2: bytes.insert(contentsOf: (0...random.below(8)).map { _ in Self.byte(&random) }, at: place)
    case 3: bytes.removeSubrange(place..<(place + length))
    case 4: copy(from: place, length, in: &bytes, &random)
    case 5: repeatBlock(at: place, length, in: &bytes, &random)
    case 6: splice(&bytes, at: place, &random)
    case 7: Self.writeBinary(&bytes, at: place, &random)
    case 8: Self.writeDecimal(&bytes, near: place, &random)
    case 9 where random.once(in: 3): bytes.removeLast(bytes.count - place)
    default: writeWord(&bytes, at: place, &random)
    }
  }

  /// Copies a block over or between other bytes.
  private func copy(from place: Int, _ length: Int, in bytes: inout [UInt8], _ random: inout FuzzGenerator) {
    let block = Array(bytes[place..<(place + length)])
    let target = random.below(bytes.count - length + 1)
    bytes.replaceSubrange(target..<(random.once(in: 2) ? target : target + length), with: block)
  }

  private func repeatBlock(at place: Int, _ length: Int, in bytes: inout [UInt8], _ random: inout FuzzGenerator) {
    let block = Array(bytes[place..<(place + length)])
    let times = 1 + random.below(random.once(in: 16) ? 512 : 4)
    bytes.insert(contentsOf: (0..<times).flatMap { _ in block }, at: place)
  }

  /// The beginning of these bytes and the end of another seed.
  private func splice(_ bytes: inout [UInt8], at place: Int, _ random: inout FuzzGenerator) {
    let other = seeds[random.below(seeds.count)]
    let start = random.once(in: 2) ? min(place, other.count) : random.below(other.count)
    bytes.replaceSubrange(place..<bytes.count, with: other[start...])
  }

  private func writeWord(_ bytes: inout [UInt8], at place: Int, _ random: inout FuzzGenerator) {
    guard !dictionary.isEmpty else { return }
    let word = dictionary[random.below(dictionary.count)]
    let end = random.once(in: 2) ? place : min(bytes.count, place + word.count)
    bytes.replaceSubrange(place..<end, with: word)
  }

  /// Any byte, rather often one that formats give a meaning.
  private static func byte(_ random: inout FuzzGenerator) -> UInt8 {
    let special: [UInt8] = [0x00, 0x0A, 0x0D, 0x20, 0x22, 0x5C, 0x7F, 0x80, 0xC0, 0xE2, 0xED, 0xF4, 0xFF]
    return random.once(in: 2) ? UInt8(truncatingIfNeeded: random.next()) : special[random.below(special.count)]
  }
}

// MARK: - Numbers at the edges

extension Mutator {
  /// A power of two, the greatest or least of a width, or a small number; one more or less.
  private static func edge(_ random: inout FuzzGenerator) -> UInt64 {
    let base: UInt64 =
      switch random.below(4) {
      case 0: 1 << UInt64(random.below(64))
      case 1: UInt64(Int64.max)
      case 2: UInt64(bitPattern: Int64.min)
      default: UInt64(random.below(300))
      }
    return base &+ UInt64(random.below(3)) &- 1
  }

  /// Little-endian of 1, 2, 4 or 8 bytes, or a protobuf varint.
  private static func writeBinary(_ bytes: inout [UInt8], at place: Int, _ random: inout FuzzGenerator) {
    var value = edge(&random)
    var number: [UInt8] = []
    let width = random.below(5)
    if width < 4 {
      number = (0..<(1 << width)).map { UInt8(truncatingIfNeeded: value >> UInt64(8 * $0)) }
    } else {
      while value > 0x7F {
        number.append(UInt8(value & 0x7F) | 0x80)
        value >>= 7
      }
      number.append(UInt8(value))
    }
    bytes.replaceSubrange(place..<min(bytes.count, place + (width < 4 ? number.count : 1)), with: number)
  }

  /// Decimal or hexadecimal digits in place of the next number of a text, or at `place` where none follows.
  private static func writeDecimal(_ bytes: inout [UInt8], near place: Int, _ random: inout FuzzGenerator) {
    func isDigit(_ byte: UInt8) -> Bool { (0x30...0x39).contains(byte) }
    let start = bytes[place...].firstIndex(where: isDigit) ?? place
    let end = bytes[start...].firstIndex { !isDigit($0) } ?? bytes.count
    let value = edge(&random)
    let text: String =
      switch random.below(6) {
      case 0: String(value)
      case 1: String(Int64(bitPattern: value))
      case 2: String(value, radix: 16)
      case 3: "\(Double(value))e\(random.below(700) - 350)"
      case 4: String(repeating: "9", count: random.below(80))
      default: String(random.below(2_000) - 1_000)
      }
    bytes.replaceSubrange(start..<end, with: text.utf8)
  }
}
