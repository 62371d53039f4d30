// Products with few rows.
#include "matmul.h"

#include <string.h>

enum {
    DEPTH = 32,  // rows of b that pass over c at a time
    TASK_COLUMNS = 256,
    DOT_DEPTH = 512,  // of k: rows of a as long as this stay in the first-level cache
    DOT_TASK = 32,    // rows of b
    MOST_ROWS = 24,
};

// MARK: b as it lies

/// Some columns of c. They are summed in a buffer, because rows of c may lie a power of two apart
/// and drive each other out of the cache.
KERNEL_CLONES static void stream_columns(void *context, size_t task) {
    const product *job = context;
    const size_t tiles = ceil_div(job->n, COLUMNS);
    const size_t left = part(tiles, job->tasks, task) * COLUMNS;
    const size_t right = smaller(job->n, part(tiles, job->tasks, task + 1) * COLUMNS);
    float sums[MOST_ROWS * TASK_COLUMNS], edge[DEPTH * COLUMNS];
    for (size_t p = 0; p < job->k; p += DEPTH) {
        const size_t depth = smaller(DEPTH, job->k - p);
        for (size_t j = left; j < right; j += COLUMNS) {
            const float *b = job->b + p * job->n + j;
            size_t b_row = job->n;
            if (right - j < COLUMNS) {
                memset(edge, 0, sizeof edge);
                for (size_t i = 0; i < depth; i++) {
                    memcpy(edge + i * COLUMNS, b + i * job->n, (right - j) * sizeof(float));
                }
                b = edge;
                b_row = COLUMNS;
            }
            for (size_t panel = 0; panel < job->panels; panel++) {
                const size_t row = part(job->m, job->panels, panel);
                const size_t rows = part(job->m, job->panels, panel + 1) - row;
                multiply_tile(sums + row * TASK_COLUMNS + (j - left), TASK_COLUMNS,
                    job->packed_a + row * job->k + p * rows, b, b_row, depth, rows, p > 0);
            }
        }
    }
    for (size_t i = 0; i < job->m; i++) {
        memcpy(job->c + i * job->n + left, sums + i * TASK_COLUMNS, (right - left) * sizeof(float));
    }
}

size_t matmul_streaming_scratch(const product *job) { return job->m * job->k; }

void matmul_streaming(kernel_pool *pool, product *job) {
    matmul_pack(pool, job);
    job->tasks = ceil_div(job->n, TASK_COLUMNS);
    kernel_pool_run(pool, job->tasks, stream_columns, job);
}

// MARK: b transposed

/// a, in slices of DOT_DEPTH along k: packed[slice][panel][step][row][lane], the last step of all
/// padded with zeros.
static void pack_dots(const product *job) {
    float *packed = job->packed_a;
    for (size_t slice = 0; slice < job->k; slice += DOT_DEPTH) {
        const size_t end = smaller(job->k, slice + DOT_DEPTH);
        for (size_t panel = 0; panel < job->panels; panel++) {
            const size_t first = part(job->m, job->panels, panel);
            const size_t last = part(job->m, job->panels, panel + 1);
            for (size_t p = slice; p < end; p += LANES) {
                for (size_t i = first; i < last; i++, packed += LANES) {
                    const float *a = job->a + i * job->a_row + p * job->a_depth;
                    for (size_t lane = 0; lane < LANES; lane++) {
                        packed[lane] = p + lane < end ? a[lane * job->a_depth] : 0.0f;
                    }
                }
            }
        }
    }
}

/// c [rows, columns] (+)= dot products of a panel's rows with rows of b. `rows` and `columns` are
/// constants where this is inlined.
INLINE void dot_tile(float *c, size_t c_row, const float *a, const float *b, size_t b_row,
    size_t depth, size_t rows, size_t columns, bool add) {
    vector sum[16];
#pragma clang loop unroll(full)
    for (size_t i = 0; i < 16; i++) sum[i] = 0.0f;
    size_t p = 0;
    for (; p + LANES <= depth; p += LANES, a += rows * LANES) {
        vector bj[4];
#pragma clang loop unroll(full)
        for (size_t j = 0; j < columns; j++) bj[j] = AT(b + j * b_row + p);
#pragma clang loop unroll(full)
        for (size_t i = 0; i < rows; i++) {
            const vector ai = AT(a + i * LANES);
#pragma clang loop unroll(full)
            for (size_t j = 0; j < columns; j++) sum[i * columns + j] += ai * bj[j];
        }
    }
    if (p < depth) {
        for (size_t j = 0; j < columns; j++) {
            vector bj;
            load_partial(&bj, b + j * b_row + p, depth - p);
#pragma clang loop unroll(full)
            for (size_t i = 0; i < rows; i++) sum[i * columns + j] += AT(a + i * LANES) * bj;
        }
    }
    vector totals[2];
    sum_each(&totals[0], sum);
    sum_each(&totals[1], sum + 8);
#pragma clang loop unroll(full)
    for (size_t i = 0; i < rows * columns; i++) {
        float *to = c + i / columns * c_row + i % columns;
        *to = add ? *to + totals[i / 8][i % 8] : totals[i / 8][i % 8];
    }
}

/// Some columns of c, for some rows of b.
KERNEL_CLONES static void dot_columns(void *context, size_t task) {
    const product *job = context;
    const size_t left = part(job->n, job->tasks, task), right = part(job->n, job->tasks, task + 1);
    const float *a = job->packed_a;
    for (size_t slice = 0; slice < job->k; slice += DOT_DEPTH) {
        const size_t depth = smaller(DOT_DEPTH, job->k - slice);
        const size_t padded = ceil_div(depth, LANES) * LANES;
        const bool add = slice > 0;
        for (size_t j = left, width; j < right; j += width) {
            const float *b = job->b + j * job->k + slice, *panel_a = a;
            width = right - j >= 4 && job->m <= 3 ? 4 : right - j >= 2 ? 2 : 1;
            for (size_t panel = 0; panel < job->panels; panel++) {
                const size_t row = part(job->m, job->panels, panel);
                const size_t rows = part(job->m, job->panels, panel + 1) - row;
                float *c = job->c + row * job->n + j;
#define TILE(rows, columns) dot_tile(c, job->n, panel_a, b, job->k, depth, rows, columns, add)
                switch (rows * 8 + width) {
                case 6 * 8 + 2: TILE(6, 2); break;
                case 5 * 8 + 2: TILE(5, 2); break;
                case 4 * 8 + 2: TILE(4, 2); break;
                case 3 * 8 + 4: TILE(3, 4); break;
                case 3 * 8 + 2: TILE(3, 2); break;
                case 2 * 8 + 4: TILE(2, 4); break;
                case 2 * 8 + 2: TILE(2, 2); break;
                case 1 * 8 + 4: TILE(1, 4); break;
                case 1 * 8 + 2: TILE(1, 2); break;
                case 6 * 8 + 1: TILE(6, 1); break;
                case 5 * 8 + 1: TILE(5, 1); break;
                case 4 * 8 + 1: TILE(4, 1); break;
                case 3 * 8 + 1: TILE(3, 1); break;
                case 2 * 8 + 1: TILE(2, 1); break;
                default: TILE(1, 1); break;
                }
#undef TILE
                panel_a += rows * padded;
            }
        }
        a += job->m * padded;
    }
}

size_t matmul_dots_scratch(const product *job) { return job->m * ceil_div(job->k, LANES) * LANES; }

void matmul_dots(kernel_pool *pool, product *job) {
    pack_dots(job);
    job->tasks = ceil_div(job->n, DOT_TASK);
    kernel_pool_run(pool, job->tasks, dot_columns, job);
}
