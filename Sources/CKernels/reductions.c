// Sums. x is [rows, columns]; partial sums are taken over blocks that depend on the shape alone and added in their order, so the
// result's bits do not depend on the threads.
#include "include/CKernels.h"
#include "vector.h"

enum {
    BLOCK = 2048,           // values summed into one vector accumulator set before they are added pairwise
    TASK = 32768,           // values a task sums, about
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

/// The sum of a row: blocks pairwise, by a stack whose entries i sum 2^i blocks where the block count has bit i.
INLINE float sum_row(const float *x, size_t n) {
    float partial[64];
    size_t depth = 0, blocks = 0;
    for (size_t i = 0; i < n; i += BLOCK) {
        float sum = sum_block(x + i, smaller(BLOCK, n - i));
        for (size_t carry = blocks++; carry & 1; carry >>= 1) sum += partial[--depth];
        partial[depth++] = sum;
    }
    float total = 0.0f;
    while (depth > 0) total += partial[--depth];
    return total;
}

KERNEL_CLONES float kernel_sum(const float *x, size_t n) { return sum_row(x, n); }

typedef struct {
    float *out;
    const float *x;
    size_t rows, columns, tasks;
} reduction;

KERNEL_CLONES static void sum_some_rows(void *context, size_t task) {
    const reduction *job = context;
    const size_t end = part(job->rows, job->tasks, task + 1);
    for (size_t i = part(job->rows, job->tasks, task); i < end; i++) {
        job->out[i] = sum_row(job->x + i * job->columns, job->columns);
    }
}

void kernel_sum_columns(kernel_pool *pool, float *out, const float *x, size_t rows, size_t columns) {
    const size_t tasks = larger(1, smaller(rows, rows * columns / TASK));
    reduction job = {out, x, rows, columns, tasks};
    kernel_pool_run(pool, tasks, sum_some_rows, &job);
}

// MARK: Each column

// The order of addition is that of Eigen's outer reduction, which TensorFlow's Mean and Sum stand on, as its x86-64 builds have
// it: columns in groups of eight lanes, each in four running sums of every fourth row that are added up one after the other; rows
// that are left over, columns beyond the last whole group, and fewer than 16 rows, one row after the other. A batch norm's mean and
// variance amplify the grain of these sums a hundredfold, and with the same order they have the same grain.

/// What is summed of eight columns: the values, or the squares of their differences from a center, which are rounded before they are
/// added, as if they had been stored.
INLINE void summand(vector *value, const float *x, const vector *center, bool squared) {
    *value = AT(x);
    if (!squared) return;
    *value -= *center;
    *value *= *value;
}

/// out[0..<8] from columns that lie `stride` apart. `squared` is a constant where this is inlined.
INLINE void sum_eight_columns(
    float *out, const float *x, const vector *center, bool squared, size_t rows, size_t stride) {
#pragma STDC FP_CONTRACT OFF
    vector sums[4] = {0.0f, 0.0f, 0.0f, 0.0f}, value[4];
    size_t r = 0;
    if (rows >= 16) {
        for (; r + 4 <= rows; r += 4, x += 4 * stride) {
#pragma clang loop unroll(full)
            for (size_t i = 0; i < 4; i++) {
                summand(&value[i], x + i * stride, center, squared);
                sums[i] += value[i];
            }
        }
    }
    vector total = ((sums[0] + sums[1]) + sums[2]) + sums[3];
    for (; r < rows; r++, x += stride) {
        summand(&value[0], x, center, squared);
        total += value[0];
    }
    AT(out) = total;
}

/// The same for fewer than eight columns, which are the last of their rows. A vector reaches into the next row, whose lanes are
/// dropped; near the end of the matrix it would reach out of it.
INLINE void sum_few_columns(float *out, const float *x, const vector *center, bool squared, size_t rows, size_t width,
    size_t stride) {
#pragma STDC FP_CONTRACT OFF
    const size_t beyond = (LANES - width + stride - 1) / stride;
    vector total = 0.0f, value;
    size_t r = 0;
    for (; r + beyond < rows; r++, x += stride) {
        summand(&value, x, center, squared);
        total += value;
    }
    for (; r < rows; r++, x += stride) {
        float last[LANES] = {0.0f};
        for (size_t j = 0; j < width; j++) last[j] = x[j];
        summand(&value, last, center, squared);
        total += value;
    }
    store_partial(out, &total, width);
}

/// A task sums some groups of eight columns.
typedef struct {
    float *out;
    const float *x, *center;
    size_t rows, columns, groups, tasks;
} column_sums;

KERNEL_CLONES static void sum_some_columns(void *context, size_t task) {
    const column_sums *job = context;
    const size_t end = part(job->groups, job->tasks, task + 1), rows = job->rows, stride = job->columns;
    for (size_t group = part(job->groups, job->tasks, task); group < end; group++) {
        const size_t first = group * LANES, width = smaller(LANES, job->columns - first);
        float *out = job->out + first;
        const float *x = job->x + first;
        const bool squared = job->center != NULL;
        vector center = 0.0f;
        if (squared) load_partial(&center, job->center + first, width);
        if (width == LANES && squared) {
            sum_eight_columns(out, x, &center, true, rows, stride);
        } else if (width == LANES) {
            sum_eight_columns(out, x, &center, false, rows, stride);
        } else if (squared) {
            sum_few_columns(out, x, &center, true, rows, width, stride);
        } else {
            sum_few_columns(out, x, &center, false, rows, width, stride);
        }
    }
}

static void sum_rows(kernel_pool *pool, column_sums job) {
    job.groups = (job.columns + LANES - 1) / LANES;
    job.tasks = larger(1, smaller(job.groups, job.rows * job.columns / TASK));
    kernel_pool_run(pool, job.tasks, sum_some_columns, &job);
}

void kernel_sum_rows(kernel_pool *pool, float *out, const float *x, size_t rows, size_t columns) {
    if (columns == 1) {
        *out = kernel_sum(x, rows);
        return;
    }
    sum_rows(pool, (column_sums){.out = out, .x = x, .rows = rows, .columns = columns});
}

void kernel_sum_rows_of_squares(
    kernel_pool *pool, float *out, const float *x, const float *center, size_t rows, size_t columns) {
    sum_rows(pool, (column_sums){.out = out, .x = x, .center = center, .rows = rows, .columns = columns});
}

// MARK: Every value

KERNEL_CLONES bool kernel_all_finite(const float *x, size_t n) {
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
