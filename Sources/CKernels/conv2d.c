// Convolution, and its gradient with respect to the input.
//
// A tile of PIXELS output pixels times OUTPUTS channels stays in registers (12 of AVX2's 16) while
// the filter's taps pass: a tap is two loads of its weights, and for each pixel one broadcast and
// two multiply-adds. Few channels are what this is made for: 11 or 13 channels fill 16 lanes to 69
// or 81 %, which no layout by pixels betters on images of 14 × 14.
//
// That is the way by taps. With very few outputs (an image's single channel, in the gradient of a
// first layer) lanes would idle: by runs, a vector lies along a filter row's run of consecutive
// inputs, for eight pixels at once, whose sums over the lanes are taken together.
//
// The third way, Winograd's, is in winograd_rows.c.
#include "convolution.h"

enum {
    PIXELS = 6,
    NARROW_PIXELS = 8,
};

typedef struct {
    convolution conv;
    float *y;       // [n, p, q, k]
    float *filter;  // [blocks, r, run, OUTPUTS], or [k, r, run padded to LANES]
    float *bias;    // [blocks, OUTPUTS], or NULL
    float *planes;  // [tasks, plane_size], if too large for a stack
    bool by_runs;
} work;

/// filter[block, r, (s, c), k], and zeros where there is no k.
static void pack_filter(float *filter, const convolution *conv, filter_layout w) {
    for (size_t block = 0; block < conv->blocks; block++) {
        const size_t outputs = smaller(OUTPUTS, conv->k - block * OUTPUTS);
        for (size_t r = 0; r < conv->r; r++) {
            for (size_t s = 0; s < conv->s; s++) {
                const float *from = w.first + (ptrdiff_t)r * w.r + (ptrdiff_t)s * w.s
                    + (ptrdiff_t)(block * OUTPUTS) * w.k;
                for (size_t c = 0; c < conv->c; c++, from += w.c, filter += OUTPUTS) {
                    for (size_t k = 0; k < outputs; k++) filter[k] = from[(ptrdiff_t)k * w.k];
                    for (size_t k = outputs; k < OUTPUTS; k++) filter[k] = 0.0f;
                }
            }
        }
    }
}

/// filter[k, r, (s, c)], each run padded with zeros to whole vectors.
static void pack_narrow_filter(float *filter, const convolution *conv, filter_layout w) {
    const size_t padded = ceil_div(conv->run, LANES) * LANES;
    for (size_t k = 0; k < conv->k; k++) {
        for (size_t r = 0; r < conv->r; r++, filter += padded) {
            const float *row = w.first + (ptrdiff_t)r * w.r + (ptrdiff_t)k * w.k;
            for (size_t t = 0; t < padded; t++) {
                filter[t] = t < conv->run
                    ? row[(ptrdiff_t)(t / conv->c) * w.s + (ptrdiff_t)(t % conv->c) * w.c]
                    : 0.0f;
            }
        }
    }
}

/// y[i] = OUTPUTS outputs of pixel i, `y_step` apart, from the plane at x[i], and the bias if there
/// is one. `vectors`: 1 if LANES of them matter.
INLINE void convolve_tile(float *y, size_t y_step, const float *const x[PIXELS],
    const float *filter, const float *bias, const convolution *conv, size_t vectors) {
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
    if (bias != NULL) {
        const vector b0 = AT(bias), b1 = AT(bias + LANES);
#pragma clang loop unroll(full)
        for (size_t i = 0; i < PIXELS; i++) {
            sum[i][0] += b0;
            sum[i][1] += b1;
        }
    }
#pragma clang loop unroll(full)
    for (size_t i = 0; i < PIXELS; i++) {
        AT(y + i * y_step) = sum[i][0];
        if (vectors > 1) AT(y + i * y_step + LANES) = sum[i][1];
    }
}

/// *y = one output of each pixel.
INLINE void convolve_narrow_tile(
    vector *y, const float *const x[NARROW_PIXELS], const float *filter, const convolution *conv) {
    const ivector lane = {0, 1, 2, 3, 4, 5, 6, 7};
    const size_t whole = conv->run / LANES * LANES;
    // What lies behind the run may be NaN.
    const ivector inside = lane < (int32_t)(conv->run - whole);
    vector sum[NARROW_PIXELS];
    for (size_t i = 0; i < NARROW_PIXELS; i++) sum[i] = 0.0f;
    for (size_t r = 0; r < conv->r; r++) {
        const size_t row = r * conv->plane_width;
        for (size_t t = row; t < row + whole; t += LANES, filter += LANES) {
            const vector w = AT(filter);
#pragma clang loop unroll(full)
            for (size_t i = 0; i < NARROW_PIXELS; i++) sum[i] += AT(x[i] + t) * w;
        }
        if (whole < conv->run) {
            const vector w = AT(filter);
#pragma clang loop unroll(full)
            for (size_t i = 0; i < NARROW_PIXELS; i++) {
                sum[i] += (vector)((ivector)(vector)AT(x[i] + row + whole) & inside) * w;
            }
            filter += LANES;
        }
    }
    sum_each(y, sum);
}

/// Walks over a band's output pixels.
typedef struct {
    size_t row, column;  // on the plane; column in floats
} position;

/// x[i] = where the next `count` pixels' windows begin; behind them, the first's again.
INLINE void next_pixels(const float **x, size_t size, size_t count, position *at,
    const float *plane, const convolution *conv) {
    const size_t step = conv->stride_w * conv->c;
    if (count == size && at->column + size * step < conv->q * step) {
        const float *first = plane + at->row * conv->plane_width + at->column;
#pragma clang loop unroll(full)
        for (size_t i = 0; i < size; i++) x[i] = first + i * step;
        at->column += size * step;
        return;
    }
    for (size_t i = 0; i < size; i++) {
        if (i >= count) {
            x[i] = x[0];
            continue;
        }
        x[i] = plane + at->row * conv->plane_width + at->column;
        at->column += step;
        if (at->column == conv->q * step) at->column = 0, at->row += conv->stride_h;
    }
}

/// Pixels are written as whole vectors, one after another, so that what is too much of one is
/// overwritten by the next; where nothing follows, by way of a buffer.
INLINE void convolve_band(float *y, const float *plane, const float *filter, const float *bias,
    const convolution *conv, size_t pixels) {
    const size_t block_size = conv->r * conv->run * OUTPUTS;
    position at = {0, 0};
    for (size_t first = 0; first < pixels; first += PIXELS) {
        const size_t count = smaller(PIXELS, pixels - first);
        const float *x[PIXELS];
        next_pixels(x, PIXELS, count, &at, plane, conv);
        for (size_t block = 0; block < conv->blocks; block++) {
            const size_t outputs = smaller(OUTPUTS, conv->k - block * OUTPUTS);
            const bool direct = count == PIXELS
                && (outputs == OUTPUTS
                    || (conv->blocks == 1 && (pixels - first - (PIXELS - 1)) * conv->k >= OUTPUTS));
            float buffer[PIXELS * OUTPUTS];
            float *to = y + first * conv->k + block * OUTPUTS, *tile = direct ? to : buffer;
            const size_t step = direct ? conv->k : OUTPUTS;
            const float *block_bias = bias == NULL ? NULL : bias + block * OUTPUTS;
            if (outputs > LANES) {
                convolve_tile(tile, step, x, filter + block * block_size, block_bias, conv, 2);
            } else {
                convolve_tile(tile, step, x, filter + block * block_size, block_bias, conv, 1);
            }
            for (size_t i = 0; !direct && i < count; i++)
                copy(to + i * conv->k, buffer + i * OUTPUTS, outputs);
        }
    }
}

INLINE void convolve_narrow_band(float *y, const float *plane, const float *filter,
    const float *bias, const convolution *conv, size_t pixels) {
    const size_t filter_size = conv->r * ceil_div(conv->run, LANES) * LANES;
    position at = {0, 0};
    for (size_t first = 0; first < pixels; first += NARROW_PIXELS, y += NARROW_PIXELS * conv->k) {
        const size_t count = smaller(NARROW_PIXELS, pixels - first);
        const float *x[NARROW_PIXELS];
        next_pixels(x, NARROW_PIXELS, count, &at, plane, conv);
        for (size_t k = 0; k < conv->k; k++) {
            vector tile;
            convolve_narrow_tile(&tile, x, filter + k * filter_size, conv);
            if (bias != NULL) tile += bias[k];
            if (conv->k == 1 && count == NARROW_PIXELS) {
                AT(y) = tile;
            } else {
                for (size_t i = 0; i < count; i++) y[i * conv->k + k] = tile[i];
            }
        }
    }
}

/// Some bands of y.
KERNEL_CLONES static void convolve_bands(void *context, size_t task) {
    const work *job = context;
    const convolution *conv = &job->conv;
    _Alignas(64) float own[OWN];
    float *plane = conv->plane_size <= OWN ? own : job->planes + task * conv->plane_size;
    const size_t end = part(conv->bands, conv->tasks, task + 1);
    for (size_t index = part(conv->bands, conv->tasks, task); index < end; index++) {
        const band b = band_at(conv, index);
        const size_t pixels = b.rows * conv->q;
        float *y = job->y + (b.n * conv->p + b.p) * conv->q * conv->k;
        lay_plane(plane, conv, b);
        if (job->by_runs) {
            convolve_narrow_band(y, plane, job->filter, job->bias, conv, pixels);
        } else {
            convolve_band(y, plane, job->filter, job->bias, conv, pixels);
        }
    }
}

static size_t filter_size(const convolution *conv, kernel_conv2d_way way) {
    return way == KERNEL_CONV2D_RUNS ? conv->k * conv->r * ceil_div(conv->run, LANES) * LANES
                                     : conv->blocks * conv->r * conv->run * OUTPUTS;
}

static size_t scratch_size(const convolution *conv, kernel_conv2d_way way) {
    if (way == KERNEL_CONV2D_WINOGRAD) return winograd_rows_scratch(conv);
    return filter_size(conv, way) + conv->blocks * OUTPUTS + tasks_scratch(conv, conv->plane_size);
}

static void convolve(kernel_pool *pool, kernel_conv2d_way way, float *y, convolution conv,
    filter_layout w, const float *bias, float *scratch) {
    if (conv.tasks == 0) {  // no filter tap meets an image, or there is no output
        const size_t pixels = conv.n * conv.p * conv.q;
        kernel_fill(y, 0.0f, pixels * conv.k);
        if (bias != NULL) kernel_repeat_row(y, bias, pixels, conv.k);
        return;
    }
    if (way == KERNEL_CONV2D_WINOGRAD) {
        winograd_rows(pool, y, &conv, w, bias, scratch);
        return;
    }
    float *padded_bias = scratch + filter_size(&conv, way);
    work job = {.conv = conv,
        .y = y,
        .filter = scratch,
        .planes = padded_bias + conv.blocks * OUTPUTS,
        .by_runs = way == KERNEL_CONV2D_RUNS};
    if (bias != NULL) {
        for (size_t k = 0; k < conv.blocks * OUTPUTS; k++)
            padded_bias[k] = k < conv.k ? bias[k] : 0.0f;
        job.bias = padded_bias;
    }
    if (job.by_runs) {
        pack_narrow_filter(job.filter, &conv, w);
    } else {
        pack_filter(job.filter, &conv, w);
    }
    kernel_pool_run(pool, conv.tasks, convolve_bands, &job);
}

size_t kernel_conv2d_scratch(
    const kernel_conv2d_shape *shape, kernel_conv2d_part part, kernel_conv2d_way way) {
    const convolution conv = part == KERNEL_CONV2D_INPUT_GRADIENT
        ? convolution_backward(NULL, shape)
        : convolution_forward(NULL, shape);
    return part == KERNEL_CONV2D_FILTER_GRADIENT ? convolution_filter_scratch(&conv)
                                                 : scratch_size(&conv, way);
}

void kernel_conv2d(kernel_pool *pool, kernel_conv2d_way way, float *y, const float *x,
    const float *w, const float *bias, const kernel_conv2d_shape *shape, float *scratch) {
    const convolution conv = convolution_forward(x, shape);
    const ptrdiff_t k = (ptrdiff_t)shape->k, c = (ptrdiff_t)shape->c, s = (ptrdiff_t)shape->s;
    const filter_layout layout = {
        w + (conv.first_r * shape->s + conv.first_s) * shape->c * shape->k,
        .r = s * c * k,
        .s = c * k,
        .c = k,
        .k = 1,
    };
    convolve(pool, way, y, conv, layout, bias, scratch);
}

void kernel_conv2d_input_gradient(kernel_pool *pool, kernel_conv2d_way way, float *dx,
    const float *dy, const float *w, const kernel_conv2d_shape *shape, float *scratch) {
    const convolution conv = convolution_backward(dy, shape);
    const ptrdiff_t k = (ptrdiff_t)shape->k, c = (ptrdiff_t)shape->c, s = (ptrdiff_t)shape->s;
    const size_t last = (shape->r - 1 - conv.first_r) * shape->s + (shape->s - 1 - conv.first_s);
    const filter_layout layout = {
        conv.tasks == 0 ? w : w + last * shape->c * shape->k,
        .r = -s * c * k,
        .s = -c * k,
        .c = 1,
        .k = k,
    };
    convolve(pool, way, dx, conv, layout, NULL, scratch);
}
