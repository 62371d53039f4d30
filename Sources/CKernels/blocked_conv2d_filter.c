// The gradient with respect to a convolution's filter, of images in blocks: dw[r, s, c, k] = Σ over
// output pixels and images of x[pixel, r, s, c] dy[pixel, k].
//
// A tile of one or two input channels times some outputs stays in registers, each a vector of
// sixteen images, while the pixels of some rows pass, as many as the first-level cache holds the
// gradient of. A task sums its rows of a block, lane by lane and then over the lanes, into a dw of
// its own; these are added in their order at the end. Tasks depend on the shape alone.
#include "blocked.h"

enum {
    INPUTS = 2,
    NARROW_OUTPUTS = 3,
    WIDE_OUTPUTS = 13,  // with two inputs 26 of AVX-512's 32 registers
    CACHED = 24576,     // bytes of dy
    TASKS = 16,         // about
};

typedef struct {
    const float *x, *dy;
    kernel_pixel_order x_order, y_order;
    kernel_conv2d_shape shape;
    float *slots;  // [tasks]: sums [r, s, c, k, BLOCK], and dw [r, s, c, k]
    size_t tiles, bands;
} work;

static size_t filter_size(const kernel_conv2d_shape *shape) {
    return shape->r * shape->s * shape->c * shape->k;
}

/// sums [inputs, k, BLOCK] += Σ over a row's pixels. `inputs` and `outputs` are constants where
/// this is inlined.
INLINE void accumulate_tile(float *sums, const float *x, const float *dy, const work *job, size_t s,
    size_t first_row, size_t last_row, size_t r, size_t inputs, size_t outputs) {
    const kernel_conv2d_shape *shape = &job->shape;
    wide_vector sum[INPUTS][WIDE_OUTPUTS];
#pragma clang loop unroll(full)
    for (size_t c = 0; c < inputs; c++) {
#pragma clang loop unroll(full)
        for (size_t k = 0; k < outputs; k++) sum[c][k] = WIDE_AT(sums + (c * shape->k + k) * BLOCK);
    }
    const size_t first = shape->pad_left > s ? shape->pad_left - s : 0;
    const size_t last =
        smaller(shape->q, shape->w + shape->pad_left > s ? shape->w + shape->pad_left - s : 0);
    for (size_t p = first_row; p < last_row; p++) {
        const size_t row = p + r - shape->pad_top;
        if (row >= shape->h) continue;  // negative ones are large
        const float *x_row = x + pixel_row(job->x_order, shape->w, row) * shape->c * BLOCK;
        const float *dy_row = dy + pixel_row(job->y_order, shape->q, p) * shape->k * BLOCK;
        for (size_t q = first; q < last; q++) {
            const float *from =
                x_row + pixel_column(job->x_order, q + s - shape->pad_left) * shape->c * BLOCK;
            const float *gradient = dy_row + pixel_column(job->y_order, q) * shape->k * BLOCK;
            wide_vector value[INPUTS];
#pragma clang loop unroll(full)
            for (size_t c = 0; c < inputs; c++) value[c] = WIDE_AT(from + c * BLOCK);
#pragma clang loop unroll(full)
            for (size_t k = 0; k < outputs; k++) {
                const wide_vector g = WIDE_AT(gradient + k * BLOCK);
#pragma clang loop unroll(full)
                for (size_t c = 0; c < inputs; c++) sum[c][k] += value[c] * g;
            }
        }
    }
#pragma clang loop unroll(full)
    for (size_t c = 0; c < inputs; c++) {
#pragma clang loop unroll(full)
        for (size_t k = 0; k < outputs; k++) WIDE_AT(sums + (c * shape->k + k) * BLOCK) = sum[c][k];
    }
}

/// One tap's sums over some rows.
INLINE void accumulate_rows(float *sums, const float *x, const float *dy, const work *job, size_t r,
    size_t s, size_t first_row, size_t last_row, bool wide) {
    const size_t channels = job->shape.c;
    for (size_t tile = 0; tile < job->tiles; tile++) {
        const size_t k = part(job->shape.k, job->tiles, tile);
        const size_t outputs = part(job->shape.k, job->tiles, tile + 1) - k;
        for (size_t c = 0; c < channels; c += INPUTS) {
            float *to = sums + (c * job->shape.k + k) * BLOCK;
            const float *from = x + c * BLOCK, *gradient = dy + k * BLOCK;
#define OUTPUTS_CASE(count)                                                                        \
    case count:                                                                                    \
        if (!wide && count > NARROW_OUTPUTS) break;                                                \
        if (c + INPUTS <= channels) {                                                              \
            accumulate_tile(to, from, gradient, job, s, first_row, last_row, r, INPUTS, count);    \
        } else {                                                                                   \
            accumulate_tile(to, from, gradient, job, s, first_row, last_row, r, 1, count);         \
        }                                                                                          \
        break;
            switch (outputs) {
                OUTPUTS_CASE(13)
                OUTPUTS_CASE(12)
                OUTPUTS_CASE(11)
                OUTPUTS_CASE(10)
                OUTPUTS_CASE(9)
                OUTPUTS_CASE(8)
                OUTPUTS_CASE(7)
                OUTPUTS_CASE(6)
                OUTPUTS_CASE(5)
                OUTPUTS_CASE(4)
                OUTPUTS_CASE(3)
                OUTPUTS_CASE(2)
            default: OUTPUTS_CASE(1)
            }
#undef OUTPUTS_CASE
        }
    }
}

INLINE void accumulate(const work *job, size_t task, bool wide) {
    const kernel_conv2d_shape *shape = &job->shape;
    const size_t block = task / job->bands, band = task % job->bands, size = filter_size(shape);
    float *sums = job->slots + task * size * (BLOCK + 1), *dw = sums + size * BLOCK;
    const float *x = job->x + block * shape->h * shape->w * shape->c * BLOCK;
    const float *dy = job->dy + block * shape->p * shape->q * shape->k * BLOCK;
    for (size_t i = 0; i < size; i++) WIDE_AT(sums + i * BLOCK) = 0.0f;

    const size_t row_bytes = shape->q * shape->k * BLOCK * sizeof(float);
    const size_t rows = larger(1, CACHED / row_bytes);
    const size_t end = part(shape->p, job->bands, band + 1);
    for (size_t first = part(shape->p, job->bands, band); first < end; first += rows) {
        const size_t last = smaller(end, first + rows);
        for (size_t tap = 0; tap < shape->r * shape->s; tap++) {
            accumulate_rows(sums + tap * shape->c * shape->k * BLOCK, x, dy, job, tap / shape->s,
                tap % shape->s, first, last, wide);
        }
    }

    const size_t lanes = block_lanes(shape->n, block);
    for (size_t i = 0; i < size; i++) {
        float sum = 0.0f;
        if (lanes == BLOCK) {
            const vector halves = AT(sums + i * BLOCK) + AT(sums + i * BLOCK + LANES);
            sum = sum_lanes(&halves);
        } else {
            for (size_t lane = 0; lane < lanes; lane++) sum += sums[i * BLOCK + lane];
        }
        dw[i] = sum;
    }
}

KERNEL_WIDE_TASK(accumulate_task, context, task, wide) {
    const work job = *(const work *)context;
    accumulate(&job, task, wide);
}

static size_t bands_of(const kernel_conv2d_shape *shape) {
    return larger(1, smaller(shape->p, TASKS / larger(1, ceil_div(shape->n, BLOCK))));
}

size_t blocked_conv2d_filter_scratch(const kernel_conv2d_shape *shape) {
    return ceil_div(shape->n, BLOCK) * bands_of(shape) * filter_size(shape) * (BLOCK + 1);
}

void kernel_blocked_conv2d_filter_gradient(kernel_pool *pool, float *dw, const float *x,
    kernel_pixel_order x_order, const float *dy, kernel_pixel_order y_order,
    const kernel_conv2d_shape *shape, float *scratch) {
    const bool wide = has_wide_vectors();
    const work job = {
        .x = x,
        .dy = dy,
        .x_order = x_order,
        .y_order = y_order,
        .shape = *shape,
        .slots = scratch,
        .tiles = ceil_div(shape->k, wide ? WIDE_OUTPUTS : NARROW_OUTPUTS),
        .bands = bands_of(shape),
    };
    const size_t size = filter_size(shape), tasks = ceil_div(shape->n, BLOCK) * job.bands;
    kernel_pool_run(pool, tasks, accumulate_task, (void *)&job);
    kernel_fill(dw, 0.0f, size);
    for (size_t task = 0; task < tasks; task++) {
        const float *partial = scratch + task * size * (BLOCK + 1) + size * BLOCK;
        kernel_add(dw, dw, partial, size);
    }
}
