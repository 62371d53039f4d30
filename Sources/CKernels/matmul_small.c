// Products with few rows.
#include "matmul.h"
#include "spin.h"

#include <string.h>

enum {
    DEPTH = 160,  // rows of b that pass over c at a time
    TASK_COLUMNS = 64,
    LARGE = 65536,  // values of b that are multiplied in two halves
    HALF = 32,      // rows, at least
    DOT_TASK = 32,  // rows of b
    MOST_ROWS = 24,
    TOTALS = 24,  // dot products at a time
    OUTER_TASK = 16384,  // values of c
};

// MARK: b as it lies

// A large b is multiplied in two halves of its rows, one after the other: so each of two threads
// reads one half, which it also updates when b is a layer's weights (matmul_adam.c). Where the
// threads' processors share no cache, to change what the other one has read takes thirty times as
// long. Whoever comes second to some columns adds its sums to the other half's.

/// How far the sums of some columns' halves have come.
enum { UNWRITTEN, BEING_WRITTEN, WRITTEN };

/// Gives sums of one half of b to columns `left..<right` of c.
INLINE void add_half(
    const product *job, atomic_uint *state, const float *sums, size_t left, size_t right) {
    unsigned before = UNWRITTEN;
    const bool first = atomic_compare_exchange_strong(state, &before, BEING_WRITTEN);
    for (int spins = 0; !first && atomic_load_explicit(state, memory_order_acquire) != WRITTEN;
        spins++)
        wait_a_moment(spins);
    for (size_t i = 0; i < job->m; i++, sums += TASK_COLUMNS) {
        float *c = job->c + i * job->n + left;
        if (first) {
            memcpy(c, sums, (right - left) * sizeof(float));
        } else {
            for (size_t j = 0; j < right - left; j++) c[j] += sums[j];
        }
    }
    if (first) atomic_store_explicit(state, WRITTEN, memory_order_release);
}

/// sums = rows `top..<bottom` of b in columns `left..<right`, multiplied. They are summed in a
/// buffer, because rows of c may lie a power of two apart and drive each other out of the cache.
/// While some rows of b pass, the next ones are fetched, and with the last ones the first of the
/// columns that are `on` from these: no processor guesses that they are next.
INLINE void stream(const product *job, float *sums, size_t top, size_t bottom, size_t left,
    size_t right, ptrdiff_t on, bool wide) {
    const size_t tile = wide ? WIDE_COLUMNS : COLUMNS;
    float edge[DEPTH * WIDE_COLUMNS];
    const size_t runs = ceil_div(bottom - top, DEPTH);
    for (size_t run = 0; run < runs; run++) {
        const size_t p = top + part(bottom - top, runs, run);
        const size_t next = top + part(bottom - top, runs, run + 1), depth = next - p;
        for (size_t j = left; j < right; j += tile) {
            const float *b = job->b + p * job->n + j;
            size_t b_row = job->n;
            ptrdiff_t ahead = (ptrdiff_t)(depth * job->n);
            if (next == bottom) ahead = on - (ptrdiff_t)((p - top) * job->n);
            if (right - j < tile) {
                memset(edge, 0, depth * tile * sizeof(float));
                for (size_t i = 0; i < depth; i++) {
                    memcpy(edge + i * tile, b + i * job->n, (right - j) * sizeof(float));
                }
                b = edge;
                b_row = tile;
                ahead = 0;
            }
            for (size_t panel = 0; panel < job->panels; panel++) {
                const size_t row = part(job->m, job->panels, panel);
                const size_t rows = part(job->m, job->panels, panel + 1) - row;
                const float *a = job->packed_a + row * job->k + p * rows;
                float *sum = sums + row * TASK_COLUMNS + (j - left);
                if (panel == 0) {
                    multiply_and_fetch(
                        sum, TASK_COLUMNS, a, b, b_row, depth, rows, p > top, wide, true, ahead);
                } else {
                    multiply_tile(sum, TASK_COLUMNS, a, b, b_row, depth, rows, p > top, wide);
                }
            }
        }
    }
}

/// One half of b times some columns. The halves' tasks begin at opposite ends, and meet in the
/// middle: from there on each thread finds the other's sums.
INLINE void stream_task(const product *job, size_t task, bool wide) {
    const size_t tile = wide ? WIDE_COLUMNS : COLUMNS, tiles = ceil_div(job->n, tile);
    const size_t columns = job->tasks / job->halves, half = task / columns;
    const size_t place = half == 0 ? task : job->tasks - 1 - task;
    const size_t left = part(tiles, columns, place) * tile;
    const size_t right = smaller(job->n, part(tiles, columns, place + 1) * tile);
    ptrdiff_t on = (ptrdiff_t)(right - left);
    if (half == 1) on = -on;
    if (half == 0 ? right == job->n : left == 0) on = 0;
    float sums[MOST_ROWS * TASK_COLUMNS];
    stream(job, sums, part(job->k, job->halves, half), part(job->k, job->halves, half + 1), left,
        right, on, wide);
    if (job->halves > 1) {
        add_half(job, &job->states[place], sums, left, right);
        return;
    }
    for (size_t i = 0; i < job->m; i++) {
        memcpy(job->c + i * job->n + left, sums + i * TASK_COLUMNS,
            (right - left) * sizeof(float));
    }
}

KERNEL_CLONES static void stream_columns(void *context, size_t task) {
    stream_task(context, task, false);
}
KERNEL_WIDE static void stream_wide_columns(void *context, size_t task) {
    stream_task(context, task, true);
}

static size_t halves_of(const product *job) {
    return job->k >= 2 * HALF && job->n * job->k >= LARGE ? 2 : 1;
}

size_t matmul_streaming_scratch(const product *job) {
    return job->m * job->k + (halves_of(job) > 1 ? ceil_div(job->n, COLUMNS) : 0);
}

void matmul_streaming(kernel_pool *pool, product *job) {
    matmul_pack(pool, job);
    const size_t tiles = ceil_div(job->n, job->wide ? WIDE_COLUMNS : COLUMNS);
    const size_t tasks = even_tasks(ceil_div(job->n, TASK_COLUMNS), kernel_pool_threads(pool));
    const size_t columns = smaller(tasks, tiles);
    job->halves = halves_of(job);
    if (job->halves > 1) {
        job->states = (atomic_uint *)(job->packed_a + job->m * job->k);
        for (size_t i = 0; i < columns; i++) atomic_init(&job->states[i], UNWRITTEN);
    }
    job->tasks = columns * job->halves;
    kernel_pool_run(pool, job->tasks, job->wide ? stream_wide_columns : stream_columns, job);
}

// MARK: b transposed

/// How long the slices of k are: rows of a as long as this stay in the first-level cache.
static size_t slice_depth(const product *job) { return job->m > 16 ? 256 : 512; }

/// a, in slices along k: packed[slice][panel][step][row][lane], the last step of all
/// padded with zeros.
static void pack_dots(const product *job, size_t lanes) {
    float *packed = job->packed_a;
    const size_t deepest = slice_depth(job);
    for (size_t slice = 0; slice < job->k; slice += deepest) {
        const size_t end = smaller(job->k, slice + deepest);
        for (size_t panel = 0; panel < job->panels; panel++) {
            const size_t first = part(job->m, job->panels, panel);
            const size_t last = part(job->m, job->panels, panel + 1);
            for (size_t p = slice; p < end; p += lanes) {
                for (size_t i = first; i < last; i++, packed += lanes) {
                    const float *a = job->a + i * job->a_row + p * job->a_depth;
                    if (job->a_depth == 1 && p + lanes <= end) {
                        memcpy(packed, a, lanes * sizeof(float));
                        continue;
                    }
                    for (size_t lane = 0; lane < lanes; lane++) {
                        packed[lane] = p + lane < end ? a[lane * job->a_depth] : 0.0f;
                    }
                }
            }
        }
    }
}

/// totals[i] (+)= the sum of the lanes of sums[i]; whole vectors of totals are written.
INLINE void sum_all(float *totals, const vector *sums, size_t count, bool add) {
#pragma clang loop unroll(full)
    for (size_t i = 0; i < count; i += LANES) {
        vector x[LANES], y;
#pragma clang loop unroll(full)
        for (size_t l = 0; l < LANES; l++) x[l] = i + l < count ? sums[i + l] : 0.0f;
        sum_each(&y, x);
        AT(totals + i) = add ? AT(totals + i) + y : y;
    }
}

INLINE void sum_all_wide(float *totals, const wide_vector *sums, size_t count, bool add) {
    size_t first = 0;
    if (count > LANES) {
        wide_vector x[WIDE_LANES], y;
#pragma clang loop unroll(full)
        for (size_t l = 0; l < WIDE_LANES; l++) x[l] = l < count ? sums[l] : 0.0f;
        sum_each_wide(&y, x);
        WIDE_AT(totals) = add ? WIDE_AT(totals) + y : y;
        first = WIDE_LANES;
    }
    vector halves[LANES];
#pragma clang loop unroll(full)
    for (size_t i = first; i < count; i++) {
        const wide_vector x = sums[i];
        halves[i - first] = __builtin_shufflevector(x, x, 0, 1, 2, 3, 4, 5, 6, 7)
            + __builtin_shufflevector(x, x, 8, 9, 10, 11, 12, 13, 14, 15);
    }
    if (first < count) sum_all(totals + first, halves, count - first, add);
}

/// totals [rows, columns] (+)= dot products of a panel's rows with rows of b; they go to c when
/// they are complete. Meanwhile the values `ahead` behind those of b are fetched. `rows` and
/// `columns` are constants where this is inlined, and rows · columns ≤ TOTALS.
#define DOT_TILE(name, vector_type, load, lanes, sum_up)                                           \
    INLINE void name(float *totals, float *c, size_t c_row, const float *a, const float *b,        \
        size_t b_row, size_t depth, size_t rows, size_t columns, bool add, bool complete,          \
        ptrdiff_t ahead) {                                                                         \
        vector_type sum[TOTALS];                                                                   \
        _Pragma("clang loop unroll(full)") for (size_t i = 0; i < rows * columns; i++) sum[i] =    \
            0.0f;                                                                                  \
        size_t p = 0;                                                                              \
        for (; p + lanes <= depth; p += lanes, a += rows * lanes) {                                \
            vector_type bj[4];                                                                     \
            _Pragma("clang loop unroll(full)") for (size_t j = 0; j < columns; j++) {              \
                bj[j] = load(b + j * b_row + p);                                                   \
                if (rows > 1) FETCH(b + j * b_row + p + ahead);                                    \
            }                                                                                      \
            _Pragma("clang loop unroll(full)") for (size_t i = 0; i < rows; i++) {                 \
                const vector_type ai = load(a + i * lanes);                                        \
                _Pragma("clang loop unroll(full)") for (size_t j = 0; j < columns; j++)            \
                    sum[i * columns + j] += ai * bj[j];                                            \
            }                                                                                      \
        }                                                                                          \
        if (p < depth) {                                                                           \
            _Pragma("clang loop unroll(full)") for (size_t j = 0; j < columns; j++) {              \
                vector_type bj = 0.0f;                                                             \
                for (size_t l = 0; l < depth - p; l++) bj[l] = b[j * b_row + p + l];               \
                _Pragma("clang loop unroll(full)") for (size_t i = 0; i < rows; i++)               \
                    sum[i * columns + j] += load(a + i * lanes) * bj;                              \
            }                                                                                      \
        }                                                                                          \
        sum_up(totals, sum, rows * columns, add);                                                  \
        if (!complete) return;                                                                     \
        _Pragma("clang loop unroll(full)") for (size_t i = 0; i < rows; i++)                       \
            memcpy(c + i * c_row, totals + i * columns, columns * sizeof(float));                  \
    }

DOT_TILE(dot_tile, vector, AT, LANES, sum_all)
DOT_TILE(dot_wide_tile, wide_vector, WIDE_AT, WIDE_LANES, sum_all_wide)

/// Some columns of c, for some rows of b.
INLINE void dot(const product *job, size_t task, bool wide) {
    const size_t left = part(job->n, job->tasks, task), right = part(job->n, job->tasks, task + 1);
    const size_t lanes = wide ? WIDE_LANES : LANES, deepest = slice_depth(job);
    const float *a = job->packed_a;
    float totals[DOT_TASK * 2 * TOTALS];
    for (size_t slice = 0; slice < job->k; slice += deepest) {
        const size_t depth = smaller(deepest, job->k - slice);
        const size_t padded = ceil_div(depth, lanes) * lanes;
        const bool add = slice > 0, complete = slice + depth == job->k;
        float *total = totals;
        for (size_t j = left, width; j < right; j += width) {
            const float *b = job->b + j * job->k + slice, *panel_a = a;
            width = right - j >= 4 && job->m <= 3 ? 4 : right - j >= 2 ? 2 : 1;
            // To the next rows, or to the first ones in the next slice.
            const ptrdiff_t ahead = j + width < right ? (ptrdiff_t)(width * job->k)
                : complete ? 0
                           : (ptrdiff_t)deepest - (ptrdiff_t)((j - left) * job->k);
            for (size_t panel = 0; panel < job->panels; panel++, total += TOTALS) {
                const size_t row = part(job->m, job->panels, panel);
                const size_t rows = part(job->m, job->panels, panel + 1) - row;
                float *c = job->c + row * job->n + j;
#define TILE(rows, columns)                                                                     \
    case rows * 8 + columns:                                                                    \
        if (wide) {                                                                             \
            dot_wide_tile(total, c, job->n, panel_a, b, job->k, depth, rows, columns, add,      \
                complete, ahead);                                                               \
        } else if (rows <= ROWS) {                                                              \
            dot_tile(total, c, job->n, panel_a, b, job->k, depth, smaller(rows, ROWS), columns, \
                add, complete, ahead);                                                          \
        }                                                                                       \
        break;
#define TILES(rows) TILE(rows, 2) TILE(rows, 1)
                switch (rows * 8 + width) {
                    TILES(12) TILES(11) TILES(10) TILES(9) TILES(8) TILES(7) TILES(6) TILES(5)
                    TILES(4) TILES(3) TILES(2) TILES(1) TILE(3, 4) TILE(2, 4) TILE(1, 4)
                }
#undef TILES
#undef TILE
                panel_a += rows * padded;
            }
        }
        a += job->m * padded;
    }
}

KERNEL_CLONES static void dot_columns(void *context, size_t task) { dot(context, task, false); }
KERNEL_WIDE static void dot_wide_columns(void *context, size_t task) { dot(context, task, true); }

size_t matmul_dots_scratch(const product *job) {
    return job->m * ceil_div(job->k, WIDE_LANES) * WIDE_LANES;
}

void matmul_dots(kernel_pool *pool, product *job) {
    pack_dots(job, job->wide ? WIDE_LANES : LANES);
    job->tasks = even_tasks(ceil_div(job->n, DOT_TASK), kernel_pool_threads(pool));
    kernel_pool_run(pool, job->tasks, job->wide ? dot_wide_columns : dot_columns, job);
}

// MARK: One column of a, one row of b

/// Some rows of c.
KERNEL_CLONES static void multiply_each(void *context, size_t task) {
    const product *job = context;
    const size_t end = part(job->m, job->tasks, task + 1);
    for (size_t i = part(job->m, job->tasks, task); i < end; i++) {
        float *c = job->c + i * job->n;
        const float scalar = job->a[i * job->a_row];
        const vector factor = scalar;
        size_t j = 0;
        for (; j + LANES <= job->n; j += LANES) AT(c + j) = AT(job->b + j) * factor;
        for (; j < job->n; j++) c[j] = job->b[j] * scalar;
    }
}

void matmul_outer(kernel_pool *pool, product *job) {
    job->tasks = larger(1, smaller(job->m, job->m * job->n / OUTER_TASK));
    kernel_pool_run(pool, job->tasks, multiply_each, job);
}
