// AVX2 and FMA3: 256-bit vectors; int8 products are widened to 16 bits, so that no sum saturates.
#if defined(__x86_64__)
#include <immintrin.h>

#include "lanes.h"

#define SET avx2
#define INT8_ROWS 3
#define INT8_VECTORS 1
#define FLOAT_ROWS 6
#define FLOAT_VECTORS 1
#define QUERY_ROWS 2

#pragma clang attribute push(__attribute__((target("avx2,fma"))), apply_to = function)

// Four vectors of partial sums a row: columns 4v ..< 4v + 4, two partial sums each.
static inline __attribute__((always_inline)) void int8_tile(
    const int rows, const uint8_t *q, size_t ldq, const int8_t *values, size_t quads, v16i sums[][INT8_VECTORS]) {
  __m256i partial[INT8_ROWS][4];
  for (int r = 0; r < rows; r++)
    for (int v = 0; v < 4; v++) partial[r][v] = _mm256_setzero_si256();
  for (size_t k = 0; k < quads; k++, values += dragoman_panel * 4) {
    __m256i a[INT8_ROWS];
    for (int r = 0; r < rows; r++) {
      int32_t four;
      memcpy(&four, q + r * ldq + k * 4, 4);
      a[r] = _mm256_cvtepu8_epi16(_mm_set1_epi32(four));
    }
    for (int v = 0; v < 4; v++) {
      __m256i b = _mm256_cvtepi8_epi16(_mm_loadu_si128((const __m128i *)(values + 16 * v)));
      for (int r = 0; r < rows; r++)
        partial[r][v] = _mm256_add_epi32(partial[r][v], _mm256_madd_epi16(a[r], b));
    }
  }
  for (int r = 0; r < rows; r++) {
    // hadd leaves columns 0 1 4 5 | 2 3 6 7; the permutation restores their order.
    __m256i low = _mm256_permute4x64_epi64(_mm256_hadd_epi32(partial[r][0], partial[r][1]), 0xd8);
    __m256i high = _mm256_permute4x64_epi64(_mm256_hadd_epi32(partial[r][2], partial[r][3]), 0xd8);
    memcpy((char *)&sums[r][0], &low, 32);
    memcpy((char *)&sums[r][0] + 32, &high, 32);
  }
}

#include "kernels.inc"

#pragma clang attribute pop

const dragoman_kernels *dragoman_kernels_avx2(void) {
  __builtin_cpu_init();
  return __builtin_cpu_supports("avx2") && __builtin_cpu_supports("fma") ? &table_avx2 : NULL;
}
#endif
