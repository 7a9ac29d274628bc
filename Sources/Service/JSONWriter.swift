/// Writes JSON into bytes: keys in the order they are given, no white space, UTF-8 as it is, `/` as it is.
package struct JSONWriter {
  package private(set) var bytes: [UInt8] = []

  private init(bytes: [UInt8]) {
    self.bytes = bytes
  }

  package init() {}

  /// Writes an object; `members` writes what is inside.
  package mutating func object(_ members: (inout Members) -> Void) {
    bytes.append(UInt8(ascii: "{"))
    var inside = Members(writer: JSONWriter(bytes: bytes), isFirst: true)
    bytes = []
    members(&inside)
    // Taken out, not shared: an array with two holders would be copied at the next byte.
    bytes = inside.writer.bytes
    inside.writer.bytes = []
    bytes.append(UInt8(ascii: "}"))
  }

  /// Writes an array, each element with `write`.
  package mutating func array<Elements: Sequence>(
    _ elements: Elements, _ write: (inout JSONWriter, Elements.Element) -> Void
  ) {
    bytes.append(UInt8(ascii: "["))
    var isFirst = true
    for element in elements {
      if !isFirst { bytes.append(UInt8(ascii: ",")) }
      isFirst = false
      write(&self, element)
    }
    bytes.append(UInt8(ascii: "]"))
  }

  package mutating func integer(_ value: Int) { bytes.append(contentsOf: String(value).utf8) }

  package mutating func bool(_ value: Bool) { bytes.append(contentsOf: (value ? "true" : "false").utf8) }

  mutating func null() { bytes.append(contentsOf: "null".utf8) }

  /// The shortest digits that read back as the same Float; null where it is no number that JSON has.
  mutating func number(_ value: Float) {
    guard value.isFinite else { return null() }
    bytes.append(contentsOf: value.description.utf8)
  }

  /// The shortest digits that read back as the same Double; null where it is no number that JSON has.
  package mutating func number(_ value: Double) {
    guard value.isFinite else { return null() }
    bytes.append(contentsOf: value.description.utf8)
  }

  /// Milliseconds with three decimals.
  mutating func milliseconds(_ value: Duration) {
    let (seconds, attoseconds) = value.components
    let (scaled, overflow) = seconds.multipliedReportingOverflow(by: 1_000_000)
    let micro = overflow ? Int64.max : scaled.addingReportingOverflow(attoseconds / 1_000_000_000_000).partialValue
    let magnitude = micro.magnitude
    if micro < 0 { bytes.append(UInt8(ascii: "-")) }
    let fraction = String(magnitude % 1_000)
    bytes.append(contentsOf: String(magnitude / 1_000).utf8)
    bytes.append(UInt8(ascii: "."))
    bytes.append(contentsOf: repeatElement(UInt8(ascii: "0"), count: 3 - fraction.utf8.count))
    bytes.append(contentsOf: fraction.utf8)
  }

  /// A string; only what RFC 8259 §7 demands is escaped.
  package mutating func string(_ text: String) {
    bytes.append(UInt8(ascii: "\""))
    for byte in text.utf8 {
      switch byte {
      case UInt8(ascii: "\""), UInt8(ascii: "\\"):
        bytes.append(UInt8(ascii: "\\"))
        bytes.append(byte)
      case 0x0A: bytes.append(contentsOf: #"\n"#.utf8)
      case 0x0D: bytes.append(contentsOf: #"\r"#.utf8)
      case 0x09: bytes.append(contentsOf: #"\t"#.utf8)
      case 0..<0x20:
        bytes.append(contentsOf: byte < 0x10 ? #"\u000"#.utf8 : #"\u001"#.utf8)
        let digit = byte & 15
        bytes.append(digit < 10 ? 0x30 + digit : 0x61 + digit - 10)
      default: bytes.append(byte)
      }
    }
    bytes.append(UInt8(ascii: "\""))
  }

  /// What writes the members of an object.
  package struct Members {
    fileprivate var writer: JSONWriter
    fileprivate var isFirst: Bool

    /// Writes a name, then its value with `write`.
    package mutating func member(_ name: String, _ write: (inout JSONWriter) -> Void) {
      if !isFirst { writer.bytes.append(UInt8(ascii: ",")) }
      isFirst = false
      writer.string(name)
      writer.bytes.append(UInt8(ascii: ":"))
      write(&writer)
    }

    package mutating func member(_ name: String, _ text: String) { member(name) { $0.string(text) } }
  }
}
