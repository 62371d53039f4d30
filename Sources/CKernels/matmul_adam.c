// A weight's gradient and its step of Adam in one pass.
//
//   g = Σₜ aₜᵀ · bₜ      aₜ [kₜ, M], bₜ [kₜ, K]: a layer's inputs and the gradients of its outputs, a batch each
//   (var, m, v) ← Adam(var, m, v, g), as often as asked
//
// With few rows in a batch the gradient is cheaper to make than to store: it is made in registers, six rows by sixteen columns (or
// twelve by thirty-two) at a time, into a block that stays in the first-level cache, and var, m and v, the only large arrays, are read once and written
// once, a long run of each row at a time: short runs of many rows would wait for memory.
#include "include/CKernels.h"
#include "adam.h"

enum {
    ROWS = 6,
    COLUMNS = 2 * LANES,
    WIDE_ROWS = 12,
    WIDE_COLUMNS = 2 * WIDE_LANES,
    BLOCK = 1024,
    GRAIN = 48,     // rows that a task takes, about
};

typedef struct {
    float *var, *m, *v;
    size_t rows, columns, tasks;
    const kernel_product *terms;
    size_t term_count, times;
    adam_rates rates;
} matmul_adam;

/// g [rows, 2 · lanes], of rows BLOCK apart, = the sum of all terms, from the given row and column on.
#define WHOLE_TILE(name, vector_type, load, tile_rows, lanes)                                                          \
    INLINE void name(float *g, const matmul_adam *job, size_t top, size_t left_column) {                               \
        vector_type sums[tile_rows][2];                                                                                \
        _Pragma("clang loop unroll(full)") for (size_t r = 0; r < tile_rows; r++) sums[r][0] = sums[r][1] = 0.0f;      \
        for (size_t t = 0; t < job->term_count; t++) {                                                                 \
            const float *a = job->terms[t].a + top, *b = job->terms[t].b + left_column;                                \
            for (size_t i = 0; i < job->terms[t].k; i++, a += job->rows, b += job->columns) {                          \
                const vector_type left = load(b), right = load(b + lanes);                                             \
                _Pragma("clang loop unroll(full)") for (size_t r = 0; r < tile_rows; r++) {                            \
                    const vector_type ar = a[r];                                                                       \
                    sums[r][0] += ar * left;                                                                           \
                    sums[r][1] += ar * right;                                                                          \
                }                                                                                                      \
            }                                                                                                          \
        }                                                                                                              \
        _Pragma("clang loop unroll(full)") for (size_t r = 0; r < tile_rows; r++, g += BLOCK) {                        \
            load(g) = sums[r][0];                                                                                      \
            load(g + lanes) = sums[r][1];                                                                              \
        }                                                                                                              \
    }

WHOLE_TILE(whole_tile, vector, AT, ROWS, LANES)
WHOLE_TILE(whole_wide_tile, wide_vector, WIDE_AT, WIDE_ROWS, WIDE_LANES)

/// The same for a matrix that is smaller than a tile.
INLINE void border_tile(float *g, const matmul_adam *job, size_t top, size_t rows, size_t left, size_t columns) {
    for (size_t r = 0; r < rows; r++) {
        for (size_t j = 0; j < columns; j++) {
            float sum = 0.0f;
            for (size_t t = 0; t < job->term_count; t++) {
                const float *a = job->terms[t].a + top + r, *b = job->terms[t].b + left + j;
                for (size_t i = 0; i < job->terms[t].k; i++) {
                    sum = __builtin_fmaf(a[i * job->rows], b[i * job->columns], sum);
                }
            }
            g[r * BLOCK + j] = sum;
        }
    }
}

/// g [rows, width] = the gradient, from the given row and column on. A tile at the border begins earlier, in the tile before.
INLINE void make_block(
    float *g, const matmul_adam *job, size_t top, size_t rows, size_t left, size_t width, bool wide) {
    const size_t tile_columns = wide ? WIDE_COLUMNS : COLUMNS;
    if (rows < (wide ? WIDE_ROWS : ROWS) || width < tile_columns) {
        border_tile(g, job, top, rows, left, width);
        return;
    }
    for (size_t column = 0; column < width; column += tile_columns) {
        const size_t j = smaller(column, width - tile_columns);
        if (wide) {
            whole_wide_tile(g + j, job, top, left + j);
        } else {
            whole_tile(g + j, job, top, left + j);
        }
    }
}

INLINE void update_row(const matmul_adam *job, size_t start, const float *g, size_t columns) {
    vector var, m, v;
    size_t j = 0;
    for (; j + LANES <= columns; j += LANES) {
        const vector gradient = AT(g + j);
        var = AT(job->var + start + j), m = AT(job->m + start + j), v = AT(job->v + start + j);
        for (size_t i = 0; i < job->times; i++) adam_update(&var, &m, &v, &gradient, &job->rates);
        AT(job->var + start + j) = var, AT(job->m + start + j) = m, AT(job->v + start + j) = v;
    }
    if (j == columns) return;
    vector gradient;
    load_partial(&gradient, g + j, columns - j);
    load_partial(&var, job->var + start + j, columns - j);
    load_partial(&m, job->m + start + j, columns - j);
    load_partial(&v, job->v + start + j, columns - j);
    for (size_t i = 0; i < job->times; i++) adam_update(&var, &m, &v, &gradient, &job->rates);
    store_partial(job->var + start + j, &var, columns - j);
    store_partial(job->m + start + j, &m, columns - j);
    store_partial(job->v + start + j, &v, columns - j);
}

INLINE void update(const matmul_adam *job, size_t task, bool wide) {
    const size_t tile_rows = wide ? WIDE_ROWS : ROWS, tiles = ceil_div(job->rows, tile_rows);
    float g[WIDE_ROWS * BLOCK];
    for (size_t tile = part(tiles, job->tasks, task); tile < part(tiles, job->tasks, task + 1); tile++) {
        const size_t first = tile * tile_rows, end = smaller(job->rows, first + tile_rows);
        const size_t top = smaller(first, job->rows - smaller(tile_rows, job->rows));
        const size_t blocks = ceil_div(job->columns, BLOCK);
        for (size_t block = 0; block < blocks; block++) {
            const size_t left = part(job->columns, blocks, block);
            const size_t width = part(job->columns, blocks, block + 1) - left;
            make_block(g, job, top, end - top, left, width, wide);
            for (size_t r = first; r < end; r++) {
                update_row(job, r * job->columns + left, g + (r - top) * BLOCK, width);
            }
        }
    }
}

KERNEL_CLONES static void update_tiles(void *context, size_t task) {
    const matmul_adam job = *(const matmul_adam *)context;
    update(&job, task, false);
}

KERNEL_WIDE static void update_wide_tiles(void *context, size_t task) {
    const matmul_adam job = *(const matmul_adam *)context;
    update(&job, task, true);
}

void kernel_matmul_adam(
    kernel_pool *pool, float *var, float *m, float *v, size_t rows, size_t columns,
    const kernel_product *terms, size_t term_count, size_t times,
    float lr, float beta1, float beta2, float epsilon) {
    const size_t tasks = larger(1, rows / GRAIN);
    matmul_adam job = {
        var, m, v, rows, columns, tasks, terms, term_count, times, {lr, beta1, beta2, epsilon}};
    kernel_pool_run(pool, tasks, has_wide_vectors() ? update_wide_tiles : update_tiles, &job);
}
