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
    const float *filter;  // [points][blocks][depth, 16 · vectors]
    size_t packs;         // tasks that pack it
    size_t run, tasks;    // rows of tiles that a task makes
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

static size_t filters_size(const work *job) {
    size_t size = 0;
    for (size_t i = 0; i < job->of.phase_count; i++) size += filter_size(job, &job->phases[i]);
    return size;
}

// MARK: The filter

typedef struct {
    work work;
    filter_layout w;
    float *packed;
} packing;

/// Packs a piece's taps for a block of outputs and up to 16 channels.
INLINE void pack_filter(
    const packing *packing, const phase_work *phase, float *packed, size_t task) {
    const work *job = &packing->work;
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
            const filter_layout w = packing->w;
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
    float *to = packed + first * shape->depth + (index * job->of.c + c) * width;
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
    const packing *job = context;
    const phase_work *phase = job->work.phases;
    float *packed = job->packed;
    for (; task >= phase->packs; phase++) {
        task -= phase->packs;
        packed += filter_size(&job->work, phase);
    }
    pack_filter(job, phase, packed, task);
}

// MARK: Inputs

INLINE void transform_run(
    const work *job, const phase_work *phase, const tile_run *run, float *inputs) {
    const tile_images images = {
        job->x, job->zeros, job->of.x_rows, job->of.x_columns, job->of.c, job->of.c};
    for (size_t index = 0; index < phase->shape->rows.tiles; index++) {
        const tile_rows rows = tile_rows_of(run, index);
        if (rows.images == 0) continue;
        for (size_t i = 0; i < piece_count(phase->shape); i++)
            transform_rows(inputs + i * job->of.c, phase->input_step, run, &images, &rows, i);
    }
}

// MARK: Products

/// The products of all tiles at a point.
INLINE void multiply_point(const work *job, const phase_work *phase, const tile_run *run,
    float *all_products, const float *all_inputs, size_t r, size_t s, bool wide) {
    const size_t depth = phase->shape->depth, step = phase->input_step;
    const size_t count = tiles_of_point(run, r, s);
    const float *inputs = all_inputs + run->place[r][s] * step;
    float *products = all_products + run->place[r][s] * job->padded;
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

/// Where a tile's outputs lie, a pixel's `row` or `column` floats from the next, an image's
/// `image`.
typedef struct {
    float *first;
    size_t row, column, image;
} tile_pixels;

/// Makes a tile of each image.
INLINE void combine_tile_of(tile_pixels to, tile_addresses from, const float *bias, size_t images,
    size_t outputs, size_t rows, size_t columns, size_t taps) {
    const size_t row_points = rows + taps - 1, column_points = columns + taps - 1;
    for (; images > 0; images--, to.first += to.image, next_image(&from)) {
        for (size_t left = 0;;) {
            wide_vector v[POINTS][POINTS], added = 0.0f;
#pragma clang loop unroll(full)
            for (size_t i = 0; i < row_points; i++) {
#pragma clang loop unroll(full)
                for (size_t j = 0; j < column_points; j++)
                    v[i][j] = WIDE_AT(FLOATS_AT(&from, i, j) + left);
            }
            combine_tile(v, rows, columns, row_points, column_points);
            if (bias != NULL) added = WIDE_AT(bias + left);
#pragma clang loop unroll(full)
            for (size_t i = 0; i < rows; i++) {
#pragma clang loop unroll(full)
                for (size_t j = 0; j < columns; j++)
                    WIDE_AT(to.first + i * to.row + j * to.column + left) = v[i][j] + added;
            }
            if (left + WIDE_LANES == outputs) break;
            left = smaller(left + WIDE_LANES, outputs - WIDE_LANES);
        }
    }
}

/// Makes the outputs of some rows of tiles.
INLINE void combine_rows(const work *job, const phase_work *phase, const tile_run *run,
    float *products, const tile_rows *at) {
    const winograd_axis *rows = &phase->shape->rows, *columns = &phase->shape->columns;
    const size_t k = job->of.k, line = job->of.y_columns * k;
    tile_addresses from;
    find_values(&from, run, at, products, job->padded);
    tile_pixels to = {
        .row = rows->step * line, .column = columns->step * k, .image = job->of.y_rows * line};
    const size_t p = rows->first + at->index * rows->tile * rows->step;
    to.first = job->y + at->image * to.image + p * line + columns->first * k;
    for (size_t tile = 0; tile < columns->tiles; tile++, advance(&from, job->padded)) {
#define COMBINE(rows, columns, taps)                                                               \
    combine_tile_of(to, from, job->bias, at->images, k, rows, columns, taps)
        CALL_OF_TILE(COMBINE, at->outputs, tile_outputs(columns, tile), phase->shape->taps)
#undef COMBINE
        to.first += columns->tile * to.column;
    }
}

KERNEL_WIDE_TASK(make_run, context, task, wide) {
    const work *job = context;
    const phase_work *phase = job->phases;
    while (task >= phase->tasks) task -= phase++->tasks;
    const winograd_phase *shape = phase->shape;
    const size_t first = task * phase->run, end = smaller(first + phase->run, shape->units);
    const tile_run run = tile_run_of(shape, first, end, phase->run);
    float *inputs = thread_memory(job->memory, job->memory_size);
    float *products = inputs + phase->run * unit_points(shape) * phase->input_step;
    transform_run(job, phase, &run, inputs);
    for (size_t r = 0; r < run.row_points; r++) {
        for (size_t s = 0; s < run.column_points; s++)
            multiply_point(job, phase, &run, products, inputs, r, s, wide);
    }
    for (size_t index = 0; index < shape->rows.tiles; index++) {
        const tile_rows rows = tile_rows_of(&run, index);
        if (rows.images > 0) combine_rows(job, phase, &run, products, &rows);
    }
}

// MARK: The whole

size_t winograd_products_packed(const kernel_conv2d_shape *shape, kernel_conv2d_part part) {
    work job = {0};
    if (!winograd_shape_of(&job.of, shape, part)) return 0;
    plan(&job, 1);
    return filters_size(&job);
}

void winograd_products_pack(kernel_pool *pool, float *packed, const float *w,
    const kernel_conv2d_shape *shape, kernel_conv2d_part part) {
    packing job = {.packed = packed};
    winograd_shape_of(&job.work.of, shape, part);
    plan(&job.work, 1);
    const ptrdiff_t tap = (ptrdiff_t)(shape->c * shape->k), k = (ptrdiff_t)shape->k;
    const bool is_forward = part == KERNEL_CONV2D_FORWARD;
    job.w = (filter_layout){w, .r = (ptrdiff_t)shape->s * tap, .s = tap, .c = is_forward ? k : 1,
        .k = is_forward ? 1 : k};
    size_t packs = 0;
    for (size_t i = 0; i < job.work.of.phase_count; i++) packs += job.work.phases[i].packs;
    kernel_pool_run(pool, packs, pack, &job);
}

size_t winograd_products_scratch(
    const kernel_conv2d_shape *shape, kernel_conv2d_part part, int threads) {
    work job = {0};
    if (!winograd_shape_of(&job.of, shape, part)) return 0;
    plan(&job, threads);
    return zeros_of(&job.of) + (size_t)threads * job.memory_size;
}

void winograd_products(kernel_pool *pool, float *y, const float *x, const float *packed,
    const float *bias, const kernel_conv2d_shape *shape, kernel_conv2d_part part, float *scratch) {
    work job = {.x = x, .y = y, .bias = bias, .zeros = scratch};
    winograd_shape_of(&job.of, shape, part);
    plan(&job, kernel_pool_threads(pool));
    memset(scratch, 0, zeros_of(&job.of) * sizeof(float));
    job.memory = scratch + zeros_of(&job.of);
    size_t tasks = 0;
    for (size_t i = 0; i < job.of.phase_count; i++) {
        job.phases[i].filter = packed;
        packed += filter_size(&job, &job.phases[i]);
        tasks += job.phases[i].tasks;
    }
    kernel_pool_run(pool, tasks, make_run, &job);
}
