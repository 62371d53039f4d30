// c = a · b, in one of four ways.
//
// Streaming, for few rows of a and b as it lies: b is read once, in the order of its memory, while
// the columns of c that a task has stay in the first-level cache. A layer's output at a small
// batch.
//
// Dots, for few rows of a and b transposed: dot products along rows of b, which again is read once
// and in order. The gradient of such a layer's input.
//
// Packed, for all else: by panels. Large batches, and the gradient of the weights.
//
// Outer, for a column of a and a row of b (k = 1).
//
// A column (n = 1) is a row of the transposed product, and with k = 1 or m = 1 transposition means
// nothing.
#include "matmul.h"

enum { FEW_ROWS = 24 };

static product make_product(float *c, const float *a, const float *b, size_t m, size_t n, size_t k,
    bool transpose_a, bool transpose_b) {
    if (n == 1 && m > 1) return make_product(c, b, a, 1, m, k, false, !transpose_a);
    if (k == 1) transpose_b = false;
    return (product){
        .c = c,
        .a = a,
        .b = b,
        .m = m,
        .n = n,
        .k = k,
        .a_row = transpose_a ? 1 : k,
        .a_depth = transpose_a ? m : 1,
        .b_depth = transpose_b ? 1 : n,
        .b_column = transpose_b ? k : 1,
        .panels = panels_of(m, has_wide_vectors()),
        .wide = has_wide_vectors(),
    };
}

static bool streams(const product *job) { return job->m <= FEW_ROWS && job->b_column == 1; }
static bool dots(const product *job) { return job->m <= FEW_ROWS && job->b_column != 1; }

size_t kernel_matmul_scratch(size_t m, size_t n, size_t k, bool transpose_a, bool transpose_b) {
    const product job = make_product(NULL, NULL, NULL, m, n, k, transpose_a, transpose_b);
    if (k <= 1) return 0;
    if (streams(&job)) return matmul_streaming_scratch(&job);
    if (dots(&job)) return matmul_dots_scratch(&job);
    return matmul_packed_scratch(&job);
}

void kernel_matmul(kernel_pool *pool, float *c, const float *a, const float *b, size_t m, size_t n,
    size_t k, bool transpose_a, bool transpose_b, float *scratch) {
    if (m == 0 || n == 0) return;
    if (k == 0) {
        kernel_fill(c, 0.0f, m * n);
        return;
    }
    product job = make_product(c, a, b, m, n, k, transpose_a, transpose_b);
    job.packed_a = job.scratch = scratch;
    if (k == 1) {
        matmul_outer(pool, &job);
    } else if (streams(&job)) {
        matmul_streaming(pool, &job);
    } else if (dots(&job)) {
        matmul_dots(pool, &job);
    } else {
        matmul_packed(pool, &job);
    }
}
