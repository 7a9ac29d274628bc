import Testing

/// One exchange over a socket: what a client sends and what must come back, after the RFC that `section` names.
///
/// In all texts of the cases one character is one byte (ISO 8859-1).
struct ConformanceCase: Sendable, CustomStringConvertible {
  enum Step: Sendable {
    case send(String)
    case answer(ExpectedAnswer)
    /// The client closes its half.
    case endOutput
  }

  /// What becomes of the connection after the last answer.
  enum Ending: Sendable {
    /// Another request is answered on it.
    case stays
    /// The server closes it, and said so in its last answer.
    case closes
    /// The client ended it; nothing more comes.
    case endsWithClient
  }

  /// Whether `100 Continue` may come without being named: it does where the body has not begun when the head ends.
  enum Interim: Sendable { case forbidden, allowed }

  /// Where the answers are these.
  enum Reach: Sendable { case everywhere, plainOnly }

  let name: String
  let section: String
  let steps: [Step]
  let ending: Ending
  let interim: Interim
  /// Why an independent parser may decide otherwise, or what is chosen where the RFC allows both.
  let note: String?
  var reach = Reach.everywhere

  var description: String { "\(name) (\(section))" }

  /// All that is sent.
  var input: [UInt8] {
    steps.flatMap { step -> [UInt8] in if case .send(let text) = step { text.bytes } else { [] } }
  }

  var answers: [ExpectedAnswer] {
    steps.compactMap { step -> ExpectedAnswer? in if case .answer(let answer) = step { answer } else { nil } }
  }

  /// A case of several steps.
  static func scripted(
    _ name: String, _ section: String, _ steps: [Step], then ending: Ending = .stays, interim: Interim = .forbidden,
    note: String? = nil
  ) -> ConformanceCase {
    ConformanceCase(name: name, section: section, steps: steps, ending: ending, interim: interim, note: note)
  }

  /// One input and its answers.
  static func answered(
    _ name: String, _ section: String, _ input: String, _ answers: ExpectedAnswer..., then ending: Ending = .stays,
    interim: Interim = .forbidden, note: String? = nil
  ) -> ConformanceCase {
    scripted(
      name, section, [.send(input)] + answers.map { .answer($0) }, then: ending, interim: interim, note: note)
  }

  /// One input that is refused with 400.
  static func refused(_ name: String, _ section: String, _ input: String, note: String? = nil) -> ConformanceCase {
    refused(name, section, 400, input, note: note)
  }

  /// One input that is refused with a status and an error body; the connection closes.
  static func refused(
    _ name: String, _ section: String, _ status: Int, _ input: String, note: String? = nil
  ) -> ConformanceCase {
    answered(name, section, input, .error(status), then: .closes, note: note)
  }

  /// One input that is no whole request: no answer comes, and none is owed when the client ends its half.
  static func unanswered(_ name: String, _ section: String, _ input: String, note: String? = nil) -> ConformanceCase {
    scripted(name, section, [.send(input), .endOutput], then: .endsWithClient, note: note)
  }

  /// The same case, where TLS changes its answers.
  var overPlain: ConformanceCase {
    var limited = self
    limited.reach = .plainOnly
    return limited
  }
}

/// One answer that must come.
struct ExpectedAnswer: Sendable {
  enum Body: Sendable {
    case exactly(String)
    /// JSON with an error.
    case error
  }

  var status: Int
  var body: Body
  /// Lines that must be there.
  var has: [String] = []
  /// Names of fields that must not be there.
  var lacks: [String] = []
  /// The answer is to HEAD: its fields announce a body that does not come.
  var isHead = false

  /// An interim answer.
  static let goOn = ExpectedAnswer(status: 100, body: .exactly(""), lacks: ["Content-Length", "Transfer-Encoding"])

  /// 200 from `/show`: method, path, query and body as the server understood them.
  static func got(_ text: String, has: [String] = [], lacks: [String] = []) -> ExpectedAnswer {
    ExpectedAnswer(status: 200, body: .exactly(text), has: has, lacks: lacks)
  }

  static func error(_ status: Int, has: [String] = [], lacks: [String] = []) -> ExpectedAnswer {
    ExpectedAnswer(status: status, body: .error, has: has, lacks: lacks)
  }

  /// An answer without content.
  static func empty(_ status: Int, has: [String] = [], lacks: [String] = []) -> ExpectedAnswer {
    ExpectedAnswer(status: status, body: .exactly(""), has: has, lacks: lacks)
  }

  /// An answer to HEAD.
  static func head(_ status: Int, has: [String] = [], lacks: [String] = []) -> ExpectedAnswer {
    ExpectedAnswer(status: status, body: .exactly(""), has: has, lacks: lacks, isHead: true)
  }
}

/// The cases of one subject.
struct ConformanceChapter: Sendable, CustomTestStringConvertible {
  let name: String
  let cases: [ConformanceCase]

  init(name: String, _ cases: [ConformanceCase]...) {
    self.name = name
    self.cases = cases.flatMap { $0 }
  }

  /// Several lists as one.
  static func flat(_ cases: [ConformanceCase]...) -> [ConformanceCase] { cases.flatMap { $0 } }

  var testDescription: String { "\(name), \(cases.count) cases" }

  static let all = [
    requestLine, targets, hosts, lines, fields, contentLength, transferCodings, chunks, smuggling, methods,
    expectations, persistence, pipelining, endings, limits, answers,
  ]
}

extension ConformanceChapter {
  /// A request: its lines, an empty one, its body.
  static func request(_ lines: String..., body: String = "") -> String {
    lines.map { $0 + "\r\n" }.joined() + "\r\n" + body
  }

  /// `GET /show` with more field lines.
  static func get(_ fields: String...) -> String {
    (["GET /show HTTP/1.1", "Host: a"] + fields).map { $0 + "\r\n" }.joined() + "\r\n"
  }

  /// `POST /show` with more field lines and what follows the head.
  static func post(_ fields: String..., body: String = "") -> String {
    (["POST /show HTTP/1.1", "Host: a"] + fields).map { $0 + "\r\n" }.joined() + "\r\n" + body
  }

  /// `POST /show` with a chunked body.
  static func chunked(_ body: String) -> String { post("Transfer-Encoding: chunked", body: body) }

  /// A text some times. Functions and no operators: sums of hundreds of literals are slow to compile.
  static func times(_ text: String, _ count: Int) -> String { String(repeating: text, count: count) }

  /// Texts one behind the other.
  static func joined(_ texts: String...) -> String { texts.joined() }
}

extension String {
  /// One byte for each character.
  var bytes: [UInt8] { unicodeScalars.map { UInt8(truncatingIfNeeded: $0.value) } }
}
