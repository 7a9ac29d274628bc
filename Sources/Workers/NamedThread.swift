import CShims
import Glibc

/// An error of the thread layer.
public enum WorkersError: Error, Equatable, CustomStringConvertible {
  /// The system refused a new thread; `code` is what pthread_create returned.
  case threadNotStarted(name: String, code: Int32)

  public var description: String {
    switch self {
    case .threadNotStarted(let name, let code):
      "thread \(name) could not be started (pthread error \(code)); lower --threads or raise the process limit (ulimit -u)"
    }
  }
}

/// A POSIX thread with a name that `top -H` and a debugger show.
/// Foundation's Thread would link 44 MB of ICU data into a static binary.
public final class NamedThread: Sendable {
  private final class Start {
    let name: String
    let body: @Sendable () -> Void
    init(name: String, body: @escaping @Sendable () -> Void) {
      self.name = name
      self.body = body
    }
  }

  private let handle: pthread_t

  /// Starts a thread that runs `body` once.
  /// - Parameters:
  ///   - name: at most 15 bytes are kept.
  ///   - stackSize: bytes.
  public init(
    name: String, stackSize: Int = 1 << 20, body: @escaping @Sendable () -> Void
  ) throws(WorkersError) {
    var attributes = pthread_attr_t()
    pthread_attr_init(&attributes)
    defer { pthread_attr_destroy(&attributes) }
    pthread_attr_setstacksize(&attributes, stackSize)
    let start = Unmanaged.passRetained(Start(name: name, body: body))
    var thread = pthread_t()
    let code = pthread_create(
      &thread, &attributes,
      { argument in
        guard let argument else { return nil }
        let start = Unmanaged<Start>.fromOpaque(argument).takeRetainedValue()
        shim_name_thread(start.name)
        start.body()
        return nil
      }, start.toOpaque())
    guard code == 0 else {
      start.release()
      throw .threadNotStarted(name: name, code: code)
    }
    handle = thread
  }

  /// Waits until the body has returned. Call it exactly once.
  public func join() {
    pthread_join(handle, nil)
  }
}
