// c = a · b for few rows of a, and b as it lies: b is read once, in the order of its memory, while
// the columns of c that a task has stay in the first-level cache. A layer's output at a small
// batch.
#include "matmul_pack.h"
#include "pool.h"
#include "spin.h"

#include <stdatomic.h>
#include <string.h>

enum {
    DEPTH = 160,        // rows of b that pass over c at a time
    TASK_COLUMNS = 64,  // of c
    MOST_ROWS = 24,     // of a
    LARGE = 65536,      // values of b that are multiplied in two halves
    HALF = 32,          // rows of b, at least
};

typedef struct {
    product of;
    float *copies;  // of a, in panels
    size_t panels;
    size_t columns;       // tasks for each half of b
    size_t halves;        // 1 or 2
    atomic_uint *states;  // how far each task's columns have come, where there are two
} streamed_job;

// MARK: A panel by some rows of b

/// c [rows, COLUMNS] (+)= a panel's `depth` columns · b [depth, COLUMNS]. Meanwhile, if it
/// `fetches`, the values `ahead` behind those of b are brought to the second-level cache. `rows`
/// and `fetches` are constants where this is inlined.
#define MULTIPLY_ROWS(name, vector_type, load, most_rows, lanes)                                   \
    INLINE void name(float *c, size_t c_row, const float *a, const float *b, size_t b_row,         \
        size_t depth, size_t rows, bool add, bool fetches, ptrdiff_t ahead) {                      \
        vector_type sum[most_rows][2];                                                             \
        _Pragma("clang loop unroll(full)") for (size_t i = 0; i < rows; i++) {                     \
            sum[i][0] = add ? load(c + i * c_row) : 0.0f;                                          \
            sum[i][1] = add ? load(c + i * c_row + lanes) : 0.0f;                                  \
        }                                                                                          \
        _Pragma("clang loop unroll(disable)") for (size_t p = 0; p < depth;                        \
                                                   p++, a += rows, b += b_row) {                   \
            if (fetches) FETCH(b + ahead);                                                         \
            if (fetches && lanes > LANES) FETCH(b + ahead + lanes);                                \
            const vector_type b0 = load(b), b1 = load(b + lanes);                                  \
            _Pragma("clang loop unroll(full)") for (size_t i = 0; i < rows; i++) {                 \
                const vector_type ai = a[i];                                                       \
                sum[i][0] += ai * b0;                                                              \
                sum[i][1] += ai * b1;                                                              \
            }                                                                                      \
        }                                                                                          \
        _Pragma("clang loop unroll(full)") for (size_t i = 0; i < rows; i++) {                     \
            load(c + i * c_row) = sum[i][0];                                                       \
            load(c + i * c_row + lanes) = sum[i][1];                                               \
        }                                                                                          \
    }

MULTIPLY_ROWS(multiply_rows, vector, AT, ROWS, LANES)
MULTIPLY_ROWS(multiply_wide_rows, wide_vector, WIDE_AT, WIDE_ROWS, WIDE_LANES)

INLINE void multiply_and_fetch(float *c, size_t c_row, const float *a, const float *b, size_t b_row,
    size_t depth, size_t rows, bool add, bool wide, bool fetches, ptrdiff_t ahead) {
#define ROWS_CASE(count)                                                                           \
    case count:                                                                                    \
        if (wide) {                                                                                \
            multiply_wide_rows(c, c_row, a, b, b_row, depth, count, add, fetches, ahead);          \
        } else if (count <= ROWS) {                                                                \
            multiply_rows(                                                                         \
                c, c_row, a, b, b_row, depth, smaller(count, ROWS), add, fetches, ahead);          \
        }                                                                                          \
        break;
    switch (rows) { CASES_OF_12(ROWS_CASE) }
#undef ROWS_CASE
}

INLINE void multiply_tile(float *c, size_t c_row, const float *a, const float *b, size_t b_row,
    size_t depth, size_t rows, bool add, bool wide) {
    multiply_and_fetch(c, c_row, a, b, b_row, depth, rows, add, wide, false, 0);
}

// MARK: Halves of b

// A large b is multiplied in two halves of its rows, one after the other: so each of two threads
// reads one half, which it also updates when b is a layer's weights (matmul_adam.c). Where the
// threads' processors share no cache, to change what the other one has read takes thirty times as
// long. Whoever comes second to some columns adds its sums to the other half's.

/// How far the sums of some columns' halves have come.
enum { UNWRITTEN, BEING_WRITTEN, WRITTEN };

/// Gives sums of one half of b to columns `left..<right` of c.
INLINE void add_half(
    const streamed_job *job, atomic_uint *state, const float *sums, size_t left, size_t right) {
    unsigned before = UNWRITTEN;
    const bool first = atomic_compare_exchange_strong(state, &before, BEING_WRITTEN);
    for (int spins = 0; !first && atomic_load_explicit(state, memory_order_acquire) != WRITTEN;
         spins++)
        wait_a_moment(spins);
    for (size_t i = 0; i < job->of.m; i++, sums += TASK_COLUMNS) {
        float *c = job->of.c + i * job->of.n + left;
        if (first) {
            memcpy(c, sums, (right - left) * sizeof(float));
        } else {
            for (size_t j = 0; j < right - left; j++) c[j] += sums[j];
        }
    }
    if (first) atomic_store_explicit(state, WRITTEN, memory_order_release);
}

/// sums = rows `top..<bottom` of b in columns `left..<right`, multiplied. They are summed in a
/// buffer: rows of c may lie a power of two apart and drive each other out of the cache.
///
/// While some rows of b pass, the rows behind them are fetched. With the last rows the first ones
/// of the task's neighbour are, whose columns begin `next_columns` floats from these; 0 where there
/// is none. No processor guesses that they are next.
INLINE void stream(const streamed_job *job, const float *packed, float *sums, size_t top,
    size_t bottom, size_t left, size_t right, ptrdiff_t next_columns, bool wide) {
    const size_t tile = wide ? WIDE_COLUMNS : COLUMNS;
    float edge[DEPTH * WIDE_COLUMNS];
    const size_t runs = ceil_div(bottom - top, DEPTH);
    for (size_t run = 0; run < runs; run++) {
        const size_t p = top + part(bottom - top, runs, run);
        const size_t next = top + part(bottom - top, runs, run + 1), depth = next - p;
        for (size_t j = left; j < right; j += tile) {
            const float *b = job->of.b + p * job->of.n + j;
            size_t b_row = job->of.n;
            ptrdiff_t ahead = (ptrdiff_t)(depth * job->of.n);
            if (next == bottom) ahead = next_columns - (ptrdiff_t)((p - top) * job->of.n);
            if (right - j < tile) {
                memset(edge, 0, depth * tile * sizeof(float));
                for (size_t i = 0; i < depth; i++) {
                    memcpy(edge + i * tile, b + i * job->of.n, (right - j) * sizeof(float));
                }
                b = edge;
                b_row = tile;
                ahead = 0;
            }
            for (size_t panel = 0; panel < job->panels; panel++) {
                const size_t row = part(job->of.m, job->panels, panel);
                const size_t rows = part(job->of.m, job->panels, panel + 1) - row;
                const float *a = packed + row * job->of.k + p * rows;
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
INLINE void stream_task(const streamed_job *job, size_t task, bool wide) {
    const size_t tile = wide ? WIDE_COLUMNS : COLUMNS, tiles = ceil_div(job->of.n, tile);
    const size_t columns = job->columns, half = task / columns;
    const size_t place = half == 0 ? task : 2 * columns - 1 - task;
    const size_t left = part(tiles, columns, place) * tile;
    const size_t right = smaller(job->of.n, part(tiles, columns, place + 1) * tile);
    ptrdiff_t next_columns =
        half == 0 ? (ptrdiff_t)(right - left) : (ptrdiff_t)left - (ptrdiff_t)right;
    if (half == 0 ? right == job->of.n : left == 0) next_columns = 0;
    float sums[MOST_ROWS * TASK_COLUMNS];
    bool is_new;
    float *packed = own_copy(job->copies, job->of.m * job->of.k, &is_new);
    if (is_new) matmul_pack_alone(&job->of, packed);
    stream(job, packed, sums, part(job->of.k, job->halves, half),
        part(job->of.k, job->halves, half + 1), left, right, next_columns, wide);
    if (job->halves > 1) {
        add_half(job, &job->states[place], sums, left, right);
        return;
    }
    for (size_t i = 0; i < job->of.m; i++) {
        memcpy(job->of.c + i * job->of.n + left, sums + i * TASK_COLUMNS,
            (right - left) * sizeof(float));
    }
}

KERNEL_WIDE_TASK(stream_columns, context, task, wide) { stream_task(context, task, wide); }

static size_t halves_of(const product *of) {
    return of->k >= 2 * HALF && of->n * of->k >= LARGE ? 2 : 1;
}

size_t matmul_streamed_scratch(const product *of, int threads) {
    return copies_size(of->m * of->k, threads) + (halves_of(of) > 1 ? ceil_div(of->n, COLUMNS) : 0);
}

void matmul_streamed(kernel_pool *pool, const product *of, float *scratch) {
    const int threads = kernel_pool_threads(pool);
    forget_copies(scratch, of->m * of->k, threads);
    const size_t tiles = ceil_div(of->n, of->wide ? WIDE_COLUMNS : COLUMNS);
    const size_t tasks = even_tasks(ceil_div(of->n, TASK_COLUMNS), threads);
    streamed_job job = {.of = *of,
        .copies = scratch,
        .panels = panels_of(of),
        .columns = smaller(tasks, tiles),
        .halves = halves_of(of)};
    if (job.halves > 1) {
        job.states = (atomic_uint *)(scratch + copies_size(of->m * of->k, threads));
        for (size_t i = 0; i < job.columns; i++) atomic_init(&job.states[i], UNWRITTEN);
    }
    kernel_pool_run(pool, job.columns * job.halves, stream_columns, &job);
}
