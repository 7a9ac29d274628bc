// NEON with the dot product (FEAT_DotProd: optional from Armv8.2, there from Armv8.4): sdot for int8.
#if defined(__aarch64__)
#include <arm_neon.h>
#if defined(__linux__)
#include <sys/auxv.h>
#endif

#include "lanes.h"

#define SET neon_dot
#define INT8_ROWS 6
#define INT8_VECTORS 1
#define INT8_SIGNED
#define FLOAT_ROWS 6
#define FLOAT_VECTORS 1
#define QUERY_ROWS 2

#pragma clang attribute push(__attribute__((target("dotprod"))), apply_to = function)

// Four vectors of sums a row, four columns each. q + 128 with its top bit turned is q.
static inline __attribute__((always_inline)) void int8_tile(
    const int rows, const uint8_t *q, size_t ldq, const int8_t *values, size_t quads, v16i sums[][INT8_VECTORS]) {
  int32x4_t acc[INT8_ROWS][4];
  for (int r = 0; r < rows; r++)
    for (int v = 0; v < 4; v++) acc[r][v] = vdupq_n_s32(0);
  size_t k = 0;
  // Four quads at once: one load and one turn of the top bits serve sixteen activations of a row.
  for (; k + 4 <= quads; k += 4) {
    int8x16_t a[INT8_ROWS];
    for (int r = 0; r < rows; r++)
      a[r] = vreinterpretq_s8_u8(veorq_u8(vld1q_u8(q + r * ldq + 4 * k), vdupq_n_u8(0x80)));
    // The quad's place in the vector is part of the instruction, so it must be a constant.
#define QUAD(i)                                                                              \
  for (int v = 0; v < 4; v++) {                                                              \
    int8x16_t b = vld1q_s8(values + 16 * v);                                                 \
    for (int r = 0; r < rows; r++) acc[r][v] = vdotq_laneq_s32(acc[r][v], b, a[r], i);       \
  }                                                                                          \
  values += dragoman_panel * 4;
    QUAD(0)
    QUAD(1)
    QUAD(2)
    QUAD(3)
#undef QUAD
  }
  for (; k < quads; k++, values += dragoman_panel * 4)
    for (int r = 0; r < rows; r++) {
      uint32_t four;
      memcpy(&four, q + r * ldq + 4 * k, 4);
      int8x16_t a = vreinterpretq_s8_u32(vdupq_n_u32(four ^ 0x80808080));
      for (int v = 0; v < 4; v++) acc[r][v] = vdotq_s32(acc[r][v], vld1q_s8(values + 16 * v), a);
    }
  for (int r = 0; r < rows; r++) {
    int32_t *lanes = (int32_t *)&sums[r][0];
    for (int v = 0; v < 4; v++) vst1q_s32(lanes + 4 * v, acc[r][v]);
  }
}

#include "kernels.inc"

#pragma clang attribute pop

const dragoman_kernels *dragoman_kernels_neon_dot(void) {
#if defined(__linux__)
  return getauxval(AT_HWCAP) & HWCAP_ASIMDDP ? &table_neon_dot : NULL;
#else
  return NULL;
#endif
}
#endif
