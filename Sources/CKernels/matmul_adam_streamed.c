// A weight's gradient and its steps of Adam in one pass, for small batches.
//
// The gradient is cheaper to make than to store: some rows of it are made at a time, tile by tile
// in registers. Products keep the multipliers busy, Adam keeps the divider busy. So the two take
// turns every few instructions: while one block of the gradient is made, the block before it is
// used up. var, m and v are the only large arrays. They are read once and written once, in the
// order of their memory, and fetched ahead of time.
#include "matmul_adam.h"

enum {
    ROWS = 6,  // a tile of g: ROWS × COLUMNS values, in 12 of AVX2's 16 registers
    COLUMNS = 2 * LANES,
    WIDE_ROWS = 6,  // the same in 12 of AVX-512's 32: Adam needs the others
    WIDE_COLUMNS = 2 * WIDE_LANES,
    BLOCK = 1024,   // columns of a block, whose rows are those of a tile
    STEP = 16,      // values that are updated at a time
    GRAIN = 32768,  // values that a task updates, about
};

/// What is left of a block of the gradient that is used up. In var it is `runs` runs of `run`
/// values.
typedef struct {
    const float *g;  // the first run left, and its place in var
    size_t start;
    size_t run, runs;
    size_t gap;   // between runs
    size_t done;  // values of the first run
} block;

/// How updates are spread over the products that are made meanwhile: evenly, `updates` of them in
/// `products`, as Bresenham spreads a line's steps.
typedef struct {
    size_t updates, products;
    size_t owed;  // in parts of an update, of which `products` make one
} pace;

// MARK: Updating

/// Updates STEP values.
INLINE void update_step(
    const weight_update *job, float *var, float *m, float *v, const float *g, bool wide) {
    FETCH(var + ADAM_AHEAD), FETCH(m + ADAM_AHEAD), FETCH(v + ADAM_AHEAD);
    if (wide) {
        const wide_vector gradient = WIDE_AT(g);
        wide_vector var_i = WIDE_AT(var), m_i = WIDE_AT(m), v_i = WIDE_AT(v);
        _Pragma("clang loop unroll(disable)") for (size_t i = 0; i < job->times; i++)
            adam_update_wide(&var_i, &m_i, &v_i, &gradient, &job->rates);
        WIDE_AT(var) = var_i, WIDE_AT(m) = m_i, WIDE_AT(v) = v_i;
        return;
    }
    for (size_t half = 0; half < STEP; half += LANES) {
        adam_update_values(
            var + half, m + half, v + half, g + half, LANES, job->times, &job->rates);
    }
}

/// Uses up what is left of a block's first run.
INLINE void finish_run(const weight_update *job, block *from, bool wide) {
    float *var = job->var + from->start, *m = job->m + from->start, *v = job->v + from->start;
    size_t i = from->done;
    for (; i + STEP <= from->run; i += STEP)
        update_step(job, var + i, m + i, v + i, from->g + i, wide);
    for (; i < from->run; i += LANES) {
        adam_update_values(var + i, m + i, v + i, from->g + i, smaller(LANES, from->run - i),
            job->times, &job->rates);
    }
    from->g += from->run;
    from->start += from->run + from->gap;
    from->runs -= 1;
    from->done = 0;
}

// MARK: Making the gradient

/// g [rows, 2 · lanes] = the sum of all terms, from the given row and column on. Meanwhile a block
/// is used up, at the given pace.
#define WHOLE_TILE(name, vector_type, load, tile_rows, lanes, wide)                                \
    INLINE void name(float *g, size_t g_row, const weight_update *job, size_t top, size_t left,    \
        block *from, pace *at) {                                                                   \
        vector_type sums[tile_rows][2];                                                            \
        const float *const used = from->g;                                                         \
        float *const var = job->var + from->start, *const m = job->m + from->start,                \
                     *const v = job->v + from->start;                                              \
        const size_t updates = at->updates, products = at->products;                               \
        size_t done = from->done, owed = at->owed;                                                 \
        _Pragma("clang loop unroll(full)") for (size_t r = 0; r < tile_rows; r++) {                \
            sums[r][0] = sums[r][1] = 0.0f;                                                        \
        }                                                                                          \
        for (size_t t = 0; t < job->term_count; t++) {                                             \
            const float *a = job->terms[t].a + top, *b = job->terms[t].b + left;                   \
            const size_t a_row = a_row_of(job, t);                                                 \
            for (size_t i = job->terms[t].k; i > 0; i--, a += a_row, b += job->columns) {          \
                const vector_type b0 = load(b), b1 = load(b + lanes);                              \
                _Pragma("clang loop unroll(full)") for (size_t r = 0; r < tile_rows; r++) {        \
                    const vector_type ar = a[r];                                                   \
                    sums[r][0] += ar * b0;                                                         \
                    sums[r][1] += ar * b1;                                                         \
                }                                                                                  \
                if (!wide) continue;                                                               \
                for (owed += updates; owed >= products; owed -= products, done += STEP)            \
                    update_step(job, var + done, m + done, v + done, used + done, wide);           \
            }                                                                                      \
        }                                                                                          \
        from->done = done;                                                                         \
        at->owed = owed;                                                                           \
        _Pragma("clang loop unroll(full)") for (size_t r = 0; r < tile_rows; r++) {                \
            load(g + r * g_row) = sums[r][0];                                                      \
            load(g + r * g_row + lanes) = sums[r][1];                                              \
        }                                                                                          \
    }

WHOLE_TILE(whole_tile, vector, AT, ROWS, LANES, false)
WHOLE_TILE(whole_wide_tile, wide_vector, WIDE_AT, WIDE_ROWS, WIDE_LANES, true)

/// The same for a matrix that is smaller than a tile, to the same bits: products and sums are made by one
/// instruction where whole tiles make them so.
INLINE void border_tile(float *g, size_t g_row, const weight_update *job, size_t top, size_t rows,
    size_t left, size_t columns) {
    for (size_t r = 0; r < rows; r++) {
        for (size_t j = 0; j < columns; j++) {
            float sum = 0.0f;
            for (size_t t = 0; t < job->term_count; t++) {
                const float *a = job->terms[t].a + top + r, *b = job->terms[t].b + left + j;
                const size_t a_row = a_row_of(job, t);
                for (size_t i = 0; i < job->terms[t].k; i++) {
                    sum += a[i * a_row] * b[i * job->columns];
                }
            }
            g[r * g_row + j] = sum;
        }
    }
}

/// g [rows, width] = the gradient, from the given row and column on, while another block is used
/// up. A tile at the border begins earlier, in the tile before.
INLINE void make_gradient(float *g, const weight_update *job, size_t top, size_t rows, size_t left,
    size_t width, block *from, bool wide) {
    const size_t tile_columns = wide ? WIDE_COLUMNS : COLUMNS;
    if (rows < (wide ? WIDE_ROWS : ROWS) || width < tile_columns) {
        border_tile(g, width, job, top, rows, left, width);
        return;
    }
    // A run is used up while its share of the tiles is made.
    const size_t tiles = ceil_div(width, tile_columns);
    const size_t tiles_a_run = larger(1, tiles / larger(1, from->runs));
    pace at = {.updates = from->run / STEP, .products = tiles_a_run * job->depth};
    for (size_t tile = 0; tile < tiles; tile++) {
        const size_t j = smaller(tile * tile_columns, width - tile_columns);
        if (from->runs == 0) at.updates = 0;
        if (wide) {
            whole_wide_tile(g + j, width, job, top, left + j, from, &at);
        } else {
            whole_tile(g + j, width, job, top, left + j, from, &at);
        }
        if (from->runs > 0 && from->done + STEP > from->run) finish_run(job, from, wide);
    }
}

INLINE void update(const weight_update *job, size_t tasks, size_t task, bool wide) {
    const size_t tile_rows = wide ? WIDE_ROWS : ROWS, tiles = ceil_div(job->rows, tile_rows);
    const size_t blocks = ceil_div(job->columns, BLOCK);
    _Alignas(64) float g[2][WIDE_ROWS * BLOCK];
    size_t made = 0;
    block before = {0};
    for (size_t tile = part(tiles, tasks, task); tile < part(tiles, tasks, task + 1); tile++) {
        const size_t first = tile * tile_rows, end = smaller(job->rows, first + tile_rows);
        const size_t top = smaller(first, job->rows - smaller(tile_rows, job->rows));
        for (size_t i = 0; i < blocks; i++, made++) {
            const size_t left = part(job->columns, blocks, i);
            const size_t width = part(job->columns, blocks, i + 1) - left;
            float *gradient = g[made % 2];
            make_gradient(gradient, job, top, end - top, left, width, &before, wide);
            while (before.runs > 0) finish_run(job, &before, wide);
            const size_t rows = end - first;
            const bool is_one_run = width == job->columns;
            before = (block){
                .g = gradient + (first - top) * width,
                .start = first * job->columns + left,
                .run = is_one_run ? rows * width : width,
                .runs = is_one_run ? 1 : rows,
                .gap = is_one_run ? 0 : job->columns - width,
            };
            while (!wide && before.runs > 0) finish_run(job, &before, wide);
        }
    }
    while (before.runs > 0) finish_run(job, &before, wide);
}

typedef struct {
    weight_update update;
    size_t tasks;
} streamed_job;

KERNEL_WIDE_TASK(update_tiles, context, task, wide) {
    const streamed_job job = *(const streamed_job *)context;
    update(&job.update, job.tasks, task, wide);
}

void matmul_adam_streamed(kernel_pool *pool, const weight_update *update) {
    const size_t tasks = smaller(update->rows / WIDE_ROWS, update->rows * update->columns / GRAIN);
    streamed_job job = {*update, even_tasks(larger(1, tasks), kernel_pool_threads(pool))};
    kernel_pool_run(pool, job.tasks, update_tiles, &job);
}
