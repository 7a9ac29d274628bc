import COpenSSL
import Foundation
import Tensors

/// SHA-256 by OpenSSL.
public enum FileDigest {
  /// The digest in lower-case hexadecimal.
  public static func sha256(path: String) throws(ModelError) -> String {
    try sha256(of: MappedFile(modelFile: path))
  }

  private static let chunk = 4 << 20  // bytes that are in memory at a time

  static func sha256(of file: MappedFile) throws(ModelError) -> String {
    let failure = ModelError.unreadable(path: file.path, reason: "OpenSSL could not compute its SHA-256")
    guard let context = EVP_MD_CTX_new() else { throw failure }
    defer { EVP_MD_CTX_free(context) }
    guard EVP_DigestInit_ex(context, EVP_sha256(), nil) == 1 else { throw failure }
    for start in stride(from: 0, to: file.bytes.count, by: chunk) {
      let range = start..<min(start + chunk, file.bytes.count)
      let part = UnsafeRawBufferPointer(rebasing: file.bytes[range])
      guard EVP_DigestUpdate(context, part.baseAddress, part.count) == 1 else { throw failure }
      file.release(range)
    }
    var digest = [UInt8](repeating: 0, count: 32)
    var length: UInt32 = 0
    guard EVP_DigestFinal_ex(context, &digest, &length) == 1, length == 32 else { throw failure }
    let digits = Array("0123456789abcdef".utf8)
    return String(decoding: digest.flatMap { [digits[Int($0 >> 4)], digits[Int($0 & 15)]] }, as: UTF8.self)
  }
}

extension ModelCard {
  /// Compares the folder's files with the card's sizes and digests; the first difference is an error.
  public func verifyFiles(folder: String) throws(ModelError) {
    for file in files {
      let path = folder + "/" + file.path
      guard FileManager.default.fileExists(atPath: path) else {
        throw .unreadable(path: path, reason: "no such file, but model.json lists it")
      }
      let mapped = try MappedFile(modelFile: path)
      guard mapped.bytes.count == file.bytes else {
        throw .malformed(path: path, reason: "\(mapped.bytes.count) bytes; model.json says \(file.bytes)")
      }
      let digest = try FileDigest.sha256(of: mapped)
      guard digest == file.sha256.lowercased() else {
        throw .malformed(path: path, reason: "SHA-256 \(digest); model.json says \(file.sha256)")
      }
    }
  }
}
