// Max pooling. A window's values are compared channel by channel, so the channels are the vector:
// whole vectors, and a last one that ends with the pixel's last channel and overlaps the one before
// (11 channels are 0..<8 and 3..<11). Fewer than eight channels are one padded vector.
#include "max_pool.h"

#include "include/CKernels.h"
#include "vector.h"
#include "windows.h"

#include <math.h>
#include <string.h>

enum {
    TASK = 8192,   // values a task reads, about
    AHEAD = 4096,  // values behind those that are read, which are asked for
};

typedef struct {
    float *y, *dx;
    const float *x, *maximum, *dy;
    kernel_conv2d_shape shape;
    bool disjoint;  // windows do not overlap and cover the image
    size_t tasks;
} pooling;

/// Asks for two lines of an image behind those at x, line by line in the order of its memory: on
/// with that the processor goes by itself, but it does not know what to make of the pixels of
/// windows. Images that are not in blocks are few, and in a cache.
INLINE void fetch_ahead(const float *x, size_t c) {
    if (c < KERNEL_BLOCK) return;
    __builtin_prefetch(x + AHEAD);
    __builtin_prefetch(x + AHEAD + 2 * LANES);
}

// MARK: Forward

/// y = the largest of a window's `rows` × `columns` pixels at x, or NaN: a NaN must not hide behind
/// a number. The first of equals.
INLINE void pool_window(float *y, const float *x, size_t rows, size_t columns, size_t row_step,
    size_t c, size_t count) {
    vector best = -INFINITY;
    for (size_t i = 0; i < rows; i++) {
        for (size_t j = 0; j < columns; j++) {
            vector value;
            load_channels(&value, x + i * row_step + j * c, count);
            best = ((value > best) | (value != value)) ? value : best;
        }
    }
    store_channels(y, &best, count);
}

/// Some rows of y.
KERNEL_TASK(pool_rows, context, task) {
    const pooling *job = context;
    const kernel_conv2d_shape s = job->shape;
    const size_t end = part(s.n * s.p, job->tasks, task + 1), row_step = s.w * s.c;
    for (size_t row = part(s.n * s.p, job->tasks, task); row < end; row++) {
        const span vertical = window(row % s.p, s.stride_h, s.pad_top, s.r, s.h);
        const size_t rows = vertical.last - vertical.first;
        const float *image_row = job->x + (row / s.p * s.h + vertical.first) * row_step;
        for (size_t q = 0; q < s.q; q++) {
            const span horizontal = window(q, s.stride_w, s.pad_left, s.s, s.w);
            const size_t columns = horizontal.last - horizontal.first;
            const float *x = image_row + horizontal.first * s.c;
            float *y = job->y + (row * s.q + q) * s.c;
            if (s.c < LANES) {
                pool_window(y, x, rows, columns, row_step, s.c, s.c);
                continue;
            }
            for (size_t c = 0; c < s.c; c += LANES) {
                const size_t first = smaller(c, s.c - LANES);
                if (rows == 2 && columns == 2) {
                    pool_window(y + first, x + first, 2, 2, row_step, s.c, LANES);
                } else {
                    pool_window(y + first, x + first, rows, columns, row_step, s.c, LANES);
                }
            }
        }
    }
}

KERNEL_CLONES(extern, void, max_pool_tile,
    (float *y, const float *x, size_t pairs, size_t w, size_t c), (y, x, pairs, w, c)) {
    for (size_t i = 0; i < pairs; i++, x += 2 * w * c) {
        for (size_t q = 0; q < w / 2; q++, y += c) {
            for (size_t channel = 0; channel < c; channel += LANES) {
                const size_t first = smaller(channel, c - LANES);
                pool_window(y + first, x + 2 * q * c + first, 2, 2, w * c, c, LANES);
            }
        }
    }
}

/// The four pixels of a window at x, some channels of them, scaled and shifted.
INLINE void load_scaled(vector values[4], const float *x, const float *scale, const float *shift,
    size_t row_step, size_t c) {
#pragma STDC FP_CONTRACT OFF
    const vector a = AT(scale), b = AT(shift);
#pragma clang loop unroll(full)
    for (size_t i = 0; i < 4; i++) {
        const vector product = AT(x + i / 2 * row_step + i % 2 * c) * a;
        values[i] = product + b;
    }
}

/// A NaN passes none of the comparisons, and is looked for apart.
KERNEL_CLONES(extern, void, max_pool_scaled_tile,
    (float *y, const float *x, const float *scale, const float *shift, size_t pairs, size_t w,
        size_t c),
    (y, x, scale, shift, pairs, w, c)) {
    for (size_t i = 0; i < pairs; i++, x += 2 * w * c) {
        for (size_t q = 0; q < w / 2; q++, y += c) {
            for (size_t channel = 0; channel < c; channel += LANES) {
                const size_t first = smaller(channel, c - LANES);
                fetch_ahead(x + 2 * q * c + 4 * channel, c);
                vector values[4];
                load_scaled(values, x + 2 * q * c + first, scale + first, shift + first, w * c, c);
                vector best = 0.0f;
#pragma clang loop unroll(full)
                for (size_t j = 0; j < 4; j++) best = values[j] > best ? values[j] : best;
                // By twos: one instruction tells whether either is a NaN.
                const ivector above = (values[0] != values[0]) | (values[1] != values[1]);
                const ivector below = (values[2] != values[2]) | (values[3] != values[3]);
                AT(y + first) = above | below ? NAN : best;
            }
        }
    }
}

void kernel_max_pool(
    kernel_pool *pool, float *y, const float *x, const kernel_conv2d_shape *shape) {
    const size_t rows = shape->n * shape->p, work = shape->n * shape->h * shape->w * shape->c;
    pooling job = {.y = y, .x = x, .shape = *shape, .tasks = larger(1, smaller(rows, work / TASK))};
    kernel_pool_run(pool, rows == 0 ? 0 : job.tasks, pool_rows, &job);
}

// MARK: Gradient

/// Gives dy to the first place of the window at x where x equals y, or is the NaN that y is. If
/// windows are disjoint the places are written, else they are added to, but for the `skipped` first
/// channels, which the vector before has dealt with.
INLINE void scatter_window(float *dx, const float *x, const float *y, const float *dy, size_t rows,
    size_t columns, size_t row_step, size_t c, size_t count, size_t skipped, bool disjoint) {
    const ivector lane = {0, 1, 2, 3, 4, 5, 6, 7};
    vector best, gradient;
    load_channels(&best, y, count);
    load_channels(&gradient, dy, count);
    ivector open = -1;
    if (!disjoint) open = lane >= (int32_t)skipped;
    for (size_t i = 0; i < rows; i++) {
        for (size_t j = 0; j < columns; j++) {
            const size_t place = i * row_step + j * c;
            vector value, sum;
            load_channels(&value, x + place, count);
            const ivector hit = ((value == best) | (value != value)) & open;
            open &= ~hit;
            const vector given = (vector)((ivector)gradient & hit);
            if (disjoint) {
                sum = given;
            } else {
                load_channels(&sum, dx + place, count);
                sum += given;
            }
            store_channels(dx + place, &sum, count);
        }
    }
}

/// The gradient of some images. Windows may overlap, so an image's rows are not split.
KERNEL_TASK(scatter_images, context, task) {
    const pooling *job = context;
    const kernel_conv2d_shape s = job->shape;
    const size_t row_step = s.w * s.c, end = part(s.n, job->tasks, task + 1);
    for (size_t n = part(s.n, job->tasks, task); n < end; n++) {
        if (!job->disjoint) memset(job->dx + n * s.h * row_step, 0, s.h * row_step * sizeof(float));
        for (size_t p = 0; p < s.p; p++) {
            const span vertical = window(p, s.stride_h, s.pad_top, s.r, s.h);
            const size_t rows = vertical.last - vertical.first;
            const size_t image_row = (n * s.h + vertical.first) * row_step;
            for (size_t q = 0; q < s.q; q++) {
                const span horizontal = window(q, s.stride_w, s.pad_left, s.s, s.w);
                const size_t columns = horizontal.last - horizontal.first;
                const size_t from = ((n * s.p + p) * s.q + q) * s.c;
                const size_t to = image_row + horizontal.first * s.c;
                float *dx = job->dx + to;
                const float *x = job->x + to, *y = job->maximum + from, *dy = job->dy + from;
                if (s.c < LANES) {
                    scatter_window(
                        dx, x, y, dy, rows, columns, row_step, s.c, s.c, 0, job->disjoint);
                    continue;
                }
                for (size_t c = 0; c < s.c; c += LANES) {
                    const size_t i = smaller(c, s.c - LANES);
                    if (job->disjoint && rows == 2 && columns == 2) {
                        scatter_window(
                            dx + i, x + i, y + i, dy + i, 2, 2, row_step, s.c, LANES, 0, true);
                    } else {
                        scatter_window(dx + i, x + i, y + i, dy + i, rows, columns, row_step, s.c,
                            LANES, c - i, job->disjoint);
                    }
                }
            }
        }
    }
}

KERNEL_CLONES(extern, void, max_pool_gradient_tile,
    (float *dx, const float *x, const float *y, const float *dy, size_t pairs, size_t w, size_t c),
    (dx, x, y, dy, pairs, w, c)) {
    for (size_t i = 0; i < pairs; i++, x += 2 * w * c, dx += 2 * w * c) {
        for (size_t q = 0; q < w / 2; q++, y += c, dy += c) {
            for (size_t channel = 0; channel < c; channel += LANES) {
                const size_t first = smaller(channel, c - LANES), to = 2 * q * c + first;
                scatter_window(
                    dx + to, x + to, y + first, dy + first, 2, 2, w * c, c, LANES, 0, true);
            }
        }
    }
}

/// Where the largest is NaN or 0 the relu's gradient is 0.
KERNEL_CLONES(extern, void, max_pool_scaled_gradient_tile,
    (float *dx, const float *x, const float *y, const float *dy, const float *scale,
        const float *shift, size_t pairs, size_t w, size_t c),
    (dx, x, y, dy, scale, shift, pairs, w, c)) {
    for (size_t i = 0; i < pairs; i++, x += 2 * w * c, dx += 2 * w * c) {
        for (size_t q = 0; q < w / 2; q++, y += c, dy += c) {
            for (size_t channel = 0; channel < c; channel += LANES) {
                const size_t first = smaller(channel, c - LANES), window = 2 * q * c + first;
                vector values[4];
                load_scaled(values, x + window, scale + first, shift + first, w * c, c);
                const vector best = AT(y + first), gradient = AT(dy + first);
                ivector open = best > 0.0f;
#pragma clang loop unroll(full)
                for (size_t j = 0; j < 4; j++) {
                    const ivector hit = (values[j] == best) & open;
                    open &= ~hit;
                    AT(dx + window + j / 2 * w * c + j % 2 * c) = (vector)((ivector)gradient & hit);
                }
            }
        }
    }
}

void kernel_max_pool_gradient(kernel_pool *pool, float *dx, const float *x, const float *y,
    const float *dy, const kernel_conv2d_shape *shape) {
    const kernel_conv2d_shape s = *shape;
    pooling job = {
        .dx = dx,
        .x = x,
        .maximum = y,
        .dy = dy,
        .shape = s,
        .disjoint = s.stride_h == s.r && s.stride_w == s.s && s.p * s.r >= s.h + s.pad_top
            && s.q * s.s >= s.w + s.pad_left,
        .tasks = larger(1, smaller(s.n, s.n * s.h * s.w * s.c / TASK)),
    };
    kernel_pool_run(pool, s.n == 0 ? 0 : job.tasks, scatter_images, &job);
}

/// `varies` is a constant where this is inlined.
INLINE void normed_gradient(float *dx, const float *x, const float *y, const float *dy,
    const kernel_pooling *rows, const float *slope, bool varies, size_t pairs, size_t w, size_t c) {
#pragma STDC FP_CONTRACT OFF
    for (size_t i = 0; i < pairs; i++, x += 2 * w * c, dx += 2 * w * c) {
        for (size_t q = 0; q < w / 2; q++, y += c, dy += c) {
            for (size_t channel = 0; channel < c; channel += LANES) {
                const size_t first = smaller(channel, c - LANES), window = 2 * q * c + first;
                const vector scale = AT(rows->scale + first), shift = AT(rows->shift + first);
                const vector center = AT(rows->center + first), best = AT(y + first);
                const vector gradient = AT(dy + first) * AT(rows->factor + first);
                fetch_ahead(x + 2 * q * c + 4 * channel, c);
                ivector open = best > 0.0f;
#pragma clang loop unroll(full)
                for (size_t j = 0; j < 4; j++) {
                    const size_t place = window + j / 2 * w * c + j % 2 * c;
                    const vector value = AT(x + place), product = value * scale;
                    const vector sum = product + shift;
                    const ivector hit = (sum == best) & open;
                    open &= ~hit;
                    const vector factor = AT(slope + (varies ? i * 2 * w * c + place : first));
                    const vector rest = (value - center) * factor;
                    AT(dx + place) = (vector)((ivector)gradient & hit) + rest;
                }
            }
        }
    }
}

KERNEL_CLONES(extern, void, max_pool_normed_gradient_tile,
    (float *dx, const float *x, const float *y, const float *dy, const kernel_pooling *rows,
        const float *slope, size_t pairs, size_t w, size_t c),
    (dx, x, y, dy, rows, slope, pairs, w, c)) {
    if (rows->slope_varies) {
        normed_gradient(dx, x, y, dy, rows, slope, true, pairs, w, c);
    } else {
        normed_gradient(dx, x, y, dy, rows, slope, false, pairs, w, c);
    }
}

// MARK: Sums of the gradient

/// given = what a window's gradient gives to some channels: only one pixel has any, and that is the pooled
/// image's. With x it is multiplied by that pixel.
INLINE void window_sum(vector *given, const float *x, const float *best, const float *dy,
    const float *scale, const float *shift, size_t row_step, size_t c) {
#pragma STDC FP_CONTRACT OFF
    const vector largest = AT(best);
    *given = (vector)((ivector)(vector)AT(dy) & (largest > 0.0f));
    if (x == NULL) return;
    const vector a = AT(scale), b = AT(shift);
    vector pooled = 0.0f;
#pragma clang loop unroll(full)
    for (size_t j = 4; j-- > 0;) {
        const vector value = AT(x + j / 2 * row_step + j % 2 * c);
        const vector product = value * a, sum = product + b;
        pooled = sum == largest ? value : pooled;
    }
    *given *= pooled;
}

/// Of images in blocks: line by line, in the order of memory. Of others, whose last vectors overlap
/// those before them, channels by channels, so that their sums stay in a register.
KERNEL_CLONES(extern, void, max_pool_scaled_gradient_sums,
    (float *sums, const float *x, const float *y, const float *dy, const float *scale,
        const float *shift, size_t pairs, size_t w, size_t c),
    (sums, x, y, dy, scale, shift, pairs, w, c)) {
    const ivector lane = {0, 1, 2, 3, 4, 5, 6, 7};
    if (c % LANES == 0) {
        for (size_t i = 0; i < pairs; i++) {
            for (size_t q = 0; q < w / 2; q++, y += c, dy += c) {
                const float *window = x == NULL ? NULL : x + (2 * i * w + 2 * q) * c;
                for (size_t k = 0; k < c; k += LANES) {
                    if (x != NULL) fetch_ahead(window + 4 * k, c);
                    vector given;
                    window_sum(&given, x == NULL ? NULL : window + k, y + k, dy + k, scale + k,
                        shift + k, w * c, c);
                    AT(sums + k) += given;
                }
            }
        }
        return;
    }
    for (size_t channel = 0; channel < c; channel += LANES) {
        const size_t k = smaller(channel, c - LANES);
        // Without the channels that the vector before has dealt with.
        const ivector open = lane >= (int32_t)(channel - k);
        vector sum = AT(sums + k);
        for (size_t i = 0; i < pairs; i++) {
            for (size_t q = 0; q < w / 2; q++) {
                const size_t place = (i * w / 2 + q) * c + k;
                vector given;
                window_sum(&given, x == NULL ? NULL : x + (2 * i * w + 2 * q) * c + k, y + place,
                    dy + place, scale + k, shift + k, w * c, c);
                sum += (vector)((ivector)given & open);
            }
        }
        AT(sums + k) = sum;
    }
}
