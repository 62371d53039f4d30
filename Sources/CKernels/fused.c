// Runs of element-wise kernels over cache-sized tiles.
//
// Each step is one of the element-wise kernels, on a tile at a time; what only later steps read
// stays in a register, a tile on the stack, and never reaches memory. Operands that repeat (a bias,
// a batch norm's scale) are repeated once into a tile beforehand; those that are broadcast in
// another way (a number for each row, say) are written out tile by tile.
//
// A step may also sum the columns of what it reads: of each tile, while that is in the first-level
// cache, into a partial sum a task, or pool it. Tiles, tasks and the order of addition depend on
// the shape alone.
#include <string.h>

#include "broadcast.h"
#include "include/CKernels.h"
#include "max_pool.h"
#include "vector.h"

enum {
    TILES_A_TASK = 8,
    EVEN_TASKS = 8,  // of fewer tiles than fill so many tasks, each takes less
};

typedef struct {
    const kernel_step *steps;
    size_t step_count, tile, n, grain;
} fused;

/// How many values a task takes.
static size_t task_grain(size_t tile, size_t n) {
    return tile * larger(1, smaller(TILES_A_TASK, n / tile / EVEN_TASKS));
}

// MARK: Operands

KERNEL_CLONES(static, void, write_out,
    (float *to, const kernel_broadcast *array, size_t start, size_t count),
    (to, array, start, count)) {
    write_out_values(to, array, start, count, false);
}

/// Where a step finds (or leaves) the values from `start` on.
INLINE float *place(const kernel_operand *operand, float registers[][KERNEL_TILE], size_t start) {
    return operand->memory == NULL ? registers[operand->index]
                                   : operand->memory + start * operand->stride;
}

// MARK: Sums

/// to[i] = the sum over j of x[j stride + i], j < 8, as a tree. With `whole`, up to LANES - 1
/// values too many are read and written.
INLINE void fold_eight(float *to, const float *x, size_t count, size_t stride, bool whole) {
    size_t i = 0;
    for (; i + LANES <= count || (whole && i < count); i += LANES) {
        const float *p = x + i;
        const vector a = AT(p) + AT(p + stride), b = AT(p + 2 * stride) + AT(p + 3 * stride);
        p += 4 * stride;
        const vector c = AT(p) + AT(p + stride), d = AT(p + 2 * stride) + AT(p + 3 * stride);
        AT(to + i) = (a + b) + (c + d);
    }
    for (; i < count; i++) {
        const float *p = x + i;
        const float a = p[0] + p[stride], b = p[2 * stride] + p[3 * stride];
        p += 4 * stride;
        to[i] = (a + b) + ((p[0] + p[stride]) + (p[2 * stride] + p[3 * stride]));
    }
}

INLINE void add_to(float *to, const float *x, size_t count) {
    size_t i = 0;
    for (; i + LANES <= count; i += LANES) AT(to + i) += AT(x + i);
    for (; i < count; i++) to[i] += x[i];
}

/// sums[i] += the sum over j of x[j count + i], j < 4, as a tree.
INLINE void add_four(float *sums, const float *x, size_t count) {
    size_t i = 0;
    for (; i + LANES <= count; i += LANES) {
        const float *p = x + i;
        AT(sums + i) += (AT(p) + AT(p + count)) + (AT(p + 2 * count) + AT(p + 3 * count));
    }
    for (; i < count; i++) sums[i] += (x[i] + x[i + count]) + (x[i + 2 * count] + x[i + 3 * count]);
}

/// sums [columns] += the sum of the rows of x, which are added in eights while that goes, and else
/// in halves.
KERNEL_CLONES(static, void, add_columns, (float *sums, const float *x, size_t rows, size_t columns),
    (sums, x, rows, columns)) {
    if (rows == 4) {
        add_four(sums, x, columns);
        return;
    }
    float folded[KERNEL_TILE + LANES];
    if (rows > 1) {
        if (rows % 8 == 0) {
            rows /= 8;
            fold_eight(folded, x, rows * columns, rows * columns, false);
        } else {
            memcpy(folded, x, rows * columns * sizeof(float));
        }
        while (rows > 1) {
            if (rows % 8 == 0) {
                rows /= 8;
                fold_eight(folded, folded, rows * columns, rows * columns, true);
            } else {
                const size_t half = (rows + 1) / 2;
                add_to(folded, folded + half * columns, (rows - half) * columns);
                rows = half;
            }
        }
        x = folded;
    }
    add_to(sums, x, columns);
}

/// sums [columns] += the sum of the rows of x · y.
KERNEL_CLONES(static, void, add_products,
    (float *sums, const float *x, const float *y, size_t rows, size_t columns),
    (sums, x, y, rows, columns)) {
    if (rows == 4 && columns % LANES == 0) {
        for (size_t i = 0; i < columns; i += LANES) {
            const float *p = x + i, *q = y + i;
            const vector a = AT(p) * AT(q), c = AT(p + 2 * columns) * AT(q + 2 * columns);
            const vector b = AT(p + columns) * AT(q + columns),
                         d = AT(p + 3 * columns) * AT(q + 3 * columns);
            AT(sums + i) += (a + b) + (c + d);
        }
        return;
    }
    float products[KERNEL_TILE];
    kernel_mul(products, x, y, rows * columns);
    add_columns(sums, products, rows, columns);
}

/// Adds the sums of a tile that begins at `start`, without the lanes that are no images.
static void add_tile(const kernel_step *step, float *partial, const float *x, const float *y,
    size_t start, size_t count) {
    const kernel_column_sums *sums = step->sums;
    const kernel_pooling *pooling = step->pooling;
    const size_t columns = sums->columns, rows = count / columns;
    float own[KERNEL_TILE], *to = start < sums->last_block ? partial : own;
    if (to == own) memset(own, 0, columns * sizeof(float));
    switch (step->kind) {
    case KERNEL_SUM_PRODUCTS: add_products(to, x, y, rows, columns); break;
    case KERNEL_SUM_POOL_GRADIENT:
    case KERNEL_SUM_POOL_GRADIENT_PRODUCTS:
        max_pool_scaled_gradient_sums(to, step->kind == KERNEL_SUM_POOL_GRADIENT ? NULL : x,
            pooling->y + start / 4, pooling->dy + start / 4, pooling->scale, pooling->shift,
            rows / (2 * pooling->width), pooling->width, columns);
        break;
    default: add_columns(to, x, rows, columns);
    }
    if (to == partial) return;
    for (size_t j = 0; j < columns; j++) {
        if (j % sums->lanes < sums->last_lanes) partial[j] += own[j];
    }
}

/// Adds the tasks' partial sums, one after another, and then the lanes.
static void finish(const kernel_column_sums *sums, size_t tasks) {
    const size_t most = KERNEL_TILE / sums->columns, lanes = sums->lanes;
    float own[KERNEL_TILE], *total = lanes > 1 ? own : sums->out;
    memset(total, 0, sums->columns * sizeof(float));
    for (size_t task = 0; task < tasks; task += most) {
        add_columns(total, sums->partials + task * sums->columns, smaller(most, tasks - task),
            sums->columns);
    }
    for (size_t j = 0; j < sums->columns / lanes; j++) {
        float sum = total[j * lanes];
        for (size_t lane = 1; lane < lanes; lane++) sum += total[j * lanes + lane];
        sums->out[j] = sum / sums->divisor;
    }
}

// MARK: Tiles

static void pool_tile(const kernel_pooling *pooling, const float *x, size_t start, size_t count) {
    const size_t w = pooling->width, c = pooling->channels, pairs = count / (2 * w * c);
    float *y = pooling->y + start / 4;
    if (pooling->scale == NULL) {
        max_pool_tile(y, x, pairs, w, c);
    } else {
        max_pool_scaled_tile(y, x, pooling->scale, pooling->shift, pairs, w, c);
    }
}

static void pool_gradient_tile(
    const kernel_pooling *pooling, float *out, const float *x, size_t start, size_t count) {
    const size_t w = pooling->width, c = pooling->channels, pairs = count / (2 * w * c);
    const float *y = pooling->y + start / 4, *dy = pooling->dy + start / 4;
    if (pooling->scale == NULL) {
        max_pool_gradient_tile(out, x, y, dy, pairs, w, c);
    } else if (pooling->factor == NULL) {
        max_pool_scaled_gradient_tile(out, x, y, dy, pooling->scale, pooling->shift, pairs, w, c);
    } else {
        const float *slope = pooling->slope + (pooling->slope_varies ? start : 0);
        max_pool_normed_gradient_tile(out, x, y, dy, pooling, slope, pairs, w, c);
    }
}

/// The same for what it reads, which is written out to `room` if it is broadcast.
INLINE const float *source(const kernel_operand *operand, float registers[][KERNEL_TILE],
    size_t start, size_t count, float *room) {
    if (operand->broadcast == NULL) return place(operand, registers, start);
    write_out(room, operand->broadcast, start, count);
    return room;
}

static void run_step(const kernel_step *step, float registers[][KERNEL_TILE], size_t task,
    bool is_first, size_t start, size_t count) {
    _Alignas(64) float room[2][KERNEL_TILE + LANES];
    float *out = place(&step->out, registers, start);
    const float *x = source(&step->x, registers, start, count, room[0]);
    const float *y = source(&step->y, registers, start, count, room[1]);
    switch (step->kind) {
    case KERNEL_COPY: memcpy(out, x, count * sizeof(float)); return;
    case KERNEL_UNARY: step->function.unary(out, x, count); return;
    case KERNEL_UNARY_WITH: step->function.unary_with(out, x, step->parameter, count); return;
    case KERNEL_BINARY: step->function.binary(out, x, y, count); return;
    case KERNEL_BINARY_WITH: step->function.binary_with(out, x, y, step->parameter, count); return;
    case KERNEL_POOL: pool_tile(step->pooling, x, start, count); return;
    case KERNEL_POOL_GRADIENT: pool_gradient_tile(step->pooling, out, x, start, count); return;
    case KERNEL_SUM:
    case KERNEL_SUM_PRODUCTS:
    case KERNEL_SUM_POOL_GRADIENT:
    case KERNEL_SUM_POOL_GRADIENT_PRODUCTS: break;
    }
    float *partial = step->sums->partials + task * step->sums->columns;
    if (is_first) memset(partial, 0, step->sums->columns * sizeof(float));
    add_tile(step, partial, x, y, start, count);
}

static void run_tiles(void *context, size_t task) {
    const fused *job = context;
    _Alignas(64) float registers[KERNEL_REGISTERS][KERNEL_TILE];
    const size_t grain = job->grain, end = smaller(job->n, (task + 1) * grain);
    for (size_t start = task * grain; start < end; start += job->tile) {
        const size_t count = smaller(job->tile, end - start);
        for (size_t i = 0; i < job->step_count; i++) {
            run_step(&job->steps[i], registers, task, start == task * grain, start, count);
        }
    }
}

size_t kernel_pool_tile(size_t tile, size_t n) {
    enum { MOST_AT_ONCE = 8, LEAST_LEFT = 16 };
    if (n % tile != 0) return tile;
    const size_t tiles = n / tile;
    size_t at_once = MOST_AT_ONCE;
    while (at_once > 1 && (tiles % at_once != 0 || tiles / at_once < LEAST_LEFT)) at_once--;
    return tile * at_once;
}

size_t kernel_fused_tasks(size_t tile, size_t n) { return ceil_div(n, task_grain(tile, n)); }

static void repeat(const kernel_row *row, size_t tile) {
    const size_t columns = row->columns, lanes = row->lanes;
    if (lanes == 1) {
        kernel_repeat_row(row->tile, row->row, tile / columns, columns);
        return;
    }
    for (size_t j = 0; j < columns * lanes; j++) row->tile[j] = row->row[j / lanes];
    for (size_t i = columns * lanes; i < tile; i++) row->tile[i] = row->tile[i - columns * lanes];
}

void kernel_fused(kernel_pool *pool, const kernel_step *steps, size_t step_count,
    const kernel_row *rows, size_t row_count, size_t tile, size_t n) {
    for (size_t i = 0; i < row_count; i++) {
        repeat(&rows[i], smaller(tile, n));
    }
    fused job = {steps, step_count, tile, n, task_grain(tile, n)};
    const size_t tasks = kernel_fused_tasks(tile, n);
    kernel_pool_run(pool, tasks, run_tiles, &job);
    for (size_t i = 0; i < step_count; i++) {
        if (steps[i].sums != NULL) finish(steps[i].sums, tasks);
    }
}
