// A weight's gradient and its step of Adam in one pass.
//
//   g = Σₜ aₜᵀ · bₜ      aₜ [kₜ, M], bₜ [kₜ, K]: a layer's inputs and the gradients of its outputs, a batch each
//   (var, m, v) ← Adam(var, m, v, g), as often as asked
//
// With few rows in a batch the gradient is cheaper to make than to store: it is made in registers, six rows by sixteen columns at
// a time, into a block that stays in the first-level cache, and var, m and v, the only large arrays, are read once and written
// once, a long run of each row at a time: short runs of many rows would wait for memory.
#include "include/CKernels.h"
#include "adam.h"

enum { ROWS = 6, COLUMNS = 16, BLOCK = 1024, GRAIN = 8 };       // GRAIN: tiles of rows that a task takes, about

typedef struct {
    float *var, *m, *v;
    size_t rows, columns, tasks;
    const kernel_product *terms;
    size_t term_count, times;
    adam_rates rates;
} matmul_adam;

/// g [ROWS, COLUMNS], of rows BLOCK apart, (+)= the product of six columns of a and sixteen of b.
INLINE void whole_tile(float *g, const float *a, const float *b, size_t k, const matmul_adam *job, bool is_first) {
    vector sums[ROWS][2];
    for (size_t r = 0; r < ROWS; r++) sums[r][0] = sums[r][1] = 0.0f;
    for (size_t i = 0; i < k; i++, a += job->rows, b += job->columns) {
        const vector left = AT(b), right = AT(b + LANES);
        for (size_t r = 0; r < ROWS; r++) {
            sums[r][0] += a[r] * left;
            sums[r][1] += a[r] * right;
        }
    }
    for (size_t r = 0; r < ROWS; r++, g += BLOCK) {
        AT(g) = is_first ? sums[r][0] : AT(g) + sums[r][0];
        AT(g + LANES) = is_first ? sums[r][1] : AT(g + LANES) + sums[r][1];
    }
}

/// The same for a tile at the border.
INLINE void border_tile(
    float *g, const float *a, const float *b, size_t k, size_t rows, size_t columns, const matmul_adam *job, bool is_first) {
    for (size_t r = 0; r < rows; r++) {
        for (size_t j = 0; j < columns; j++) {
            float sum = 0.0f;
            for (size_t i = 0; i < k; i++) sum = __builtin_fmaf(a[i * job->rows + r], b[i * job->columns + j], sum);
            g[r * BLOCK + j] = is_first ? sum : g[r * BLOCK + j] + sum;
        }
    }
}

/// g [rows, width] (+)= a term, from the given row and column on.
INLINE void make_block(
    float *g, const kernel_product *term, size_t top, size_t rows, size_t left, size_t width, const matmul_adam *job,
    bool is_first) {
    for (size_t j = 0; j < width; j += COLUMNS) {
        const size_t columns = smaller(COLUMNS, width - j);
        if (rows == ROWS && columns == COLUMNS) {
            whole_tile(g + j, term->a + top, term->b + left + j, term->k, job, is_first);
        } else {
            border_tile(g + j, term->a + top, term->b + left + j, term->k, rows, columns, job, is_first);
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

KERNEL_CLONES static void update_tiles(void *context, size_t task) {
    const matmul_adam job = *(const matmul_adam *)context;
    const size_t tiles = ceil_div(job.rows, ROWS);
    float g[ROWS * BLOCK];
    for (size_t tile = part(tiles, job.tasks, task); tile < part(tiles, job.tasks, task + 1); tile++) {
        const size_t top = tile * ROWS, rows = smaller(ROWS, job.rows - top);
        for (size_t left = 0; left < job.columns; left += BLOCK) {
            const size_t width = smaller(BLOCK, job.columns - left);
            for (size_t t = 0; t < job.term_count; t++) make_block(g, &job.terms[t], top, rows, left, width, &job, t == 0);
            for (size_t r = 0; r < rows; r++) {
                update_row(&job, (top + r) * job.columns + left, g + r * BLOCK, width);
            }
        }
    }
}

void kernel_matmul_adam(
    kernel_pool *pool, float *var, float *m, float *v, size_t rows, size_t columns,
    const kernel_product *terms, size_t term_count, size_t times,
    float lr, float beta1, float beta2, float epsilon) {
    const size_t tasks = larger(1, ceil_div(rows, ROWS) / GRAIN);
    matmul_adam job = {
        var, m, v, rows, columns, tasks, terms, term_count, times, {lr, beta1, beta2, epsilon}};
    kernel_pool_run(pool, tasks, update_tiles, &job);
}
