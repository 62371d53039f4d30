// What the products share: operands by their strides, panels of a, and the inner loop.
#pragma once

#include "include/CKernels.h"
#include "vector.h"

enum {
    ROWS = 6,  // a tile of c: ROWS × COLUMNS values, in 12 of AVX2's 16 registers
    COLUMNS = 2 * LANES,
};

/// c [m, n] = a [m, k] · b [k, n], row i of a beginning at a + i a_row and so on.
typedef struct {
    float *c;
    const float *a, *b;
    size_t m, n, k;
    size_t a_row, a_depth;     // from one neighbour to the next along m, and along k
    size_t b_depth, b_column;  // along k, and along n
    float *packed_a, *scratch;
    size_t panels, tasks;
} product;

/// Panel i of a: rows part(m, panels, i)..<part(m, panels, i + 1), at most ROWS, of even sizes;
/// k-major in `packed_a`.
INLINE size_t panels_of(size_t m) { return ceil_div(m, ROWS); }

void matmul_pack(kernel_pool *pool, const product *job);

size_t matmul_streaming_scratch(const product *job);
void matmul_streaming(kernel_pool *pool, product *job);
size_t matmul_dots_scratch(const product *job);
void matmul_dots(kernel_pool *pool, product *job);
size_t matmul_packed_scratch(const product *job);
void matmul_packed(kernel_pool *pool, product *job);

/// c [rows, COLUMNS] (+)= a panel's `depth` columns · b [depth, COLUMNS]. `rows` is a constant
/// where this is inlined.
INLINE void multiply_rows(float *c, size_t c_row, const float *a, const float *b, size_t b_row,
    size_t depth, size_t rows, bool add) {
    vector sum[ROWS][2];
#pragma clang loop unroll(full)
    for (size_t i = 0; i < rows; i++) {
        sum[i][0] = add ? AT(c + i * c_row) : 0.0f;
        sum[i][1] = add ? AT(c + i * c_row + LANES) : 0.0f;
    }
#pragma clang loop unroll(disable)
    for (size_t p = 0; p < depth; p++, a += rows, b += b_row) {
        const vector b0 = AT(b), b1 = AT(b + LANES);
#pragma clang loop unroll(full)
        for (size_t i = 0; i < rows; i++) {
            const vector ai = a[i];
            sum[i][0] += ai * b0;
            sum[i][1] += ai * b1;
        }
    }
#pragma clang loop unroll(full)
    for (size_t i = 0; i < rows; i++) {
        AT(c + i * c_row) = sum[i][0];
        AT(c + i * c_row + LANES) = sum[i][1];
    }
}

INLINE void multiply_tile(float *c, size_t c_row, const float *a, const float *b, size_t b_row,
    size_t depth, size_t rows, bool add) {
    switch (rows) {
    case 6: multiply_rows(c, c_row, a, b, b_row, depth, 6, add); break;
    case 5: multiply_rows(c, c_row, a, b, b_row, depth, 5, add); break;
    case 4: multiply_rows(c, c_row, a, b, b_row, depth, 4, add); break;
    case 3: multiply_rows(c, c_row, a, b, b_row, depth, 3, add); break;
    case 2: multiply_rows(c, c_row, a, b, b_row, depth, 2, add); break;
    default: multiply_rows(c, c_row, a, b, b_row, depth, 1, add); break;
    }
}
