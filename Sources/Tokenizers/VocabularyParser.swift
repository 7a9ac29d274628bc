/// Reads one flat JSON object of strings to whole numbers (RFC 8259), keeping duplicates visible, which a dictionary
/// decoder would hide.
struct VocabularyParser {
  /// One member of the object.
  struct Entry {
    let piece: String
    let id: Int64
  }

  /// What went wrong, and at which byte.
  struct Failure: Error {
    let reason: String
    let position: Int
  }

  private let bytes: [UInt8]
  private var position = 0

  init(_ bytes: [UInt8]) { self.bytes = bytes }

  /// All members in the order of the file.
  mutating func entries() throws(Failure) -> [Entry] {
    var entries: [Entry] = []
    try expect("{", "the object's {")
    if try peek() == UInt8(ascii: "}") {
      position += 1
    } else {
      while true {
        skipWhitespace()
        let piece = try string()
        try expect(":", "a colon after a piece")
        entries.append(Entry(piece: piece, id: try number()))
        let byte = try peek()
        position += 1
        if byte == UInt8(ascii: "}") { break }
        guard byte == UInt8(ascii: ",") else { throw failure("a comma or } was expected", back: 1) }
      }
    }
    skipWhitespace()
    guard position == bytes.count else { throw failure("something follows the object") }
    return entries
  }

  private func failure(_ reason: String, back: Int = 0) -> Failure {
    Failure(reason: reason, position: position - back)
  }

  private mutating func skipWhitespace() {
    while position < bytes.count, [0x20, 0x09, 0x0A, 0x0D].contains(bytes[position]) { position += 1 }
  }

  /// The next byte that is not whitespace, not taken.
  private mutating func peek() throws(Failure) -> UInt8 {
    skipWhitespace()
    guard position < bytes.count else { throw failure("the file is cut off") }
    return bytes[position]
  }

  private mutating func expect(_ character: Unicode.Scalar, _ what: String) throws(Failure) {
    guard try peek() == UInt8(ascii: character) else { throw failure("\(what) was expected") }
    position += 1
  }

  private mutating func number() throws(Failure) -> Int64 {
    _ = try peek()
    let start = position
    if bytes[position] == UInt8(ascii: "-") { position += 1 }
    var value: Int64 = 0
    var digits = 0
    while position < bytes.count, (0x30...0x39).contains(bytes[position]), digits < 18 {
      value = value * 10 + Int64(bytes[position] - 0x30)
      digits += 1
      position += 1
    }
    let endsWell = position == bytes.count || [0x20, 0x09, 0x0A, 0x0D, 0x2C, 0x7D].contains(bytes[position])
    guard digits > 0, endsWell else { throw Failure(reason: "an id is not a whole number", position: start) }
    return bytes[start] == UInt8(ascii: "-") ? -value : value
  }

  private mutating func string() throws(Failure) -> String {
    try expect("\"", "a piece in double quotes")
    let start = position
    while position < bytes.count, bytes[position] != 0x22, bytes[position] != 0x5C, bytes[position] >= 0x20 {
      position += 1
    }
    guard position < bytes.count else { throw failure("the file is cut off inside a piece") }
    var text = Array(bytes[start..<position])
    while bytes[position] != 0x22 {
      try appendCharacter(to: &text)
      guard position < bytes.count else { throw failure("the file is cut off inside a piece") }
    }
    position += 1
    guard let string = String(validating: text, as: UTF8.self) else {
      throw Failure(reason: "a piece is not UTF-8", position: start)
    }
    return string
  }

  private mutating func appendCharacter(to text: inout [UInt8]) throws(Failure) {
    let byte = bytes[position]
    guard byte >= 0x20 else { throw failure("a control character stands in a piece") }
    position += 1
    guard byte == 0x5C else {
      text.append(byte)
      return
    }
    guard position < bytes.count else { throw failure("the file is cut off inside a piece") }
    let escape = bytes[position]
    position += 1
    switch escape {
    case UInt8(ascii: "\""), UInt8(ascii: "\\"), UInt8(ascii: "/"): text.append(escape)
    case UInt8(ascii: "b"): text.append(0x08)
    case UInt8(ascii: "f"): text.append(0x0C)
    case UInt8(ascii: "n"): text.append(0x0A)
    case UInt8(ascii: "r"): text.append(0x0D)
    case UInt8(ascii: "t"): text.append(0x09)
    case UInt8(ascii: "u"): text.append(contentsOf: Character(try escapedScalar()).utf8)
    default: throw failure("a piece has an unknown escape", back: 2)
    }
  }

  private mutating func escapedScalar() throws(Failure) -> Unicode.Scalar {
    let start = position
    var code = try hexDigits()
    if (0xD800..<0xDC00).contains(code), position + 1 < bytes.count, bytes[position] == 0x5C,
      bytes[position + 1] == UInt8(ascii: "u")
    {
      position += 2
      let low = try hexDigits()
      if (0xDC00..<0xE000).contains(low) { code = 0x10000 + (code - 0xD800) << 10 + (low - 0xDC00) }
    }
    guard let scalar = Unicode.Scalar(code) else {
      throw Failure(reason: "a piece has half a surrogate pair", position: start)
    }
    return scalar
  }

  private mutating func hexDigits() throws(Failure) -> UInt32 {
    guard bytes.count - position >= 4,
      bytes[position..<(position + 4)].allSatisfy({ Character(Unicode.Scalar($0)).isHexDigit }),
      let code = UInt32(String(decoding: bytes[position..<(position + 4)], as: UTF8.self), radix: 16)
    else { throw failure("a \\u escape lacks four hexadecimal digits") }
    position += 4
    return code
  }
}
