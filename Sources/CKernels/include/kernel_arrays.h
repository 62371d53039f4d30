// What moves, selects and casts arrays, and the kernels of other purposes. A part of CKernels.h, which says
// what holds for all of them.
#pragma once

#include "CKernels.h"

/// A dimension of elements that are moved from one array to another: its size, and how far its
/// neighbours are apart in either. In `from` that may be 0 (they are copies of one) or negative.
typedef struct {
    size_t size;
    ptrdiff_t from, to;
} kernel_move_dimension;

/// to[Σ iₐ toₐ] = from[Σ iₐ fromₐ] for all indices iₐ < sizeₐ of `rank` dimensions, outermost first.
/// Places in `to` differ. Elements are any of four bytes. At most KERNEL_RANK dimensions.
void kernel_move(kernel_pool *pool, float *to, const float *from,
    const kernel_move_dimension *dimensions, size_t rank);

/// Sums over every other dimension of x: the first, the third, …, or the second, the fourth, …;
/// `out` has the others. Each as a tree, whose error grows with the logarithm of the terms' number.
/// At least one dimension is summed.
void kernel_reduce(kernel_pool *pool, float *out, const float *x, const size_t *sizes, size_t rank,
    bool first_is_summed, float *scratch);
/// Floats of scratch memory that it needs; if 0, `scratch` may be NULL.
size_t kernel_reduce_scratch(const size_t *sizes, size_t rank, bool first_is_summed);

/// x[i] /= divisor for n values.
void kernel_divide(kernel_pool *pool, float *x, float divisor, size_t n);
/// x [rows, columns] += row [columns / lanes], each of whose values stands for so many columns.
void kernel_add_row(
    kernel_pool *pool, float *x, const float *row, size_t rows, size_t columns, size_t lanes);

/// The gradient of kernel_max_pool_gradient with respect to dy: for each window dx at the place that
/// dy went to.
void kernel_max_pool_second_gradient(kernel_pool *pool, float *dy, const float *x, const float *y,
    const float *dx, const kernel_conv2d_shape *shape);

typedef enum {
    KERNEL_GREATER,
    KERNEL_GREATER_EQUAL,
    KERNEL_LESS,
    KERNEL_LESS_EQUAL,
    KERNEL_EQUAL,
    KERNEL_NOT_EQUAL,
} kernel_comparison;

/// out[i] = whether x[i] and y[i] compare so; `operands` are x and y, broadcast to n values: floats,
/// or integers of 32 bits.
void kernel_compare(kernel_pool *pool, bool *out, kernel_comparison comparison, bool integers,
    const kernel_broadcast *operands, size_t n);
/// out[i] = condition[i] ? x[i] : y[i]; `operands` are condition, x and y, broadcast to n values. At
/// the condition's memory are bools.
void kernel_select(kernel_pool *pool, float *out, const kernel_broadcast *operands, size_t n);
/// out[i] = x[i] as a float, for n values.
void kernel_cast_bools(kernel_pool *pool, float *out, const bool *x, size_t n);
void kernel_cast_integers(kernel_pool *pool, float *out, const int32_t *x, size_t n);

/// out [n, m] = the products of the rows of x [n, d] and y [m, d] in double precision, by the calling
/// thread alone. n, m and d are at least 1.
void kernel_row_products(
    const double *x, size_t n, const double *y, size_t m, size_t d, double *out);

/// The sum of (x[i] - y[i])² for n values, at most 2¹⁴ of them; x in 0...255.
int32_t kernel_image_distance(const int16_t *x, const uint8_t *y, size_t n);
