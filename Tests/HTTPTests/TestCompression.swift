import CZlib
import TestSupport

/// zlib called plainly, to make what the server reads and to read what it makes.
enum TestCompression {
  /// What is around the data, as zlib's `windowBits`.
  enum Wrapping: Int32, CaseIterable { case gzip = 31, zlib = 15, raw = -15 }

  static func compress(_ bytes: [UInt8], _ wrapping: Wrapping, level: Int32 = 6) -> [UInt8] {
    var stream = z_stream()
    precondition(
      deflateInit2_(
        &stream, level, Z_DEFLATED, wrapping.rawValue, 8, Z_DEFAULT_STRATEGY, ZLIB_VERSION,
        Int32(MemoryLayout<z_stream>.size)) == Z_OK)
    defer { deflateEnd(&stream) }
    var input = bytes
    var output = [UInt8](repeating: 0, count: Int(deflateBound(&stream, UInt(bytes.count))) + 64)
    input.withUnsafeMutableBufferPointer { from in
      output.withUnsafeMutableBufferPointer { to in
        stream.next_in = from.baseAddress
        stream.avail_in = UInt32(from.count)
        stream.next_out = to.baseAddress
        stream.avail_out = UInt32(to.count)
        precondition(deflate(&stream, Z_FINISH) == Z_STREAM_END)
      }
    }
    return Array(output[..<Int(stream.total_out)])
  }

  static func gzip(_ text: String) -> [UInt8] { compress(Array(text.utf8), .gzip) }

  /// What one gzip member holds; nil where it is none.
  static func gunzip(_ bytes: [UInt8]) -> [UInt8]? {
    var stream = z_stream()
    precondition(inflateInit2_(&stream, 31, ZLIB_VERSION, Int32(MemoryLayout<z_stream>.size)) == Z_OK)
    defer { inflateEnd(&stream) }
    var input = bytes
    var output: [UInt8] = []
    var piece = [UInt8](repeating: 0, count: 1 << 16)
    return input.withUnsafeMutableBufferPointer { from in
      stream.next_in = from.baseAddress
      stream.avail_in = UInt32(from.count)
      while true {
        let (code, produced) = piece.withUnsafeMutableBufferPointer { to in
          stream.next_out = to.baseAddress
          stream.avail_out = UInt32(to.count)
          let code = inflate(&stream, Z_NO_FLUSH)
          return (code, to.count - Int(stream.avail_out))
        }
        output += piece[..<produced]
        if code == Z_STREAM_END { return stream.avail_in == 0 ? output : nil }
        guard code == Z_OK else { return nil }
      }
    }
  }
}

extension SeededGenerator {
  /// Bytes of one of several kinds: noise, words, runs.
  mutating func bytes(upTo limit: Int) -> [UInt8] {
    let count = Int.random(in: 0...limit, using: &self)
    switch Int.random(in: 0..<3, using: &self) {
    case 0: return (0..<count).map { _ in UInt8.random(in: 0...255, using: &self) }
    case 1:
      let words = (0..<20).map { index in Array("word\(index * index) ".utf8) }
      var bytes: [UInt8] = []
      while bytes.count < count { bytes += words[Int.random(in: 0..<20, using: &self)] }
      return Array(bytes.prefix(count))
    default: return [UInt8](repeating: UInt8.random(in: 0...255, using: &self), count: count)
    }
  }
}
