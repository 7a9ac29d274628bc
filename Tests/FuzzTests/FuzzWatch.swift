import Foundation
import Glibc
import Synchronization

/// Knows which input is being read: names it when the process dies of it and ends the process when it hangs.
enum FuzzWatch {
  private struct Current {
    let name: String
    let seed: UInt64
    let iteration: Int
    let input: [UInt8]
    let start: ContinuousClock.Instant
  }

  private static let current = Mutex<Current?>(nil)
  /// Wall time that one input may take. Beside other tests, which may keep the processors, it is longer.
  private static let limit = Duration.seconds(FuzzRun.isAlone ? 5 : 30)

  private static let started: Void = {
    CrashNote.install()
    Thread.detachNewThread {
      while true {
        Thread.sleep(forTimeInterval: 0.25)
        stopIfLate()
      }
    }
  }()

  static func label(_ name: String, _ seed: UInt64, _ iteration: Int) -> String {
    "fuzz target \(name), FUZZ_SEED=\(seed) FUZZ_ITERATION=\(iteration), the input in base64:"
  }

  static func begin(_ name: String, seed: UInt64, iteration: Int, _ input: [UInt8]) {
    _ = started
    current.withLock {
      $0 = Current(name: name, seed: seed, iteration: iteration, input: input, start: .now)
    }
    CrashNote.begin(label(name, seed, iteration), input)
  }

  static func end() {
    CrashNote.end()
    current.withLock { $0 = nil }
  }

  private static func stopIfLate() {
    guard let late = current.withLock({ $0 }), .now - late.start > limit else { return }
    let text = "\(label(late.name, late.seed, late.iteration))\n\(Data(late.input).base64EncodedString())\n"
    FileHandle.standardError.write(Data("an input took longer than \(limit)\n\(text)".utf8))
    _exit(70)
  }
}

/// A text that lies ready for the signal that ends the process: a handler may neither allocate nor lock.
private enum CrashNote {
  private static let size = 1 << 18
  // Written by the one thread that reads inputs, and read by a handler on that same thread.
  nonisolated(unsafe) private static let text = UnsafeMutablePointer<UInt8>.allocate(capacity: size)
  nonisolated(unsafe) private static let input = UnsafeMutablePointer<UInt8>.allocate(capacity: size)
  nonisolated(unsafe) private static let stack = UnsafeMutableRawPointer.allocate(byteCount: size, alignment: 64)
  nonisolated(unsafe) private static var textCount = 0
  nonisolated(unsafe) private static var inputCount = 0
  nonisolated(unsafe) private static var thread = pthread_t()
  private static let signals = [SIGILL, SIGTRAP, SIGSEGV, SIGBUS, SIGABRT]
  /// What each of them did before. Not a tuple of sigaction(): Swift 6.3 lays that out as a global of 740 bytes instead of
  /// 760 in release builds, and the last one's end overwrites what lies behind.
  nonisolated(unsafe) private static let before = UnsafeMutablePointer<sigaction>.allocate(capacity: 5)
  /// Sanitizers have a signal stack of their own on each thread, and free what they find there.
  private static let isSanitized = dlsym(nil, "__asan_init") != nil || dlsym(nil, "__tsan_init") != nil

  static func install() {
    (textCount, inputCount, thread) = (0, 0, pthread_t())
    guard !isSanitized else { return }
    var action = sigaction()
    action.sa_flags = SA_ONSTACK
    action.__sigaction_handler.sa_handler = { signal in CrashNote.write(signal) }
    for (index, signal) in signals.enumerated() { sigaction(signal, &action, before + index) }
  }

  static func begin(_ label: String, _ bytes: [UInt8]) {
    if pthread_self() != thread, !isSanitized {
      // The stack of a thread that ran out of it cannot hold the handler.
      var alternate = stack_t(ss_sp: stack, ss_flags: 0, ss_size: size)
      sigaltstack(&alternate, nil)
    }
    thread = pthread_self()
    textCount = 0
    for byte in ("\nthe process dies of this input\n" + label + "\n").utf8 where textCount < size {
      text[textCount] = byte
      textCount += 1
    }
    inputCount = min(bytes.count, size / 2)
    bytes.withUnsafeBufferPointer { if let start = $0.baseAddress { input.update(from: start, count: inputCount) } }
  }

  static func end() { textCount = 0 }

  /// Writes the note, then lets the signal have the effect that it would have had.
  private static func write(_ signal: Int32) {
    let slot =
      switch signal {
      case SIGILL: 0
      case SIGTRAP: 1
      case SIGSEGV: 2
      case SIGBUS: 3
      default: 4
      }
    sigaction(signal, before + slot, nil)
    guard textCount > 0, pthread_self() == thread else { return }
    _ = Glibc.write(2, text, textCount)
    var count = 0
    var index = 0
    while index < inputCount, count + 5 < size {
      let left = inputCount - index
      let second = left > 1 ? Int(input[index + 1]) : 0
      let third = left > 2 ? Int(input[index + 2]) : 0
      let group = Int(input[index]) << 16 | second << 8 | third
      text[count] = digit(group >> 18)
      text[count + 1] = digit(group >> 12 & 63)
      text[count + 2] = left > 1 ? digit(group >> 6 & 63) : UInt8(ascii: "=")
      text[count + 3] = left > 2 ? digit(group & 63) : UInt8(ascii: "=")
      count += 4
      index += 3
    }
    text[count] = 0x0A
    _ = Glibc.write(2, text, count + 1)
  }

  /// RFC 4648 §4.
  private static func digit(_ value: Int) -> UInt8 {
    switch value {
    case 0..<26: UInt8(truncatingIfNeeded: value) &+ UInt8(ascii: "A")
    case 26..<52: UInt8(truncatingIfNeeded: value &- 26) &+ UInt8(ascii: "a")
    case 52..<62: UInt8(truncatingIfNeeded: value &- 52) &+ UInt8(ascii: "0")
    case 62: UInt8(ascii: "+")
    default: UInt8(ascii: "/")
    }
  }
}
