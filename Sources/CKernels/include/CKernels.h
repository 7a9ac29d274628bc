// The compute kernels: one table of function pointers for each instruction set, bit-equal to one another.
//
// Dimension letters: M rows, K terms of a product, N columns, T queries, S keys, V vocabulary, W head width, D model
// width, A width of additive attention.
// Matrices are row-major float32 unless a comment says otherwise; `ldx` is the distance between rows in elements.
// A packed weight matrix has its columns in panels of 64; padding holds zeros.
//
// Numerics (the same on every set): products are accumulated with fused multiply-add in the order of K; sums of a row
// use 16 lanes (element i goes to lane i mod 16) and one fixed tree; nothing depends on M, on tiles or on threads.
#pragma once

#include <stddef.h>
#include <stdint.h>

#pragma clang assume_nonnull begin

enum { dragoman_panel = 64 };       // columns of a packed panel
enum { dragoman_key_block = 16 };   // keys of a packed key block

typedef enum {
  dragoman_identity,
  dragoman_relu,
  dragoman_swish,  // x · sigmoid(x)
  dragoman_gelu,   // x · ½(1 + erf(x/√2))
  dragoman_gelu_tanh,  // x · ½(1 + tanh(√(2/π) (x + 0.044715 x³)))
  dragoman_tanh,
} dragoman_activation;

typedef enum { dragoman_float32, dragoman_float16, dragoman_bfloat16 } dragoman_element;

// What happens to a product before it is stored: y = activation(product + bias) + residual.
typedef struct {
  const float *_Nullable bias;      // [N], readable up to the panel's end
  const float *_Nullable residual;  // [M,N] with the output's row distance
  dragoman_activation activation;
} dragoman_epilogue;

// An int8 weight matrix [K,N]: column n is values · scales[n].
typedef struct {
  const int8_t *values;    // [N/64][K/4][64][4], both padded
  const float *scales;     // [N] padded
  const int32_t *offsets;  // [N] padded: 128 · the column's sum, because activations are stored as q + 128
  size_t terms;            // K, unpadded
  size_t columns;          // N, unpadded
} dragoman_int8_matrix;

// A float32 weight matrix [K,N].
typedef struct {
  const float *values;  // [N/64][K][64], N padded
  size_t terms;
  size_t columns;
} dragoman_float_matrix;

// One head of scaled dot-product attention: output = softmax(queries · keysᵀ · scale) · values.
typedef struct {
  const float *queries;  // [T,W]
  size_t query_stride;
  const float *keys;  // [S/16][W][16], S padded (the padding may hold anything finite)
  size_t key_stride;  // from one block of 16 keys to the next
  const float *values;  // [S/16][16,W]: rows in blocks of 16, as a cache holds them, or simply [S,W]
  size_t value_stride;  // from one row of a block to the next
  size_t value_block_stride;  // from one block to the next; 16 · value_stride where rows are simply one behind the other
  float *output;  // [T,W]
  size_t output_stride;
  const float *_Nullable bias;  // NULL, or what is added to the scores: key s of query t gets bias[s − t]; S is padded to 16 here too
  float *scores;  // scratch, 4 · (S padded to 16)
  float *_Nullable weights;  // NULL, or [T, S padded to 16]: where the softmax itself goes, zeros behind the last key
  size_t query_count;
  size_t key_count;
  size_t width;
  float scale;
} dragoman_attention;

// Additive attention over one sequence: output = softmax(keys · vector) · values.
typedef struct {
  const float *keys;  // [S,A]
  size_t key_stride;
  const float *vector;  // [A]
  const float *values;  // [S,D]
  size_t value_stride;
  float *output;  // [D]
  float *scores;  // scratch, S padded to 16
  size_t key_count;
  size_t key_width;
  size_t value_width;
} dragoman_additive_attention;

typedef struct {
  // Rows [M,K] → q + 128 with q = clamp(round-half-even(x · (127 / max|x|)), ±127), scales[M] = max|x| / 127.
  // Elements K ..< ldq become 128 (zero). An all-zero row has scale 0.
  void (*quantize_rows)(const float *x, size_t ldx, size_t M, size_t K, uint8_t *q, size_t ldq, float *scales);

  // output[M, columns of panels first ..< last] = epilogue(q · matrix), q as quantize_rows made it.
  void (*matmul_int8)(
      const uint8_t *q, size_t ldq, const float *row_scales, const dragoman_int8_matrix *matrix, size_t M,
      size_t first, size_t last, float *output, size_t ldo, const dragoman_epilogue *epilogue);

  // The same with float32 activations and weights.
  void (*matmul_float)(
      const float *x, size_t ldx, const dragoman_float_matrix *matrix, size_t M, size_t first, size_t last,
      float *output, size_t ldo, const dragoman_epilogue *epilogue);

  // One weight row (output column `column` of the packed matrix): quantizes and scatters it.
  void (*pack_int8)(const float *weights, size_t K, size_t column, int8_t *values, float *scales, int32_t *offsets);
  void (*pack_float)(const float *weights, size_t K, size_t column, float *values);

  // count elements of a stored type → float32.
  void (*widen)(const void *source, dragoman_element element, size_t count, float *output);

  // output[i] = a[i] · scale + b[i].
  void (*scale_add)(const float *a, float scale, const float *b, size_t count, float *output);

  // Rows [M,D] → (x − mean) / √(variance + epsilon) · gamma + beta; the variance is the biased one.
  void (*layer_norm)(
      const float *x, size_t M, size_t D, const float *gamma, const float *beta, float epsilon, float *output);

  // Rows [M,D] → x / √(mean of squares + epsilon) · gamma.
  void (*rms_norm)(const float *x, size_t M, size_t D, const float *gamma, float epsilon, float *output);

  // Rows [M,2F] → activation(the first F columns) · the last F, [M,F].
  void (*gate)(const float *x, size_t M, size_t F, dragoman_activation activation, float *output);

  // Keys [S,W] → blocks of 16 keys, [S/16][W][16], starting at key `first` of the packed destination, whose blocks are
  // `stride` apart.
  void (*pack_keys)(
      const float *keys, size_t ldk, size_t first, size_t S, size_t W, float *packed, size_t stride);

  void (*attention)(const dragoman_attention *arguments);

  void (*additive_attention)(const dragoman_additive_attention *arguments);

  // Σ a[i] · b[i].
  float (*dot)(const float *a, const float *b, size_t N);

  // Row [N] → e^(x − max) / Σ e^(x − max).
  void (*softmax)(const float *x, size_t N, float *output);

  // Row [N] → max and Σ e^(x − max).
  void (*exp_sum)(const float *x, size_t N, float *maximum, float *sum);

  // ln Σ e^x from the parts of a row: maxima[parts], sums[parts] as exp_sum gave them, in order.
  float (*log_sum_exp)(const float *maxima, const float *sums, size_t parts);

  // Row [N] into the best k so far, best first, ties to the one that came first: the first `count` of values[k] and
  // indices[k]. The row's first element has index `base`. Returns the new count.
  size_t (*top_k)(
      const float *x, size_t N, int32_t base, size_t k, size_t count, float *values, int32_t *indices);
} dragoman_kernels;

const dragoman_kernels *dragoman_kernels_generic(void);
#if defined(__x86_64__)
// Each returns NULL where the CPU lacks an instruction of the set.
const dragoman_kernels *_Nullable dragoman_kernels_avx2(void);
const dragoman_kernels *_Nullable dragoman_kernels_avx512vnni(void);
#elif defined(__aarch64__)
// With the dot product where the CPU has it; every aarch64 CPU can run the rest.
const dragoman_kernels *dragoman_kernels_neon(void);
// What the one above chooses between; NULL where the CPU lacks the dot product.
const dragoman_kernels *_Nullable dragoman_kernels_neon_dot(void);
const dragoman_kernels *dragoman_kernels_neon_plain(void);
#endif

#pragma clang assume_nonnull end
