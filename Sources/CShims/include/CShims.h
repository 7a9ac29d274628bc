// The few C lines that Swift lacks on Linux: calls that Glibc's module map leaves out, and macros.
#pragma once

#include <stdint.h>
#include <sys/epoll.h>
#include <sys/socket.h>

#pragma clang assume_nonnull begin

/// Has the allocator give memory back to the system: blocks of 512 KiB and more when they are freed (glibc raises that limit
/// to 32 MiB as soon as one was freed, unless it is set), and the end of the heap. Threads share at most so many heaps.
void shim_set_up_memory(int32_t heaps);

/// Gives unused pages of all heaps back to the system. Takes milliseconds.
void shim_give_memory_back(void);

/// Waits while `*word == expected`; returns at a wake-up, a signal or a changed word.
void shim_futex_wait(const uint32_t *word, uint32_t expected);

/// Wakes up to `count` threads that wait on `word`.
void shim_futex_wake(const uint32_t *word, int32_t count);

/// A hint to the core that this is a spin loop.
void shim_cpu_pause(void);

/// Names the calling thread (at most 15 bytes are kept).
void shim_name_thread(const char *name);

/// How many processors the calling thread may run on; −1 when the system does not say.
int32_t shim_affinity_count(void);

/// Accepts one connection as a non-blocking, close-on-exec descriptor; −1 and errno when there is none.
int32_t shim_accept(int32_t listener, struct sockaddr *_Nullable address, socklen_t *_Nullable length);

/// Bytes that a TCP socket has taken and its peer has not acknowledged; −1 when the system does not say.
int32_t shim_unacknowledged_bytes(int32_t socket);

#pragma clang assume_nonnull end
