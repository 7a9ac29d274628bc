// The oracle: what every CPU can run. FMA is libm's fmaf where the baseline has no instruction for it.
#include "lanes.h"

#define SET generic
#define INT8_ROWS 1
#define INT8_VECTORS 1
#define FLOAT_ROWS 1
#define FLOAT_VECTORS 1
#define QUERY_ROWS 1

static inline __attribute__((always_inline)) void int8_tile(
    const int rows, const uint8_t *q, size_t ldq, const int8_t *values, size_t quads, v16i sums[][INT8_VECTORS]) {
  (void)rows;
  (void)ldq;
  int32_t lanes[16] = {0};
  for (size_t k = 0; k < quads; k++, q += 4, values += dragoman_panel * 4)
    for (size_t n = 0; n < 16; n++)
      for (size_t i = 0; i < 4; i++) lanes[n] += (int32_t)q[i] * values[n * 4 + i];
  memcpy(&sums[0][0], lanes, sizeof lanes);
}

#include "kernels.inc"

const dragoman_kernels *dragoman_kernels_generic(void) { return &table_generic; }
