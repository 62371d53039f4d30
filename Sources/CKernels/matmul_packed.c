// c = a · b by panels, for operands that the caches do not hold.
//
// The inner loop reads a in panels of ROWS rows and b in panels of COLUMNS columns, both k-major,
// so that its reads are consecutive whatever the operands' layout: transposition is a matter of
// packing alone. k is cut into slices so that a panel of b stays in the first-level cache, and c
// into blocks, which are the pool's tasks. A task packs its part of b itself, into a buffer that
// stays in the second-level cache; a is packed once for all.
#include "matmul.h"

#include <string.h>

enum {
    DEPTH = 320,
    BLOCK_COLUMNS = 8 * COLUMNS,
    BLOCK_PANELS = 64,  // of a
    PACK_TASK = 16384,  // values of a
};

// MARK: Packing

/// to[p, i] = from[i, p] for p in 0..<depth, i in 0..<width; `to` has rows of `width` ≤ LANES.
/// Writes up to LANES values behind a row that is not one of the last.
INLINE void pack_transposed(
    float *to, const float *from, size_t from_row, size_t depth, size_t width) {
    size_t p = 0;
    for (; p + 2 * LANES <= depth; p += LANES) {
        vector x[8], y[8];
#pragma clang loop unroll(full)
        for (size_t i = 0; i < 8; i++) x[i] = AT(from + (i < width ? i : 0) * from_row + p);
        transpose(y, x);
#pragma clang loop unroll(full)
        for (size_t i = 0; i < 8; i++) AT(to + (p + i) * width) = y[i];
    }
    for (; p < depth; p++) {
        for (size_t i = 0; i < width; i++) to[p * width + i] = from[i * from_row + p];
    }
}

/// A panel of a, all of k.
INLINE void pack_panel(const product *job, size_t panel) {
    const size_t row = part(job->m, job->panels, panel);
    const size_t rows = part(job->m, job->panels, panel + 1) - row;
    const float *a = job->a + row * job->a_row;
    float *packed = job->packed_a + row * job->k;
    if (job->a_depth == 1) {
        pack_transposed(packed, a, job->a_row, job->k, rows);
        return;
    }
    size_t p = 0;
    for (; p + LANES < job->k; p++) AT(packed + p * rows) = AT(a + p * job->a_depth);
    for (; p < job->k; p++) memcpy(packed + p * rows, a + p * job->a_depth, rows * sizeof(float));
}

KERNEL_CLONES static void pack_panels(void *context, size_t task) {
    const product *job = context;
    const size_t end = part(job->panels, job->tasks, task + 1);
    for (size_t panel = part(job->panels, job->tasks, task); panel < end; panel++)
        pack_panel(job, panel);
}

void matmul_pack(kernel_pool *pool, const product *job) {
    product packing = *job;
    packing.tasks = larger(1, smaller(job->panels, job->m * job->k / PACK_TASK));
    kernel_pool_run(pool, packing.tasks, pack_panels, &packing);
}

/// packed[j / COLUMNS][p][j % COLUMNS] = b[p, j] for the columns of a block, zeros behind the last.
INLINE void pack_block(
    float *packed, const product *job, size_t first, size_t depth, size_t left, size_t right) {
    const float *b = job->b + first * job->b_depth + left * job->b_column;
    const size_t width = right - left, whole = width / COLUMNS * COLUMNS, tail = width - whole;
    if (job->b_column == 1) {
        for (size_t p = 0; p < depth; p++, b += job->b_depth) {
            float *to = packed + p * COLUMNS;
            for (size_t j = 0; j < whole; j += COLUMNS, to += depth * COLUMNS) {
                AT(to) = AT(b + j);
                AT(to + LANES) = AT(b + j + LANES);
            }
            for (size_t j = 0; tail > 0 && j < COLUMNS; j++) to[j] = j < tail ? b[whole + j] : 0.0f;
        }
        return;
    }
    for (size_t j = 0; j < width;
        j += COLUMNS, packed += depth * COLUMNS, b += COLUMNS * job->b_column) {
        size_t p = 0;
        for (; j < whole && p + LANES <= depth; p += LANES) {
            vector x[8], y[8];
            for (size_t half = 0; half < COLUMNS; half += LANES) {
#pragma clang loop unroll(full)
                for (size_t i = 0; i < 8; i++) x[i] = AT(b + (half + i) * job->b_column + p);
                transpose(y, x);
#pragma clang loop unroll(full)
                for (size_t i = 0; i < 8; i++) AT(packed + (p + i) * COLUMNS + half) = y[i];
            }
        }
        for (; p < depth; p++) {
            for (size_t i = 0; i < COLUMNS; i++) {
                packed[p * COLUMNS + i] = j + i < width ? b[i * job->b_column + p] : 0.0f;
            }
        }
    }
}

// MARK: Blocks

static size_t row_blocks(const product *job) { return ceil_div(job->panels, BLOCK_PANELS); }
static size_t column_blocks(const product *job) { return ceil_div(job->n, BLOCK_COLUMNS); }

KERNEL_CLONES static void multiply_block(void *context, size_t task) {
    const product *job = context;
    const size_t top = part(job->panels, row_blocks(job), task / column_blocks(job));
    const size_t bottom = part(job->panels, row_blocks(job), task / column_blocks(job) + 1);
    const size_t left = task % column_blocks(job) * BLOCK_COLUMNS;
    const size_t right = smaller(job->n, left + BLOCK_COLUMNS);
    float *packed_b = job->scratch + task * DEPTH * BLOCK_COLUMNS;
    const size_t slices = ceil_div(job->k, DEPTH);
    for (size_t slice = 0; slice < slices; slice++) {
        const size_t first = part(job->k, slices, slice);
        const size_t depth = part(job->k, slices, slice + 1) - first;
        pack_block(packed_b, job, first, depth, left, right);
        for (size_t j = left; j < right; j += COLUMNS) {
            for (size_t panel = top; panel < bottom; panel++) {
                const size_t row = part(job->m, job->panels, panel);
                const size_t rows = part(job->m, job->panels, panel + 1) - row;
                float *c = job->c + row * job->n + j;
                const float *a = job->packed_a + row * job->k + first * rows,
                            *b = packed_b + (j - left) * depth;
                if (right - j >= COLUMNS) {
                    multiply_tile(c, job->n, a, b, COLUMNS, depth, rows, slice > 0);
                    continue;
                }
                float tile[ROWS * COLUMNS];
                multiply_tile(tile, COLUMNS, a, b, COLUMNS, depth, rows, false);
                for (size_t i = 0; i < rows; i++) {
                    for (size_t l = 0; l < right - j; l++) {
                        c[i * job->n + l] = slice > 0 ? c[i * job->n + l] + tile[i * COLUMNS + l]
                                                      : tile[i * COLUMNS + l];
                    }
                }
            }
        }
    }
}

size_t matmul_packed_scratch(const product *job) {
    return job->m * job->k + row_blocks(job) * column_blocks(job) * DEPTH * BLOCK_COLUMNS;
}

void matmul_packed(kernel_pool *pool, product *job) {
    matmul_pack(pool, job);
    job->scratch = job->packed_a + job->m * job->k;
    kernel_pool_run(pool, row_blocks(job) * column_blocks(job), multiply_block, job);
}
