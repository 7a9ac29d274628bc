// NEON: 128-bit vectors, which every aarch64 CPU has. Without the dot product, int8 products are added in pairs of
// 16 bits before they are widened: 2 · 127² < 2¹⁵, so that no sum overflows.
#if defined(__aarch64__)
#include <arm_neon.h>

#include "lanes.h"

#define SET neon
#define INT8_ROWS 2  // a third row does not fit the 32 registers
#define INT8_VECTORS 1
#define INT8_SIGNED
#define FLOAT_ROWS 6
#define FLOAT_VECTORS 1
#define QUERY_ROWS 2

// The four activations of quad k as signed numbers, twice: q + 128 with its top bit turned is q.
static inline __attribute__((always_inline)) int8x8_t quad(const uint8_t *q, size_t k) {
  uint32_t four;
  memcpy(&four, q + 4 * k, 4);
  return vreinterpret_s8_u32(vdup_n_u32(four ^ 0x80808080));
}

// Eight vectors of partial sums a row: columns 2v and 2v + 1, two partial sums each.
static inline __attribute__((always_inline)) void int8_tile(
    const int rows, const uint8_t *q, size_t ldq, const int8_t *values, size_t quads, v16i sums[][INT8_VECTORS]) {
  int32x4_t partial[INT8_ROWS][8];
  for (int r = 0; r < rows; r++)
    for (int v = 0; v < 8; v++) partial[r][v] = vdupq_n_s32(0);
  size_t k = 0;
  for (; k + 2 <= quads; k += 2, values += 2 * dragoman_panel * 4) {
    int8x8_t even[INT8_ROWS], odd[INT8_ROWS];
    for (int r = 0; r < rows; r++) {
      even[r] = quad(q + r * ldq, k);
      odd[r] = quad(q + r * ldq, k + 1);
    }
    for (int v = 0; v < 8; v++) {
      int8x8_t first = vld1_s8(values + 8 * v), second = vld1_s8(values + dragoman_panel * 4 + 8 * v);
      for (int r = 0; r < rows; r++)
        partial[r][v] = vpadalq_s16(partial[r][v], vmlal_s8(vmull_s8(first, even[r]), second, odd[r]));
    }
  }
  if (k < quads)
    for (int v = 0; v < 8; v++) {
      int8x8_t last = vld1_s8(values + 8 * v);
      for (int r = 0; r < rows; r++)
        partial[r][v] = vpadalq_s16(partial[r][v], vmull_s8(last, quad(q + r * ldq, k)));
    }
  for (int r = 0; r < rows; r++) {
    int32_t *lanes = (int32_t *)&sums[r][0];
    for (int v = 0; v < 4; v++) vst1q_s32(lanes + 4 * v, vpaddq_s32(partial[r][2 * v], partial[r][2 * v + 1]));
  }
}

#include "kernels.inc"

const dragoman_kernels *dragoman_kernels_neon_plain(void) { return &table_neon; }

const dragoman_kernels *dragoman_kernels_neon(void) {
  const dragoman_kernels *dot = dragoman_kernels_neon_dot();
  return dot ? dot : &table_neon;
}
#endif
