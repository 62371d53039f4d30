// What the products share: operands by their strides, panels of a, and the inner loop.
#pragma once

#include "include/CKernels.h"
#include "vector.h"

#include <stdatomic.h>

enum {
    ROWS = 6,  // a tile of c: ROWS × COLUMNS values, in 12 of AVX2's 16 registers
    COLUMNS = 2 * LANES,
    WIDE_ROWS = 12,  // the same in 24 of AVX-512's 32
    WIDE_COLUMNS = 2 * WIDE_LANES,
};

/// c [m, n] = a [m, k] · b [k, n], row i of a beginning at a + i a_row and so on.
typedef struct {
    float *c;
    const float *a, *b;
    size_t m, n, k;
    size_t a_row, a_depth;     // from one neighbour to the next along m, and along k
    size_t b_depth, b_column;  // along k, and along n
    float *packed_a, *scratch;
    size_t panels, tasks, threads;
    atomic_size_t *next;
    bool wide;
    bool packs, adds;  // the packed way only: packs a; adds to what c holds
    // Streaming only: b's rows in one run or two, and how far each task's columns have come then.
    size_t halves;
    atomic_uint *states;
} product;

/// Panel i of a: rows part(m, panels, i)..<part(m, panels, i + 1), at most ROWS, of even sizes;
/// k-major in `packed_a`.
INLINE size_t panels_of(size_t m, bool wide) { return ceil_div(m, wide ? WIDE_ROWS : ROWS); }

void matmul_pack(kernel_pool *pool, const product *job);

size_t matmul_streaming_scratch(const product *job);
void matmul_streaming(kernel_pool *pool, product *job);
size_t matmul_dots_scratch(const product *job);
void matmul_dots(kernel_pool *pool, product *job);
void matmul_outer(kernel_pool *pool, product *job);
size_t matmul_packed_scratch(const product *job);
void matmul_packed(kernel_pool *pool, product *job);

/// c [rows, COLUMNS] (+)= a panel's `depth` columns · b [depth, COLUMNS]. Meanwhile, if it `fetches`,
/// the values `ahead` behind those of b are brought to the second-level cache. `rows` and `fetches`
/// are constants where this is inlined.
#define MULTIPLY_ROWS(name, vector_type, load, most_rows, lanes)                                    \
    INLINE void name(float *c, size_t c_row, const float *a, const float *b, size_t b_row,          \
        size_t depth, size_t rows, bool add, bool fetches, ptrdiff_t ahead) {                       \
        vector_type sum[most_rows][2];                                                              \
        _Pragma("clang loop unroll(full)") for (size_t i = 0; i < rows; i++) {                      \
            sum[i][0] = add ? load(c + i * c_row) : 0.0f;                                           \
            sum[i][1] = add ? load(c + i * c_row + lanes) : 0.0f;                                   \
        }                                                                                           \
        _Pragma("clang loop unroll(disable)") for (size_t p = 0; p < depth; p++, a += rows, b += b_row) { \
            if (fetches) FETCH(b + ahead);                                                          \
            if (fetches && lanes > LANES) FETCH(b + ahead + lanes);                                 \
            const vector_type b0 = load(b), b1 = load(b + lanes);                                   \
            _Pragma("clang loop unroll(full)") for (size_t i = 0; i < rows; i++) {                  \
                const vector_type ai = a[i];                                                        \
                sum[i][0] += ai * b0;                                                               \
                sum[i][1] += ai * b1;                                                               \
            }                                                                                       \
        }                                                                                           \
        _Pragma("clang loop unroll(full)") for (size_t i = 0; i < rows; i++) {                      \
            load(c + i * c_row) = sum[i][0];                                                        \
            load(c + i * c_row + lanes) = sum[i][1];                                                \
        }                                                                                           \
    }

MULTIPLY_ROWS(multiply_rows, vector, AT, ROWS, LANES)
MULTIPLY_ROWS(multiply_wide_rows, wide_vector, WIDE_AT, WIDE_ROWS, WIDE_LANES)

INLINE void multiply_and_fetch(float *c, size_t c_row, const float *a, const float *b, size_t b_row,
    size_t depth, size_t rows, bool add, bool wide, bool fetches, ptrdiff_t ahead) {
#define ROWS_CASE(count)                                                                        \
    case count:                                                                                 \
        if (wide) {                                                                             \
            multiply_wide_rows(c, c_row, a, b, b_row, depth, count, add, fetches, ahead);       \
        } else if (count <= ROWS) {                                                             \
            multiply_rows(                                                                      \
                c, c_row, a, b, b_row, depth, smaller(count, ROWS), add, fetches, ahead);       \
        }                                                                                       \
        break;
    switch (rows) {
        ROWS_CASE(12)
        ROWS_CASE(11)
        ROWS_CASE(10)
        ROWS_CASE(9)
        ROWS_CASE(8)
        ROWS_CASE(7)
        ROWS_CASE(6)
        ROWS_CASE(5)
        ROWS_CASE(4)
        ROWS_CASE(3)
        ROWS_CASE(2)
    default:
        ROWS_CASE(1)
    }
#undef ROWS_CASE
}

INLINE void multiply_tile(float *c, size_t c_row, const float *a, const float *b, size_t b_row,
    size_t depth, size_t rows, bool add, bool wide) {
    multiply_and_fetch(c, c_row, a, b, b_row, depth, rows, add, wide, false, 0);
}
