// Max pooling. A window's values are compared channel by channel, so the channels are the vector: whole vectors, and a last one that
// ends with the pixel's last channel and overlaps the one before (11 channels are 0..<8 and 3..<11). Fewer than eight
// channels are one padded vector.
#include "include/CKernels.h"
#include "vector.h"

#include <math.h>
#include <string.h>

enum { TASK = 32768 };      // values a task reads, about

typedef struct {
    float *y, *dx;
    const float *x, *maximum, *dy;
    kernel_conv2d_shape shape;
    size_t tasks;
} pooling;

/// The part of window `i` along an axis that lies on the image: first..<last.
typedef struct {
    size_t first, last;
} span;

INLINE span window(size_t i, size_t stride, size_t pad, size_t size, size_t length) {
    const size_t start = i * stride, end = start + size;
    return (span){start > pad ? start - pad : 0, end > pad ? smaller(length, end - pad) : 0};
}

/// The larger, or NaN: a NaN must not hide behind a number. Keeps `best` when they are equal.
INLINE void keep_larger(vector *best, const vector *x) { *best = ((*x > *best) | (*x != *x)) ? *x : *best; }

// MARK: Forward

INLINE void pool_channels(
    vector *best, const float *image, span rows, span columns, size_t w, size_t c, size_t first, size_t count) {
    *best = -INFINITY;
    for (size_t i = rows.first; i < rows.last; i++) {
        for (size_t j = columns.first; j < columns.last; j++) {
            const float *p = image + (i * w + j) * c + first;
            vector x;
            if (count == LANES) x = AT(p); else load_partial(&x, p, count);
            keep_larger(best, &x);
        }
    }
}

/// Some rows of y.
KERNEL_CLONES static void pool_rows(void *context, size_t task) {
    const pooling *job = context;
    const kernel_conv2d_shape s = job->shape;
    const size_t end = part(s.n * s.p, job->tasks, task + 1);
    for (size_t row = part(s.n * s.p, job->tasks, task); row < end; row++) {
        const float *image = job->x + row / s.p * s.h * s.w * s.c;
        const span rows = window(row % s.p, s.stride_h, s.pad_top, s.r, s.h);
        for (size_t q = 0; q < s.q; q++) {
            const span columns = window(q, s.stride_w, s.pad_left, s.s, s.w);
            float *y = job->y + (row * s.q + q) * s.c;
            vector best;
            if (s.c < LANES) {
                pool_channels(&best, image, rows, columns, s.w, s.c, 0, s.c);
                store_partial(y, &best, s.c);
                continue;
            }
            for (size_t c = 0; c < s.c; c += LANES) {
                const size_t first = smaller(c, s.c - LANES);
                pool_channels(&best, image, rows, columns, s.w, s.c, first, LANES);
                AT(y + first) = best;
            }
        }
    }
}

void kernel_max_pool(kernel_pool *pool, float *y, const float *x, const kernel_conv2d_shape *shape) {
    const size_t rows = shape->n * shape->p, work = shape->n * shape->h * shape->w * shape->c;
    pooling job = {.y = y, .x = x, .shape = *shape, .tasks = larger(1, smaller(rows, work / TASK))};
    kernel_pool_run(pool, rows == 0 ? 0 : job.tasks, pool_rows, &job);
}

// MARK: Gradient

/// Adds dy's channels first..<first + count to the first place where x equals y, or is the NaN that y is. The lanes
/// before `skip` belong to the vector before.
INLINE void scatter_channels(
    float *dx, const float *x, const float *y, const float *dy, span rows, span columns, size_t w, size_t c,
    size_t count, const ivector *enabled) {
    vector best, gradient;
    if (count == LANES) {
        best = AT(y);
        gradient = AT(dy);
    } else {
        load_partial(&best, y, count);
        load_partial(&gradient, dy, count);
    }
    ivector open = *enabled;
    for (size_t i = rows.first; i < rows.last; i++) {
        for (size_t j = columns.first; j < columns.last; j++) {
            const size_t place = (i * w + j) * c;
            vector value, sum;
            if (count == LANES) {
                value = AT(x + place);
                sum = AT(dx + place);
            } else {
                load_partial(&value, x + place, count);
                load_partial(&sum, dx + place, count);
            }
            const ivector hit = ((value == best) | (value != value)) & open;
            open &= ~hit;
            sum += (vector)((ivector)gradient & hit);
            if (count == LANES) AT(dx + place) = sum; else store_partial(dx + place, &sum, count);
        }
    }
}

/// The gradient of one image. Windows may overlap, so its rows are not split.
KERNEL_CLONES static void scatter_image(void *context, size_t task) {
    const pooling *job = context;
    const kernel_conv2d_shape s = job->shape;
    const ivector lane = {0, 1, 2, 3, 4, 5, 6, 7};
    for (size_t n = part(s.n, job->tasks, task); n < part(s.n, job->tasks, task + 1); n++) {
        const size_t size = s.h * s.w * s.c;
        const float *image = job->x + n * size;
        float *dx = job->dx + n * size;
        memset(dx, 0, size * sizeof(float));
        for (size_t p = 0; p < s.p; p++) {
            const span rows = window(p, s.stride_h, s.pad_top, s.r, s.h);
            for (size_t q = 0; q < s.q; q++) {
                const span columns = window(q, s.stride_w, s.pad_left, s.s, s.w);
                const size_t place = ((n * s.p + p) * s.q + q) * s.c;
                const float *y = job->maximum + place, *dy = job->dy + place;
                ivector enabled = -1;
                if (s.c < LANES) {
                    scatter_channels(dx, image, y, dy, rows, columns, s.w, s.c, s.c, &enabled);
                    continue;
                }
                for (size_t c = 0; c < s.c; c += LANES) {
                    const size_t first = smaller(c, s.c - LANES);
                    enabled = lane >= (int32_t)(c - first);
                    scatter_channels(
                        dx + first, image + first, y + first, dy + first, rows, columns, s.w, s.c, LANES, &enabled);
                }
            }
        }
    }
}

void kernel_max_pool_gradient(
    kernel_pool *pool, float *dx, const float *x, const float *y, const float *dy, const kernel_conv2d_shape *shape) {
    const size_t work = shape->n * shape->h * shape->w * shape->c;
    pooling job = {
        .dx = dx, .x = x, .maximum = y, .dy = dy, .shape = *shape,
        .tasks = larger(1, smaller(shape->n, work / TASK)),
    };
    kernel_pool_run(pool, shape->n == 0 ? 0 : job.tasks, scatter_image, &job);
}
