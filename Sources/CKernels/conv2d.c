// Convolution, and its gradient with respect to the input.
//
// A tile of PIXELS output pixels times OUTPUTS channels stays in registers (12 of AVX2's 16) while the filter's taps pass: a tap is two
// loads of its weights, and for each pixel one broadcast and two multiply-adds. Few channels are what this is made for: 11 or 13
// channels fill 16 lanes to 69 or 81 %, which no layout by pixels betters on images of 14 × 14.
#include "convolution.h"

enum { PIXELS = 6 };

typedef struct {
    convolution conv;
    float *y;                   // [n, p, q, k]
    float *filter;              // [blocks, r, run, OUTPUTS]
    float *planes;              // [tasks, plane_size]
} work;

/// Where the weight of a tap (r, s, c) and an output k lies in the caller's filter.
typedef struct {
    const float *first;
    ptrdiff_t r, s, c, k;
} filter_layout;

/// filter[block, r, (s, c), k], and zeros where there is no k.
static void pack_filter(float *filter, const convolution *conv, filter_layout w) {
    for (size_t block = 0; block < conv->blocks; block++) {
        const size_t outputs = smaller(OUTPUTS, conv->k - block * OUTPUTS);
        for (size_t r = 0; r < conv->r; r++) {
            for (size_t s = 0; s < conv->s; s++) {
                const float *from = w.first + (ptrdiff_t)r * w.r + (ptrdiff_t)s * w.s + (ptrdiff_t)(block * OUTPUTS) * w.k;
                for (size_t c = 0; c < conv->c; c++, from += w.c, filter += OUTPUTS) {
                    for (size_t k = 0; k < outputs; k++) filter[k] = from[(ptrdiff_t)k * w.k];
                    for (size_t k = outputs; k < OUTPUTS; k++) filter[k] = 0.0f;
                }
            }
        }
    }
}

/// tile[i] = the outputs of pixel i, from the plane at x[i]. `vectors`: 1 if there are no more than LANES outputs.
INLINE void convolve_tile(
    vector tile[PIXELS][2], const float *const x[PIXELS], const float *filter, const convolution *conv, size_t vectors) {
    vector sum[PIXELS][2];
    for (size_t i = 0; i < PIXELS; i++) sum[i][0] = sum[i][1] = 0.0f;
    for (size_t r = 0; r < conv->r; r++) {
        const size_t row = r * conv->plane_width;
        for (size_t t = row; t < row + conv->run; t++, filter += OUTPUTS) {
            const vector w0 = AT(filter), w1 = vectors > 1 ? AT(filter + LANES) : w0;
#pragma clang loop unroll(full)
            for (size_t i = 0; i < PIXELS; i++) {
                const vector xi = x[i][t];
                sum[i][0] += xi * w0;
                if (vectors > 1) sum[i][1] += xi * w1;
            }
        }
    }
#pragma clang loop unroll(full)
    for (size_t i = 0; i < PIXELS; i++) tile[i][0] = sum[i][0], tile[i][1] = sum[i][1];
}

/// Writes the first `outputs` values of a pixel. Where there is `room`, whole vectors: what is too much is overwritten by the
/// pixels that follow.
INLINE void store_pixel(float *y, const vector tile[2], size_t outputs, size_t room) {
    if (room >= OUTPUTS || outputs == OUTPUTS) {
        AT(y) = tile[0];
        AT(y + LANES) = tile[1];
    } else if (outputs >= LANES) {
        AT(y) = tile[0];
        store_partial(y + LANES, &tile[1], outputs - LANES);
    } else {
        store_partial(y, &tile[0], outputs);
    }
}

/// Some bands of y.
KERNEL_CLONES static void convolve_bands(void *context, size_t task) {
    const work *job = context;
    const convolution *conv = &job->conv;
    float *plane = job->planes + task * conv->plane_size;
    const size_t end = part(conv->bands, conv->tasks, task + 1);
    for (size_t index = part(conv->bands, conv->tasks, task); index < end; index++) {
        const band b = band_at(conv, index);
        const size_t pixels = b.rows * conv->q;
        float *y = job->y + (b.n * conv->p + b.p) * conv->q * conv->k;
        lay_plane(plane, conv, b);
        size_t row = 0, column = 0;
        for (size_t first = 0; first < pixels; first += PIXELS) {
            const size_t count = smaller(PIXELS, pixels - first);
            const float *x[PIXELS];
            for (size_t i = 0; i < PIXELS; i++) {
                x[i] = i < count ? plane + row * conv->plane_width + column * conv->c : x[0];
                column += conv->stride_w;
                if (column == conv->q * conv->stride_w) column = 0, row += conv->stride_h;
            }
            for (size_t block = 0; block < conv->blocks; block++) {
                const size_t outputs = smaller(OUTPUTS, conv->k - block * OUTPUTS);
                const float *filter = job->filter + block * conv->r * conv->run * OUTPUTS;
                vector tile[PIXELS][2];
                if (outputs > LANES) {
                    convolve_tile(tile, x, filter, conv, 2);
                } else {
                    convolve_tile(tile, x, filter, conv, 1);
                }
                for (size_t i = 0; i < count; i++) {
                    const size_t room = conv->blocks == 1 ? (pixels - first - i) * conv->k : 0;
                    store_pixel(y + (first + i) * conv->k + block * OUTPUTS, tile[i], outputs, room);
                }
            }
        }
    }
}

static size_t scratch_size(const convolution *conv) {
    return conv->blocks * conv->r * conv->run * OUTPUTS + conv->tasks * conv->plane_size;
}

static void convolve(kernel_pool *pool, float *y, convolution conv, filter_layout w, float *scratch) {
    if (conv.tasks == 0) {                  // no filter tap meets an image, or there is no output
        kernel_fill(y, 0.0f, conv.n * conv.p * conv.q * conv.k);
        return;
    }
    work job = {conv, y, scratch, scratch + conv.blocks * conv.r * conv.run * OUTPUTS};
    pack_filter(job.filter, &conv, w);
    kernel_pool_run(pool, conv.tasks, convolve_bands, &job);
}

size_t kernel_conv2d_scratch(const kernel_conv2d_shape *shape) {
    const convolution forward = convolution_forward(NULL, shape), backward = convolution_backward(NULL, shape);
    return larger(
        larger(scratch_size(&forward), scratch_size(&backward)), convolution_filter_scratch(&forward));
}

void kernel_conv2d(
    kernel_pool *pool, float *y, const float *x, const float *w, const kernel_conv2d_shape *shape, float *scratch) {
    const convolution conv = convolution_forward(x, shape);
    const ptrdiff_t k = (ptrdiff_t)shape->k, c = (ptrdiff_t)shape->c, s = (ptrdiff_t)shape->s;
    const filter_layout layout = {
        w + (conv.first_r * shape->s + conv.first_s) * shape->c * shape->k, .r = s * c * k, .s = c * k, .c = k, .k = 1,
    };
    convolve(pool, y, conv, layout, scratch);
}

void kernel_conv2d_input_gradient(
    kernel_pool *pool, float *dx, const float *dy, const float *w, const kernel_conv2d_shape *shape, float *scratch) {
    const convolution conv = convolution_backward(dy, shape);
    const ptrdiff_t k = (ptrdiff_t)shape->k, c = (ptrdiff_t)shape->c, s = (ptrdiff_t)shape->s;
    const size_t last = (shape->r - 1 - conv.first_r) * shape->s + (shape->s - 1 - conv.first_s);
    const filter_layout layout = {
        conv.tasks == 0 ? w : w + last * shape->c * shape->k, .r = -s * c * k, .s = -c * k, .c = 1, .k = k,
    };
    convolve(pool, dx, conv, layout, scratch);
}
