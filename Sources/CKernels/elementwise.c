// Element-wise kernels. Each is one expression on a vector, run over whole vectors and once more,
// padded, over what is left; but for the functions, all are bound by memory or by the division
// unit.
#include "include/CKernels.h"

#include <string.h>

#define NUMBERS vector
#define INTEGERS ivector
#define NAMED(function) function
#include "vector_math.h"
#undef NUMBERS
#undef INTEGERS
#undef NAMED
#define NUMBERS wide_vector
#define INTEGERS wide_ivector
#define NAMED(function) wide_##function
#include "vector_math.h"

// Four vectors at a time: one at a time takes two cycles, of which the arithmetic needs half.
#define UNROLLED _Pragma("clang loop unroll_count(4)")

#define UNARY(storage, name, statement)                                                            \
    UNARY_LOOP(storage, name, (float *out, const float *in, size_t n), (out, in, n), statement)
#define UNARY_WITH(storage, name, parameter, statement)                                            \
    UNARY_LOOP(storage, name, (float *out, const float *in, float parameter, size_t n),            \
        (out, in, parameter, n), statement)

#define UNARY_LOOP(storage, name, parameters, arguments, statement)                                \
    KERNEL_CLONES(storage, void, name, parameters, arguments) {                                    \
        vector x, y;                                                                               \
        size_t i = 0;                                                                              \
        UNROLLED                                                                                   \
        for (; i + LANES <= n; i += LANES) {                                                       \
            x = AT(in + i);                                                                        \
            statement;                                                                             \
            AT(out + i) = y;                                                                       \
        }                                                                                          \
        if (i < n) {                                                                               \
            load_partial(&x, in + i, n - i);                                                       \
            statement;                                                                             \
            store_partial(out + i, &y, n - i);                                                     \
        }                                                                                          \
    }

UNARY(extern, kernel_neg, y = -x)
UNARY(extern, kernel_sqrt, y = __builtin_elementwise_sqrt(x))
UNARY(extern, kernel_rsqrt, y = 1.0f / __builtin_elementwise_sqrt(x))
UNARY(extern, kernel_reciprocal, y = 1.0f / x)
UNARY(extern, kernel_square, y = x * x)
UNARY(extern, kernel_relu, y = x <= 0.0f ? 0.0f : x)
UNARY_WITH(extern, kernel_scale, factor, y = x * factor)
UNARY_WITH(extern, kernel_leaky_relu, slope, y = x > 0.0f ? x : slope * x)

// Functions of some fifty instructions, most of which wait for the one before. A processor looks so
// many instructions ahead, and with twice as wide vectors that is twice as many numbers.
#define FUNCTION(name, function)                                                                   \
    UNARY(static, name##_narrow, function(&y, &x))                                                 \
    KERNEL_WIDE static void name##_wide(float *out, const float *in, size_t n) {                   \
        for (size_t i = 0; i < n; i += WIDE_LANES) {                                               \
            const wide_vector x = WIDE_AT(in + i);                                                 \
            wide_vector y;                                                                         \
            wide_##function(&y, &x);                                                               \
            WIDE_AT(out + i) = y;                                                                  \
        }                                                                                          \
    }                                                                                              \
    void name(float *out, const float *in, size_t n) {                                             \
        const size_t whole = has_wide_vectors() ? n / WIDE_LANES * WIDE_LANES : 0;                 \
        if (whole > 0) name##_wide(out, in, whole);                                                \
        if (whole < n) name##_narrow(out + whole, in + whole, n - whole);                          \
    }

FUNCTION(kernel_exp, exponential)
FUNCTION(kernel_log, logarithm)
FUNCTION(kernel_sigmoid, sigmoid)
FUNCTION(kernel_softplus, softplus)
FUNCTION(kernel_tanh, hyperbolic_tangent)

#define BINARY(name, first, second, expression)                                                    \
    BINARY_LOOP(name, (float *out, const float *left, const float *right, size_t n),               \
        (out, left, right, n), first, second, expression)
#define BINARY_WITH(name, first, second, parameter, expression)                                    \
    BINARY_LOOP(name,                                                                              \
        (float *out, const float *left, const float *right, float parameter, size_t n),            \
        (out, left, right, parameter, n), first, second, expression)

#define BINARY_LOOP(name, parameters, arguments, first, second, expression)                        \
    KERNEL_CLONES(extern, void, name, parameters, arguments) {                                     \
        vector first, second;                                                                      \
        size_t i = 0;                                                                              \
        UNROLLED                                                                                   \
        for (; i + LANES <= n; i += LANES) {                                                       \
            first = AT(left + i);                                                                  \
            second = AT(right + i);                                                                \
            AT(out + i) = (expression);                                                            \
        }                                                                                          \
        if (i < n) {                                                                               \
            load_partial(&first, left + i, n - i);                                                 \
            load_partial(&second, right + i, n - i);                                               \
            const vector result = (expression);                                                    \
            store_partial(out + i, &result, n - i);                                                \
        }                                                                                          \
    }

BINARY(kernel_add, x, y, x + y)
BINARY(kernel_sub, x, y, x - y)
BINARY(kernel_mul, x, y, (x * y))
BINARY(kernel_div, x, y, x / y)
BINARY(kernel_squared_difference, x, y, (x - y) * (x - y))
BINARY(kernel_relu_grad, dy, y, y > 0.0f ? dy : 0.0f)
BINARY_WITH(kernel_leaky_relu_grad, dy, x, slope, x > 0.0f ? dy : slope * dy)
BINARY(kernel_sigmoid_grad, y, dy, dy *y *(1.0f - y))
BINARY(kernel_rsqrt_grad, y, dy, dy * -0.5f * (y * y * y))
BINARY(kernel_tanh_grad, y, dy, dy *(1.0f - y * y))
BINARY(kernel_max, x, y, ((x > y) | (x != x)) ? x : y)
BINARY(kernel_min, x, y, ((x < y) | (x != x)) ? x : y)

KERNEL_CLONES(extern, void, kernel_fill, (float *out, float value, size_t n), (out, value, n)) {
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
