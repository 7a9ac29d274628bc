// swift-tools-version: 6.1
import PackageDescription

// Layers, bottom up. A target imports only what stands behind its arrow (Tests/LayeringTests holds the same table):
//
//   CKernels CShims COpenSSL CZlib Tokenizers Text Evaluation   nothing of ours
//   Workers     → CShims
//   Tensors     → CShims
//   HTTP        → COpenSSL CZlib CShims
//   Kernels     → CKernels Tensors Workers
//   Models      → Kernels Tensors CZlib COpenSSL
//   Generation  → Models Kernels Tensors
//   Inference   → Generation Models Kernels Tensors Tokenizers Text Workers
//   Service     → HTTP Inference Workers COpenSSL
//   dragoman    → Service Inference Evaluation Models Kernels Workers

let settings: [SwiftSetting] = [.swiftLanguageMode(.v6), .enableUpcomingFeature("ExistentialAny")]

let logging = Target.Dependency.product(name: "Logging", package: "swift-log")
let metrics = Target.Dependency.product(name: "Metrics", package: "swift-metrics")
let configuration = Target.Dependency.product(name: "Configuration", package: "swift-configuration")
let lifecycle = Target.Dependency.product(
  name: "ServiceLifecycle", package: "swift-service-lifecycle")
let httpTypes = Target.Dependency.product(name: "HTTPTypes", package: "swift-http-types")
let collections = Target.Dependency.product(name: "DequeModule", package: "swift-collections")
let arguments = Target.Dependency.product(name: "ArgumentParser", package: "swift-argument-parser")

func library(_ name: String, _ dependencies: [Target.Dependency] = []) -> Target {
  .target(name: name, dependencies: dependencies, swiftSettings: settings)
}

func tests(_ name: String, _ dependencies: [Target.Dependency]) -> Target {
  .testTarget(
    name: name, dependencies: ["TestSupport"] + dependencies, swiftSettings: settings)
}

let package = Package(
  name: "dragoman",
  products: [
    .executable(name: "dragoman", targets: ["dragoman"]),
    // For Benchmarks/http/peers only.
    .library(name: "HTTP", targets: ["HTTP"]),
  ],
  dependencies: [
    .package(url: "https://github.com/apple/swift-argument-parser", from: "1.8.2"),
    .package(url: "https://github.com/apple/swift-collections", from: "1.6.0"),
    .package(url: "https://github.com/apple/swift-configuration", from: "1.4.0", traits: []),
    .package(url: "https://github.com/apple/swift-http-types", from: "1.8.0"),
    .package(url: "https://github.com/apple/swift-log", from: "1.16.2"),
    .package(url: "https://github.com/apple/swift-metrics", from: "2.13.0"),
    .package(url: "https://github.com/swift-server/swift-service-lifecycle", from: "2.13.0"),
    .package(url: "https://github.com/jpsim/Yams", from: "6.2.2"),
  ],
  targets: [
    .target(name: "CKernels"),
    .systemLibrary(name: "COpenSSL", pkgConfig: "openssl", providers: [.apt(["libssl-dev"])]),
    .systemLibrary(name: "CZlib", pkgConfig: "zlib", providers: [.apt(["zlib1g-dev"])]),
    .target(name: "CShims"),
    library("Tokenizers"),
    library("Text"),
    library("Evaluation"),
    library("Workers", ["CShims"]),
    library("Tensors", ["CShims"]),
    library("HTTP", ["COpenSSL", "CZlib", "CShims", httpTypes, collections]),
    library("Kernels", ["CKernels", "Tensors", "Workers"]),
    library("Models", ["Kernels", "Tensors", "CZlib", "COpenSSL"]),
    library("Generation", ["Models", "Kernels", "Tensors"]),
    library(
      "Inference",
      ["Generation", "Models", "Kernels", "Tensors", "Tokenizers", "Text", "Workers", collections]),
    library(
      "Service",
      [
        "HTTP", "Inference", "Workers", "COpenSSL", logging, metrics, configuration, lifecycle, httpTypes, collections,
      ]),
    .executableTarget(
      name: "dragoman",
      dependencies: [
        "Service", "Inference", "Evaluation", "Models", "Kernels", "Workers",
        arguments, logging, metrics, configuration, lifecycle,
      ],
      swiftSettings: settings),

    .target(name: "CAllocationCounter", path: "Tests/CAllocationCounter"),
    .target(name: "CThreadSanitizer", path: "Tests/CThreadSanitizer"),
    .target(
      name: "TestSupport", dependencies: ["CThreadSanitizer"], path: "Tests/TestSupport", swiftSettings: settings),
    tests("LayeringTests", []),
    tests("WorkersTests", ["Workers", "CAllocationCounter"]),
    tests("TensorsTests", ["Tensors"]),
    tests("TokenizersTests", ["Tokenizers"]),
    tests("TextTests", ["Text"]),
    tests("EvaluationTests", ["Evaluation"]),
    tests("HTTPTests", ["HTTP", "COpenSSL", "CZlib"]),
    tests("KernelsTests", ["Kernels", "Tensors", "Workers"]),
    tests("ModelsTests", ["Models", "Kernels", "Tensors", "Workers"]),
    tests("GenerationTests", ["Generation", "Models", "Kernels", "Tensors", "Workers"]),
    tests(
      "InferenceTests",
      ["Inference", "Generation", "Models", "Tokenizers", "Workers", "CAllocationCounter"]),
    tests("ServiceTests", ["Service", "HTTP", "Inference", "Kernels", "Workers"]),
    tests("OpenAPITests", ["Service", .product(name: "Yams", package: "Yams")]),
    tests("CommandLineTests", ["dragoman", "Service"]),
    tests("QualityTests", ["Inference", "Evaluation", "Kernels", "Workers"]),
    tests(
      "FuzzTests",
      [
        "Service", "HTTP", "COpenSSL", "Inference", "Generation", "Models", "Kernels", "Tokenizers", "Tensors",
      ]),
  ]
)
