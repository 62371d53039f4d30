// A convolution's gradient with respect to its filter by products of matrices at Winograd's points:
// at each, what it is for the filter's values there is [tiles, pieces · C]ᵀ · [tiles, K] of the
// inputs' values and of the gradient's, which is evaluated as a filter is. The values at the points
// are combined to taps at the end.
//
// A task makes the gradient of some channels and outputs, from the images of a chunk. What it has
// lies in memory of its thread. Chunks add to partial gradients of their own, which are added in
// their order at the end. How it is cut depends on the shape alone, and so do the sums.
#include "conv2d.h"
#include "conv2d_filter_tile.h"
#include "matmul_pack.h"
#include "pool.h"
#include "winograd_tiles.h"

#include <string.h>

enum {
    SUMS = 131072,       // floats of a thread's sums, about
    MEMORY = 98304,      // and of its values at points
    MOST_OUTPUTS = 128,  // of a task
    TASKS = 8,           // at least, if there are as many images
    PARTIALS = 262144,   // floats of partial gradients, at most
    LEAST_IMAGES = 16,   // of a chunk
};

typedef struct {
    winograd_shape of;
    const winograd_phase *shape;
    const float *x, *dy, *zeros;
    float *dw, *partials;
    float *memory;
    size_t memory_size;
    filter_layout w;  // offsets in dw
    size_t filter_size;
    size_t channel_parts, output_parts, chunks;
    size_t run;  // rows of tiles
    size_t most_depth, most_outputs;
} work;

static size_t points_of(const work *job) {
    return row_points_of(job->shape) * column_points_of(job->shape);
}

static void plan(work *job, const kernel_conv2d_shape *shape) {
    const winograd_phase *of = job->shape = &job->of.phases[0];
    job->filter_size = shape->r * shape->s * shape->c * shape->k;
    const ptrdiff_t k = (ptrdiff_t)shape->k, c = (ptrdiff_t)shape->c;
    job->w = (filter_layout){.r = (ptrdiff_t)shape->s * c * k, .s = c * k, .c = k, .k = 1};
    job->output_parts = smaller(ceil_div(shape->k, MOST_OUTPUTS), shape->k / WIDE_LANES);
    job->most_outputs = ceil_div(ceil_div(shape->k, job->output_parts), WIDE_LANES) * WIDE_LANES;
    const size_t pieces = piece_count(of);
    const size_t most = larger(1, SUMS / (points_of(job) * pieces * job->most_outputs));
    job->channel_parts = smaller(ceil_div(shape->c, most), shape->c / WIDE_LANES);
    job->most_depth = pieces * ceil_div(shape->c, job->channel_parts);
    const size_t places = job->channel_parts * job->output_parts;
    job->chunks = smaller(ceil_div(TASKS, places), shape->n / LEAST_IMAGES);
    job->chunks = larger(1, smaller(job->chunks, 1 + PARTIALS / job->filter_size));
    const size_t unit = unit_points(of) * (job->most_depth + job->most_outputs);
    job->run = smaller(larger(1, MEMORY / unit), ceil_div(shape->n, job->chunks) * of->rows.tiles);
    job->memory_size =
        points_of(job) * job->most_depth * job->most_outputs + job->run * unit + WIDE_LANES;
}

// MARK: Values at the points

/// What a task has: inputs and gradients are [points][tiles], sums [points][depth, outputs].
typedef struct {
    const work *job;
    size_t channel, channels, output, outputs;
    size_t depth, padded;  // pieces · channels; outputs, to whole vectors
    float *inputs, *gradients, *sums;
    tile_run run;
} task_work;

/// Evaluates a tile of each image.
INLINE void evaluate_tile_of(tile_addresses to, const float *from, size_t from_row,
    size_t from_column, size_t from_image, size_t images, size_t outputs, size_t rows,
    size_t columns, size_t taps) {
    const size_t row_points = rows + taps - 1, column_points = columns + taps - 1;
    for (; images > 0; images--, from += from_image, next_image(&to)) {
        for (size_t left = 0;;) {
            wide_vector v[POINTS][POINTS];
#pragma clang loop unroll(full)
            for (size_t i = 0; i < rows; i++) {
#pragma clang loop unroll(full)
                for (size_t j = 0; j < columns; j++)
                    v[i][j] = WIDE_AT(from + i * from_row + j * from_column + left);
            }
            evaluate_tile(v, rows, columns);
#pragma clang loop unroll(full)
            for (size_t i = 0; i < row_points; i++) {
#pragma clang loop unroll(full)
                for (size_t j = 0; j < column_points; j++)
                    WIDE_AT(FLOATS_AT(&to, i, j) + left) = v[i][j];
            }
            if (left + WIDE_LANES == outputs) break;
            left = smaller(left + WIDE_LANES, outputs - WIDE_LANES);
        }
    }
}

INLINE void evaluate_rows(const task_work *task, const tile_rows *at) {
    const work *job = task->job;
    const winograd_axis *rows = &job->shape->rows, *columns = &job->shape->columns;
    const size_t k = job->of.k, line = job->of.y_columns * k, image = job->of.y_rows * line;
    tile_addresses to;
    find_values(&to, &task->run, at, task->gradients, task->padded);
    const float *from = job->dy + at->image * image + at->index * rows->tile * line + task->output;
    for (size_t tile = 0; tile < columns->tiles; tile++, advance(&to, task->padded)) {
#define EVALUATE(rows, columns, taps)                                                              \
    evaluate_tile_of(to, from, line, k, image, at->images, task->outputs, rows, columns, taps)
        CALL_OF_TILE(EVALUATE, at->outputs, tile_outputs(columns, tile), job->shape->taps)
#undef EVALUATE
        from += columns->tile * k;
    }
}

// MARK: Sums

/// Adds the products of all tiles at a point to its sums.
INLINE void multiply_point(const task_work *task, size_t r, size_t s, bool wide) {
    const size_t point = r * task->run.column_points + s, padded = task->padded;
    float *sums = task->sums + point * task->depth * padded;
    laid_rows laid = {
        .plane = task->inputs + task->run.place[r][s] * task->depth,
        .rows = 1,
        .filter_rows = 1,
        .pixels = tiles_of_point(&task->run, r, s),
        .step = task->depth,
        .dy = {task->gradients + task->run.place[r][s] * padded},
        .dy_step = padded,
    };
    const size_t parts = ceil_div(task->depth, wide ? WIDE_TAPS : TAPS);
    size_t vectors;
    for (size_t left = 0; left < padded; left += vectors * WIDE_LANES) {
        vectors = wide && left + 2 * WIDE_LANES <= padded ? 2 : 1;
        for (size_t i = 0; i < parts; i++) {
            const size_t first = part(task->depth, parts, i);
            const size_t count = part(task->depth, parts, i + 1) - first;
            float *to[WIDE_TAPS];
            for (size_t j = 0; j < count; j++) to[j] = sums + (first + j) * padded + left;
            accumulate_tile(to, &laid, first, left, count, vectors, wide);
        }
    }
}

/// Makes the taps of a pair of pieces.
INLINE void combine_taps(const task_work *task, float *dw, size_t piece) {
    const work *job = task->job;
    const winograd_axis *columns = &job->shape->columns;
    const filter_piece *of_rows = &job->shape->rows.pieces[piece / columns->piece_count];
    const filter_piece *of_columns = &columns->pieces[piece % columns->piece_count];
    const size_t point = task->depth * task->padded;
    for (size_t c = 0; c < task->channels; c++) {
        const float *from = task->sums + (piece * task->channels + c) * task->padded;
        for (size_t left = 0;;) {
            wide_vector v[POINTS][POINTS];
            for (size_t r = 0; r < POINTS; r++) {
                for (size_t s = 0; s < POINTS; s++) {
                    v[r][s] = 0.0f;
                    if (r < task->run.row_points && s < task->run.column_points)
                        v[r][s] = WIDE_AT(from + (r * task->run.column_points + s) * point + left);
                }
            }
            if (job->shape->taps == 2) {
                combine_tile(v, 2, 2, POINTS, POINTS);
            } else {
                combine_tile(v, 3, 3, POINTS, POINTS);
            }
            for (size_t r = 0; r < of_rows->taps; r++) {
                for (size_t s = 0; s < of_columns->taps; s++) {
                    const ptrdiff_t row = of_rows->tap + (ptrdiff_t)r * of_rows->tap_step;
                    const ptrdiff_t column = of_columns->tap + (ptrdiff_t)s * of_columns->tap_step;
                    float *to = dw + row * job->w.r + column * job->w.s
                        + (ptrdiff_t)(task->channel + c) * job->w.c + task->output + left;
                    WIDE_AT(to) = v[r][s];
                }
            }
            if (left + WIDE_LANES == task->outputs) break;
            left = smaller(left + WIDE_LANES, task->outputs - WIDE_LANES);
        }
    }
}

INLINE void accumulate_run(task_work *task, size_t first, size_t end, bool wide) {
    const work *job = task->job;
    const tile_images images = {job->x + task->channel, job->zeros, job->of.x_rows,
        job->of.x_columns, job->of.c, task->channels};
    task->run = tile_run_of(job->shape, first, end, job->run);
    for (size_t index = 0; index < job->shape->rows.tiles; index++) {
        const tile_rows rows = tile_rows_of(&task->run, index);
        if (rows.images == 0) continue;
        for (size_t i = 0; i < piece_count(job->shape); i++) {
            transform_rows(
                task->inputs + i * task->channels, task->depth, &task->run, &images, &rows, i);
        }
        evaluate_rows(task, &rows);
    }
    for (size_t r = 0; r < task->run.row_points; r++) {
        for (size_t s = 0; s < task->run.column_points; s++) multiply_point(task, r, s, wide);
    }
}

INLINE task_work begin_task(const work *job, size_t channel_part, size_t output_part) {
    const winograd_phase *shape = job->shape;
    const size_t pieces = piece_count(shape);
    task_work task = {
        .job = job,
        .channel = part(job->of.c, job->channel_parts, channel_part),
        .output = part(job->of.k, job->output_parts, output_part),
        .sums = thread_memory(job->memory, job->memory_size),
    };
    task.channels = part(job->of.c, job->channel_parts, channel_part + 1) - task.channel;
    task.outputs = part(job->of.k, job->output_parts, output_part + 1) - task.output;
    task.depth = pieces * task.channels;
    task.padded = ceil_div(task.outputs, WIDE_LANES) * WIDE_LANES;
    task.inputs = task.sums + points_of(job) * task.depth * task.padded;
    const size_t values = job->run * unit_points(shape);
    task.gradients = task.inputs + values * task.depth;
    memset(task.sums, 0, points_of(job) * task.depth * task.padded * sizeof(float));
    // Lanes without an output are multiplied, too.
    if (task.outputs < task.padded) memset(task.gradients, 0, values * task.padded * sizeof(float));
    return task;
}

KERNEL_WIDE_TASK(accumulate_task, context, index, wide) {
    const work *job = context;
    const size_t places = job->channel_parts * job->output_parts;
    const size_t chunk = index / places, place = index % places;
    task_work task = begin_task(job, place / job->output_parts, place % job->output_parts);
    const size_t tiles = job->shape->rows.tiles;
    const size_t end = part(job->of.n, job->chunks, chunk + 1) * tiles;
    size_t last;
    for (size_t first = part(job->of.n, job->chunks, chunk) * tiles; first < end; first = last) {
        last = smaller(first + job->run, end);
        accumulate_run(&task, first, last, wide);
    }
    float *dw = chunk == 0 ? job->dw : job->partials + (chunk - 1) * job->filter_size;
    const size_t pieces = piece_count(job->shape);
    for (size_t piece = 0; piece < pieces; piece++) combine_taps(&task, dw, piece);
}

// MARK: The whole

size_t winograd_filter_scratch(const kernel_conv2d_shape *shape, int threads) {
    work job = {0};
    if (!winograd_shape_of(&job.of, shape, KERNEL_CONV2D_FILTER_GRADIENT)) return 0;
    plan(&job, shape);
    return zeros_of(&job.of) + (job.chunks - 1) * job.filter_size
        + (size_t)threads * job.memory_size;
}

void winograd_filter(kernel_pool *pool, float *dw, const float *x, const float *dy,
    const kernel_conv2d_shape *shape, float *scratch) {
    work job = {.x = x, .dy = dy, .dw = dw, .zeros = scratch};
    winograd_shape_of(&job.of, shape, KERNEL_CONV2D_FILTER_GRADIENT);
    plan(&job, shape);
    memset(scratch, 0, zeros_of(&job.of) * sizeof(float));
    job.partials = scratch + zeros_of(&job.of);
    job.memory = job.partials + (job.chunks - 1) * job.filter_size;
    kernel_pool_run(pool, job.chunks * job.channel_parts * job.output_parts, accumulate_task, &job);
    conv2d_filter_add(pool, dw, job.partials, job.chunks - 1, job.filter_size);
}
