// Sums. x is [rows, columns]; partial sums are taken over blocks that depend on the shape alone and
// added in their order, so the result's bits do not depend on the threads.
#include "include/CKernels.h"
#include "spin.h"
#include "vector.h"

#include <stdatomic.h>

enum {
    BLOCK = 2048,    // values summed into one vector accumulator set before they are added pairwise
    TASK = 32768,    // values a task sums, about
    LONG_ROWS = 16,  // that are cut into pieces
    MOST_PIECES = 64,
    FEW_GROUPS = 2,  // of columns, which are summed in runs of rows
    CHUNK = 4096,    // values of some rows, which the first-level cache holds
    RUN = 8192,  // values of some rows that are worth it to be left to the thread that made them
};

// MARK: All of a row

/// The sum of at most BLOCK values.
INLINE float sum_block(const float *x, size_t n) {
    vector a = 0.0f, b = 0.0f, c = 0.0f, d = 0.0f;
    size_t i = 0;
    for (; i + 4 * LANES <= n; i += 4 * LANES) {
        a += AT(x + i);
        b += AT(x + i + LANES);
        c += AT(x + i + 2 * LANES);
        d += AT(x + i + 3 * LANES);
    }
    for (; i + LANES <= n; i += LANES) a += AT(x + i);
    if (i < n) {
        vector rest;
        load_partial(&rest, x + i, n - i);
        b += rest;
    }
    const vector total = (a + b) + (c + d);
    return sum_lanes(&total);
}

/// Sums that are added pairwise, by a stack whose entries i hold 2^i of them where the count has bit
/// i.
typedef struct {
    float partial[64];
    size_t depth, count;
} pairwise;

INLINE void add_pairwise(pairwise *sums, float sum) {
    for (size_t carry = sums->count++; carry & 1; carry >>= 1) sum += sums->partial[--sums->depth];
    sums->partial[sums->depth++] = sum;
}

INLINE float total_of(pairwise *sums) {
    float total = 0.0f;
    while (sums->depth > 0) total += sums->partial[--sums->depth];
    return total;
}

/// The sum of a row: its blocks pairwise.
INLINE float sum_row(const float *x, size_t n) {
    pairwise sums;
    sums.depth = sums.count = 0;
    for (size_t i = 0; i < n; i += BLOCK)
        add_pairwise(&sums, sum_block(x + i, smaller(BLOCK, n - i)));
    return total_of(&sums);
}

static float sum_pieces(const float *pieces, size_t count) {
    pairwise sums;
    sums.depth = sums.count = 0;
    for (size_t i = 0; i < count; i++) add_pairwise(&sums, pieces[i]);
    return total_of(&sums);
}

typedef struct {
    float *out;
    const float *x;
    // Tasks, or of a long row its pieces.
    size_t rows, columns, tasks, piece;
} reduction;

/// A piece of a row that is summed by several tasks: a power of two of blocks, so that the pieces'
/// sums are entries of sum_row's stack.
KERNEL_TASK(sum_piece, context, task) {
    const reduction *job = context;
    const size_t i = task / job->tasks, start = task % job->tasks * job->piece;
    job->out[task] =
        sum_row(job->x + i * job->columns + start, smaller(job->piece, job->columns - start));
}

/// The sums of so few rows that there would not be one for each thread.
static void sum_long_rows(
    kernel_pool *pool, float *out, const float *x, size_t rows, size_t columns) {
    size_t piece = BLOCK;
    while (ceil_div(columns, piece) > MOST_PIECES) piece *= 2;
    const size_t pieces = ceil_div(columns, piece);
    float sums[LONG_ROWS * MOST_PIECES];
    reduction job = {sums, x, rows, columns, pieces, piece};
    kernel_pool_run(pool, rows * pieces, sum_piece, &job);
    for (size_t i = 0; i < rows; i++) out[i] = sum_pieces(sums + i * pieces, pieces);
}

KERNEL_TASK(sum_some_rows, context, task) {
    const reduction *job = context;
    const size_t end = part(job->rows, job->tasks, task + 1);
    for (size_t i = part(job->rows, job->tasks, task); i < end; i++) {
        job->out[i] = sum_row(job->x + i * job->columns, job->columns);
    }
}

void kernel_sum_columns(
    kernel_pool *pool, float *out, const float *x, size_t rows, size_t columns) {
    if (rows <= LONG_ROWS && columns >= 2 * TASK) {
        sum_long_rows(pool, out, x, rows, columns);
        return;
    }
    const size_t tasks = larger(1, smaller(rows, rows * columns / TASK));
    reduction job = {out, x, rows, columns, tasks, columns};
    kernel_pool_run(pool, tasks, sum_some_rows, &job);
}

// MARK: Each column

// The order of addition is that of Eigen's outer reduction, which TensorFlow's Mean and Sum stand
// on, as its x86-64 builds have it: columns in groups of eight lanes, each in four running sums of
// every fourth row that are added up one after the other; rows that are left over, columns beyond
// the last whole group, and fewer than 16 rows, one row after the other. A batch norm's mean and
// variance amplify the grain of these sums a hundredfold, and with the same order they have the
// same grain.

/// What is summed of eight columns: the values, or the squares of their differences from a center,
/// which are rounded before they are added, as if they had been stored.
INLINE void summand(vector *value, const float *x, const vector *center, bool squared) {
    *value = AT(x);
    if (!squared) return;
    *value -= *center;
    *value *= *value;
}

/// Adds rows of eight columns, a multiple of four of them, to four running sums, and, with `few`,
/// those of the fewer columns behind them, one after the other, to one more: each of those waits
/// for the one before, which leaves time for the others.
/// `squared` is a constant where this is inlined.
INLINE void add_fours(vector sums[4], vector *few, const float *x, const vector center[2],
    bool squared, size_t rows, size_t stride) {
#pragma STDC FP_CONTRACT OFF
    vector own[4] = {sums[0], sums[1], sums[2], sums[3]}, last = 0.0f, value[4];
    if (few != NULL) last = *few;
    for (size_t r = 0; r < rows; r += 4, x += 4 * stride) {
#pragma clang loop unroll(full)
        for (size_t i = 0; i < 4; i++) {
            summand(&value[i], x + i * stride, &center[0], squared);
            own[i] += value[i];
            if (few == NULL) continue;
            summand(&value[i], x + i * stride + LANES, &center[1], squared);
            last += value[i];
        }
    }
    for (size_t i = 0; i < 4; i++) sums[i] = own[i];
    if (few != NULL) *few = last;
}

/// How many rows a vector of fewer columns, which are the last ones, reaches into.
INLINE size_t rows_beyond(size_t width, size_t stride) {
    return (LANES - width + stride - 1) / stride;
}

/// Adds rows of at most eight columns, one after the other. Of fewer, a vector reaches into the
/// next row, whose lanes are dropped; in the last rows of the matrix, of which there are `left`
/// from x on, it would reach out of it.
INLINE void add_rows(vector *sum, const float *x, const vector *center, bool squared, size_t rows,
    size_t left, size_t width, size_t stride) {
#pragma STDC FP_CONTRACT OFF
    const size_t beyond = rows_beyond(width, stride);
    vector own = *sum, value;
    size_t r = 0;
    for (; r < rows && r + beyond < left; r++, x += stride) {
        summand(&value, x, center, squared);
        own += value;
    }
    for (; r < rows; r++, x += stride) {
        float last[LANES] = {0.0f};
        for (size_t j = 0; j < width; j++) last[j] = x[j];
        summand(&value, last, center, squared);
        own += value;
    }
    *sum = own;
}

/// What has been summed of a group of columns.
typedef struct {
    vector sums[4];
} running_sums;

/// A task sums some groups of eight columns, and either all rows or a run of them, on top of what
/// the task before has summed: then a thread reads what it wrote itself, and the first-level cache
/// holds the rows of all groups.
typedef struct {
    float *out;
    const float *x, *center;
    size_t rows, columns, groups, tasks;
    running_sums *running;
    atomic_size_t *turn;
} column_sums;

/// Adds some rows, from a multiple of four on, to the running sums of a group; with the last ones
/// they are the result.
INLINE void sum_group(const column_sums *job, running_sums *running, size_t group, size_t top,
    size_t bottom, bool squared) {
#pragma STDC FP_CONTRACT OFF
    const size_t first = group * LANES, width = smaller(LANES, job->columns - first),
                 stride = job->columns;
    const float *x = job->x + first + top * stride;
    // The rows whose sums are four.
    const size_t fours = width == LANES && job->rows >= 16 ? job->rows / 4 * 4 : 0;
    vector center = 0.0f, *sums = running->sums;
    if (squared) load_partial(&center, job->center + first, width);
    const size_t end = smaller(fours, bottom), four_rows = top < end ? end - top : 0;
    add_fours(sums, NULL, x, &center, squared, four_rows, stride);
    if (bottom <= fours && bottom < job->rows) return;
    if (top <= fours) sums[0] = ((sums[0] + sums[1]) + sums[2]) + sums[3];
    const size_t rest = top + four_rows;
    add_rows(&sums[0], x + four_rows * stride, &center, squared, bottom - rest, job->rows - rest,
        width, stride);
    if (bottom == job->rows) store_partial(job->out + first, &sums[0], width);
}

KERNEL_TASK(sum_some_columns, context, task) {
    const column_sums *job = context;
    const size_t end = part(job->groups, job->tasks, task + 1);
    for (size_t group = part(job->groups, job->tasks, task); group < end; group++) {
        running_sums running = {0};
        if (job->center != NULL) {
            sum_group(job, &running, group, 0, job->rows, true);
        } else {
            sum_group(job, &running, group, 0, job->rows, false);
        }
    }
}

/// Adds some rows to the running sums of all groups.
INLINE void sum_groups(const column_sums *job, size_t top, size_t bottom, bool squared) {
    const size_t width = job->columns - LANES;
    if (job->groups == 2 && width < LANES && bottom <= job->rows / 4 * 4
        && bottom + rows_beyond(width, job->columns) < job->rows) {
        vector center[2] = {0.0f, 0.0f};
        if (squared)
            center[0] = AT(job->center), load_partial(&center[1], job->center + LANES, width);
        add_fours(job->running[0].sums, job->running[1].sums, job->x + top * job->columns, center,
            squared, bottom - top, job->columns);
        return;
    }
    for (size_t group = 0; group < job->groups; group++)
        sum_group(job, &job->running[group], group, top, bottom, squared);
}

KERNEL_TASK(sum_run_of_rows, context, task) {
    const column_sums *job = context;
    const size_t top = part(job->rows / 4, job->tasks, task) * 4;
    const size_t bottom =
        task + 1 < job->tasks ? part(job->rows / 4, job->tasks, task + 1) * 4 : job->rows;
    const size_t chunk = larger(4, CHUNK / job->columns / 4 * 4);
    for (int spins = 0; atomic_load_explicit(job->turn, memory_order_acquire) != task; spins++)
        wait_a_moment(spins);
    for (size_t first = top; first < bottom; first += chunk) {
        if (job->center != NULL) {
            sum_groups(job, first, smaller(bottom, first + chunk), true);
        } else {
            sum_groups(job, first, smaller(bottom, first + chunk), false);
        }
    }
    atomic_store_explicit(job->turn, task + 1, memory_order_release);
}

static void sum_rows(kernel_pool *pool, column_sums job) {
    if (job.columns == 0) return;
    job.groups = ceil_div(job.columns, LANES);
    if (job.groups <= FEW_GROUPS && job.rows >= 16) {
        running_sums running[FEW_GROUPS] = {0};
        atomic_size_t turn = 0;
        job.running = running, job.turn = &turn;
        job.tasks =
            larger(1, smaller((size_t)kernel_pool_threads(pool), job.rows * job.columns / RUN));
        kernel_pool_run(pool, job.tasks, sum_run_of_rows, &job);
        return;
    }
    job.tasks = larger(1, smaller(job.groups, job.rows * job.columns / TASK));
    kernel_pool_run(pool, job.tasks, sum_some_columns, &job);
}

void kernel_sum_rows(kernel_pool *pool, float *out, const float *x, size_t rows, size_t columns) {
    if (columns == 1) {
        kernel_sum_columns(pool, out, x, 1, rows);
        return;
    }
    sum_rows(pool, (column_sums){.out = out, .x = x, .rows = rows, .columns = columns});
}

void kernel_sum_rows_of_squares(kernel_pool *pool, float *out, const float *x, const float *center,
    size_t rows, size_t columns) {
    sum_rows(pool,
        (column_sums){.out = out, .x = x, .center = center, .rows = rows, .columns = columns});
}

// MARK: Every value

KERNEL_CLONES(extern, bool, kernel_all_finite, (const float *x, size_t n), (x, n)) {
    const ivector exponent = 0x7f800000;
    size_t i = 0;
    while (i + LANES <= n) {
        ivector bad = 0;
        for (const size_t end = smaller(n - LANES, i + BLOCK); i <= end; i += LANES) {
            bad |= ((ivector)(vector)AT(x + i) & exponent) == exponent;
        }
        if (__builtin_reduce_or(bad) != 0) return false;
    }
    vector rest;
    load_partial(&rest, x + i, n - i);
    return __builtin_reduce_or(((ivector)rest & exponent) == exponent) == 0;
}
