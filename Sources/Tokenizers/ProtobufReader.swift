/// Reads protocol-buffer fields one by one from a part of an array. Never traps: what does not fit is an error with its
/// byte position. Source: protobuf.dev/programming-guides/encoding.
struct ProtobufReader {
  /// What went wrong, and at which byte of the file.
  struct Failure: Error {
    let reason: String
    let position: Int
  }

  /// How the bytes after a field's key are to be read.
  enum WireType: UInt64 {
    case varint = 0
    case fixed64 = 1
    case bytes = 2
    case fixed32 = 5
  }

  let bytes: [UInt8]
  private(set) var position: Int
  let end: Int

  init(_ bytes: [UInt8], range: Range<Int>? = nil) {
    let range = (range ?? bytes.indices).clamped(to: bytes.indices)
    self.bytes = bytes
    position = range.lowerBound
    end = range.upperBound
  }

  /// The next field's number and wire type; nil at the end.
  mutating func nextField() throws(Failure) -> (number: Int, wire: WireType)? {
    guard position < end else { return nil }
    let start = position
    let key = try varint()
    guard let wire = WireType(rawValue: key & 7), let number = Int(exactly: key >> 3), number > 0 else {
      throw Failure(reason: "a field has the unknown key \(key)", position: start)
    }
    return (number, wire)
  }

  /// A base-128 number of at most ten bytes.
  mutating func varint() throws(Failure) -> UInt64 {
    let start = position
    var value: UInt64 = 0
    for index in 0..<10 {
      guard position < end else { throw Failure(reason: "a number is cut off", position: start) }
      let byte = bytes[position]
      position += 1
      if index == 9 && byte > 1 { break }
      value |= UInt64(byte & 0x7F) << UInt64(7 * index)
      if byte < 0x80 { return value }
    }
    throw Failure(reason: "a number is longer than 64 bits", position: start)
  }

  /// A length and that many bytes, as a range of `bytes`.
  mutating func byteRange() throws(Failure) -> Range<Int> {
    let start = position
    let length = try varint()
    guard length <= UInt64(end - position) else {
      throw Failure(reason: "a field of \(length) bytes reaches past the end", position: start)
    }
    let range = position..<(position + Int(length))
    position = range.upperBound
    return range
  }

  /// A little-endian 32-bit float.
  mutating func float() throws(Failure) -> Float {
    guard end - position >= 4 else { throw Failure(reason: "a float is cut off", position: position) }
    var pattern: UInt32 = 0
    for index in 0..<4 { pattern |= UInt32(bytes[position + index]) << UInt32(8 * index) }
    position += 4
    return Float(bitPattern: pattern)
  }

  /// A varint as a truth value.
  mutating func bool() throws(Failure) -> Bool { try varint() != 0 }

  /// Steps over a field that is not needed.
  mutating func skip(_ wire: WireType) throws(Failure) {
    switch wire {
    case .varint: _ = try varint()
    case .bytes: _ = try byteRange()
    case .fixed64: try skip(count: 8)
    case .fixed32: try skip(count: 4)
    }
  }

  private mutating func skip(count: Int) throws(Failure) {
    guard end - position >= count else { throw Failure(reason: "a field is cut off", position: position) }
    position += count
  }
}
