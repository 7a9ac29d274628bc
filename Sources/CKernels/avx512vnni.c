// AVX-512 with VNNI: 512-bit vectors, vpdpbusd for int8.
#if defined(__x86_64__)
#include <immintrin.h>

#include "lanes.h"

#define SET avx512vnni
#define INT8_ROWS 6
#define INT8_VECTORS 4
#define FLOAT_ROWS 6
#define FLOAT_VECTORS 4
#define QUERY_ROWS 4

#pragma clang attribute push( \
    __attribute__((target("avx512f,avx512bw,avx512vl,avx512dq,avx512vnni,fma"))), apply_to = function)

static inline __attribute__((always_inline)) void int8_tile(
    const int rows, const uint8_t *q, size_t ldq, const int8_t *values, size_t quads, v16i sums[][INT8_VECTORS]) {
  __m512i acc[INT8_ROWS][INT8_VECTORS];
  for (int r = 0; r < rows; r++)
    for (int v = 0; v < INT8_VECTORS; v++) acc[r][v] = _mm512_setzero_si512();
  for (size_t k = 0; k < quads; k++, values += dragoman_panel * 4) {
    __m512i b[INT8_VECTORS];
    for (int v = 0; v < INT8_VECTORS; v++) b[v] = _mm512_loadu_si512(values + 64 * v);
    for (int r = 0; r < rows; r++) {
      int32_t four;
      memcpy(&four, q + r * ldq + k * 4, 4);
      __m512i a = _mm512_set1_epi32(four);
      for (int v = 0; v < INT8_VECTORS; v++) acc[r][v] = _mm512_dpbusd_epi32(acc[r][v], a, b[v]);
    }
  }
  for (int r = 0; r < rows; r++)
    for (int v = 0; v < INT8_VECTORS; v++) sums[r][v] = (v16i)acc[r][v];
}

#include "kernels.inc"

#pragma clang attribute pop

const dragoman_kernels *dragoman_kernels_avx512vnni(void) {
  __builtin_cpu_init();
  return __builtin_cpu_supports("avx512f") && __builtin_cpu_supports("avx512bw") &&
                 __builtin_cpu_supports("avx512vl") && __builtin_cpu_supports("avx512dq") &&
                 __builtin_cpu_supports("avx512vnni") && __builtin_cpu_supports("fma")
             ? &table_avx512vnni
             : NULL;
}
#endif
