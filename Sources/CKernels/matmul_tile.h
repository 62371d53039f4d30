// What the packed way multiplies at a time, in registers: a panel of a, some rows, by a tile of b,
// one or two wide vectors across.
//
// All panels read each tile of b, so it is packed, k-major, into a buffer that stays in the
// second-level cache. The first panel does it in passing: arithmetic leaves the units for loads and
// stores idle, and hides the time that b takes to come from farther away.
//
// A wide vector is a register of AVX-512, two of AVX2.
#pragma once

#include "matmul.h"

enum {
    LINE = 16,   // floats of a cache line
    AHEAD = 16,  // rows of b that are asked for before they are read
};

/// c [rows, columns] (+)= a · b, along `depth` values of k.
typedef struct {
    float *c;
    const float *a;
    const float *b;  // as it lies: read while it is packed
    float *packed;   // b[p, j] at [p][j]
    size_t depth, c_row, a_row, a_depth, b_depth, b_column;
    bool adds;
} tile_product;

enum packing { PACKED, PACKS_ROWS, PACKS_TRANSPOSED };

// MARK: Transposition

typedef float unaligned_quad __attribute__((ext_vector_type(4), aligned(4)));
#define QUAD_AT(address) (*(const unaligned_quad *)(address))

/// A line of each of eight rows, or of the first again where there are fewer.
INLINE void read_lines(float lines[LANES][LINE], const float *from, size_t row, size_t rows) {
#pragma clang loop unroll(full)
    for (size_t i = 0; i < LANES; i++) {
        const float *line = from + (i < rows ? i : 0) * row;
        const vector left = AT(line), right = AT(line + LANES);
        AT(lines[i]) = left, AT(lines[i] + LANES) = right;
    }
}

/// to[p, i] = lines[i][first + p] for p in 0..<4, i in 0..<8.
INLINE void transpose_four(float *to, size_t to_row, float lines[LANES][LINE], size_t first) {
    vector x[4];
#pragma clang loop unroll(full)
    for (size_t i = 0; i < 4; i++) {
        x[i] = __builtin_shufflevector(
            QUAD_AT(lines[i] + first), QUAD_AT(lines[i + 4] + first), 0, 1, 2, 3, 4, 5, 6, 7);
    }
    const vector a = __builtin_shufflevector(x[0], x[1], 0, 8, 1, 9, 4, 12, 5, 13);
    const vector b = __builtin_shufflevector(x[0], x[1], 2, 10, 3, 11, 6, 14, 7, 15);
    const vector c = __builtin_shufflevector(x[2], x[3], 0, 8, 1, 9, 4, 12, 5, 13);
    const vector d = __builtin_shufflevector(x[2], x[3], 2, 10, 3, 11, 6, 14, 7, 15);
    AT(to) = __builtin_shufflevector(a, c, 0, 1, 8, 9, 4, 5, 12, 13);
    AT(to + to_row) = __builtin_shufflevector(a, c, 2, 3, 10, 11, 6, 7, 14, 15);
    AT(to + 2 * to_row) = __builtin_shufflevector(b, d, 0, 1, 8, 9, 4, 5, 12, 13);
    AT(to + 3 * to_row) = __builtin_shufflevector(b, d, 2, 3, 10, 11, 6, 7, 14, 15);
}

/// to[p, i] = from[i, p] for p in 0..<LINE, i in 0..<width. Rows of `from` may lie a power of two
/// apart and drive each other out of the cache: each line is read once, and whole.
INLINE void transpose_lines(
    float *to, size_t to_row, const float *from, size_t from_row, size_t width) {
    _Alignas(64) float lines[LANES][LINE];
    for (size_t done = 0; done < width; done += LANES) {
        const size_t i = width < LANES ? 0 : smaller(done, width - LANES);
        read_lines(lines, from + i * from_row, from_row, width);
#pragma clang loop unroll(full)
        for (size_t p = 0; p < LINE; p += 4)
            transpose_four(to + p * to_row + i, to_row, lines, p);
    }
}

/// to[p, i] = from[i, p] for p in 0..<depth, i in 0..<width. Vectors of less than LANES values
/// reach into what is written after them, and never behind it.
INLINE void pack_transposed(float *to, size_t to_row, const float *from, size_t from_row,
    size_t depth, size_t width) {
    const size_t reach = width < LANES ? LANES : 0;
    size_t p = 0;
    for (; p + LINE + reach <= depth; p += LINE)
        transpose_lines(to + p * to_row, to_row, from + p, from_row, width);
    if (reach == 0 && depth >= LINE && p < depth) {
        p = depth - LINE;
        transpose_lines(to + p * to_row, to_row, from + p, from_row, width);
        return;
    }
    for (; p < depth; p++) {
        for (size_t i = 0; i < width; i++) to[p * to_row + i] = from[i * from_row + p];
    }
}

// MARK: Products

/// sum [rows, vectors] += a column of a · a row of b.
INLINE void add_outer(wide_vector sum[][2], const float *a, size_t a_row, const float *b,
    size_t rows, size_t vectors) {
    wide_vector bj[2];
#pragma clang loop unroll(full)
    for (size_t j = 0; j < vectors; j++) bj[j] = WIDE_AT(b + j * WIDE_LANES);
#pragma clang loop unroll(full)
    for (size_t i = 0; i < rows; i++) {
        const wide_vector ai = a[i * a_row];
#pragma clang loop unroll(full)
        for (size_t j = 0; j < vectors; j++) sum[i][j] += ai * bj[j];
    }
}

/// Packs a row of a tile as it lies.
INLINE void pack_row(float *packed, const float *b, size_t b_depth, size_t vectors) {
#pragma clang loop unroll(full)
    for (size_t j = 0; j < vectors * WIDE_LANES; j += WIDE_LANES) {
        __builtin_prefetch(b + AHEAD * b_depth + j);
        WIDE_AT(packed + j) = WIDE_AT(b + j);
    }
}

/// `rows`, `vectors` and `packing` are constants where this is inlined. While it transposes, a is
/// packed, and `depth` at least LINE.
INLINE void multiply_tile_of(
    const tile_product *t, size_t rows, size_t vectors, enum packing packing) {
    wide_vector sum[WIDE_ROWS][2];
#pragma clang loop unroll(full)
    for (size_t i = 0; i < rows; i++) {
#pragma clang loop unroll(full)
        for (size_t j = 0; j < vectors; j++) sum[i][j] = 0.0f;
    }
    const size_t width = vectors * WIDE_LANES, depth = t->depth, b_depth = t->b_depth;
    const size_t a_row = packing == PACKS_TRANSPOSED ? 1 : t->a_row;
    const size_t a_depth = packing == PACKS_TRANSPOSED ? rows : t->a_depth;
    const float *a = t->a, *b = t->b;
    float *packed = t->packed;
    size_t p = 0;
    if (packing == PACKS_ROWS) {
#pragma clang loop unroll(disable)
        for (; p < depth; p++, a += a_depth, b += b_depth, packed += width) {
            pack_row(packed, b, b_depth, vectors);
            add_outer(sum, a, a_row, b, rows, vectors);
        }
    }
    if (packing == PACKS_TRANSPOSED) {
        // One line ahead of the product, the last one first.
        _Alignas(64) float lines[LANES][LINE];
        const size_t b_column = t->b_column;
        transpose_lines(packed, width, b, b_column, width);
        transpose_lines(packed + (depth - LINE) * width, width, b + depth - LINE, b_column, width);
        for (; p + 2 * LINE <= depth; p += LINE) {
            const float *from = b + p + LINE;
            float *to = packed + LINE * width;
#pragma clang loop unroll(disable)
            for (size_t i = 0; i < width; i += LANES, from += LANES * b_column, to += LANES) {
                read_lines(lines, from, b_column, LANES);
#pragma clang loop unroll(full)
                for (size_t q = 0; q < LINE; q += 4) {
#pragma clang loop unroll(full)
                    for (size_t l = q / 2; l < q / 2 + 2; l++)
                        __builtin_prefetch(from + l * b_column + 2 * LINE, 0, 2);
#pragma clang loop unroll(full)
                    for (size_t s = 0; s < 2 / vectors; s++, a += a_depth, packed += width)
                        add_outer(sum, a, a_row, packed, rows, vectors);
                    transpose_four(to + q * width, width, lines, q);
                }
            }
        }
    }
#pragma clang loop unroll(disable)
    for (; p < depth; p++, a += a_depth, packed += width)
        add_outer(sum, a, a_row, packed, rows, vectors);
#pragma clang loop unroll(full)
    for (size_t i = 0; i < rows; i++) {
#pragma clang loop unroll(full)
        for (size_t j = 0; j < vectors; j++) {
            float *c = t->c + i * t->c_row + j * WIDE_LANES;
            WIDE_AT(c) = t->adds ? WIDE_AT(c) + sum[i][j] : sum[i][j];
        }
    }
}
