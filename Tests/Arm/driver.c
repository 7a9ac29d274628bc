// Runs every kernel of one table on seeded inputs and prints one line for each kernel and size: a hash of what it
// wrote. The lines of two tables are equal where, and only where, the tables' results are, on whatever machine.
//
//   driver            names the tables that this CPU can run, one a line
//   driver <table>    runs that table
//
// All operands lie against pages that may not be touched, so a read or write beyond them ends the program.
#include <math.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "CKernels.h"

#pragma STDC FP_CONTRACT OFF

#define COUNT(a) (sizeof(a) / sizeof((a)[0]))
#define EACH(i, a) for (size_t i = 0; i < COUNT(a); i++)

// The sizes of Tests/KernelsTests/Support/Inputs.swift: around the tiles of every set.
static const size_t rows_of_products[] = {0, 1, 2, 3, 4, 5, 6, 7, 12, 13, 64, 65, 200};
static const size_t most_rows = 200;
static const size_t terms_of_products[] = {1, 3, 4, 5, 16, 17, 31, 63, 64, 65, 300};
static const size_t columns_of_products[] = {1, 15, 16, 17, 63, 64, 65, 130, 700};
static const size_t head_widths[] = {1, 6, 8, 16, 24, 32, 64, 80};
static const size_t key_counts[] = {1, 15, 16, 17, 31, 64, 100};
static const size_t widths[] = {1, 2, 3, 15, 16, 17, 31, 32, 64, 65, 300, 700};
static const size_t counts[] = {0, 1, 2, 15, 16, 17, 31, 64, 300};

// ---- memory --------------------------------------------------------------------------------------------------------

static struct { void *start; size_t length; } mapped[64];
static size_t mapped_count;

// `bytes` bytes of 0xa5 that end where a page begins that may not be touched.
static void *guarded(size_t bytes) {
  size_t page = (size_t)sysconf(_SC_PAGESIZE);
  size_t length = (bytes + page - 1) / page * page + 2 * page;
  char *start = mmap(NULL, length, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
  if (start == MAP_FAILED || mapped_count == COUNT(mapped)) {
    fprintf(stderr, "driver: no memory for %zu bytes\n", length);
    exit(2);
  }
  memset(start + page, 0xa5, length - 2 * page);
  mprotect(start, page, PROT_NONE);
  mprotect(start + length - page, page, PROT_NONE);
  mapped[mapped_count].start = start;
  mapped[mapped_count++].length = length;
  return start + length - page - bytes;
}

static void *guarded_zeros(size_t bytes) { return memset(guarded(bytes), 0, bytes); }

static float *guarded_floats(size_t n) { return guarded(n * sizeof(float)); }

// Gives back all that was taken after the first `keep` pieces.
static void release(size_t keep) {
  while (mapped_count > keep) {
    mapped_count--;
    munmap(mapped[mapped_count].start, mapped[mapped_count].length);
  }
}

// ---- inputs --------------------------------------------------------------------------------------------------------

typedef enum {
  ordinary, zero, subnormal, huge, infinite, not_a_number, negative_infinity, equal, spread, ties, rising, kinds
} kind;

static uint64_t state;

// SplitMix64 (Steele, Lea and Flood 2014).
static uint64_t next(void) {
  uint64_t mixed = state += 0x9e3779b97f4a7c15;
  mixed = (mixed ^ (mixed >> 30)) * 0xbf58476d1ce4e5b9;
  mixed = (mixed ^ (mixed >> 27)) * 0x94d049bb133111eb;
  return mixed ^ (mixed >> 31);
}

// In −1 ..< 1, with all the bits of a float's fraction.
static float next_float(void) { return (float)(next() >> 40) * 0x1p-23f - 1.0f; }

static void fill(float *p, size_t n, kind what) {
  for (size_t i = 0; i < n; i++) {
    float x = next_float() * 3.0f;
    switch (what) {
      case zero: x = i % 3 == 1 ? -0.0f : 0.0f; break;
      case subnormal: x = x * 0x1p-130f; break;
      case huge: x = x * 1e38f; break;
      case infinite: x = i == n / 2 ? INFINITY : n > 4 && i == n - 1 ? -INFINITY : x; break;
      case not_a_number: x = i == n / 2 ? NAN : x; break;
      case negative_infinity: x = -INFINITY; break;
      case equal: x = 0.3f; break;
      case spread: x = x * 60.0f; break;
      case ties: x = (float)(next() % 4); break;
      case rising: x = (float)i; break;
      default: break;
    }
    p[i] = x;
  }
}

// Mostly ordinary rows; the odd ones are spread over the tiles.
static kind kind_of_row(size_t row, size_t of) {
  switch (of - 1 - row) {
    case 1: return zero;
    case 3: return subnormal;
    case 4: return infinite;
    case 6: return not_a_number;
    case 11: return huge;
    default: return ordinary;
  }
}

static float *row_of(size_t n, kind what) {
  float *p = guarded_floats(n);
  fill(p, n, what);
  return p;
}

static size_t round_up(size_t value, size_t multiple) { return (value + multiple - 1) / multiple * multiple; }

// ---- hashes --------------------------------------------------------------------------------------------------------

// FNV-1a, 64 bits (Fowler, Noll and Vo).
static uint64_t hash;

static void hash_bytes(const void *p, size_t n) {
  for (size_t i = 0; i < n; i++) hash = (hash ^ ((const uint8_t *)p)[i]) * 0x100000001b3;
}

// All NaNs count as one: which payload and sign an instruction gives them differs between processors.
static void hash_floats(const float *p, size_t n) {
  for (size_t i = 0; i < n; i++) {
    uint32_t bits;
    memcpy(&bits, p + i, 4);
    if ((bits & 0x7fffffff) > 0x7f800000) bits = 0x7fc00000;
    hash_bytes(&bits, 4);
  }
}

// Ends a line that the caller begins with `printf`, and begins the next hash.
static void line_end(void) {
  printf(" %016llx\n", (unsigned long long)hash);
  hash = 0xcbf29ce484222325;
}

// ---- one function for each kernel ----------------------------------------------------------------------------------

static const dragoman_kernels *table;

static void run_quantize_rows(void) {
  EACH(k, terms_of_products) EACH(r, rows_of_products) for (int wide = 0; wide < 3; wide++) {
    size_t terms = terms_of_products[k], rows = rows_of_products[r], ldx = terms + 1;
    size_t ldq = wide == 0 ? terms : round_up(terms, wide == 1 ? 4 : 64);
    state = terms;
    float *x = guarded_floats(rows ? (rows - 1) * ldx + terms : 0), *scales = guarded_floats(rows);
    uint8_t *q = guarded(rows * ldq);
    for (size_t m = 0; m < rows; m++) fill(x + m * ldx, terms, kind_of_row(m, rows));
    table->quantize_rows(x, ldx, rows, terms, q, ldq, scales);
    hash_bytes(q, rows * ldq);
    hash_floats(scales, rows);
    printf("quantize_rows %zux%zu/%zu", rows, terms, ldq);
    line_end();
    release(0);
  }
}

static void run_pack(void) {
  EACH(k, terms_of_products) EACH(n, columns_of_products) {
    size_t terms = terms_of_products[k], columns = columns_of_products[n], padded = round_up(columns, 64);
    state = terms * 1000 + columns;
    int8_t *integers = guarded_zeros(padded * round_up(terms, 4));
    float *scales = guarded_zeros(padded * 4), *floats = guarded_zeros(padded * terms * 4);
    int32_t *offsets = guarded_zeros(padded * 4);
    for (size_t column = 0; column < columns; column++) {
      size_t keep = mapped_count;
      float *weights = row_of(terms, (kind)(column % kinds));
      table->pack_int8(weights, terms, column, integers, scales, offsets);
      table->pack_float(weights, terms, column, floats);
      release(keep);
    }
    hash_bytes(integers, padded * round_up(terms, 4));
    hash_floats(scales, padded);
    hash_bytes(offsets, padded * 4);
    printf("pack_int8 %zux%zu", terms, columns);
    line_end();
    hash_floats(floats, padded * terms);
    printf("pack_float %zux%zu", terms, columns);
    line_end();
    release(0);
  }
}

// A product at the level of the kernels: 200 rows, of which the last few take part.
typedef struct {
  size_t terms, columns, ldx, ldq, ldo;
  float *x, *row_scales, *bias, *residual;
  uint8_t *q;
  dragoman_int8_matrix integers;
  dragoman_float_matrix floats;
  dragoman_activation activation;
} product;

// `epilogue` 0 ..< 16 is a combination of activation, bias and residual. All is packed by the generic set.
static void make_product(product *p, size_t terms, size_t columns, size_t epilogue) {
  const dragoman_kernels *generic = dragoman_kernels_generic();
  size_t padded = round_up(columns, 64), depth = round_up(terms, 4);
  *p = (product){.terms = terms, .columns = columns, .ldx = terms + 3, .ldq = depth, .ldo = columns + 5};
  state = terms * 1000 + columns;
  p->x = guarded_floats((most_rows - 1) * p->ldx + terms);
  for (size_t m = 0; m < most_rows; m++) fill(p->x + m * p->ldx, terms, kind_of_row(m, most_rows));
  p->q = guarded(most_rows * depth);
  p->row_scales = guarded_floats(most_rows);
  generic->quantize_rows(p->x, p->ldx, most_rows, terms, p->q, depth, p->row_scales);
  int8_t *integers = guarded_zeros(padded * depth);
  float *scales = guarded_zeros(padded * 4), *floats = guarded_zeros(padded * terms * 4);
  int32_t *offsets = guarded_zeros(padded * 4);
  for (size_t column = 0; column < columns; column++) {
    size_t keep = mapped_count, at = column % 17;
    float *weights = row_of(terms, at == 5 ? zero : at == 9 ? huge : at == 12 ? subnormal : ordinary);
    generic->pack_int8(weights, terms, column, integers, scales, offsets);
    generic->pack_float(weights, terms, column, floats);
    release(keep);
  }
  p->integers = (dragoman_int8_matrix){integers, scales, offsets, terms, columns};
  p->floats = (dragoman_float_matrix){floats, terms, columns};
  p->activation = (dragoman_activation)(epilogue % 4);
  if (epilogue / 4 % 2) p->bias = row_of(padded, ordinary);
  if (epilogue / 8) p->residual = row_of((most_rows - 1) * p->ldo + columns, ordinary);
}

// One line: the last `rows` rows, the columns of panels first ..< last.
static void run_product(const product *p, bool integer, size_t epilogue, size_t rows, size_t first, size_t last) {
  size_t keep = mapped_count, skipped = most_rows - rows, written = rows ? (rows - 1) * p->ldo + p->columns : 0;
  dragoman_epilogue then = {p->bias, p->residual ? p->residual + skipped * p->ldo : NULL, p->activation};
  float *output = guarded_floats(written);
  if (integer)
    table->matmul_int8(
        p->q + skipped * p->ldq, p->ldq, p->row_scales + skipped, &p->integers, rows, first, last, output, p->ldo,
        &then);
  else
    table->matmul_float(p->x + skipped * p->ldx, p->ldx, &p->floats, rows, first, last, output, p->ldo, &then);
  // With the gaps between the rows, in which nothing may have been written.
  hash_floats(output, written);
  printf(
      "%s %zux%zux%zu epilogue %zu panels %zu-%zu", integer ? "matmul_int8" : "matmul_float", rows, p->terms,
      p->columns, epilogue, first, last);
  line_end();
  release(keep);
}

static void run_products(void) {
  product p;
  EACH(k, terms_of_products) EACH(n, columns_of_products) {
    size_t epilogue = (terms_of_products[k] + n * 7) % 16;
    make_product(&p, terms_of_products[k], columns_of_products[n], epilogue);
    for (int integer = 0; integer < 2; integer++)
      EACH(r, rows_of_products)
        run_product(&p, integer, epilogue, rows_of_products[r], 0, (p.columns + 63) / 64);
    release(0);
  }
  for (size_t epilogue = 0; epilogue < 16; epilogue++) {
    make_product(&p, 65, 700, epilogue);
    for (int integer = 0; integer < 2; integer++) {
      run_product(&p, integer, epilogue, 13, 0, 11);
      run_product(&p, integer, epilogue, 7, 4, 5);
      run_product(&p, integer, epilogue, 7, 5, 11);
      run_product(&p, integer, epilogue, 7, 3, 3);
    }
    release(0);
  }
  // Every term at its largest, in both directions: where 16 bits would overflow first.
  make_product(&p, 300, 65, 0);
  int8_t *weights = (int8_t *)p.integers.values;
  for (size_t i = 0; i < round_up(300, 4) * 128; i++) weights[i] = i % 8 < 4 ? 127 : -127;
  int32_t *offsets = (int32_t *)p.integers.offsets;
  for (size_t n = 0; n < 128; n++) offsets[n] = 128 * 300 * (n % 2 ? -127 : 127);
  for (size_t m = 0; m < most_rows; m++) memset(p.q + m * p.ldq, m % 2 ? 255 : 1, p.ldq);
  run_product(&p, true, 0, 13, 0, 2);
  release(0);
}

static void run_elements(void) {
  uint16_t all[65536];
  for (size_t i = 0; i < COUNT(all); i++) all[i] = (uint16_t)i;
  for (int element = dragoman_float32; element <= dragoman_bfloat16; element++) {
    size_t size = element == dragoman_float32 ? 4 : 2;
    for (size_t c = 0; c <= COUNT(counts); c++) {
      size_t n = c < COUNT(counts) ? counts[c] : sizeof all / size;
      char *source = guarded(1 + n * size + 1);  // from an odd address
      memcpy(source + 1, (char *)(all + COUNT(all)) - n * size, n * size);
      float *output = guarded_floats(n);
      table->widen(source + 1, (dragoman_element)element, n, output);
      hash_floats(output, n);
      printf("widen %d %zu", element, n);
      line_end();
      release(0);
    }
  }
  EACH(c, counts) for (int what = 0; what < kinds; what++) {
    size_t n = counts[c];
    state = n;
    float *a = row_of(n, (kind)what), *b = row_of(n, ordinary), *output = guarded_floats(n);
    table->scale_add(a, 22.627417f, b, n, output);
    hash_floats(output, n);
    table->scale_add(a, 22.627417f, b, n, a);  // in place
    hash_floats(a, n);
    printf("scale_add %zu kind %d", n, what);
    line_end();
    release(0);
  }
}

static void run_layer_norm(void) {
  static const size_t rows_of[] = {0, 1, 2, 13};
  EACH(w, widths) EACH(r, rows_of) {
    size_t width = widths[w], rows = rows_of[r];
    state = width;
    float *gamma = row_of(width, ordinary), *beta = row_of(width, ordinary);
    float *x = guarded_floats(rows * width), *output = guarded_floats(rows * width);
    for (size_t m = 0; m < rows; m++) fill(x + m * width, width, kind_of_row(m, rows));
    table->layer_norm(x, rows, width, gamma, beta, 1e-5f, output);
    hash_floats(output, rows * width);
    printf("layer_norm %zux%zu", rows, width);
    line_end();
    release(0);
  }
}

static void run_rms_norm(void) {
  static const size_t rows_of[] = {0, 1, 2, 13};
  EACH(w, widths) EACH(r, rows_of) {
    size_t width = widths[w], rows = rows_of[r];
    state = width;
    float *gamma = row_of(width, ordinary), *x = guarded_floats(rows * width), *output = guarded_floats(rows * width);
    for (size_t m = 0; m < rows; m++) fill(x + m * width, width, kind_of_row(m, rows));
    table->rms_norm(x, rows, width, gamma, 1e-6f, output);
    hash_floats(output, rows * width);
    printf("rms_norm %zux%zu", rows, width);
    line_end();
    release(0);
  }
}

static void run_gate(void) {
  EACH(w, widths) for (int activation = 0; activation <= dragoman_tanh; activation++) {
    size_t width = widths[w];
    state = width;
    float *x = row_of(6 * width, spread), *output = guarded_floats(3 * width);
    table->gate(x, 3, width, (dragoman_activation)activation, output);
    hash_floats(output, 3 * width);
    printf("gate %zu activation %d", width, activation);
    line_end();
    release(0);
  }
}

static void run_rows(void) {
  EACH(w, widths) for (int what = 0; what < kinds; what++) {
    size_t n = widths[w];
    state = n;
    float *x = row_of(n, (kind)what), *y = row_of(n, ordinary), *output = guarded_floats(n), results[2];
    results[0] = table->dot(x, y, n);
    hash_floats(results, 1);
    printf("dot %zu kind %d", n, what);
    line_end();
    table->softmax(x, n, output);
    hash_floats(output, n);
    printf("softmax %zu kind %d", n, what);
    line_end();
    table->exp_sum(x, n, &results[0], &results[1]);
    hash_floats(results, 2);
    printf("exp_sum %zu kind %d", n, what);
    line_end();
    float *maxima = row_of(n, what == huge ? ordinary : (kind)what), *sums = row_of(n, ordinary);
    for (size_t i = 0; i < n; i++) sums[i] = 1.0f + fabsf(sums[i]);
    results[0] = table->log_sum_exp(maxima, sums, n);
    hash_floats(results, 1);
    printf("log_sum_exp %zu kind %d", n, what);
    line_end();
    release(0);
  }
}

static void run_top_k(void) {
  static const size_t most[] = {1, 2, 3, 5, 8, 16, 17, 64, 130}, parts[] = {700, 100, 16, 7};
  EACH(w, widths) EACH(b, most) for (int what = 0; what < kinds; what++) {
    size_t n = widths[w];
    state = n;
    float *x = row_of(n, (kind)what);
    EACH(p, parts) {
      float *values = guarded(most[b] * sizeof(float));
      int32_t *indices = guarded(most[b] * sizeof(int32_t));
      size_t count = 0;
      for (size_t at = 0; at < n; at += parts[p]) {
        size_t length = n - at < parts[p] ? n - at : parts[p];
        count = table->top_k(x + at, length, (int32_t)at, most[b], count, values, indices);
      }
      hash_bytes(&count, sizeof count);
      hash_floats(values, count);
      hash_bytes(indices, count * sizeof(int32_t));
    }
    printf("top_k %zu of %zu kind %d", most[b], n, what);
    line_end();
    release(0);
  }
}

static void run_attention(void) {
  static const kind query_kinds[] = {ordinary, zero, subnormal, huge, infinite, not_a_number, spread};
  EACH(w, head_widths) EACH(s, key_counts) {
    size_t width = head_widths[w], S = key_counts[s], stride = width + 7, padded = round_up(S, 16);
    state = width * 1000 + S;
    float *loose = row_of(S * stride, ordinary);
    float *keys = guarded_floats(padded * width), *values = row_of((S - 1) * stride + width, ordinary);
    // The padding may hold anything finite: here scores that would win if they counted.
    for (size_t i = 0; i < padded * width; i++) keys[i] = 1e30f;
    table->pack_keys(loose, stride, 0, S / 2, width, keys, 16 * width);
    table->pack_keys(loose + S / 2 * stride, stride, S / 2, S - S / 2, width, keys, 16 * width);
    hash_floats(keys, padded * width);
    printf("pack_keys %zux%zu", S, width);
    line_end();
    EACH(what, query_kinds) {
      size_t keep = mapped_count;
      float *queries = guarded_floats(7 * stride + width);
      for (size_t t = 0; t < 8; t++) fill(queries + t * stride, width, t % 4 == 2 ? query_kinds[what] : ordinary);
      for (size_t T = 0; T <= 8; T++) {
        size_t inner = mapped_count, written = T ? (T - 1) * stride + width : 0;
        float *output = guarded_floats(written);
        // Every other number of queries has a bias.
        float *bias = T % 2 ? row_of(T - 1 + padded, ordinary) : NULL;
        // And every third is asked what it attended to.
        float *weights = T % 3 == 1 ? guarded_floats(T * padded) : NULL;
        dragoman_attention arguments = {
            .queries = queries + (8 - T) * stride, .query_stride = stride, .keys = keys, .key_stride = 16 * width,
            .values = values, .value_stride = stride, .value_block_stride = 16 * stride, .output = output,
            .output_stride = stride, .bias = bias ? bias + T - 1 : NULL, .scores = guarded_floats(4 * padded), .weights = weights, .query_count = T, .key_count = S,
            .width = width, .scale = 1.0f / sqrtf((float)width)};
        table->attention(&arguments);
        hash_floats(output, written);
        if (weights) hash_floats(weights, T * padded);
        printf("attention %zux%zux%zu kind %d", T, S, width, query_kinds[what]);
        line_end();
        release(inner);
      }
      release(keep);
    }
    release(0);
  }
}

static void run_additive_attention(void) {
  EACH(w, head_widths) EACH(s, key_counts) for (int what = 0; what < kinds; what++) {
    size_t width = head_widths[w], S = key_counts[s], stride = width + 7, padded = round_up(S, 16);
    size_t value_width = 2 * width + 1, value_stride = value_width + 3;
    state = width * 1000 + S;
    float *keys = guarded_floats((S - 1) * stride + width), *vector = row_of(width, ordinary);
    for (size_t t = 0; t < S; t++) fill(keys + t * stride, width, t == S / 2 ? (kind)what : ordinary);
    float *values = row_of((S - 1) * value_stride + value_width, ordinary), *output = guarded_floats(value_width);
    dragoman_additive_attention arguments = {
        .keys = keys, .key_stride = stride, .vector = vector, .values = values, .value_stride = value_stride,
        .output = output, .scores = guarded_floats(padded), .key_count = S, .key_width = width,
        .value_width = value_width};
    table->additive_attention(&arguments);
    hash_floats(output, value_width);
    printf("additive_attention %zux%zu kind %d", S, width, what);
    line_end();
    release(0);
  }
}

// ---- tables --------------------------------------------------------------------------------------------------------

static const struct { const char *name; const dragoman_kernels *(*get)(void); } tables[] = {
    {"generic", dragoman_kernels_generic},
#if defined(__x86_64__)
    {"avx2", dragoman_kernels_avx2},
    {"avx512vnni", dragoman_kernels_avx512vnni},
#elif defined(__aarch64__)
    {"neon", dragoman_kernels_neon},
    {"neon_plain", dragoman_kernels_neon_plain},
    {"neon_dot", dragoman_kernels_neon_dot},
#endif
};

int main(int count, char **arguments) {
  if (count < 2) {
    EACH(i, tables) if (tables[i].get()) puts(tables[i].name);
#if defined(__aarch64__)
    bool dot = dragoman_kernels_neon() == dragoman_kernels_neon_dot();
    fprintf(stderr, "neon is %s\n", dot ? "neon_dot" : "neon_plain");
#endif
    return 0;
  }
  EACH(i, tables) if (strcmp(tables[i].name, arguments[1]) == 0) table = tables[i].get();
  if (!table) {
    fprintf(stderr, "driver: this CPU has no table \"%s\"; without an argument, driver names those that it has\n",
        arguments[1]);
    return 2;
  }
  hash = 0xcbf29ce484222325;
  run_quantize_rows();
  run_pack();
  run_products();
  run_elements();
  run_layer_norm();
  run_rms_norm();
  run_gate();
  run_rows();
  run_top_k();
  run_attention();
  run_additive_attention();
  return 0;
}
