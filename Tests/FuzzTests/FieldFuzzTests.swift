import HTTP
import HTTPTypes
import Inference
import Logging
import Service
import TestSupport
import Testing

extension FuzzTests {
  @Test func `fields that say who asks and what he takes are read the same in every way`() async throws {
    let mutator = Mutator(
      seeds: try Corpus.lines("fuzz/fields.txt"),
      dictionary: [
        ",", ", ", ";", ";q=", "q=0", "q=1.000", "q=0.0001", "=", "\"", "\\", "[", "]", "]:80", ":", "::", "/", "/32",
        "/129",
        "10.0.0.1", "::1", "::ffff:", "256", "%eth0", "gzip", "x-gzip", "identity", "*", "*/*", "text/event-stream",
        "application/json", "TEXT/", "-", "-01", "00-", "ff-", "0000000000000000", "\t", " ", "\u{80}", "Bearer ", "é",
      ])
    let site = FieldSite()
    try await FuzzRun.run("fields", mutator) { input, _ in
      let value = String(decoding: input, as: UTF8.self)
      var accepted = Self.readAddresses(value) != nil
      try Self.checkAddress(value)
      try Self.checkCodings(value)
      if try Self.checkIdentity(value) { accepted = true }
      if try await site.answer(input) == .accepted, accepted { return .accepted }
      return .refused
    }
  }

  @Test func `a key file that is accepted is the same when written again`() async throws {
    let mutator = Mutator(
      seeds: try Corpus.lines("fuzz/key-file.txt"),
      dictionary: [
        "{", "}", "[", "]", ",", ":", "\"", "\"keys\":", "\"name\":", "\"sha256\":", "\"requests_per_minute\":",
        "\"characters_per_minute\":", "\"expires\":", "\"2027-01-31T00:00:00Z\"", "-02-30", "T24:00:00Z", "null", "1e8",
        "100000000", "100000001", "-0", "1.0", "0.5", "\\u0000", "\\ud800", "e\u{301}", "\u{e9}", "\"name\":\"b\",",
        "A", "\u{FEFF}",
        "9223372036854775808", "{\"name\":\"c\",\"sha256\":\"" + String(repeating: "c", count: 64) + "\"},",
      ])
    try await FuzzRun.run("key-file", mutator) { input, _ in
      let file: KeyFile
      do throws(KeyFileError) {
        file = try KeyFile(parsing: input, path: "fuzz.json")
      } catch {
        try Finding.unless(error.description.hasPrefix("fuzz.json: "), "an error without its file: \(error)")
        return .refused
      }
      try Finding.unless(Set(file.keys.map(\.name)).count == file.keys.count, "a name stands there twice")
      try Finding.unless(Set(file.keys.map(\.digest)).count == file.keys.count, "a digest stands there twice")
      for key in file.keys {
        let limits = [key.limits.requests, key.limits.characters].compactMap { $0 }
        try Finding.unless(limits.allSatisfy { (0...100_000_000).contains($0) }, "limits \(limits)")
        try Finding.unless(APIKey.isName(key.name), "name \(key.name)")
      }
      let again: KeyFile
      do throws(KeyFileError) {
        again = try KeyFile(parsing: file.bytes, path: "again")
      } catch {
        throw Finding("refused when written again: \(error)")
      }
      try Finding.unless(again == file, "another file when written again")
      return .accepted
    }
  }
}

// MARK: - One reader after the other

extension FuzzTests {
  /// The list of ranges that a text is; nil where it is none. Each has the address that it was written with.
  private static func readAddresses(_ value: String) -> [AddressRange]? { try? AddressRange.list(value) }

  /// What X-Forwarded-For says never counts beyond the proxies that are trusted.
  private static func checkAddress(_ value: String) throws {
    if let ranges = readAddresses(value) {
      let entries = value.split(separator: ",", omittingEmptySubsequences: false)
      try Finding.unless(ranges.count == entries.count, "\(ranges.count) ranges of \(entries.count) entries")
      for (range, entry) in zip(ranges, entries) {
        let text = entry.split(separator: "/", omittingEmptySubsequences: false)[0].filter { $0 != " " && $0 != "\t" }
        guard let address = IPAddress(text) else { throw Finding("\(text) is no address") }
        try Finding.unless(range.contains(address), "\(text) is not in its range")
        let longer = try AddressRange.list(value + "," + text)
        try Finding.unless(longer == ranges + [try AddressRange(text)], "\(text) is no range")
      }
    }
    guard let proxies = try? AddressRange.list("10.0.0.0/8,::1"), let peer = IPAddress("10.1.1.1"),
      let stranger = IPAddress("192.0.2.9")
    else { throw Finding("no addresses") }
    let fields: HTTPHeaders = [HTTPHeaderName("X-Forwarded-For") ?? .via: value]
    let forwarded = try HTTPRequest(method: .get, target: "/", headers: fields, remoteAddress: "10.1.1.1")
    let plain = try HTTPRequest(method: .get, target: "/", headers: fields, remoteAddress: "192.0.2.9")
    try Finding.unless(plain.clientAddress(trusting: proxies) == stranger, "a stranger chose his address")
    try Finding.unless(forwarded.clientAddress(trusting: []) == peer, "a peer chose his address")
    let client = forwarded.clientAddress(trusting: proxies)
    try Finding.unless(client != nil, "no client")
    // One entry of a client in front of what is there changes nothing where the reading had ended.
    if let client, !proxies.contains(client) {
      let longer: HTTPHeaders = [HTTPHeaderName("X-Forwarded-For") ?? .via: "198.51.100.77, " + value]
      let again = try HTTPRequest(method: .get, target: "/", headers: longer, remoteAddress: "10.1.1.1")
      try Finding.unless(again.clientAddress(trusting: proxies) == client, "an entry on the left counts")
    }
  }

  /// A list and the same list twice are one; an answer is never refused where nothing forbids it as it is.
  private static func checkCodings(_ value: String) throws {
    let codings = AcceptedCodings(value)
    try Finding.unless(AcceptedCodings(value + "," + value) == codings, "twice the same is something else")
    if codings.choice == .nothing {
      try Finding.unless(codings.refusesIdentity, "nothing is left, and identity is not refused")
      try Finding.unless(value.contains("0"), "nothing is left, and no weight is 0")
    }
    if codings.choice == .gzip {
      let lower = value.lowercased()
      try Finding.unless(lower.contains("gzip") || lower.contains("*"), "gzip for who does not name it")
    }
    let request = try HTTPRequest(method: .get, target: "/", headers: [.accept: value])
    if request.preferredForm == .events {
      try Finding.unless(value.lowercased().contains("text/event-stream"), "events for who does not name them")
    }
  }

  /// Ids and traces go into the log and back to the client as they are read; true where the value is one.
  private static func checkIdentity(_ value: String) throws -> Bool {
    if let id = RequestID(value) {
      try Finding.unless(id.description == value && value.utf8.allSatisfy { $0 > 0x20 && $0 < 0x7F }, "id \(id)")
    }
    guard let trace = TraceContext(traceparent: value) else { return RequestID(value) != nil }
    let child = trace.child()
    try Finding.unless(TraceContext(traceparent: child.traceparent) == child, "\(child) is not read back")
    try Finding.unless(child.traceID == trace.traceID && child.spanID != trace.spanID, "\(child) of \(trace)")
    try Finding.unless(child.traceparent.utf8.count == 55, "traceparent \(child.traceparent)")
    return true
  }
}

/// The routes behind the parser, with keys on, asked with one value in all fields.
private struct FieldSite {
  private let router: Router
  private static let names = [
    "X-Forwarded-For", "Accept", "Accept-Encoding", "traceparent", "X-Request-ID", "Authorization", "Origin",
    "Access-Control-Request-Method",
  ]

  init() {
    let service = InferenceService(
      readiness: { .ready }, languages: { () throws(InferenceError) in LanguageDirectory(targets: ["en": ["de"]]) },
      translate: { _ async throws(InferenceError) in throw .cancelled },
      summarize: { _ async throws(InferenceError) in throw .cancelled })
    let access = AccessControl(
      keys: KeyRing(file: "none"), limits: RateLimits(requests: 1),
      trustedProxies: (try? AddressRange.list("127.0.0.0/8")) ?? [])
    router = Routes.router(
      ServiceContext(service: service, access: access, logger: Logger(label: "fuzz") { _ in SwiftLogNoOpLogHandler() }))
  }

  /// Accepted where the parser takes the value.
  func answer(_ value: [UInt8]) async throws -> Reading {
    var bytes = Array("GET /languages HTTP/1.1\r\nHost: a\r\n".utf8)
    for name in Self.names { bytes += Array("\(name): ".utf8) + value + [0x0D, 0x0A] }
    bytes += [0x0D, 0x0A]
    var parser = HTTPRequestParser()
    let step = parser.consume(bytes.span)
    guard case .head(let head) = step.event else { return .refused }
    for (method, target) in [(HTTPMethod.get, "/languages"), (.options, "/translate"), (.post, "/translate")] {
      let request = try HTTPRequest(method: method, target: target, headers: head.headers)
      let response = await router.respond(to: request)
      let known: Set = [200, 204, 400, 403, 429, 503]
      try Finding.unless(known.contains(response.status.code), "\(method) \(target): \(response.status)")
      for field in response.headers {
        try Finding.unless(
          field.value.utf8.allSatisfy { $0 >= 0x20 && $0 != 0x7F || $0 == 0x09 }, "\(field) in an answer")
      }
    }
    return .accepted
  }
}
