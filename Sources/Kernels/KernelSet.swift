import CKernels
import Glibc

/// An instruction set was asked for that cannot be used.
public enum KernelError: Error, Equatable, CustomStringConvertible {
  case unknownSet(name: String, known: [String])
  case unsupportedSet(name: String, supported: [String])

  public var description: String {
    switch self {
    case .unknownSet(let name, let known):
      "DRAGOMAN_KERNELS=\(name): no such kernel set; known here: \(known.joined(separator: ", "))"
    case .unsupportedSet(let name, let supported):
      "DRAGOMAN_KERNELS=\(name): this CPU cannot run that kernel set; supported: \(supported.joined(separator: ", "))"
    }
  }
}

/// The kernels of one instruction set. All sets give the same bits; they differ in speed only.
public struct KernelSet: Sendable, CustomStringConvertible {
  /// What DRAGOMAN_KERNELS calls it.
  public let name: String
  /// The functions; the table is a constant of the program.
  package nonisolated(unsafe) let table: UnsafePointer<dragoman_kernels>

  public var description: String { name }

  /// Portable C, the oracle of the others.
  public static let generic = KernelSet(name: "generic", table: dragoman_kernels_generic())

  private static var candidates: [(name: String, table: UnsafePointer<dragoman_kernels>?)] {
    #if arch(x86_64)
      [
        ("avx512vnni", dragoman_kernels_avx512vnni()), ("avx2", dragoman_kernels_avx2()),
        ("generic", dragoman_kernels_generic()),
      ]
    #elseif arch(arm64)
      [("neon", dragoman_kernels_neon()), ("generic", dragoman_kernels_generic())]
    #else
      [("generic", dragoman_kernels_generic())]
    #endif
  }

  /// The sets that this CPU can run, fastest first; never empty.
  public static let all: [KernelSet] = candidates.compactMap { name, table in
    table.map { KernelSet(name: name, table: $0) }
  }

  /// The fastest set, or the one that the environment variable DRAGOMAN_KERNELS names.
  public static func selected() throws(KernelError) -> KernelSet {
    guard let wanted = getenv("DRAGOMAN_KERNELS").map({ String(cString: $0) }), !wanted.isEmpty else {
      return all.first ?? generic
    }
    if let set = all.first(where: { $0.name == wanted }) { return set }
    guard candidates.contains(where: { $0.name == wanted }) else {
      throw .unknownSet(name: wanted, known: candidates.map(\.name))
    }
    throw .unsupportedSet(name: wanted, supported: all.map(\.name))
  }
}
