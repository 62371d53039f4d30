// c = a · b, in the way that is asked for.
#include "matmul.h"

product matmul_product(float *c, const float *a, const float *b, const kernel_matmul_shape *shape) {
    const size_t m = shape->m, n = shape->n, k = shape->k;
    if (n == 1 && m > 1) {
        const kernel_matmul_shape turned = {1, m, k, false, !shape->transpose_a};
        return matmul_product(c, b, a, &turned);
    }
    const bool turns_b = shape->transpose_b && k > 1;
    return (product){
        .c = c,
        .a = a,
        .b = b,
        .m = m,
        .n = n,
        .k = k,
        .a_row = shape->transpose_a ? 1 : k,
        .a_depth = shape->transpose_a ? m : 1,
        .b_depth = turns_b ? 1 : n,
        .b_column = turns_b ? k : 1,
        .wide = has_wide_vectors(),
    };
}

size_t kernel_matmul_scratch(const kernel_matmul_shape *shape, kernel_matmul_way way, int threads) {
    const product of = matmul_product(NULL, NULL, NULL, shape);
    switch (way) {
    case KERNEL_MATMUL_OUTER: return 0;
    case KERNEL_MATMUL_STREAMED: return matmul_streamed_scratch(&of, threads);
    case KERNEL_MATMUL_DOTS: return matmul_dots_scratch(&of, threads);
    case KERNEL_MATMUL_PACKED: return matmul_packed_scratch(&of);
    }
}

void kernel_matmul(kernel_pool *pool, kernel_matmul_way way, float *c, const float *a,
    const float *b, const kernel_matmul_shape *shape, float *scratch) {
    if (shape->m == 0 || shape->n == 0) return;
    if (shape->k == 0) {
        kernel_fill(c, 0.0f, shape->m * shape->n);
        return;
    }
    const product of = matmul_product(c, a, b, shape);
    switch (way) {
    case KERNEL_MATMUL_OUTER: matmul_outer(pool, &of); break;
    case KERNEL_MATMUL_STREAMED: matmul_streamed(pool, &of, scratch); break;
    case KERNEL_MATMUL_DOTS: matmul_dots(pool, &of, scratch); break;
    case KERNEL_MATMUL_PACKED: matmul_packed(pool, &of, false, scratch); break;
    }
}
