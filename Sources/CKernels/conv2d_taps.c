// Convolution tap by tap, a lane an output channel: the way that takes every shape.
#include "conv2d.h"
#include "conv2d_tile.h"
#include "matmul_pack.h"

enum {
    SMALL_FILTER = 8192,  // floats that are packed before another thread would have begun
    FEW_PIXELS = 8,  // of a tile of one vector: more would not leave a register for each pointer
};

typedef struct {
    const convolution *conv;
    float *y;
    filter_layout w;
    float *filter;      // [blocks][r, run, 16 · vectors]
    const float *bias;  // [blocks · width], or NULL
    float *planes;      // [tasks, plane_size], if too large for a stack
    size_t width;       // outputs of a block, but for the last one
} work;

static size_t padded_outputs(const convolution *conv) {
    return ceil_div(conv->k, WIDE_LANES) * WIDE_LANES;
}

static size_t filter_size(const convolution *conv) {
    return padded_outputs(conv) * conv->r * conv->run;
}

size_t conv2d_taps_scratch(const convolution *conv) {
    return filter_size(conv) + padded_outputs(conv) + tasks_scratch(conv, conv->plane_size);
}

static size_t blocks_of(const work *job) { return ceil_div(job->conv->k, job->width); }

static size_t vectors_of(const work *job, size_t block) {
    return smaller(job->width, padded_outputs(job->conv) - block * job->width) / WIDE_LANES;
}

// MARK: The filter

/// Packs the taps (r, s) of a filter row of a block; its outputs, and zeros where there are none.
static void pack_row_of_filter(void *context, size_t index) {
    const work *job = context;
    const convolution *conv = job->conv;
    const size_t block = index / conv->r, r = index % conv->r, first = block * job->width;
    const size_t width = vectors_of(job, block) * WIDE_LANES;
    const size_t outputs = smaller(width, conv->k - first);
    float *to = job->filter + first * conv->r * conv->run + r * conv->run * width;
    for (size_t s = 0; s < conv->s; s++, to += conv->c * width) {
        const float *from = job->w.first + (ptrdiff_t)r * job->w.r + (ptrdiff_t)s * job->w.s
            + (ptrdiff_t)first * job->w.k;
        if (job->w.k == 1) {
            for (size_t c = 0; c < conv->c; c++, from += job->w.c)
                copy(to + c * width, from, outputs);
        } else {
            pack_transposed(to, width, from, (size_t)job->w.k, conv->c, outputs);
        }
        for (size_t c = 0; outputs < width && c < conv->c; c++)
            clear(to + c * width + outputs, width - outputs);
    }
}

// MARK: Tiles

/// A walk over a band's pixels: where their windows and their outputs are.
typedef struct {
    const float *x;
    float *y;
    size_t column;
    ptrdiff_t x_turn, y_turn;  // from behind a row's last pixel to the next row's first
} walk;

INLINE walk begin(const work *job, const float *plane, band b) {
    const convolution *conv = job->conv;
    const size_t row = b.n * conv->rows + conv->first_p + b.p * conv->step_p;
    return (walk){
        .x = plane,
        .y = job->y + (row * conv->columns + conv->first_q) * conv->k,
        .x_turn = (ptrdiff_t)conv->row_step - (ptrdiff_t)(conv->q * conv->pixel_step),
        .y_turn = (ptrdiff_t)(conv->step_p * conv->columns * conv->k)
            - (ptrdiff_t)(conv->q * conv->step_q * conv->k),
    };
}

INLINE void find_pixels(
    const float **x, float **y, walk *at, const convolution *conv, size_t count) {
    const size_t x_step = conv->pixel_step, y_step = conv->step_q * conv->k;
    if (at->column + count < conv->q) {
#pragma clang loop vectorize(disable)
        for (size_t i = 0; i < count; i++) x[i] = at->x + i * x_step, y[i] = at->y + i * y_step;
        at->x += count * x_step, at->y += count * y_step, at->column += count;
        return;
    }
#pragma clang loop vectorize(disable)
    for (size_t i = 0; i < count; i++) {
        x[i] = at->x, y[i] = at->y;
        at->x += x_step, at->y += y_step;
        if (++at->column == conv->q) at->column = 0, at->x += at->x_turn, at->y += at->y_turn;
    }
}

/// Where y is dense, pixels are written as whole vectors, one after another, so that what is too
/// much of one is overwritten by the next. Where that is not so, by way of a buffer.
INLINE void convolve_band(const work *job, const float *plane, band b, bool wide) {
    const convolution *conv = job->conv;
    const window w = {conv->r, conv->run, conv->plane_row};
    walk at = begin(job, plane, b);
    const size_t pixels = b.rows * conv->q;
    const size_t most = !wide ? PIXELS : conv->k <= WIDE_LANES ? FEW_PIXELS : WIDE_PIXELS;
    const size_t tiles = ceil_div(pixels, most), blocks = blocks_of(job);
    for (size_t tile = 0; tile < tiles; tile++) {
        const size_t first = part(pixels, tiles, tile);
        const size_t count = part(pixels, tiles, tile + 1) - first;
        const float *x[WIDE_PIXELS];
        float *pixel[WIDE_PIXELS];
        find_pixels(x, pixel, &at, conv, count);
        for (size_t block = 0; block < blocks; block++) {
            const size_t left = block * job->width, vectors = vectors_of(job, block);
            const size_t width = vectors * WIDE_LANES, outputs = smaller(width, conv->k - left);
            const float *filter = job->filter + left * conv->r * conv->run;
            const float *bias = job->bias == NULL ? NULL : job->bias + left;
            const bool direct = outputs == width
                || (blocks == 1 && is_dense(conv)
                    && (pixels - first - (count - 1)) * conv->k >= width);
            float buffer[WIDE_PIXELS * 2 * WIDE_LANES], *elsewhere[WIDE_PIXELS];
            float **y = pixel;
            if (!direct || left > 0) {
                y = elsewhere;
                for (size_t i = 0; i < count; i++)
                    y[i] = direct ? pixel[i] + left : buffer + i * width;
            }
            convolve_tile(y, x, filter, bias, w, count, vectors, wide);
            for (size_t i = 0; !direct && i < count; i++) copy(pixel[i] + left, y[i], outputs);
        }
    }
}

INLINE void convolve_task(const work *job, size_t task, bool wide) {
    const convolution *conv = job->conv;
    _Alignas(64) float own[OWN];
    float *plane = conv->plane_size <= OWN ? own : job->planes + task * conv->plane_size;
    const size_t end = part(conv->bands, conv->tasks, task + 1);
    for (size_t index = part(conv->bands, conv->tasks, task); index < end; index++) {
        const band b = band_at(conv, index);
        lay_plane(plane, conv, b);
        convolve_band(job, plane, b, wide);
    }
}

KERNEL_WIDE_TASK(convolve, context, task, wide) { convolve_task(context, task, wide); }

void conv2d_taps(kernel_pool *pool, float *y, const convolution *conv, filter_layout w,
    const float *bias, float *scratch) {
    float *padded_bias = scratch + filter_size(conv);
    work job = {
        .conv = conv,
        .y = y,
        .w = w,
        .filter = scratch,
        .planes = padded_bias + padded_outputs(conv),
        .width = has_wide_vectors() ? 2 * WIDE_LANES : WIDE_LANES,
    };
    if (bias != NULL) {
        copy(padded_bias, bias, conv->k);
        clear(padded_bias + conv->k, padded_outputs(conv) - conv->k);
        job.bias = padded_bias;
    }
    kernel_pool_run(filter_size(conv) <= SMALL_FILTER ? NULL : pool, blocks_of(&job) * conv->r,
        pack_row_of_filter, &job);
    kernel_pool_run(pool, conv->tasks, convolve, &job);
}
