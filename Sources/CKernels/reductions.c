// Sums. x is [rows, columns]. Partial sums are taken over blocks that depend on the shape alone and
// added in their order, so the result's bits do not depend on the threads, and no float collects
// more than some thousands of terms.
#include "include/CKernels.h"
#include "vector.h"

enum {
    BLOCK = 2048,    // values that are summed before they are added pairwise
    TASK = 32768,    // values a task sums, about
    SHORT = 128,     // columns of rows that are summed eight at a time
    NARROW = 32,     // columns of a matrix whose columns' sums fit in few vectors
    PARTIAL = 8192,  // floats of partial column sums, kept on the stack
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

/// The sum of a row: blocks pairwise, by a stack whose entries i sum 2^i blocks where the block
/// count has bit i.
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

/// The sums of eight short rows.
INLINE void sum_rows_together(float *out, const float *x, size_t columns) {
    const ivector lane = {0, 1, 2, 3, 4, 5, 6, 7};
    const size_t whole = columns / LANES * LANES, rest = columns - whole;
    const ivector last = lane >= (int32_t)(LANES - rest);
    vector sum[8], total;
    for (size_t i = 0; i < 8; i++, x += columns) {
        sum[i] = 0.0f;
        for (size_t j = 0; j < whole; j += LANES) sum[i] += AT(x + j);
        if (rest == 0) continue;
        vector tail;
        if (whole > 0) {  // the row's last eight values, less those that were added
            tail = (vector)((ivector)(vector)AT(x + columns - LANES) & last);
        } else {
            load_partial(&tail, x, rest);
        }
        sum[i] += tail;
    }
    sum_each(&total, sum);
    AT(out) = total;
}

KERNEL_CLONES static void sum_some_rows(void *context, size_t task) {
    const reduction *job = context;
    const size_t end = part(job->rows, job->tasks, task + 1);
    size_t i = part(job->rows, job->tasks, task);
    for (; job->columns <= SHORT && i + 8 <= end; i += 8) {
        sum_rows_together(job->out + i, job->x + i * job->columns, job->columns);
    }
    for (; i < end; i++) job->out[i] = sum_row(job->x + i * job->columns, job->columns);
}

void kernel_sum_columns(
    kernel_pool *pool, float *out, const float *x, size_t rows, size_t columns) {
    const size_t tasks = larger(1, smaller(rows, rows * columns / TASK));
    reduction job = {out, x, rows, columns, tasks};
    kernel_pool_run(pool, tasks, sum_some_rows, &job);
}

// MARK: Each column

/// out[0..<columns] = the sums of a narrow matrix's columns. Eight rows are `columns` whole
/// vectors, so the matrix is summed as if it had eight times as many columns, and these are summed
/// at the end.
INLINE void sum_narrow(float *out, const float *x, size_t rows, size_t columns) {
    vector sum[NARROW];
    for (size_t j = 0; j < columns; j++) sum[j] = 0.0f;
    const size_t step = LANES * columns;
    size_t i = 0;
    for (; i + 4 * LANES <= rows; i += 4 * LANES, x += 4 * step) {
        for (size_t j = 0; j < columns; j++) {
            const float *p = x + j * LANES;
            sum[j] += (AT(p) + AT(p + step)) + (AT(p + 2 * step) + AT(p + 3 * step));
        }
    }
    for (; i + LANES <= rows; i += LANES, x += step) {
        for (size_t j = 0; j < columns; j++) sum[j] += AT(x + j * LANES);
    }
    float wide[NARROW * LANES];
    for (size_t j = 0; j < columns; j++) AT(wide + j * LANES) = sum[j];
    for (size_t j = 0; j < columns; j++) {
        const float *p = wide + j;
        out[j] = ((p[0] + p[columns]) + (p[2 * columns] + p[3 * columns]))
            + ((p[4 * columns] + p[5 * columns]) + (p[6 * columns] + p[7 * columns]));
    }
    for (; i < rows; i++, x += columns) {
        for (size_t j = 0; j < columns; j++) out[j] += x[j];
    }
}

/// out[0..<width] = the sums of columns whose rows lie `stride` apart. `vectors` of columns at a
/// time, in registers.
INLINE size_t sum_vectors(float *out, const float *x, size_t rows, size_t width, size_t stride,
    size_t first, size_t vectors) {
    size_t j = first;
    for (; j + vectors * LANES <= width; j += vectors * LANES) {
        vector sum[4];
        for (size_t v = 0; v < vectors; v++) sum[v] = 0.0f;
        const float *p = x + j;
        size_t i = 0;
        for (; i + 4 <= rows; i += 4, p += 4 * stride) {
#pragma clang loop unroll(full)
            for (size_t v = 0; v < vectors; v++) {
                const float *q = p + v * LANES;
                sum[v] += (AT(q) + AT(q + stride)) + (AT(q + 2 * stride) + AT(q + 3 * stride));
            }
        }
        for (; i < rows; i++, p += stride) {
#pragma clang loop unroll(full)
            for (size_t v = 0; v < vectors; v++) sum[v] += AT(p + v * LANES);
        }
#pragma clang loop unroll(full)
        for (size_t v = 0; v < vectors; v++) AT(out + j + v * LANES) = sum[v];
    }
    return j;
}

INLINE void sum_wide(float *out, const float *x, size_t rows, size_t width, size_t stride) {
    size_t j = sum_vectors(out, x, rows, width, stride, 0, 4);
    j = sum_vectors(out, x, rows, width, stride, j, 1);
    for (; j < width; j++) {
        float sum = 0.0f;
        for (size_t i = 0; i < rows; i++) sum += x[i * stride + j];
        out[j] = sum;
    }
}

/// A task sums some of the rows (narrow matrices) or some of the columns (wide ones).
typedef struct {
    float *out;  // [row_tasks, columns]
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
    if (job->columns <= NARROW) {
        sum_narrow(out, x, last - first, width);
    } else {
        sum_wide(out, x, last - first, width, job->columns);
    }
}

void kernel_sum_rows(kernel_pool *pool, float *out, const float *x, size_t rows, size_t columns) {
    float partial[PARTIAL];
    const size_t tasks = larger(1, rows * columns / TASK);
    const size_t row_tasks = larger(
        1, smaller(smaller(tasks, rows), smaller(64, PARTIAL / larger(1, columns))));
    column_sums job = {partial, x, rows, columns, row_tasks, 1};
    if (row_tasks == 1) {
        job.out = out;
        job.column_tasks = larger(1, smaller(tasks, columns / NARROW));
    }
    kernel_pool_run(pool, job.row_tasks * job.column_tasks, sum_some_columns, &job);
    if (row_tasks == 1) return;
    for (size_t j = 0; j < columns; j++) out[j] = partial[j];
    for (size_t i = 1; i < row_tasks; i++) {
        for (size_t j = 0; j < columns; j++) out[j] += partial[i * columns + j];
    }
}

// MARK: Every value

/// A finite number times zero is zero, and every other is NaN, which a sum keeps.
KERNEL_CLONES bool kernel_all_finite(const float *x, size_t n) {
    size_t i = 0;
    while (i + 4 * LANES <= n) {
        vector a = 0.0f, b = 0.0f, c = 0.0f, d = 0.0f;
        for (const size_t end = smaller(n - 4 * LANES, i + BLOCK); i <= end; i += 4 * LANES) {
            a += AT(x + i) * 0.0f;
            b += AT(x + i + LANES) * 0.0f;
            c += AT(x + i + 2 * LANES) * 0.0f;
            d += AT(x + i + 3 * LANES) * 0.0f;
        }
        const vector total = (a + b) + (c + d);
        if (sum_lanes(&total) != 0.0f) return false;
    }
    float rest = 0.0f;
    for (; i < n; i++) rest += x[i] * 0.0f;
    return rest == 0.0f;
}
