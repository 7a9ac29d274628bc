/// The model's own numbering of pieces: `vocab.json`, an object of piece → id. Ids are 0..<count, each once.
public struct Vocabulary: Sendable {
  private enum Limit {
    static let fileBytes = 128 << 20
    static let pieces = 2_000_000
  }

  /// The file's name, for errors.
  public let file: String
  private let pieces: [String]
  // Not a Dictionary: String equality is canonical equivalence, and "é" and "e\u{301}" are two pieces.
  private let ids: PieceTrie

  /// Reads a `vocab.json`. Throws an error that names the file and the first fault: not JSON, a piece twice, an id that
  /// is negative, twice, or beyond the number of pieces (so that another is missing).
  public init(bytes: [UInt8], name: String) throws(TokenizerError) {
    try self.init(bytes: bytes, range: bytes.indices, name: name)
  }

  /// Reads the object that stands in a range of a file.
  init(bytes: [UInt8], range: Range<Int>, name: String) throws(TokenizerError) {
    func malformed(_ reason: String) -> TokenizerError { .malformedFile(file: name, reason: reason) }
    guard bytes.count <= Limit.fileBytes else {
      throw .unreadableFile(file: name, reason: "\(bytes.count) bytes are more than the \(Limit.fileBytes) allowed")
    }
    var entries: [(piece: String, id: Int64)] = []
    do throws(JSONScanner.Failure) {
      var scanner = JSONScanner(bytes, range: range)
      try scanner.members { piece, scanner throws(JSONScanner.Failure) in
        entries.append((piece, try scanner.integer()))
      }
      try scanner.finish()
    } catch {
      throw malformed("\(error.reason) (byte \(error.position))")
    }
    guard !entries.isEmpty, entries.count <= Limit.pieces else {
      throw malformed("it holds \(entries.count) pieces; 1…\(Limit.pieces) are allowed")
    }
    guard entries.reduce(0, { $0 + $1.piece.utf8.count }) <= PieceTrie.maximumBytes else {
      throw malformed("its pieces take more than \(PieceTrie.maximumBytes) bytes")
    }
    var ids = PieceTrie(expectedBytes: 4 * entries.count)
    var pieces = [String?](repeating: nil, count: entries.count)
    for entry in entries {
      guard entry.id >= 0, entry.id < entries.count else {
        throw malformed("\(entry.piece) has the id \(entry.id), outside 0..<\(entries.count): an id is missing")
      }
      let index = Int(entry.id)
      if let other = pieces[index] { throw malformed("\(other) and \(entry.piece) both have the id \(index)") }
      guard !entry.piece.isEmpty else { throw malformed("the piece with the id \(index) is empty") }
      if let other = ids.insert(entry.piece.utf8, id: Int32(truncatingIfNeeded: index)) {
        throw malformed("\(entry.piece) stands twice, with the ids \(other) and \(index)")
      }
      pieces[index] = entry.piece
    }
    file = name
    self.ids = ids
    self.pieces = pieces.compactMap(\.self)
  }

  /// The number of pieces.
  public var count: Int { pieces.count }

  /// The id of a piece, spelled exactly so.
  public func id(of piece: String) -> Int32? { ids.id(of: piece.utf8) }

  /// The piece with an id; nil outside 0..<count.
  public func piece(_ id: Int32) -> String? {
    id >= 0 && id < pieces.count ? pieces[Int(id)] : nil
  }

  /// The id of a piece given as UTF-8.
  func id(of bytes: some Sequence<UInt8>) -> Int32? { ids.id(of: bytes) }

  /// The pieces of the form `>>xxx<<`, in the order of their ids: the prefixes that choose a target language.
  public var languageTags: [String] {
    pieces.filter { $0.isEnclosed(by: ">>", "<<") }
  }
}
