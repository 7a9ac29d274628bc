// Nothing to call: linking this target tells ThreadSanitizer of Synchronization.Mutex.
