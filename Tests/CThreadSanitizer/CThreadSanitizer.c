#define _GNU_SOURCE
#include "CThreadSanitizer.h"

#if defined(__has_feature)
#if __has_feature(thread_sanitizer)
#include <dlfcn.h>
#include <stdbool.h>
#include <stdint.h>

// Synchronization.Mutex compiles its fast path, a compare and exchange that ThreadSanitizer sees, into its callers. Where
// threads contend it calls libswiftSynchronization, which is not instrumented and hands the lock over in the kernel (a
// priority-inheriting futex): all that such a mutex protects would look unprotected. These definitions stand before the
// library's, call them, and tell what they do.
void __tsan_acquire(void *address);
void __tsan_release(void *address);

#define LOCK "$s15Synchronization12_MutexHandleV9_lockSlowyys6UInt32VF"
#define TRY_LOCK "$s15Synchronization12_MutexHandleV12_tryLockSlowSbyF"
#define UNLOCK "$s15Synchronization12_MutexHandleV11_unlockSlowyyF"
#define SWIFT __attribute__((swiftcall))
#define CONTEXT __attribute__((swift_context))

typedef SWIFT void Lock(uint32_t thread, CONTEXT void *mutex);
typedef SWIFT bool TryLock(CONTEXT void *mutex);
typedef SWIFT void Unlock(CONTEXT void *mutex);

SWIFT void thread_sanitizer_lock(uint32_t thread, CONTEXT void *mutex) __asm__(LOCK);
SWIFT bool thread_sanitizer_try_lock(CONTEXT void *mutex) __asm__(TRY_LOCK);
SWIFT void thread_sanitizer_unlock(CONTEXT void *mutex) __asm__(UNLOCK);

SWIFT void thread_sanitizer_lock(uint32_t thread, CONTEXT void *mutex) {
  ((Lock *)dlsym(RTLD_NEXT, LOCK))(thread, mutex);
  __tsan_acquire(mutex);
}

SWIFT bool thread_sanitizer_try_lock(CONTEXT void *mutex) {
  bool locked = ((TryLock *)dlsym(RTLD_NEXT, TRY_LOCK))(mutex);
  if (locked) __tsan_acquire(mutex);
  return locked;
}

SWIFT void thread_sanitizer_unlock(CONTEXT void *mutex) {
  __tsan_release(mutex);
  ((Unlock *)dlsym(RTLD_NEXT, UNLOCK))(mutex);
}
#endif
#endif
