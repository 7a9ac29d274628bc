import COpenSSL
import Foundation
import HTTP
import TestSupport
import Testing

@Suite struct TLSFilesTests {
  private func failure(certificate: String, key: String, clients: String? = nil) -> TLSError? {
    do throws(TLSError) {
      let configuration = TLSConfiguration(certificateFile: certificate, keyFile: key, clientAuthorityFile: clients)
      _ = try TLSContext.server(configuration, tickets: TLSTicketKeys())
      return nil
    } catch {
      return error
    }
  }

  @Test func `each way that a file can be wrong has its own error, which names the file`() throws {
    let folder = try TemporaryFolder()
    let (certificate, key) = (TLSFixture.path("server.pem"), TLSFixture.path("server-key.pem"))
    let gone = folder.path + "/gone.pem"
    let text = try folder.write("text.pem", "no PEM\n")
    let empty = try folder.write("empty.pem", "")
    let whole = try String(contentsOfFile: certificate, encoding: .utf8)
    let torn = try folder.write("torn.pem", String(whole.prefix(400)))
    let spoiled = try folder.write(
      "spoiled.pem", "-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n")
    let badKey = try folder.write("bad-key.pem", "-----BEGIN PRIVATE KEY-----\nAAAA\n-----END PRIVATE KEY-----\n")
    let large = try folder.write("large.pem", [UInt8](repeating: 65, count: (4 << 20) + 1))
    #expect(
      failure(certificate: gone, key: key) == .unreadable(file: gone, reason: "No such file or directory"))
    #expect(
      failure(certificate: certificate, key: gone) == .unreadable(file: gone, reason: "No such file or directory"))
    #expect(failure(certificate: folder.path, key: key) == .unreadable(file: folder.path, reason: "Is a directory"))
    #expect(failure(certificate: text, key: key) == .noCertificate(file: text))
    #expect(failure(certificate: empty, key: key) == .noCertificate(file: empty))
    #expect(failure(certificate: key, key: key) == .noCertificate(file: key))
    #expect(failure(certificate: certificate, key: text) == .noKey(file: text))
    #expect(failure(certificate: certificate, key: certificate) == .noKey(file: certificate))
    #expect(failure(certificate: large, key: key) == .tooLarge(file: large, limit: 4 << 20))
    for file in [torn, spoiled] {
      guard case .malformedCertificate(file, _) = failure(certificate: file, key: key) else {
        Issue.record("\(file): \(String(describing: failure(certificate: file, key: key)))")
        continue
      }
    }
    guard case .malformedKey(badKey, _) = failure(certificate: certificate, key: badKey) else {
      Issue.record("\(String(describing: failure(certificate: certificate, key: badKey)))")
      return
    }
    let encrypted = TLSFixture.path("encrypted-key.pem")
    #expect(failure(certificate: certificate, key: encrypted) == .encryptedKey(file: encrypted))
    for name in ["second", "rsa"] {
      let other = TLSFixture.path("\(name)-key.pem")
      #expect(
        failure(certificate: certificate, key: other) == .keyMismatch(certificateFile: certificate, keyFile: other))
    }
    #expect(failure(certificate: certificate, key: key, clients: text) == .noCertificate(file: text))
    #expect(
      failure(certificate: certificate, key: key, clients: gone)
        == .unreadable(file: gone, reason: "No such file or directory"))
    #expect(failure(certificate: certificate, key: key, clients: TLSFixture.path("ca.pem")) == nil)
    // Nothing is left for the next call to find.
    #expect(ERR_peek_error() == 0)
  }

  @Test func `an error says what is wrong, where and what to do`() {
    #expect(
      TLSError.keyMismatch(certificateFile: "c.pem", keyFile: "k.pem").description
        == "k.pem: the key does not belong to the certificate in c.pem; name the two that were made together")
    #expect(
      ServerError.tls(.unreadable(file: "c.pem", reason: "Permission denied")).description
        == "c.pem: cannot be read (Permission denied); name a PEM file that this user may read")
  }

  @Test func `an expired certificate is used and complained of`() throws {
    let expired = try TLSContext.server(TLSFixture.configuration("expired"), tickets: TLSTicketKeys())
    #expect(
      expired.warnings == [
        "\(TLSFixture.path("expired.pem")): certificate 1 expired on 2001-01-01; clients will refuse it"
      ])
    #expect(try TLSContext.server(TLSFixture.configuration, tickets: TLSTicketKeys()).warnings.isEmpty)
  }

  @Test func `a certificate's file may have its key, and comments`() throws {
    let folder = try TemporaryFolder()
    let parts = try ["server-key.pem", "server.pem"].map {
      try String(contentsOfFile: TLSFixture.path($0), encoding: .utf8)
    }
    let file = try folder.write("both.pem", "what this is\n" + parts.joined(separator: "and more\n"))
    #expect(failure(certificate: file, key: file) == nil)
  }
}
