// The input's gradient where a filter has few values of each output (a last layer's single channel,
// by steps of two pixels): a lane is one of them.
//
// A pixel of dy gives R · S · C values, its dot products along K with a matrix [K, R · S · C]. They
// are added to dx where the filter lies. Each row of S · C of them is a half or a whole wide vector;
// dx lies on a plane with margins for all that is cut off. Pixels of a tile lie below each other:
// what they add then lies in the same lanes, and a load finds what was just stored.
#include "conv2d.h"
#include "conv2d_tile.h"

enum {
    MOST_VECTORS = 4,  // of a pixel's values
    MOST_TASKS = 64,
};

typedef struct {
    const kernel_conv2d_shape *shape;
    float *dx;
    const float *dy, *bias;
    float *filter;  // [blocks][k, 16 · vectors]
    size_t tasks, row, rows;
} work;

/// Floats of a row of the plane, and its rows: up to the last pixel's filter.
static size_t plane_row(const kernel_conv2d_shape *shape) {
    const size_t reached = (shape->q - 1) * shape->stride_w + shape->s;
    return larger(reached, shape->pad_left + shape->w) * shape->c;
}
static size_t plane_rows(const kernel_conv2d_shape *shape) {
    const size_t reached = (shape->p - 1) * shape->stride_h + shape->r;
    return larger(reached, shape->pad_top + shape->h);
}

static size_t taps(const kernel_conv2d_shape *shape) { return shape->r * shape->s * shape->c; }
static size_t padded_taps(const kernel_conv2d_shape *shape) {
    return ceil_div(taps(shape), WIDE_LANES) * WIDE_LANES;
}

bool conv2d_spread_can(const kernel_conv2d_shape *shape) {
    return shape->n > 0 && shape->p > 0 && shape->q > 0 && shape->k > 0 && taps(shape) > 0
        && shape->s * shape->c <= WIDE_LANES && taps(shape) <= MOST_VECTORS * WIDE_LANES
        && plane_row(shape) * plane_rows(shape) + WIDE_LANES <= OWN;
}

size_t conv2d_spread_scratch(const kernel_conv2d_shape *shape) {
    return shape->k * padded_taps(shape);
}

/// Adds to each pixel's rows, `row` apart, its values: `run` of them a row, no more than lanes.
INLINE void add_rows(float *const to[], float values[][(MOST_VECTORS + 1) * WIDE_LANES],
    size_t count, size_t rows, size_t run, size_t row, bool wide) {
    const wide_ivector lane = {0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15};
    const wide_ivector inside = lane < (int32_t)run;
    for (size_t i = 0; i < count; i++) {
        const float *from = values[i];
        float *at = to[i];
        for (size_t r = 0; r < rows; r++, from += run, at += row) {
            if (wide) {
                WIDE_AT(at) += (wide_vector)((wide_ivector)(wide_vector)WIDE_AT(from) & inside);
            } else {
                AT(at) += (vector)((ivector)(vector)AT(from) & inside.lo);
            }
        }
    }
}

INLINE void spread_image(const work *job, float *plane, size_t n, bool wide) {
    const kernel_conv2d_shape *shape = job->shape;
    const size_t pixels = shape->p * shape->q, run = shape->s * shape->c;
    const size_t tiles = ceil_div(pixels, wide ? WIDE_PIXELS : PIXELS);
    const size_t padded = padded_taps(shape), most = wide ? 2 * WIDE_LANES : WIDE_LANES;
    const window along_k = {1, shape->k, 0};
    const float *dy = job->dy + n * pixels * shape->k;
    clear(plane, job->row * job->rows + WIDE_LANES);
    size_t p = 0, q = 0;
    for (size_t tile = 0; tile < tiles; tile++) {
        const size_t first = part(pixels, tiles, tile);
        const size_t count = part(pixels, tiles, tile + 1) - first;
        const float *x[WIDE_PIXELS];
        float *to[WIDE_PIXELS];
        for (size_t i = 0; i < count; i++) {
            x[i] = dy + (p * shape->q + q) * shape->k;
            to[i] = plane + p * shape->stride_h * job->row + q * shape->stride_w * shape->c;
            if (++p == shape->p) p = 0, q += 1;
        }
        float values[WIDE_PIXELS][(MOST_VECTORS + 1) * WIDE_LANES], *y[WIDE_PIXELS];
        for (size_t left = 0; left < padded; left += most) {
            const size_t width = smaller(most, padded - left);
            for (size_t i = 0; i < count; i++) y[i] = values[i] + left;
            convolve_tile(y, x, job->filter + left * shape->k, NULL, along_k, count,
                width / WIDE_LANES, wide);
        }
        if (run <= LANES) {
            add_rows(to, values, count, shape->r, run, job->row, false);
        } else {
            add_rows(to, values, count, shape->r, run, job->row, true);
        }
    }
    float *dx = job->dx + n * shape->h * shape->w * shape->c;
    const float *from = plane + shape->pad_top * job->row + shape->pad_left * shape->c;
    const size_t row = shape->w * shape->c;
    for (size_t h = 0; h < shape->h; h++, dx += row, from += job->row) {
        copy(dx, from, row);
        for (size_t i = 0; job->bias != NULL && i < row; i += shape->c) {
            for (size_t c = 0; c < shape->c; c++) dx[i + c] += job->bias[c];
        }
    }
}

INLINE void spread_images(const work *job, size_t task, bool wide) {
    _Alignas(64) float plane[OWN];
    const size_t end = part(job->shape->n, job->tasks, task + 1);
    for (size_t n = part(job->shape->n, job->tasks, task); n < end; n++)
        spread_image(job, plane, n, wide);
}

KERNEL_WIDE_TASK(spread, context, task, wide) { spread_images(context, task, wide); }

void conv2d_spread(kernel_pool *pool, float *dx, const float *dy, const float *w, const float *bias,
    const kernel_conv2d_shape *shape, float *scratch) {
    const bool wide = has_wide_vectors();
    work job = {
        .shape = shape,
        .dx = dx,
        .dy = dy,
        .bias = bias,
        .filter = scratch,
        .tasks = smaller(shape->n, MOST_TASKS),
        .row = plane_row(shape),
        .rows = plane_rows(shape),
    };
    const size_t padded = padded_taps(shape), most = wide ? 2 * WIDE_LANES : WIDE_LANES;
    for (size_t left = 0; left < padded; left += most) {
        const size_t width = smaller(most, padded - left);
        float *to = scratch + left * shape->k;
        for (size_t k = 0; k < shape->k; k++, to += width) {
            for (size_t i = 0; i < width; i++)
                to[i] = left + i < taps(shape) ? w[(left + i) * shape->k + k] : 0.0f;
        }
    }
    kernel_pool_run(pool, job.tasks, spread, &job);
}
