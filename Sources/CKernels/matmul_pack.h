// Operands in the order in which tiles read them: a in panels, b in tiles.
#pragma once

#include "matmul.h"

enum {
    LINE = 16,   // floats of a cache line
    AHEAD = 16,  // rows of b that are asked for before they are read
};

/// Panel i of a: rows part(m, panels, i)..<part(m, panels, i + 1), at most a tile's, of even sizes.
/// Packed, the panels lie one after another, each k-major: [k, rows].
INLINE size_t panels_of(const product *of) { return ceil_div(of->m, of->wide ? WIDE_ROWS : ROWS); }

/// Packs all panels, m · k floats: on all threads, or on the caller's alone.
void matmul_pack(kernel_pool *pool, const product *of, float *packed);
void matmul_pack_alone(const product *of, float *packed);

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
        for (size_t p = 0; p < LINE; p += 4) transpose_four(to + p * to_row + i, to_row, lines, p);
    }
}

/// to[p, i] = from[i, p] for p in 0..<depth, i in 0..<width. Vectors of less than LANES values
/// reach into what is written after them, and never behind it.
INLINE void pack_transposed(
    float *to, size_t to_row, const float *from, size_t from_row, size_t depth, size_t width) {
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

/// Packs a row of a tile of b as it lies.
INLINE void pack_row(float *packed, const float *b, size_t b_depth, size_t vectors) {
#pragma clang loop unroll(full)
    for (size_t j = 0; j < vectors * WIDE_LANES; j += WIDE_LANES) {
        __builtin_prefetch(b + AHEAD * b_depth + j);
        WIDE_AT(packed + j) = WIDE_AT(b + j);
    }
}
