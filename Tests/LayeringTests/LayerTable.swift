/// Which modules a target may import: the layers of the design.
enum LayerTable {
  /// Our targets → those of ours that they may import.
  static let targets: [String: Set<String>] = [
    "CKernels": [],
    "CShims": [],
    "COpenSSL": [],
    "CZlib": [],
    "Tokenizers": [],
    "Text": [],
    "Evaluation": [],
    "Workers": ["CShims"],
    "Tensors": ["CShims"],
    "HTTP": ["COpenSSL", "CZlib", "CShims"],
    "Kernels": ["CKernels", "Tensors", "Workers"],
    "Models": ["Kernels", "Tensors", "CZlib", "COpenSSL"],
    "Generation": ["Models", "Kernels", "Tensors"],
    "Inference": ["Generation", "Models", "Kernels", "Tensors", "Tokenizers", "Text", "Workers"],
    "Service": ["HTTP", "Inference", "Workers", "COpenSSL"],
    "dragoman": ["Service", "Inference", "Evaluation", "Models", "Kernels", "Workers"],
  ]

  /// Modules of the toolchain, allowed everywhere. FoundationNetworking, FoundationInternationalization and
  /// FoundationXML are left out: they link libraries that the static binary must not carry.
  static let system: Set<String> = ["Dispatch", "Foundation", "FoundationEssentials", "Glibc", "Synchronization"]

  /// Modules of packages that every target may import.
  static let general: Set<String> = [
    "Algorithms", "BitCollections", "Collections", "DequeModule", "HashTreeCollections", "HeapModule",
    "OrderedCollections",
  ]

  /// Modules of packages → the targets that may import them.
  static let external: [String: Set<String>] = [
    "ArgumentParser": ["dragoman"],
    "Configuration": ["Service", "dragoman"],
    "CoreMetrics": ["Service", "dragoman"],
    "HTTPTypes": ["HTTP", "Service"],
    "Logging": ["Service", "dragoman"],
    "Metrics": ["Service", "dragoman"],
    "ServiceLifecycle": ["Service", "dragoman"],
    "UnixSignals": ["Service", "dragoman"],
  ]

  /// What is wrong with `target` importing `module`; nil where it may.
  static func objection(to module: String, in target: String) -> String? {
    guard let allowed = targets[target] else { return "\(target) is not in the layer table" }
    if targets[module] != nil {
      return allowed.contains(module) ? nil : "the layers do not let \(target) import \(module)"
    }
    if system.contains(module) || general.contains(module) { return nil }
    guard let users = external[module] else { return "\(module) is no module that the design knows" }
    return users.contains(target) ? nil : "\(module) belongs to \(users.sorted().joined(separator: " and ")) alone"
  }
}
