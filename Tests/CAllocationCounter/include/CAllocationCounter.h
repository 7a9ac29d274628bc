// Counts heap allocations by thread, by standing in front of the C library's functions.
#pragma once

#include <stdint.h>

// Allocations that the calling thread has made so far; always 0 in sanitizer builds, which bring their own.
int64_t allocation_count(void);

// Whether allocations are counted in this build.
int32_t allocations_are_counted(void);
