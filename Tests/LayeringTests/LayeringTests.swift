import Foundation
import TestSupport
import Testing

@Suite struct LayeringTests {
  /// Symbols of Foundation that link 44 MB of Unicode tables into the static binary.
  static let forbidden = [
    "Thread", "NSLock", "JSONSerialization", "NSRegularExpression", "DateFormatter", "NumberFormatter", "Process",
  ]

  /// The Swift files below a folder of the checkout, read and stripped of comments and text.
  private func sources(_ folder: String) throws -> [SwiftSource] {
    let top = Fixtures.root.appendingPathComponent(folder)
    let paths = try FileManager.default.subpathsOfDirectory(atPath: top.path).filter { $0.hasSuffix(".swift") }
    return try paths.sorted().map { path in
      let bytes = try Data(contentsOf: top.appendingPathComponent(path))
      return SwiftSource(path: "\(folder)/\(path)", text: String(decoding: bytes, as: UTF8.self))
    }
  }

  @Test func `every import in Sources is one that the layers allow`() throws {
    let sources = try sources("Sources")
    #expect(sources.contains { $0.path.hasPrefix("Sources/Kernels/") && !$0.imports.isEmpty })
    for source in sources {
      let target = String(source.path.split(separator: "/")[1])
      for item in source.imports {
        let objection = LayerTable.objection(to: item.module, in: target)
        #expect(objection == nil, "\(source.path):\(item.line): import \(item.module)")
      }
    }
  }

  @Test func `every folder of Sources is a target of the table, and every target has its folder`() throws {
    let folders = try FileManager.default.contentsOfDirectory(
      at: Fixtures.root.appendingPathComponent("Sources"), includingPropertiesForKeys: [.isDirectoryKey])
    let names = try folders.filter { try $0.resourceValues(forKeys: [.isDirectoryKey]).isDirectory == true }
    #expect(Set(names.map(\.lastPathComponent)) == Set(LayerTable.targets.keys))
  }

  @Test func `the comment in the package manifest holds the same table`() throws {
    let manifest = try Data(contentsOf: Fixtures.root.appendingPathComponent("Package.swift"))
    var table: [String: Set<String>] = [:]
    for line in String(decoding: manifest, as: UTF8.self).split(separator: "\n") where line.hasPrefix("//   ") {
      let words = line.dropFirst(5).split(separator: " ").map(String.init)
      if let arrow = words.firstIndex(of: "→") {
        table[words[0]] = Set(words[(arrow + 1)...])
      } else {
        for name in words where LayerTable.targets[name] != nil { table[name] = [] }
      }
    }
    #expect(table == LayerTable.targets)
  }

  @Test func `no layer imports one above it`() {
    var height: [String: Int] = [:]
    while height.count < LayerTable.targets.count {
      let ready = LayerTable.targets.filter { name, below in
        height[name] == nil && below.allSatisfy { height[$0] != nil }
      }
      guard !ready.isEmpty else {
        Issue.record("a cycle among \(LayerTable.targets.keys.filter { height[$0] == nil }.sorted())")
        return
      }
      for (name, below) in ready { height[name] = 1 + (below.compactMap { height[$0] }.max() ?? 0) }
    }
  }

  @Test func `no source names a symbol of Foundation that links its Unicode tables`() throws {
    for source in try sources("Sources") {
      for symbol in Self.forbidden {
        #expect(source.linesNaming(symbol).isEmpty, "\(source.path) names \(symbol)")
      }
      #expect(source.linesContaining("String(format:").isEmpty, "\(source.path) uses String(format:)")
    }
  }

  @Test func `no file asks for testable imports`() throws {
    for source in try sources("Sources") + sources("Tests") {
      #expect(source.linesContaining("@testable").isEmpty, "\(source.path)")
    }
  }
}

@Suite struct LayerTableTests {
  @Test func `a layer-skipping, sideways or unknown import is objected to`() {
    #expect(LayerTable.objection(to: "Tensors", in: "Kernels") == nil)
    #expect(LayerTable.objection(to: "Models", in: "Kernels") != nil)
    #expect(LayerTable.objection(to: "CShims", in: "Kernels") != nil)
    #expect(LayerTable.objection(to: "Inference", in: "HTTP") != nil)
    #expect(LayerTable.objection(to: "Kernels", in: "Service") != nil)
    #expect(LayerTable.objection(to: "Foundation", in: "Nowhere") != nil)
    #expect(LayerTable.objection(to: "NIOCore", in: "HTTP") != nil)
    #expect(LayerTable.objection(to: "FoundationNetworking", in: "HTTP") != nil)
  }

  @Test func `packages are for the targets that the design names`() {
    #expect(LayerTable.objection(to: "ArgumentParser", in: "dragoman") == nil)
    #expect(LayerTable.objection(to: "ArgumentParser", in: "Service") != nil)
    #expect(LayerTable.objection(to: "Logging", in: "Service") == nil)
    #expect(LayerTable.objection(to: "Logging", in: "Inference") != nil)
    #expect(LayerTable.objection(to: "HTTPTypes", in: "HTTP") == nil)
    #expect(LayerTable.objection(to: "HTTPTypes", in: "dragoman") != nil)
    #expect(LayerTable.objection(to: "DequeModule", in: "Text") == nil)
    #expect(LayerTable.objection(to: "Algorithms", in: "Text") == nil)
    #expect(LayerTable.objection(to: "Yams", in: "Service") != nil)
  }
}

@Suite struct SwiftSourceTests {
  private func modules(_ text: String) -> [String] { SwiftSource(path: "", text: text).imports.map(\.module) }

  @Test func `imports are found in all their forms`() {
    let text = """
      import Tensors
      @preconcurrency import Dispatch
      package import Kernels ; import Workers
      import struct Foundation.URL
      import func Glibc.open
        @_exported public import `Text`  // why
      #if canImport(FoundationEssentials)
      \timport FoundationEssentials.Something
      #endif
      """
    #expect(
      modules(text) == [
        "Tensors", "Dispatch", "Kernels", "Workers", "Foundation", "Glibc", "Text", "FoundationEssentials",
      ])
    #expect(SwiftSource(path: "", text: text).imports.map(\.line) == [1, 2, 3, 3, 4, 5, 6, 8])
  }

  @Test func `comments and text hold no imports`() {
    let text = #"""
      // import A
      /* import B /* import C */
      import D */ import E
      let text = """
        import F
        """
      let other = "\(name) /* " ; import G
      let raw = ##"import "# H"##
      """#
    #expect(modules(text) == ["E", "G"])
  }

  @Test func `interpolated code is code, text is not`() {
    let source = SwiftSource(
      path: "",
      text: #"""
        let a = "Process \(Thread.current) \\" // NSLock
        let b = "\(f("Thread", [1: "x"])) Process"
        let c = NamedThread()
        let d = String( format : "%d", 1)
        """#)
    #expect(source.linesNaming("Thread") == [1])
    #expect(source.linesNaming("Process").isEmpty)
    #expect(source.linesNaming("NSLock").isEmpty)
    #expect(source.linesNaming("NamedThread") == [3])
    #expect(source.linesContaining("String(format:") == [4])
  }
}
