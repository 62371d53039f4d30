// Element-wise kernels. Each is one expression on a vector, run over whole vectors and once more,
// padded, over what is left; all are bound by memory or by the division unit, none by arithmetic.
#include "include/CKernels.h"
#include "vector_math.h"

#include <string.h>

// Four vectors at a time: one at a time takes two cycles, of which the arithmetic needs half.
#define UNROLLED _Pragma("clang loop unroll_count(4)")

#define UNARY(name, statement)                                       \
    KERNEL_CLONES void name(float *out, const float *in, size_t n) { \
        vector x, y;                                                 \
        size_t i = 0;                                                \
        UNROLLED                                                     \
        for (; i + LANES <= n; i += LANES) {                         \
            x = AT(in + i);                                          \
            statement;                                               \
            AT(out + i) = y;                                         \
        }                                                            \
        if (i < n) {                                                 \
            load_partial(&x, in + i, n - i);                         \
            statement;                                               \
            store_partial(out + i, &y, n - i);                       \
        }                                                            \
    }

UNARY(kernel_neg, y = -x)
UNARY(kernel_exp, exponential(&y, &x))
UNARY(kernel_log, logarithm(&y, &x))
UNARY(kernel_sqrt, y = __builtin_elementwise_sqrt(x))
UNARY(kernel_rsqrt, y = 1.0f / __builtin_elementwise_sqrt(x))
UNARY(kernel_reciprocal, y = 1.0f / x)
UNARY(kernel_square, y = x * x)
UNARY(kernel_relu, y = x <= 0.0f ? 0.0f : x)
UNARY(kernel_sigmoid, sigmoid(&y, &x))
UNARY(kernel_softplus, softplus(&y, &x))
UNARY(kernel_tanh, hyperbolic_tangent(&y, &x))

#define BINARY(name, first, second, expression)                                            \
    KERNEL_CLONES void name(float *out, const float *left, const float *right, size_t n) { \
        vector first, second;                                                              \
        size_t i = 0;                                                                      \
        UNROLLED                                                                           \
        for (; i + LANES <= n; i += LANES) {                                               \
            first = AT(left + i);                                                          \
            second = AT(right + i);                                                        \
            AT(out + i) = (expression);                                                    \
        }                                                                                  \
        if (i < n) {                                                                       \
            load_partial(&first, left + i, n - i);                                         \
            load_partial(&second, right + i, n - i);                                       \
            const vector result = (expression);                                            \
            store_partial(out + i, &result, n - i);                                        \
        }                                                                                  \
    }

BINARY(kernel_add, x, y, x + y)
BINARY(kernel_sub, x, y, x - y)
BINARY(kernel_mul, x, y, (x * y))
BINARY(kernel_div, x, y, x / y)
BINARY(kernel_squared_difference, x, y, (x - y) * (x - y))
BINARY(kernel_relu_grad, dy, y, y > 0.0f ? dy : 0.0f)
BINARY(kernel_sigmoid_grad, y, dy, dy * y * (1.0f - y))
BINARY(kernel_rsqrt_grad, y, dy, dy * -0.5f * (y * y * y))
BINARY(kernel_tanh_grad, y, dy, dy * (1.0f - y * y))
BINARY(kernel_max, x, y, ((x > y) | (x != x)) ? x : y)
BINARY(kernel_min, x, y, ((x < y) | (x != x)) ? x : y)

KERNEL_CLONES void kernel_fill(float *out, float value, size_t n) {
    const vector filled = value;
    size_t i = 0;
    for (; i + LANES <= n; i += LANES) AT(out + i) = filled;
    for (; i < n; i++) out[i] = value;
}

void kernel_repeat_row(float *out, const float *row, size_t rows, size_t columns) {
    if (rows == 0 || columns == 0) return;
    // Copies double what is there until it fills some kilobytes, so that a narrow row is not copied
    // by its few bytes each time.
    enum { BLOCK = 2048 };
    const size_t total = rows * columns;
    memcpy(out, row, columns * sizeof(float));
    size_t block = columns;
    while (block < BLOCK && 2 * block <= total) {
        memcpy(out + block, out, block * sizeof(float));
        block *= 2;
    }
    for (size_t done = block; done < total; done += block) {
        memcpy(out + done, out, smaller(block, total - done) * sizeof(float));
    }
}
