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
    BLOCK_COLUMNS = 64,
    BLOCK_ROWS = 384,  // of a
    PACK_TASK = 16384,  // values of a
};

// MARK: Packing

/// to[p, i] = from[i, p] for p in 0..<depth, i in 0..<width ≤ WIDE_LANES. A row's last vector reaches
/// into the next row, which is written after it.
INLINE void pack_rows(
    float *to, const float *from, size_t from_row, size_t depth, size_t width) {
    size_t p = 0;
    for (; p + 2 * LANES <= depth; p += LANES) {
        vector x[8], left[8], right[8];
#pragma clang loop unroll(full)
        for (size_t i = 0; i < 8; i++) x[i] = AT(from + (i < width ? i : 0) * from_row + p);
        transpose(left, x);
        if (width > LANES) {
#pragma clang loop unroll(full)
            for (size_t i = 0; i < 8; i++) {
                x[i] = AT(from + (i + LANES < width ? i + LANES : 0) * from_row + p);
            }
            transpose(right, x);
        }
#pragma clang loop unroll(full)
        for (size_t i = 0; i < 8; i++) {
            AT(to + (p + i) * width) = left[i];
            if (width > LANES) AT(to + (p + i) * width + LANES) = right[i];
        }
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
        pack_rows(packed, a, job->a_row, job->k, rows);
        return;
    }
    size_t p = 0;
    for (; p + 2 * LANES < job->k; p++) {
        AT(packed + p * rows) = AT(a + p * job->a_depth);
        if (rows > LANES) AT(packed + p * rows + LANES) = AT(a + p * job->a_depth + LANES);
    }
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

/// packed[j / tile][p][j % tile] = b[p, j] for the columns of a block, anything behind the last.
INLINE void pack_block(float *packed, const product *job, size_t first, size_t depth, size_t left,
    size_t right, size_t tile) {
    const float *b = job->b + first * job->b_depth + left * job->b_column;
    const size_t width = right - left, whole = width / tile * tile, tail = width - whole;
    if (job->b_column == 1) {
        for (size_t p = 0; p < depth; p++, b += job->b_depth) {
            float *to = packed + p * tile;
            for (size_t j = 0; j < whole; j += tile, to += depth * tile) {
#pragma clang loop unroll(full)
                for (size_t i = 0; i < tile; i += LANES) AT(to + i) = AT(b + j + i);
            }
            for (size_t j = 0; tail > 0 && j < tile; j++) to[j] = j < tail ? b[whole + j] : 0.0f;
        }
        return;
    }
    for (size_t j = 0; j < width; j += tile, packed += depth * tile, b += tile * job->b_column) {
        const size_t deep = depth / LANES * LANES;
        for (size_t half = 0; half < tile; half += LANES) {
            // Rows may lie a power of two apart: no more than eight at a time, along their lines.
            const float *row[8];
            for (size_t i = 0; i < 8; i++) {
                row[i] = b + (j < whole ? half + i : smaller(half + i, tail - 1)) * job->b_column;
            }
            for (size_t p = 0; p < deep; p += LANES) {
                vector x[8], y[8];
#pragma clang loop unroll(full)
                for (size_t i = 0; i < 8; i++) x[i] = AT(row[i] + p);
                transpose(y, x);
#pragma clang loop unroll(full)
                for (size_t i = 0; i < 8; i++) AT(packed + (p + i) * tile + half) = y[i];
            }
        }
        for (size_t p = deep; p < depth; p++) {
            for (size_t i = 0; i < tile; i++) {
                packed[p * tile + i] = j + i < width ? b[i * job->b_column + p] : 0.0f;
            }
        }
    }
}

// MARK: Blocks

static size_t row_blocks(const product *job) { return ceil_div(job->m, BLOCK_ROWS); }
static size_t column_blocks(const product *job) { return ceil_div(job->n, BLOCK_COLUMNS); }

INLINE void multiply(const product *job, size_t task, bool wide) {
    const size_t tile = wide ? WIDE_COLUMNS : COLUMNS, blocks = column_blocks(job);
    const size_t top = part(job->panels, row_blocks(job), task / blocks);
    const size_t bottom = part(job->panels, row_blocks(job), task / blocks + 1);
    const size_t left = task % blocks * BLOCK_COLUMNS;
    const size_t right = smaller(job->n, left + BLOCK_COLUMNS);
    float *packed_b = job->scratch + task * DEPTH * BLOCK_COLUMNS;
    const size_t slices = ceil_div(job->k, DEPTH);
    for (size_t slice = 0; slice < slices; slice++) {
        const size_t first = part(job->k, slices, slice);
        const size_t depth = part(job->k, slices, slice + 1) - first;
        pack_block(packed_b, job, first, depth, left, right, tile);
        for (size_t j = left; j < right; j += tile) {
            for (size_t panel = top; panel < bottom; panel++) {
                const size_t row = part(job->m, job->panels, panel);
                const size_t rows = part(job->m, job->panels, panel + 1) - row;
                float *c = job->c + row * job->n + j;
                const float *a = job->packed_a + row * job->k + first * rows,
                            *b = packed_b + (j - left) * depth;
                if (right - j >= tile) {
                    multiply_tile(c, job->n, a, b, tile, depth, rows, slice > 0, wide);
                    continue;
                }
                float border[WIDE_ROWS * WIDE_COLUMNS] = {0.0f};
                for (size_t i = 0; slice > 0 && i < rows; i++)
                    memcpy(border + i * tile, c + i * job->n, (right - j) * sizeof(float));
                multiply_tile(border, tile, a, b, tile, depth, rows, slice > 0, wide);
                for (size_t i = 0; i < rows; i++)
                    memcpy(c + i * job->n, border + i * tile, (right - j) * sizeof(float));
            }
        }
    }
}

KERNEL_CLONES static void multiply_block(void *context, size_t task) { multiply(context, task, false); }
KERNEL_WIDE static void multiply_wide_block(void *context, size_t task) { multiply(context, task, true); }

size_t matmul_packed_scratch(const product *job) {
    return job->m * job->k + row_blocks(job) * column_blocks(job) * DEPTH * BLOCK_COLUMNS;
}

void matmul_packed(kernel_pool *pool, product *job) {
    matmul_pack(pool, job);
    job->scratch = job->packed_a + job->m * job->k;
    kernel_pool_run(pool, row_blocks(job) * column_blocks(job),
        job->wide ? multiply_wide_block : multiply_block, job);
}
