// Sums. x is [rows, columns]; partial sums are taken over blocks that depend on the shape alone and added in their order, so the
// result's bits do not depend on the threads, and the error grows with the logarithm of the count rather than the count.
#include "include/CKernels.h"
#include "vector.h"

enum {
    BLOCK = 2048,           // values summed into one vector accumulator set before they are added pairwise
    TASK = 32768,           // values a task sums, about
    PARTIAL = 8192,         // floats of partial column sums, kept on the stack
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

/// sum[0..<width] += rows of x that lie `stride` apart. Four at a time are added before they meet the running sum.
INLINE void add_rows(float *sum, const float *x, size_t rows, size_t width, size_t stride) {
    for (size_t r = 0; r < rows; r += 4, x += 4 * stride) {
        const size_t count = smaller(4, rows - r);
        size_t j = 0;
        if (count == 4) {
            for (; j + LANES <= width; j += LANES) {
                AT(sum + j) += (AT(x + j) + AT(x + stride + j)) + (AT(x + 2 * stride + j) + AT(x + 3 * stride + j));
            }
        }
        for (; j < width; j++) {
            float total = x[j];
            for (size_t i = 1; i < count; i++) total += x[i * stride + j];
            sum[j] += total;
        }
    }
}

/// A task sums some of the rows (narrow matrices) or some of the columns (wide ones).
typedef struct {
    float *out;             // [row_tasks, columns]
    const float *x;
    size_t rows, columns, row_tasks, column_tasks;
} column_sums;

KERNEL_CLONES static void sum_some_columns(void *context, size_t task) {
    const column_sums *job = context;
    const size_t row_task = task / job->column_tasks, column_task = task % job->column_tasks;
    const size_t first = part(job->rows, job->row_tasks, row_task);
    const size_t last = part(job->rows, job->row_tasks, row_task + 1);
    const size_t left = part(job->columns, job->column_tasks, column_task);
    const size_t right = part(job->columns, job->column_tasks, column_task + 1);
    float *out = job->out + row_task * job->columns + left;
    const float *x = job->x + first * job->columns + left;
    const size_t width = right - left;
    for (size_t j = 0; j < width; j++) out[j] = 0.0f;
    add_rows(out, x, last - first, width, job->columns);
}

void kernel_sum_rows(kernel_pool *pool, float *out, const float *x, size_t rows, size_t columns) {
    float partial[PARTIAL];
    const size_t tasks = larger(1, rows * columns / TASK);
    const size_t row_tasks = larger(1, smaller(smaller(tasks, rows), smaller(64, PARTIAL / larger(1, columns))));
    column_sums job = {partial, x, rows, columns, row_tasks, 1};
    if (row_tasks == 1) {
        job.out = out;
        job.column_tasks = larger(1, smaller(tasks, columns / 64));
    }
    kernel_pool_run(pool, job.row_tasks * job.column_tasks, sum_some_columns, &job);
    if (row_tasks == 1) return;
    for (size_t j = 0; j < columns; j++) out[j] = partial[j];
    for (size_t i = 1; i < row_tasks; i++) {
        for (size_t j = 0; j < columns; j++) out[j] += partial[i * columns + j];
    }
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
