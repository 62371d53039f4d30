// Convolution of images in blocks, and its gradient with respect to the input.
//
// A tile of some pixels of a row times some outputs stays in registers, each a vector of sixteen
// images, while the taps pass: a tap is a load for each pixel, and for each output a broadcast of
// its weight. Taps that meet padding are left out, or read zeros where only some of a tile's pixels
// meet it.
//
// The gradient with respect to the input is the convolution of the output's gradient with the
// filter turned by 180°, its channels exchanged.
//
// Filters of 3 × 3 between some channels take another way: winograd.c.
#include "blocked_conv2d.h"

enum {
    NARROW_OUTPUTS = 6,  // 12 of AVX2's 16 registers
    WIDE_OUTPUTS = 13,   // with two pixels 26 of AVX-512's 32
    SINGLE_PIXELS = 7,   // in a tile of one output
    AHEAD = 8,           // pixels behind those that are made, whose memory is asked for
    TASKS = 32,          // about, if there is enough to do
    TASK = 131072,       // multiplications, about
};

// Pixels of a narrow tile of three outputs, and of one. NEON multiplies nothing from memory: there
// the pixels are in registers beside the sums.
#if defined(__aarch64__)
enum { PIXELS_OF_THREE = 1, PIXELS_OF_ONE = 3 };
#else
enum { PIXELS_OF_THREE = 2, PIXELS_OF_ONE = 4 };
#endif

/// y[i] = outputs first..<first + outputs of pixels q + i. `outputs` and `pixels` are constants
/// where this is inlined.
INLINE void convolve_tile(const blocked_conv2d *job, float *y, const float *x, const float *filter,
    const float *bias, size_t p, size_t q, size_t outputs, size_t pixels) {
    wide_vector sum[WIDE_OUTPUTS][8];
    const float *later = y + pixel_column(job->y_order, q + AHEAD) * job->k * BLOCK;
    for (size_t k = 0; k < outputs; k++) {
#pragma clang loop unroll(full)
        for (size_t i = 0; i < pixels; i++) __builtin_prefetch(later + (i * job->k + k) * BLOCK, 1);
    }
#pragma clang loop unroll(full)
    for (size_t k = 0; k < outputs; k++) {
#pragma clang loop unroll(full)
        for (size_t i = 0; i < pixels; i++) sum[k][i] = bias == NULL ? 0.0f : bias[k];
    }
    const size_t first_r = (ptrdiff_t)p < job->top ? (size_t)job->top - p : 0;
    for (size_t r = first_r; r < job->r; r++) {
        const size_t row = p + r - (size_t)job->top;
        if (row >= job->h) break;
        const float *pixel_x = x + pixel_row(job->x_order, job->w, row) * job->c * BLOCK;
        for (size_t s = 0; s < job->s; s++) {
            const float *from[8], *weights = filter + (r * job->s + s) * job->c * outputs;
            bool meets = false;
#pragma clang loop unroll(full)
            for (size_t i = 0; i < pixels; i++) {
                const size_t column = smaller(q + i, job->q - 1) + s - (size_t)job->left;
                const bool inside = column < job->w;  // negative ones are large
                meets |= inside;
                from[i] = inside ? pixel_x + pixel_column(job->x_order, column) * job->c * BLOCK
                                 : job->zeros;
            }
            if (!meets) continue;
            for (size_t c = 0; c < job->c; c++, weights += outputs) {
                wide_vector value[8];
#pragma clang loop unroll(full)
                for (size_t i = 0; i < pixels; i++) value[i] = WIDE_AT(from[i] + c * BLOCK);
#pragma clang loop unroll(full)
                for (size_t k = 0; k < outputs; k++) {
                    const wide_vector weight = weights[k];
#pragma clang loop unroll(full)
                    for (size_t i = 0; i < pixels; i++) sum[k][i] += value[i] * weight;
                }
            }
        }
    }
#pragma clang loop unroll(full)
    for (size_t i = 0; i < pixels; i++) {
        if (q + i >= job->q) break;
        float *to = y + pixel_column(job->y_order, q + i) * job->k * BLOCK;
#pragma clang loop unroll(full)
        for (size_t k = 0; k < outputs; k++) WIDE_AT(to + k * BLOCK) = sum[k][i];
    }
}

/// y[i] = the only output of pixels q + i, i < SINGLE_PIXELS, of a filter of three columns. One
/// output would be bound by the loads: here a pixel is loaded once for all three.
INLINE void convolve_single_tile(const blocked_conv2d *job, float *y, const float *x,
    const float *filter, const float *bias, size_t p, size_t q) {
    wide_vector sum[SINGLE_PIXELS];
#pragma clang loop unroll(full)
    for (size_t i = 0; i < SINGLE_PIXELS; i++) sum[i] = bias == NULL ? 0.0f : *bias;
    const size_t first_r = (ptrdiff_t)p < job->top ? (size_t)job->top - p : 0;
    for (size_t r = first_r; r < job->r; r++) {
        const size_t row = p + r - (size_t)job->top;
        if (row >= job->h) break;
        const float *pixel_x = x + pixel_row(job->x_order, job->w, row) * job->c * BLOCK;
        const float *from[SINGLE_PIXELS + 2], *weights = filter + r * 3 * job->c;
#pragma clang loop unroll(full)
        for (size_t j = 0; j < SINGLE_PIXELS + 2; j++) {
            const size_t column = q + j - (size_t)job->left;
            from[j] = column < job->w
                ? pixel_x + pixel_column(job->x_order, column) * job->c * BLOCK
                : job->zeros;
        }
        for (size_t c = 0; c < job->c; c++) {
            const wide_vector w0 = weights[c], w1 = weights[job->c + c],
                              w2 = weights[2 * job->c + c];
#pragma clang loop unroll(full)
            for (size_t j = 0; j < SINGLE_PIXELS + 2; j++) {
                const wide_vector value = WIDE_AT(from[j] + c * BLOCK);
                if (j < SINGLE_PIXELS) sum[j] += value * w0;
                if (j >= 1 && j <= SINGLE_PIXELS) sum[j - 1] += value * w1;
                if (j >= 2) sum[j - 2] += value * w2;
            }
        }
    }
#pragma clang loop unroll(full)
    for (size_t i = 0; i < SINGLE_PIXELS; i++) {
        if (q + i >= job->q) break;
        WIDE_AT(y + pixel_column(job->y_order, q + i) * BLOCK) = sum[i];
    }
}

/// A row of the output, for one tile of outputs.
INLINE void convolve_row(const blocked_conv2d *job, float *y, const float *x, const float *filter,
    const float *bias, size_t p, size_t outputs, bool wide) {
#define OUTPUTS_CASE(count, wide_pixels, narrow_pixels)                                            \
    case count:                                                                                    \
        if (wide) {                                                                                \
            for (size_t q = 0; q < job->q; q += wide_pixels)                                       \
                convolve_tile(job, y, x, filter, bias, p, q, count, wide_pixels);                  \
        } else if (count <= NARROW_OUTPUTS) {                                                      \
            for (size_t q = 0; q < job->q; q += narrow_pixels)                                     \
                convolve_tile(                                                                     \
                    job, y, x, filter, bias, p, q, smaller(count, NARROW_OUTPUTS), narrow_pixels); \
        }                                                                                          \
        break;
    if (wide && job->k == 1 && job->s == 3) {
        for (size_t q = 0; q < job->q; q += SINGLE_PIXELS)
            convolve_single_tile(job, y, x, filter, bias, p, q);
        return;
    }
    switch (outputs) {
        OUTPUTS_CASE(13, 2, 1)
        OUTPUTS_CASE(12, 2, 1)
        OUTPUTS_CASE(11, 2, 1)
        OUTPUTS_CASE(10, 2, 1)
        OUTPUTS_CASE(9, 2, 1)
        OUTPUTS_CASE(8, 2, 1)
        OUTPUTS_CASE(7, 2, 1)
        OUTPUTS_CASE(6, 4, 1)
        OUTPUTS_CASE(5, 4, 1)
        OUTPUTS_CASE(4, 4, 1)
        OUTPUTS_CASE(3, 4, PIXELS_OF_THREE)
        OUTPUTS_CASE(2, 4, 2)
    default: OUTPUTS_CASE(1, 8, PIXELS_OF_ONE)
    }
#undef OUTPUTS_CASE
}

/// Some rows of a block's output.
INLINE void convolve_band(const blocked_conv2d *job, size_t task, bool wide) {
    const size_t block = task / job->bands, band = task % job->bands;
    const float *x = job->x + block * job->h * job->w * job->c * BLOCK;
    float *y = job->y + block * job->p * job->q * job->k * BLOCK;
    const size_t end = part(job->p, job->bands, band + 1);
    for (size_t p = part(job->p, job->bands, band); p < end; p++) {
        float *row = y + pixel_row(job->y_order, job->q, p) * job->k * BLOCK;
        for (size_t tile = 0; tile < job->tiles; tile++) {
            const size_t first = part(job->k, job->tiles, tile);
            const size_t outputs = part(job->k, job->tiles, tile + 1) - first;
            convolve_row(job, row + first * BLOCK, x,
                job->filter + first * job->r * job->s * job->c,
                job->bias == NULL ? NULL : job->bias + first, p, outputs, wide);
        }
    }
}

KERNEL_WIDE_TASK(convolve_task, context, task, wide) {
    const blocked_conv2d job = *(const blocked_conv2d *)context;
    convolve_band(&job, task, wide);
}

size_t kernel_blocked_conv2d_scratch(
    const kernel_conv2d_shape *shape, kernel_conv2d_part part, kernel_conv2d_way way) {
    if (part == KERNEL_CONV2D_FILTER_GRADIENT) return blocked_conv2d_filter_scratch(shape);
    const size_t taps = way == KERNEL_CONV2D_WINOGRAD ? WINOGRAD_TAPS : shape->r * shape->s;
    return taps * shape->c * shape->k + larger(shape->c, shape->k) * BLOCK;
}

static void convolve(
    kernel_pool *pool, kernel_conv2d_way way, blocked_conv2d job, filter_layout w, float *scratch) {
    const bool wide = has_wide_vectors();
    job.zeros = scratch;
    job.filter = scratch + job.c * BLOCK;
    kernel_fill(job.zeros, 0.0f, job.c * BLOCK);
    if (way == KERNEL_CONV2D_WINOGRAD) {
        winograd(pool, job, w);
        return;
    }
    job.tiles = ceil_div(job.k, wide ? WIDE_OUTPUTS : NARROW_OUTPUTS);
    float *packed = job.filter;
    for (size_t tile = 0; tile < job.tiles; tile++) {
        const size_t end = part(job.k, job.tiles, tile + 1);
        for (size_t r = 0; r < job.r; r++) {
            for (size_t s = 0; s < job.s; s++) {
                for (size_t c = 0; c < job.c; c++) {
                    const float *from =
                        w.first + (ptrdiff_t)r * w.r + (ptrdiff_t)s * w.s + (ptrdiff_t)c * w.c;
                    for (size_t k = part(job.k, job.tiles, tile); k < end; k++)
                        *packed++ = from[(ptrdiff_t)k * w.k];
                }
            }
        }
    }
    const size_t blocks = ceil_div(job.n, BLOCK);
    const size_t multiplications = job.p * job.q * job.k * job.r * job.s * job.c * BLOCK;
    const size_t most = larger(1, multiplications / TASK);
    job.bands = larger(1, smaller(smaller(job.p, most), TASKS / larger(1, blocks)));
    kernel_pool_run(pool, blocks * job.bands, convolve_task, &job);
}

void kernel_blocked_conv2d(kernel_pool *pool, kernel_conv2d_way way, float *y,
    kernel_pixel_order y_order, const float *x, kernel_pixel_order x_order, const float *w,
    const float *bias, const kernel_conv2d_shape *shape, float *scratch) {
    const ptrdiff_t k = (ptrdiff_t)shape->k, c = (ptrdiff_t)shape->c, s = (ptrdiff_t)shape->s;
    const blocked_conv2d job = {
        .y = y,
        .x = x,
        .bias = bias,
        .x_order = x_order,
        .y_order = y_order,
        .n = shape->n,
        .h = shape->h,
        .w = shape->w,
        .c = shape->c,
        .r = shape->r,
        .s = shape->s,
        .p = shape->p,
        .q = shape->q,
        .k = shape->k,
        .top = (ptrdiff_t)shape->pad_top,
        .left = (ptrdiff_t)shape->pad_left,
    };
    convolve(
        pool, way, job, (filter_layout){w, .r = s * c * k, .s = c * k, .c = k, .k = 1}, scratch);
}

void kernel_blocked_conv2d_input_gradient(kernel_pool *pool, kernel_conv2d_way way, float *dx,
    kernel_pixel_order x_order, const float *dy, kernel_pixel_order y_order, const float *w,
    const float *bias, const kernel_conv2d_shape *shape, float *scratch) {
    const ptrdiff_t k = (ptrdiff_t)shape->k, c = (ptrdiff_t)shape->c, s = (ptrdiff_t)shape->s;
    const blocked_conv2d job = {
        .y = dx,
        .x = dy,
        .bias = bias,
        .x_order = y_order,
        .y_order = x_order,
        .n = shape->n,
        .h = shape->p,
        .w = shape->q,
        .c = shape->k,
        .r = shape->r,
        .s = shape->s,
        .p = shape->h,
        .q = shape->w,
        .k = shape->c,
        .top = (ptrdiff_t)shape->r - 1 - (ptrdiff_t)shape->pad_top,
        .left = s - 1 - (ptrdiff_t)shape->pad_left,
    };
    const float *last = w + (shape->r * shape->s - 1) * shape->c * shape->k;
    convolve(pool, way, job, (filter_layout){last, .r = -s * c * k, .s = -c * k, .c = 1, .k = k},
        scratch);
}
