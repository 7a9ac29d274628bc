// The vector types that every instruction set's file shares.
#pragma once

#include <math.h>
#include <string.h>

#include "CKernels.h"

typedef float v16f __attribute__((ext_vector_type(16)));
typedef int32_t v16i __attribute__((ext_vector_type(16)));
typedef uint8_t v16u8 __attribute__((ext_vector_type(16)));
typedef float v16f_unaligned __attribute__((ext_vector_type(16), aligned(4), may_alias));
typedef int32_t v16i_unaligned __attribute__((ext_vector_type(16), aligned(4), may_alias));
typedef uint8_t v16u8_unaligned __attribute__((ext_vector_type(16), aligned(1), may_alias));
