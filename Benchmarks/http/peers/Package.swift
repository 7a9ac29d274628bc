// swift-tools-version: 6.1
import PackageDescription

// The servers that `make bench-http` sets side by side. A package of its own, so that the main one does not depend on its peers.
let package = Package(
  name: "peers",
  dependencies: [
    .package(name: "dragoman", path: "../../.."),
    .package(url: "https://github.com/hummingbird-project/hummingbird", exact: "2.28.1"),
    .package(url: "https://github.com/swhitty/FlyingFox", exact: "0.27.1"),
    .package(url: "https://github.com/apple/swift-nio", from: "2.101.2"),
  ],
  targets: [
    .executableTarget(name: "EchoDragoman", dependencies: [.product(name: "HTTP", package: "dragoman")]),
    .executableTarget(
      name: "EchoHummingbird",
      dependencies: [
        .product(name: "Hummingbird", package: "hummingbird"), .product(name: "NIOPosix", package: "swift-nio"),
      ]),
    .executableTarget(name: "EchoFlyingFox", dependencies: [.product(name: "FlyingFox", package: "FlyingFox")]),
  ]
)
