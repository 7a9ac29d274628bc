import CShims

/// The memory of the process. The allocator keeps what was freed, for the next one who asks; a server that was busy once
/// would look busy for ever.
public enum HeapMemory {
  /// Has the allocator return large blocks as they are freed, and share a heap for each processor instead of eight. To be
  /// called once, before threads are started.
  public static func setUp() { shim_set_up_memory(Int32(max(2, min(ProcessorCount.available, 64)))) }

  /// Returns what was freed. Takes milliseconds, in which other threads may wait for memory.
  public static func giveBack() { shim_give_memory_back() }
}
