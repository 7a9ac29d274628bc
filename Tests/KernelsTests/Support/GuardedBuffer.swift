import Glibc

/// What every byte of a guarded buffer holds at first.
let canary: UInt8 = 0xa5

/// `count` elements that end where a page begins that may not be touched: reading or writing one element too many
/// ends the process. The bytes before them lie between such a page and the elements, and are watched for writes.
final class GuardedBuffer<Element: BitwiseCopyable> {
  let pointer: UnsafeMutablePointer<Element>
  let count: Int
  private let start: UnsafeMutableRawPointer
  private let length: Int
  private let page: Int

  init(count: Int) {
    page = Int(getpagesize())
    let bytes = count * MemoryLayout<Element>.stride
    length = (max(1, (bytes + page - 1) / page) + 2) * page
    guard let start = mmap(nil, length, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0),
      start != MAP_FAILED
    else { preconditionFailure("mmap of \(length) bytes: \(String(cString: strerror(errno)))") }
    self.start = start
    memset(start + page, Int32(canary), length - 2 * page)
    mprotect(start, page, PROT_NONE)
    mprotect(start + length - page, page, PROT_NONE)
    pointer = (start + length - page - bytes).bindMemory(to: Element.self, capacity: count)
    self.count = count
  }

  convenience init(_ elements: [Element]) {
    self.init(count: elements.count)
    pointer.update(from: elements, count: elements.count)
  }

  convenience init(repeating element: Element, count: Int) {
    self.init(count: count)
    pointer.update(repeating: element, count: count)
  }

  deinit { munmap(start, length) }

  var elements: [Element] { Array(UnsafeBufferPointer(start: pointer, count: count)) }

  /// Whether everything but the grid's cells is as it was at first.
  func isUntouched(outside grid: Grid) -> Bool {
    let data = UnsafeRawPointer(pointer)
    var at = UnsafeRawPointer(start + page)
    for row in 0..<grid.rows {
      let cells = data + row * grid.stride * MemoryLayout<Element>.stride
      guard Self.isCanary(at, cells) else { return false }
      at = cells + grid.columns * MemoryLayout<Element>.stride
    }
    return Self.isCanary(at, data + count * MemoryLayout<Element>.stride)
  }

  private static func isCanary(_ start: UnsafeRawPointer, _ end: UnsafeRawPointer) -> Bool {
    UnsafeRawBufferPointer(start: start, count: end - start).allSatisfy { $0 == canary }
  }
}

/// Rows of cells in memory, `stride` elements apart.
struct Grid {
  var rows: Int
  var columns: Int
  var stride: Int

  /// Elements from the first cell to the last.
  var count: Int { rows == 0 ? 0 : (rows - 1) * stride + columns }
}
