import Foundation
import HTTP
import Service
import TestSupport
import Testing

/// The service over TLS, as its settings ask for it. TLS itself is HTTPTests'.
struct TLSServiceTests {
  private func install(_ name: String, in folder: TemporaryFolder) throws {
    try folder.write("key.pem", Fixtures.bytes("tls/\(name)-key.pem"))
    try folder.write("certificate.pem", Fixtures.bytes("tls/\(name).pem"))
  }

  private func makeService(_ folder: TemporaryFolder, _ lines: Fake.Lines) -> DragomanService {
    var configuration = ServiceConfiguration()
    configuration.port = 0
    configuration.tlsCertificate = folder.path + "/certificate.pem"
    configuration.tlsKey = folder.path + "/key.pem"
    return DragomanService(
      configuration: configuration, service: Fake.service(), logger: lines.logger(), secondSignal: .ignored)
  }

  /// Waits until a line of the log holds a text; false after a minute.
  private func logged(_ text: String, _ lines: Fake.Lines) async throws -> Bool {
    for _ in 0..<3_000 {
      if lines.all.contains(where: { $0.contains(text) }) { return true }
      try await Task.sleep(for: .milliseconds(20))
    }
    return false
  }

  @Test func `with a certificate the service speaks TLS, says so, and reads the files again when they change`()
    async throws
  {
    let folder = try TemporaryFolder()
    try install("expired", in: folder)
    let lines = Fake.Lines()
    let service = makeService(folder, lines)
    try service.listen()
    let url = try #require(service.url)
    #expect(url.hasPrefix("https://127.0.0.1:"))
    #expect(lines.all.contains { $0.contains(#""message":"listening","url":"\#(url)""#) })
    #expect(try await logged("certificate 1 expired on 2001-01-01; clients will refuse it", lines))
    let running = Task { try await service.run() }
    try install("second", in: folder)
    #expect(try await logged("certificate reloaded", lines))
    try folder.write("key.pem", "nothing")
    #expect(try await logged("certificate not reloaded; what was in use stays", lines))
    #expect(try await logged("key.pem: no private key in it", lines))
    running.cancel()
    try await running.value
  }

  @Test func `a certificate that cannot be used stops the start`() throws {
    let folder = try TemporaryFolder()
    try install("server", in: folder)
    try folder.write("key.pem", Fixtures.bytes("tls/rsa-key.pem"))
    let files = (folder.path + "/certificate.pem", folder.path + "/key.pem")
    #expect(throws: ServerError.tls(.keyMismatch(certificateFile: files.0, keyFile: files.1))) {
      try makeService(folder, Fake.Lines()).listen()
    }
  }
}
