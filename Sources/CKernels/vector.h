// Vectors of eight floats, written out rather than left to the auto-vectorizer, because the package
// manager compiles this target with nothing but -O2. With AVX-512 and AVX2 a vector is a register;
// with SSE2 and NEON it is a pair of them (instruction_set.h says how it becomes both).
//
// Instruction sets differ in rounding: all but SSE2 add a product without rounding it first, and
// with AVX-512 sums of few rows are taken in 16 lanes and more convolutions after Winograd.
// Functions of one number agree within 2 ulp, and sums of n products within 1e-6 √n of the terms'
// size; a test holds each to plain loops in double precision.
//
// Vectors are passed by address: by value they have no calling convention that all clones share,
// and the compiler says so.
#pragma once

#include "instruction_set.h"

#include <stddef.h>
#include <stdint.h>

enum { LANES = 8 };
typedef float vector __attribute__((ext_vector_type(8)));
/// What comparisons give, -1 where true, and the bits of floats.
typedef int32_t ivector __attribute__((ext_vector_type(8)));
typedef float unaligned_vector __attribute__((ext_vector_type(8), aligned(4)));

/// Two vectors in one.
enum { WIDE_LANES = 16 };
typedef float wide_vector __attribute__((ext_vector_type(16)));
typedef int32_t wide_ivector __attribute__((ext_vector_type(16)));
typedef float unaligned_wide_vector __attribute__((ext_vector_type(16), aligned(4)));
#define WIDE_AT(address) (*(unaligned_wide_vector *)(address))

/// The vector at an address that need not be aligned, to read or to write.
#define AT(address) (*(unaligned_vector *)(address))

/// Asks for a line of memory to be in the second-level cache soon. The address need not be valid.
#define FETCH(address) __builtin_prefetch(address, 0, 2)

/// Reads 1..<LANES values; the lanes behind them are 0.
INLINE void load_partial(vector *v, const float *p, size_t count) {
    *v = 0.0f;
    for (size_t i = 0; i < count; i++) (*v)[i] = p[i];
}

/// Writes the first 1..<LANES values.
INLINE void store_partial(float *p, const vector *v, size_t count) {
    for (size_t i = 0; i < count; i++) p[i] = (*v)[i];
}

/// The sum of the lanes, as a tree.
INLINE float sum_lanes(const vector *v) {
    const vector x = *v;
    return ((x[0] + x[4]) + (x[2] + x[6])) + ((x[1] + x[5]) + (x[3] + x[7]));
}

/// Lane i of y is the sum of the lanes of x[i].
INLINE void sum_each(vector *y, const vector x[8]) {
    vector pair[4], quad[2];
    for (size_t i = 0; i < 4; i++) {
        const vector a = x[2 * i], b = x[2 * i + 1];
        pair[i] = __builtin_shufflevector(a, b, 0, 8, 1, 9, 4, 12, 5, 13)
            + __builtin_shufflevector(a, b, 2, 10, 3, 11, 6, 14, 7, 15);
    }
    for (size_t i = 0; i < 2; i++) {
        const vector a = pair[2 * i], b = pair[2 * i + 1];
        quad[i] = __builtin_shufflevector(a, b, 0, 1, 8, 9, 4, 5, 12, 13)
            + __builtin_shufflevector(a, b, 2, 3, 10, 11, 6, 7, 14, 15);
    }
    *y = __builtin_shufflevector(quad[0], quad[1], 0, 1, 2, 3, 8, 9, 10, 11)
        + __builtin_shufflevector(quad[0], quad[1], 4, 5, 6, 7, 12, 13, 14, 15);
}

/// Lane i of y is the sum of the lanes of x[i], in sum_each's order after the upper half of them is
/// added to the lower.
INLINE void sum_each_wide(wide_vector *y, const wide_vector x[16]) {
    wide_vector half[8], pair[4], quad[2];
    for (size_t i = 0; i < 8; i++) {
        const wide_vector a = x[i], b = x[i + 8];
        half[i] =
            __builtin_shufflevector(a, b, 0, 1, 2, 3, 4, 5, 6, 7, 16, 17, 18, 19, 20, 21, 22, 23)
            + __builtin_shufflevector(
                a, b, 8, 9, 10, 11, 12, 13, 14, 15, 24, 25, 26, 27, 28, 29, 30, 31);
    }
    for (size_t i = 0; i < 4; i++) {
        const wide_vector a = half[2 * i], b = half[2 * i + 1];
        pair[i] =
            __builtin_shufflevector(a, b, 0, 16, 1, 17, 4, 20, 5, 21, 8, 24, 9, 25, 12, 28, 13, 29)
            + __builtin_shufflevector(
                a, b, 2, 18, 3, 19, 6, 22, 7, 23, 10, 26, 11, 27, 14, 30, 15, 31);
    }
    for (size_t i = 0; i < 2; i++) {
        const wide_vector a = pair[2 * i], b = pair[2 * i + 1];
        quad[i] =
            __builtin_shufflevector(a, b, 0, 1, 16, 17, 4, 5, 20, 21, 8, 9, 24, 25, 12, 13, 28, 29)
            + __builtin_shufflevector(
                a, b, 2, 3, 18, 19, 6, 7, 22, 23, 10, 11, 26, 27, 14, 15, 30, 31);
    }
    *y = __builtin_shufflevector(
             quad[0], quad[1], 0, 1, 2, 3, 16, 17, 18, 19, 8, 9, 10, 11, 24, 25, 26, 27)
        + __builtin_shufflevector(
            quad[0], quad[1], 4, 5, 6, 7, 20, 21, 22, 23, 12, 13, 14, 15, 28, 29, 30, 31);
}

/// Lane j of y[i] is lane i of x[j].
INLINE void transpose(vector y[8], const vector x[8]) {
    vector pair[8], quad[8];
    for (size_t i = 0; i < 8; i += 2) {
        pair[i] = __builtin_shufflevector(x[i], x[i + 1], 0, 8, 1, 9, 4, 12, 5, 13);
        pair[i + 1] = __builtin_shufflevector(x[i], x[i + 1], 2, 10, 3, 11, 6, 14, 7, 15);
    }
    for (size_t i = 0; i < 8; i += 4) {
        for (size_t j = 0; j < 2; j++) {
            quad[i + 2 * j] =
                __builtin_shufflevector(pair[i + j], pair[i + j + 2], 0, 1, 8, 9, 4, 5, 12, 13);
            quad[i + 2 * j + 1] =
                __builtin_shufflevector(pair[i + j], pair[i + j + 2], 2, 3, 10, 11, 6, 7, 14, 15);
        }
    }
    for (size_t i = 0; i < 4; i++) {
        y[i] = __builtin_shufflevector(quad[i], quad[i + 4], 0, 1, 2, 3, 8, 9, 10, 11);
        y[i + 4] = __builtin_shufflevector(quad[i], quad[i + 4], 4, 5, 6, 7, 12, 13, 14, 15);
    }
}

/// The cases of a switch over a tile's rows, whose count is then a constant: `CASE(12) CASE(11) …`.
#define CASES_OF_12(CASE)                                                                          \
    CASE(12)                                                                                       \
    CASE(11)                                                                                       \
    CASE(10)                                                                                       \
    CASE(9)                                                                                        \
    CASE(8)                                                                                        \
    CASE(7)                                                                                        \
    CASE(6)                                                                                        \
    CASE(5)                                                                                        \
    CASE(4)                                                                                        \
    CASE(3)                                                                                        \
    CASE(2)                                                                                        \
    default: CASE(1)

INLINE size_t smaller(size_t a, size_t b) { return a < b ? a : b; }
INLINE size_t larger(size_t a, size_t b) { return a > b ? a : b; }
INLINE size_t ceil_div(size_t a, size_t b) { return (a + b - 1) / b; }

/// Splits `total` into `parts` runs whose lengths differ by at most one: the start of run i. The
/// same share of something begins at the same place, however many parts it has.
INLINE size_t part(size_t total, size_t parts, size_t i) { return total * i / parts; }

/// So many tasks, or some more: as many for each thread.
INLINE size_t even_tasks(size_t tasks, int threads) {
    return tasks <= 1 ? tasks : ceil_div(tasks, (size_t)threads) * (size_t)threads;
}
