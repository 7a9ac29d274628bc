import CZlib

/// Undoes one coding piece by piece: a zlib stream with its window, some 40 KiB, whatever comes.
struct Inflater: ~Copyable {
  /// What the bytes are wrapped in; the value is zlib's `windowBits` for the largest window.
  enum Format: Int32 {
    /// RFC 1950.
    case zlib = 15
    /// RFC 1951 without a wrapping.
    case raw = -15
    /// RFC 1952.
    case gzip = 31

    /// What a body of a coding is wrapped in. `deflate` means RFC 1950 (RFC 9110 §8.4.1.2), but clients send bare RFC 1951
    /// as well. A zlib header has method 8, a window of at most 32 KiB and a check by 31 (RFC 1950 §2.2); bare data would
    /// have to begin with a stored block whose unused bits are not zero to look like one, and no compressor writes that.
    init(_ coding: ContentCoding, _ body: [UInt8]) {
      switch coding {
      case .gzip: self = .gzip
      case .deflate:
        guard body.count > 1 else {
          self = .zlib
          return
        }
        let check = Int(body[0]) << 8 | Int(body[1])
        self = body[0] & 15 == 8 && body[0] >> 4 <= 7 && check % 31 == 0 ? .zlib : .raw
      }
    }
  }

  /// How far one step came.
  struct Step {
    /// Bytes of the input that are done with.
    var consumed: Int
    /// Bytes written to the output.
    var produced: Int
    /// Whether the stream, or this member of it, has ended and its checksum is right.
    var isEnd: Bool
  }

  // zlib keeps the address of its stream.
  private let stream: UnsafeMutablePointer<z_stream>

  /// Waits for the first byte of a stream.
  init(_ format: Format) throws(ContentCodingError) {
    let stream = UnsafeMutablePointer<z_stream>.allocate(capacity: 1)
    stream.initialize(to: z_stream())
    guard
      inflateInit2_(stream, format.rawValue, ZLIB_VERSION, Int32(MemoryLayout<z_stream>.size)) == Z_OK
    else {
      stream.deallocate()
      throw .noMemory
    }
    self.stream = stream
  }

  deinit {
    inflateEnd(stream)
    stream.deallocate()
  }

  /// Inflates until the input is used up, the output is full or the stream ends.
  mutating func step(
    _ input: UnsafeBufferPointer<UInt8>, into output: UnsafeMutableBufferPointer<UInt8>
  ) throws(ContentCodingError) -> Step {
    stream.pointee.next_in = UnsafeMutablePointer(mutating: input.baseAddress)
    stream.pointee.avail_in = UInt32(input.count)
    stream.pointee.next_out = output.baseAddress
    stream.pointee.avail_out = UInt32(output.count)
    let code = CZlib.inflate(stream, Z_NO_FLUSH)
    let step = Step(
      consumed: input.count - Int(stream.pointee.avail_in), produced: output.count - Int(stream.pointee.avail_out),
      isEnd: code == Z_STREAM_END)
    switch code {
    // Z_BUF_ERROR: nothing could be done, which is no error of the bytes.
    case Z_OK, Z_STREAM_END, Z_BUF_ERROR: return step
    case Z_MEM_ERROR: throw .noMemory
    // Z_NEED_DICT too: nothing says which dictionary.
    default: throw .corrupt
    }
  }

  /// Begins another member (RFC 1952 §2.2).
  mutating func restart() { inflateReset(stream) }
}
