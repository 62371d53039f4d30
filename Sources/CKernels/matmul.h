// What the ways to make a product share: its operands, by their strides.
#pragma once

#include "include/CKernels.h"
#include "vector.h"

enum {
    ROWS = 6,  // a tile of c: ROWS × COLUMNS values, in 12 of AVX2's 16 registers
    COLUMNS = 2 * LANES,
    WIDE_ROWS = 12,  // the same in 24 of AVX-512's 32
    WIDE_COLUMNS = 2 * WIDE_LANES,
};

/// c [m, n] = a [m, k] · b [k, n].
typedef struct {
    float *c;
    const float *a, *b;
    size_t m, n, k;
    size_t a_row, a_depth;     // a[i, p] lies at a[i · a_row + p · a_depth]
    size_t b_depth, b_column;  // b[p, j] lies at b[p · b_depth + j · b_column]
    bool wide;                 // whether this machine has wide vectors
} product;

/// The product of a shape. A column (n = 1) is made as a row of the transposed product.
product matmul_product(float *c, const float *a, const float *b, const kernel_matmul_shape *shape);

// The ways, each in the file of its name. `scratch` has as many floats as the way asks for.

void matmul_outer(kernel_pool *pool, const product *of);
size_t matmul_streamed_scratch(const product *of, int threads);
void matmul_streamed(kernel_pool *pool, const product *of, float *scratch);
size_t matmul_dots_scratch(const product *of, int threads);
void matmul_dots(kernel_pool *pool, const product *of, float *scratch);
size_t matmul_packed_scratch(const product *of);
/// With `adds`, c += a · b.
void matmul_packed(kernel_pool *pool, const product *of, bool adds, float *scratch);
