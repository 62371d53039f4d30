// A convolution's gradient with respect to its filter: dw[r, s, c, k] = Σ over output pixels of
// x[pixel, r, s, c] dy[pixel, k].
//
// A task makes a filter row's taps for some channels, from some images. It lays the rows of x that
// this filter row meets on a plane, with zeros left and right; rows of padding it leaves out. A tile
// of taps, which lie one after another on the plane, times outputs stays in registers while all
// pixels of these rows pass. Of short filter rows a task makes two or three, as one tile.
//
// Tasks with the first images add to dw, the others to partial gradients of their own, which are
// added in their order at the end. How it is cut depends on the shape alone, and so do the sums.
#include "conv2d.h"
#include "conv2d_filter_tile.h"

enum {
    CHANNELS = 16,      // of a task: whole lines of x
    TASKS = 64,         // about
    MOST_CHUNKS = 16,   // of images
    PARTIALS = 131072,  // floats of partial gradients
    CHUNK = 131072,     // multiplications of a task, at least, where images are cut
    SMALL_SUM = 32768,  // floats that are added before another thread would have begun
};

typedef struct {
    convolution conv;
    const float *dy;
    float *dw;        // [r, s, c, k] of the whole filter
    float *partials;  // [chunks - 1] of the same
    float *planes;    // [tasks, plane], if too large for a stack
    size_t filter_rows, filter_columns, filter_size;
    size_t channels;  // of a task, at most
    size_t groups;    // of filter rows: a task makes one
    size_t parts, chunks, tasks;
    size_t plane, rows;  // floats and rows of a plane
    size_t last_rows;    // of dy: behind its end nothing may be read, so these are copied
} work;

/// How many filter rows of so many taps make a tile.
static size_t rows_together(size_t taps) {
    const bool wide = has_wide_vectors();
    switch (taps) {
    case 2: return 2;
    case 3: return wide ? 3 : 2;
    case 4:
    case 5: return wide ? 2 : 1;
    default: return 1;
    }
}

static work plan(const kernel_conv2d_shape *shape) {
    work job = {
        .conv = convolution_forward(NULL, shape),
        .filter_rows = shape->r,
        .filter_columns = shape->s,
    };
    const convolution *conv = &job.conv;
    job.filter_size = shape->r * shape->s * shape->c * shape->k;
    if (conv->tasks == 0) return job;
    const size_t columns = conv->plane_row / conv->c;
    const size_t most = smaller(CHANNELS, (OWN - LANES) / columns);
    job.parts = ceil_div(conv->c, larger(1, most));
    job.channels = ceil_div(conv->c, job.parts);
    job.groups = ceil_div(conv->r, rows_together(conv->s * job.channels));
    const size_t width = columns * job.channels * ceil_div(conv->r, job.groups);
    job.rows = larger(1, smaller(MOST_ROWS, (OWN - LANES) / width));
    job.plane = job.rows * width + LANES;
    if (conv->k < WIDE_LANES)
        job.last_rows = smaller(ceil_div(WIDE_LANES, conv->q * conv->k), conv->n * conv->p);
    const size_t work = conv->n * conv->p * conv->q * conv->r * conv->run
        * ceil_div(conv->k, WIDE_LANES) * WIDE_LANES;
    const size_t places = job.groups * job.parts;
    job.chunks = smaller(ceil_div(TASKS, places), smaller(MOST_CHUNKS, conv->n));
    job.chunks = smaller(job.chunks, 1 + PARTIALS / job.filter_size);
    job.chunks = larger(1, smaller(job.chunks, work / places / CHUNK));
    job.tasks = job.chunks * places;
    return job;
}

static size_t task_memory(const work *job) {
    return job->plane + job->last_rows * job->conv.q * job->conv.k + WIDE_LANES;
}

size_t conv2d_filter_scratch(const kernel_conv2d_shape *shape) {
    const work job = plan(shape);
    if (job.tasks == 0) return 0;
    return (job.chunks - 1) * job.filter_size
        + (task_memory(&job) > 2 * OWN ? job.tasks * task_memory(&job) : 0);
}

/// dw [r, s, c, k] of some filter rows += what the rows give them, for so many channels.
INLINE void accumulate_rows(
    const work *job, float *dw, const laid_rows *laid, size_t channels, bool wide) {
    const convolution *conv = &job->conv;
    const size_t run = conv->s * channels;
    const size_t tiles = ceil_div(run, wide ? WIDE_TAPS : TAPS);
    size_t outputs;
    for (size_t left = 0; left < conv->k; left += outputs) {
        // Two vectors, where as many outputs lie there or before.
        const size_t vectors =
            wide && conv->k >= 2 * WIDE_LANES && conv->k - left > WIDE_LANES ? 2 : 1;
        const size_t width = vectors * WIDE_LANES;
        outputs = smaller(width, conv->k - left);
        // A last vector begins with outputs that the one before it has, and that are made in vain.
        const size_t again = conv->k < WIDE_LANES ? 0 : width - outputs;
        for (size_t tile = 0; tile < tiles; tile++) {
            const size_t first = part(run, tiles, tile);
            const size_t taps = part(run, tiles, tile + 1) - first, all = laid->filter_rows * taps;
            float *to[WIDE_TAPS], *sums[WIDE_TAPS];
            float border[WIDE_TAPS * 2 * WIDE_LANES];
            for (size_t r = 0, i = 0; r < laid->filter_rows; r++) {
                const size_t s = first / channels;
                size_t c = first % channels;
                float *tap = dw + ((r * job->filter_columns + s) * conv->c + c) * conv->k + left;
                for (size_t t = 0; t < taps; t++, i++) {
                    to[i] = tap;
                    sums[i] = outputs == width ? tap : border + i * width;
                    tap += conv->k;
                    if (++c == channels) c = 0, tap += (conv->c - channels) * conv->k;
                }
            }
            if (outputs < width) clear(border, all * width);
            accumulate_tile(sums, laid, first, left - again, taps, vectors, wide);
            for (size_t i = 0; outputs < width && i < all; i++) {
                const float *from = sums[i] + again;
                size_t k = 0;
                for (; k + LANES <= outputs; k += LANES) AT(to[i] + k) += AT(from + k);
                for (; k < outputs; k++) to[i][k] += from[k];
            }
        }
    }
}

// MARK: Tasks

/// Lays a row of image n, between zeros, for some channels behind `channel`.
INLINE void lay_channels(
    float *to, const convolution *conv, size_t n, ptrdiff_t row, size_t channel, size_t channels) {
    const size_t columns = conv->plane_row / conv->c;
    if (row < 0 || (size_t)row >= conv->h) {
        clear(to, columns * channels);
        return;
    }
    const row_part laid = part_of_row(conv, columns);
    const size_t first = (n * conv->h + (size_t)row) * conv->w + laid.cut;
    const float *from = conv->image + first * conv->c + channel;
    clear(to, laid.margin * channels);
    to += laid.margin * channels;
    if (channels == conv->c) {
        copy(to, from, laid.count * channels);
    } else {
        for (size_t j = 0; j < laid.count; j++)
            copy(to + j * channels, from + j * conv->c, channels);
    }
    clear(to + laid.count * channels, (columns - laid.margin - laid.count) * channels);
}

/// Clears a task's part of a partial gradient, and beside it the taps that meet nothing.
INLINE void clear_part(
    const work *job, float *partial, size_t group, size_t channel, size_t channels) {
    const convolution *conv = &job->conv;
    const size_t top = group == 0 ? 0 : conv->first_r + part(conv->r, job->groups, group);
    const size_t bottom = group + 1 == job->groups
        ? job->filter_rows
        : conv->first_r + part(conv->r, job->groups, group + 1);
    const size_t end = bottom * job->filter_columns;
    for (size_t tap = top * job->filter_columns; tap < end; tap++)
        clear(partial + (tap * conv->c + channel) * conv->k, channels * conv->k);
}

INLINE void accumulate(const work *job, size_t task, bool wide) {
    const convolution *conv = &job->conv;
    _Alignas(64) float own[2 * OWN];
    float *plane = task_memory(job) <= 2 * OWN ? own : job->planes + task * task_memory(job);
    float *last_rows = plane + job->plane;
    const size_t row_size = conv->q * conv->k, last_size = job->last_rows * row_size;
    copy(last_rows, job->dy + conv->n * conv->p * row_size - last_size, last_size);
    clear(last_rows + last_size, WIDE_LANES);
    const size_t chunk = task % job->chunks, place = task / job->chunks;
    const size_t group = place % job->groups, index = place / job->groups;
    const size_t r = part(conv->r, job->groups, group);
    const size_t channel = part(conv->c, job->parts, index);
    const size_t channels = part(conv->c, job->parts, index + 1) - channel;
    float *dw = chunk == 0 ? job->dw : job->partials + (chunk - 1) * job->filter_size;
    clear_part(job, dw, group, channel, channels);
    dw +=
        (((conv->first_r + r) * job->filter_columns + conv->first_s) * conv->c + channel) * conv->k;
    laid_rows laid = {
        .plane = plane,
        .width = conv->plane_row / conv->c * channels,
        .filter_rows = part(conv->r, job->groups, group + 1) - r,
        .pixels = conv->q,
        .step = conv->pixel_step / conv->c * channels,
        .dy_step = conv->k,
    };
    const size_t end = part(conv->n, job->chunks, chunk + 1);
    for (size_t n = part(conv->n, job->chunks, chunk); n < end; n++) {
        for (size_t p = 0; p < conv->p; p++) {
            // Of the image; the first of those that the filter rows meet.
            const ptrdiff_t top = (ptrdiff_t)(p * conv->stride_h + r) - conv->top;
            if (top < (ptrdiff_t)conv->h && top + (ptrdiff_t)laid.filter_rows > 0) {
                float *to = plane + laid.rows * laid.filter_rows * laid.width;
                for (size_t i = 0; i < laid.filter_rows; i++, to += laid.width)
                    lay_channels(to, conv, n, top + (ptrdiff_t)i, channel, channels);
                const size_t index = n * conv->p + p, first = conv->n * conv->p - job->last_rows;
                laid.dy[laid.rows++] = index < first ? job->dy + index * row_size
                                                     : last_rows + (index - first) * row_size;
            }
            const bool is_last = n + 1 == end && p + 1 == conv->p;
            if (laid.rows < job->rows && !is_last) continue;
            accumulate_rows(job, dw, &laid, channels, wide);
            laid.rows = 0;
        }
    }
}

KERNEL_WIDE_TASK(accumulate_task, context, task, wide) { accumulate(context, task, wide); }

typedef struct {
    float *sum;
    const float *partials;
    size_t count, size;
} partial_sums;

/// Adds some values of the partial gradients.
static void add_partials(const partial_sums *sums, size_t first, size_t end) {
    for (size_t i = 0; i < sums->count; i++) {
        const float *from = sums->partials + i * sums->size;
        kernel_add(sums->sum + first, sums->sum + first, from + first, end - first);
    }
}

static void add_part_of_partials(void *context, size_t index) {
    const partial_sums *sums = context;
    add_partials(sums, part(sums->size, TASKS, index), part(sums->size, TASKS, index + 1));
}

void conv2d_filter_add(
    kernel_pool *pool, float *dw, const float *partials, size_t count, size_t size) {
    partial_sums sums = {dw, partials, count, size};
    if ((count + 1) * size > SMALL_SUM) {
        kernel_pool_run(pool, TASKS, add_part_of_partials, &sums);
    } else {
        add_partials(&sums, 0, size);
    }
}

void conv2d_filter(kernel_pool *pool, float *dw, const float *x, const float *dy,
    const kernel_conv2d_shape *shape, float *scratch) {
    work job = plan(shape);
    if (job.tasks == 0) {
        kernel_fill(dw, 0.0f, job.filter_size);
        return;
    }
    job.conv.image = x, job.dy = dy, job.dw = dw, job.partials = scratch;
    job.planes = scratch + (job.chunks - 1) * job.filter_size;
    kernel_pool_run(pool, job.tasks, accumulate_task, &job);
    conv2d_filter_add(pool, dw, job.partials, job.chunks - 1, job.filter_size);
}
