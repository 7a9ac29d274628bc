import ArgumentParser
import Service

/// `dragoman bench http`: load on a running server.
struct BenchHTTPCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "http", abstract: "Put load on a running server and measure its answers.",
    discussion: """
      Prints a line of JSON: requests, answers by status, failures by reason, requests a second, latencies in \
      milliseconds, bytes. Without --rate each connection sends as soon as it has its answer. With --rate requests are \
      due at fixed times and latency counts from there, however late the connections are free; requests that were due \
      and never sent (unsent) count with the wait they had at the end. Exit status 1 where no request was answered. The \
      certificate of an https server on another machine must be of an authority that this system knows (SSL_CERT_FILE \
      names others).

        dragoman bench http --connections 64 --duration 20 --text sentences.txt --from en --to de
        dragoman bench http --rate 100 --body request.json --url http://127.0.0.1:8080/translate
      """)

  @Option(help: ArgumentHelp("Where requests go.", valueName: "url"))
  var url = "http://127.0.0.1:8080/translate"
  @Option(help: ArgumentHelp("Connections, each with one request at a time.", valueName: "n")) var connections = 8
  @Option(help: ArgumentHelp("How long, in seconds.", valueName: "s")) var duration = 10.0
  @Option(help: ArgumentHelp("Requests a second in all.", valueName: "n")) var rate: Double?
  @Option(help: ArgumentHelp("How long an answer may take, in seconds.", valueName: "s")) var timeout = 30
  @Option(
    help: ArgumentHelp("File that is the body of every request, as application/json.", valueName: "file"),
    completion: .file(extensions: ["json"]))
  var body: String?
  @Option(
    help: ArgumentHelp("File of sentences, a line each, sent in turn. Default: one sentence.", valueName: "file"),
    completion: .file())
  var text: String?
  @Option(help: ArgumentHelp("Language of the sentences.", valueName: "code"), completion: .sourceLanguage) var from =
    "en"
  @Option(help: ArgumentHelp("Language to translate to.", valueName: "code"), completion: .targetLanguage) var to = "de"

  func validate() throws {
    func check(_ flag: String, _ isPossible: Bool, _ possible: String) throws {
      if !isPossible { throw ValidationError("--\(flag): \(possible) is possible.") }
    }
    try check("connections", (1...4_096).contains(connections), "1 to 4096")
    try check("duration", duration > 0 && duration <= 86_400, "more than 0, at most 86400")
    try check("rate", rate.map { $0 > 0 && $0 <= 1e6 } ?? true, "more than 0, at most 1000000")
    try check("timeout", (1...3_600).contains(timeout), "1 to 3600")
    try check("body", body == nil || text == nil, "either --body or --text")
  }

  func run() async throws {
    let target = try HTTPTarget(url: url)
    // A server that is not there is an error now, not ten seconds of failures.
    let tls = try ClientTLSContext.toward(target, target.isLoopback ? .none : .system)
    _ = try HTTPClient(target, timeout: timeout, tls: tls)
    let load = LoadGenerator(
      target: target, tls: tls, requests: try bodies().map { Self.request(target, $0) }, connections: connections,
      duration: .seconds(duration), rate: rate, timeout: timeout)
    let tally = try load.run()
    print(line(tally).text)
    if tally.statuses.isEmpty { throw ExitCode.failure }
  }

  private func bodies() throws -> [[UInt8]] {
    if let body {
      var reader = try LineReader(path: body)
      defer { reader.close() }
      return [try reader.rest(limit: LineReader.lineLimit)]
    }
    guard let text else { return [translation(of: "Good morning! How are you?")] }
    var reader = try LineReader(path: text)
    defer { reader.close() }
    var bodies: [[UInt8]] = []
    while let line = try reader.next() {
      let sentence = String(decoding: line.bytes, as: UTF8.self)
      if sentence.contains(where: { !$0.isWhitespace }) { bodies.append(translation(of: sentence)) }
    }
    guard !bodies.isEmpty else { throw CommandFailure("\(text): no sentences") }
    return bodies
  }

  private func translation(of text: String) -> [UInt8] {
    var writer = JSONWriter()
    writer.object { object in
      object.member("q", text)
      object.member("source", from)
      object.member("target", to)
    }
    return writer.bytes
  }

  private static func request(_ target: HTTPTarget, _ body: [UInt8]) -> [UInt8] {
    let head = """
      POST \(target.path) HTTP/1.1\r
      Host: \(target.authority)\r
      Content-Type: application/json\r
      Content-Length: \(body.count)\r
      \r

      """
    return Array(head.utf8) + body
  }

  private func line(_ tally: LoadGenerator.Tally) -> BenchLine {
    let answered = tally.statuses.values.reduce(0, +)
    let milliseconds = tally.latencies.map { $0 * 1_000 }.sorted()
    var line = BenchLine("http")
    line.add("url", url)
    line.add("connections", connections)
    if let rate { line.add("rate", rate) }
    line.add("seconds", tally.seconds)
    line.add("requests", answered + tally.failures.values.reduce(0, +))
    line.add("statuses", tally.statuses.sorted { $0.key < $1.key }.map { ("\($0.key)", $0.value) })
    line.add("failures", tally.failures.sorted { $0.key < $1.key }.map { ($0.key, $0.value) })
    if rate != nil { line.add("unsent", tally.unsent) }
    line.add("requests_per_s", Double(answered) / tally.seconds)
    for (name, share) in [("p50_ms", 0.5), ("p90_ms", 0.9), ("p95_ms", 0.95), ("p99_ms", 0.99), ("max_ms", 1)] {
      line.add(name, milliseconds.percentile(share))
    }
    line.add("mean_ms", milliseconds.reduce(0, +) / Double(max(1, milliseconds.count)))
    line.add("bytes_sent", tally.bytesSent)
    line.add("bytes_received", tally.bytesReceived)
    line.addOrigin()
    return line
  }
}
