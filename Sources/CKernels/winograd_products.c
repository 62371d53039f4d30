// A convolution, or its input's gradient, by products of matrices at Winograd's points.
//
// A task makes some rows of tiles, of one image or several: it transforms their inputs, multiplies
// them point by point by the filter's values there, and makes outputs of the products. What it has
// between these lies in memory of its thread, which the second-level cache holds.
#include "conv2d.h"
#include "conv2d_tile.h"
#include "matmul_pack.h"
#include "pool.h"
#include "winograd_tiles.h"

#include <string.h>

enum {
    MEMORY = 163840,  // floats of a thread, about
    PAGE = 1024,      // floats after which a first-level cache begins anew
};

/// A phase as it is made. What tasks keep are values at the points, [points] × [tiles]: of inputs
/// [depth] each, and of products [padded outputs].
typedef struct {
    const winograd_phase *shape;
    filter_layout w;
    float *filter;      // [points][blocks][depth, 16 · vectors]
    size_t packs;       // tasks that pack it
    size_t run, tasks;  // rows of tiles that a task makes
    size_t row_points, column_points;
    size_t input_step;  // floats from a tile's inputs to the next one's
} phase_work;

typedef struct {
    winograd_shape of;
    phase_work phases[MOST_PHASES];
    const float *x, *zeros;
    float *y;
    const float *bias;
    float *memory;  // [threads][memory_size]
    size_t memory_size;
    size_t width, padded;  // outputs of a block, but for the last one; of all blocks
} work;

static size_t filter_size(const work *job, const phase_work *phase) {
    return phase->row_points * phase->column_points * phase->shape->depth * job->padded;
}

static void plan_phase(work *job, phase_work *phase, const winograd_phase *shape, int threads) {
    phase->shape = shape;
    phase->row_points = row_points_of(shape);
    phase->column_points = column_points_of(shape);
    // Inputs a part of a page apart would drive each other out of the first-level cache.
    phase->input_step = shape->depth + (shape->depth % (PAGE / 4) == 0 ? LINE : 0);
    const size_t unit = unit_points(shape) * (phase->input_step + job->padded);
    const size_t runs = ceil_div(shape->units, larger(1, MEMORY / unit));
    phase->run = ceil_div(shape->units, smaller(shape->units, even_tasks(runs, threads)));
    phase->tasks = ceil_div(shape->units, phase->run);
    phase->packs = piece_count(shape) * ceil_div(job->of.k, job->width) * ceil_div(job->of.c, LINE);
    job->memory_size = larger(job->memory_size, phase->run * unit);
}

static void plan(work *job, int threads) {
    job->width = has_wide_vectors() ? 2 * WIDE_LANES : WIDE_LANES;
    job->padded = ceil_div(job->of.k, WIDE_LANES) * WIDE_LANES;
    for (size_t i = 0; i < job->of.phase_count; i++)
        plan_phase(job, &job->phases[i], &job->of.phases[i], threads);
}

// MARK: The filter

/// Packs a piece's taps for a block of outputs and up to 16 channels.
INLINE void pack_filter(const work *job, const phase_work *phase, size_t task) {
    const winograd_phase *shape = phase->shape;
    const size_t chunks = ceil_div(job->of.c, LINE), blocks = ceil_div(job->of.k, job->width);
    const size_t chunk = task % chunks, block = task / chunks % blocks;
    const size_t index = task / chunks / blocks;
    const filter_piece *rows = &shape->rows.pieces[index / shape->columns.piece_count];
    const filter_piece *columns = &shape->columns.pieces[index % shape->columns.piece_count];
    const size_t first = block * job->width, width = smaller(job->width, job->padded - first);
    const size_t outputs = smaller(width, job->of.k - first);
    const size_t c = chunk * LINE, channels = smaller(LINE, job->of.c - c);
    _Alignas(64) float taps[MOST_TAPS][MOST_TAPS][LINE * 2 * WIDE_LANES];
    memset(taps, 0, sizeof taps);
    for (size_t r = 0; r < rows->taps; r++) {
        for (size_t s = 0; s < columns->taps; s++) {
            const filter_layout w = phase->w;
            const ptrdiff_t row = rows->tap + (ptrdiff_t)r * rows->tap_step;
            const ptrdiff_t column = columns->tap + (ptrdiff_t)s * columns->tap_step;
            const float *from =
                w.first + row * w.r + column * w.s + (ptrdiff_t)c * w.c + (ptrdiff_t)first * w.k;
            float *to = taps[r][s];
            if (w.k == 1) {
                for (size_t i = 0; i < channels; i++)
                    copy(to + i * width, from + (ptrdiff_t)i * w.c, outputs);
            } else {
                pack_transposed(to, width, from, (size_t)w.k, channels, outputs);
            }
        }
    }
    const size_t point = shape->depth * job->padded;
    float *to = phase->filter + first * shape->depth + (index * job->of.c + c) * width;
    for (size_t i = 0; i < channels * width; i += WIDE_LANES, to += WIDE_LANES) {
        wide_vector v[POINTS][POINTS];
        for (size_t r = 0; r < MOST_TAPS; r++) {
            for (size_t s = 0; s < MOST_TAPS; s++) v[r][s] = WIDE_AT(taps[r][s] + i);
        }
        if (shape->taps == 2) {
            evaluate_tile(v, 2, 2);
        } else {
            evaluate_tile(v, 3, 3);
        }
        for (size_t r = 0; r < phase->row_points; r++) {
            for (size_t s = 0; s < phase->column_points; s++)
                WIDE_AT(to + (r * phase->column_points + s) * point) = v[r][s];
        }
    }
}

KERNEL_TASK(pack, context, task) {
    const work *job = context;
    const phase_work *phase = job->phases;
    while (task >= phase->packs) task -= phase++->packs;
    pack_filter(job, phase, task);
}

// MARK: A run of rows of tiles

typedef struct {
    const work *job;
    const phase_work *phase;
    size_t first, end;  // of the rows of tiles of all images
    float *inputs, *products;
    tile_places at;
} tile_run;

INLINE tile_run begin_run(const work *job, const phase_work *phase, size_t index) {
    const winograd_phase *shape = phase->shape;
    tile_run run = {.job = job, .phase = phase, .first = index * phase->run};
    run.end = smaller(run.first + phase->run, shape->units);
    run.inputs = thread_memory(job->memory, job->memory_size);
    run.products = run.inputs + phase->run * unit_points(shape) * phase->input_step;
    run.at = places_of(shape, phase->run);
    return run;
}

INLINE void transform_run(tile_run *run) {
    const work *job = run->job;
    const winograd_phase *shape = run->phase->shape;
    const tile_images images = {
        job->x, job->zeros, job->of.x_rows, job->of.x_columns, job->of.c, job->of.c};
    for (size_t unit = run->first; unit < run->end; unit++) {
        const tile_row row = tile_row_at(shape, unit);
        for (size_t i = 0; i < piece_count(shape); i++) {
            transform_row(
                run->inputs + i * job->of.c, run->phase->input_step, &run->at, &images, row, i);
        }
        end_row(&run->at, row);
    }
}

// MARK: Products

/// The products of all tiles at a point.
INLINE void multiply_point(const tile_run *run, size_t r, size_t s, bool wide) {
    const work *job = run->job;
    const phase_work *phase = run->phase;
    const size_t depth = phase->shape->depth, step = phase->input_step;
    const size_t count = tiles_so_far(&run->at, r, s);
    const float *inputs = run->inputs + run->at.first[r][s] * step;
    float *products = run->products + run->at.first[r][s] * job->padded;
    const float *filter = phase->filter + (r * phase->column_points + s) * depth * job->padded;
    const window along = {1, depth, 0};
    const size_t parts = ceil_div(count, wide ? WIDE_PIXELS : PIXELS);
    for (size_t i = 0; i < parts; i++) {
        const size_t first = part(count, parts, i), rows = part(count, parts, i + 1) - first;
        const float *x[WIDE_PIXELS];
#pragma clang loop vectorize(disable)
        for (size_t j = 0; j < rows; j++) x[j] = inputs + (first + j) * step;
        for (size_t left = 0; left < job->padded; left += job->width) {
            float *y[WIDE_PIXELS];
#pragma clang loop vectorize(disable)
            for (size_t j = 0; j < rows; j++) y[j] = products + (first + j) * job->padded + left;
            const size_t width = smaller(job->width, job->padded - left);
            convolve_tile(y, x, filter + left * depth, NULL, along, rows, width / WIDE_LANES, wide);
        }
    }
}

// MARK: Outputs

INLINE void combine_tile_of(float *const to[MOST_TILE][MOST_TILE],
    float *const from[POINTS][POINTS], const float *bias, size_t outputs, size_t rows,
    size_t columns, size_t taps) {
    const size_t row_points = rows + taps - 1, column_points = columns + taps - 1;
    for (size_t left = 0;;) {
        wide_vector v[POINTS][POINTS], added = 0.0f;
#pragma clang loop unroll(full)
        for (size_t i = 0; i < row_points; i++) {
#pragma clang loop unroll(full)
            for (size_t j = 0; j < column_points; j++) v[i][j] = WIDE_AT(from[i][j] + left);
        }
        combine_tile(v, rows, columns, row_points, column_points);
        if (bias != NULL) added = WIDE_AT(bias + left);
#pragma clang loop unroll(full)
        for (size_t i = 0; i < rows; i++) {
#pragma clang loop unroll(full)
            for (size_t j = 0; j < columns; j++) WIDE_AT(to[i][j] + left) = v[i][j] + added;
        }
        if (left + WIDE_LANES == outputs) return;
        left = smaller(left + WIDE_LANES, outputs - WIDE_LANES);
    }
}

/// Makes a row of tiles' outputs.
INLINE void combine_row(const tile_run *run, tile_row row) {
    const work *job = run->job;
    const winograd_phase *shape = run->phase->shape;
    const winograd_axis *rows = &shape->rows, *columns = &shape->columns;
    const size_t k = job->of.k;
    float *from[POINTS][POINTS];
    find_values(from, &run->at, run->products, job->padded);
    float *line[MOST_TILE];
    for (size_t i = 0; i < row.outputs; i++) {
        const size_t p = rows->first + (row.index * rows->tile + i) * rows->step;
        line[i] = job->y + ((row.n * job->of.y_rows + p) * job->of.y_columns + columns->first) * k;
    }
    for (size_t tile = 0; tile < columns->tiles; tile++) {
        const size_t outputs = tile_outputs(columns, tile);
        float *to[MOST_TILE][MOST_TILE];
        for (size_t i = 0; i < row.outputs; i++) {
            for (size_t j = 0; j < outputs; j++)
                to[i][j] = line[i] + (tile * columns->tile + j) * columns->step * k;
        }
#define COMBINE(rows, columns, taps) combine_tile_of(to, from, job->bias, k, rows, columns, taps)
        CALL_OF_TILE(COMBINE, row.outputs, outputs, shape->taps)
#undef COMBINE
        next_tile(from, job->padded);
    }
}

INLINE void combine_run(tile_run *run) {
    memset(run->at.rows, 0, sizeof run->at.rows);
    for (size_t unit = run->first; unit < run->end; unit++) {
        const tile_row row = tile_row_at(run->phase->shape, unit);
        combine_row(run, row);
        end_row(&run->at, row);
    }
}

KERNEL_WIDE_TASK(make_run, context, task, wide) {
    const work *job = context;
    const phase_work *phase = job->phases;
    while (task >= phase->tasks) task -= phase++->tasks;
    tile_run run = begin_run(job, phase, task);
    transform_run(&run);
    for (size_t r = 0; r < phase->row_points; r++) {
        for (size_t s = 0; s < phase->column_points; s++) multiply_point(&run, r, s, wide);
    }
    combine_run(&run);
}

// MARK: The whole

size_t winograd_products_scratch(
    const kernel_conv2d_shape *shape, kernel_conv2d_part part, int threads) {
    work job = {0};
    if (!winograd_shape_of(&job.of, shape, part)) return 0;
    plan(&job, threads);
    size_t size = zeros_of(&job.of) + (size_t)threads * job.memory_size;
    for (size_t i = 0; i < job.of.phase_count; i++) size += filter_size(&job, &job.phases[i]);
    return size;
}

void winograd_products(kernel_pool *pool, float *y, const float *x, const float *w,
    const float *bias, const kernel_conv2d_shape *shape, kernel_conv2d_part part, float *scratch) {
    work job = {.x = x, .y = y, .bias = bias, .zeros = scratch};
    winograd_shape_of(&job.of, shape, part);
    plan(&job, kernel_pool_threads(pool));
    memset(scratch, 0, zeros_of(&job.of) * sizeof(float));
    float *filter = scratch + zeros_of(&job.of);
    size_t packs = 0, tasks = 0;
    const ptrdiff_t tap = (ptrdiff_t)(shape->c * shape->k);
    for (size_t i = 0; i < job.of.phase_count; i++) {
        phase_work *phase = &job.phases[i];
        phase->w = (filter_layout){w, .r = (ptrdiff_t)shape->s * tap, .s = tap, .c = 1, .k = 1};
        if (part == KERNEL_CONV2D_FORWARD) {
            phase->w.c = (ptrdiff_t)shape->k;
        } else {
            phase->w.k = (ptrdiff_t)shape->k;
        }
        phase->filter = filter;
        filter += filter_size(&job, phase);
        packs += phase->packs, tasks += phase->tasks;
    }
    job.memory = filter;
    kernel_pool_run(pool, packs, pack, &job);
    kernel_pool_run(pool, tasks, make_run, &job);
}
