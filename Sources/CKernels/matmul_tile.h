// What the packed way multiplies at a time, in registers: a panel of a, some rows, by a tile of b,
// one or two wide vectors across.
//
// All panels read each tile of b, so it is packed, k-major, into a buffer that stays in the
// second-level cache. The first panel does it in passing: arithmetic leaves the units for loads and
// stores idle, and hides the time that b takes to come from farther away.
//
// While the others do their part, the tile that comes next is fetched: memory is never idle.
//
// A wide vector is a register of AVX-512, two of AVX2.
#pragma once

#include "matmul_pack.h"

/// Lines of memory that are asked for, one a step: runs of so many, `step` floats from one to the
/// next and `jump` more from a run to the next.
typedef struct {
    const float *first;
    size_t step, run, jump;
} lines_ahead;

/// c [rows, columns] (+)= a · b, along `depth` values of k.
typedef struct {
    float *c;
    const float *a;
    const float *b;  // as it lies: read while it is packed
    float *packed;   // b[p, j] at [p][j]
    size_t depth, c_row, a_row, a_depth, b_depth, b_column;
    bool adds;
    lines_ahead ahead;  // fetched while a packed tile is multiplied by
} tile_product;

enum packing { PACKED, PACKS_ROWS, PACKS_TRANSPOSED };

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
    if (packing == PACKED) {
        const float *ahead = t->ahead.first;
        while (p < depth) {
            const size_t stop = smaller(depth, p + t->ahead.run);
#pragma clang loop unroll(disable)
            for (; p < stop; p++, a += a_depth, packed += width, ahead += t->ahead.step) {
                FETCH(ahead);
                add_outer(sum, a, a_row, packed, rows, vectors);
            }
            ahead += t->ahead.jump;
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
