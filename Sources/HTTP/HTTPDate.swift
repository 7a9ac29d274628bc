/// The Date field's value (RFC 9110 §5.6.7, IMF-fixdate), made anew once a second.
struct HTTPDate: Sendable {
  private var second = Int64.min
  private var text: [UInt8] = []

  /// Appends the date of `unixTime`, in seconds since 1970.
  mutating func append(at unixTime: Int64, to output: inout [UInt8]) {
    if unixTime != second {
      second = unixTime
      text = Self.text(of: unixTime)
    }
    output.append(contentsOf: text)
  }

  private static let weekdays: [StaticString] = ["Thu", "Fri", "Sat", "Sun", "Mon", "Tue", "Wed"]
  private static let months: [StaticString] = [
    "Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec",
  ]

  /// `Sun, 06 Nov 1994 08:49:37 GMT`; years 0 to 9999 (earlier and later times are held at the ends).
  static func text(of unixTime: Int64) -> [UInt8] {
    let time = min(max(unixTime, -62_167_219_200), 253_402_300_799)
    let seconds = Int(((time % 86_400) + 86_400) % 86_400)
    let days = Int((time - Int64(seconds)) / 86_400)
    // The civil calendar in eras of 400 years that begin on 1 March (Hinnant, "chrono-compatible low-level date algorithms").
    let shifted = days + 719_468
    let era = (shifted >= 0 ? shifted : shifted - 146_096) / 146_097
    let dayOfEra = shifted - era * 146_097
    let yearOfEra = (dayOfEra - dayOfEra / 1_460 + dayOfEra / 36_524 - dayOfEra / 146_096) / 365
    let dayOfYear = dayOfEra - (365 * yearOfEra + yearOfEra / 4 - yearOfEra / 100)
    let monthFromMarch = (5 * dayOfYear + 2) / 153
    let day = dayOfYear - (153 * monthFromMarch + 2) / 5 + 1
    let month = monthFromMarch < 10 ? monthFromMarch + 2 : monthFromMarch - 10
    let year = yearOfEra + era * 400 + (month <= 1 ? 1 : 0)

    var text: [UInt8] = []
    text.append(literal: weekdays[((days % 7) + 7) % 7])
    text.append(literal: ", ")
    text.append(twoDigits: day)
    text.append(.space)
    text.append(literal: months[month])
    text.append(.space)
    text.append(twoDigits: year / 100)
    text.append(twoDigits: year % 100)
    text.append(.space)
    text.append(twoDigits: seconds / 3_600)
    text.append(UInt8(ascii: ":"))
    text.append(twoDigits: seconds / 60 % 60)
    text.append(UInt8(ascii: ":"))
    text.append(twoDigits: seconds % 60)
    text.append(literal: " GMT")
    return text
  }
}

extension [UInt8] {
  fileprivate mutating func append(twoDigits number: Int) {
    append(0x30 + UInt8(truncatingIfNeeded: number / 10 % 10))
    append(0x30 + UInt8(truncatingIfNeeded: number % 10))
  }
}
