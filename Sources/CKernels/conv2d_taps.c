// Convolution tap by tap, a lane an output channel: the way that takes every shape.
#include "conv2d.h"
#include "conv2d_tile.h"
#include "matmul_pack.h"
#include "pool.h"

enum {
    SMALL_FILTER = 8192,  // floats that each thread packs for itself
    FEW_PIXELS = 8,  // of a tile of one vector: more would not leave a register for each pointer
};

typedef struct {
    const convolution *conv;
    float *y;
    filter_layout w;
    float *filter;      // [blocks][r, run, 16 · vectors], and the bias [blocks · width] behind it
    const float *bias;  // [k], or NULL
    float *copies;      // of a small filter, for each thread; NULL for a large one
    float *planes;      // [tasks, plane_size], if too large for a stack
    size_t width;       // outputs of a block, but for the last one
} work;

static size_t padded_outputs(const convolution *conv) {
    return ceil_div(conv->k, WIDE_LANES) * WIDE_LANES;
}

static size_t filter_size(const convolution *conv) {
    return padded_outputs(conv) * conv->r * conv->run;
}

static bool is_small(const convolution *conv) { return filter_size(conv) <= SMALL_FILTER; }

/// Floats of the packed filter, or of all threads' copies of it.
static size_t packed_size(const convolution *conv, int threads) {
    const size_t size = filter_size(conv) + padded_outputs(conv);
    return is_small(conv) ? copies_size(size, threads) : size;
}

size_t conv2d_taps_scratch(const convolution *conv, int threads) {
    return packed_size(conv, threads) + tasks_scratch(conv, conv->plane_size);
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

static void pack_bias(const work *job) {
    float *to = job->filter + filter_size(job->conv);
    const size_t outputs = job->bias == NULL ? 0 : job->conv->k;
    copy(to, job->bias, outputs);
    clear(to + outputs, padded_outputs(job->conv) - outputs);
}

/// The same work with the calling thread's copy of a small filter.
static work with_own_filter(const work *shared) {
    work job = *shared;
    if (job.copies == NULL) return job;
    const convolution *conv = job.conv;
    bool is_new;
    job.filter = own_copy(job.copies, filter_size(conv) + padded_outputs(conv), &is_new);
    for (size_t i = 0; is_new && i < blocks_of(&job) * conv->r; i++) pack_row_of_filter(&job, i);
    if (is_new) pack_bias(&job);
    return job;
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
            const float *bias = job->bias == NULL ? NULL : job->filter + filter_size(conv) + left;
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

INLINE void convolve_task(const work *shared, size_t task, bool wide) {
    const work own_work = with_own_filter(shared), *job = &own_work;
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
    const int threads = kernel_pool_threads(pool);
    work job = {
        .conv = conv,
        .y = y,
        .w = w,
        .filter = scratch,
        .bias = bias,
        .copies = is_small(conv) ? scratch : NULL,
        .planes = scratch + packed_size(conv, threads),
        .width = has_wide_vectors() ? 2 * WIDE_LANES : WIDE_LANES,
    };
    if (is_small(conv)) {
        forget_copies(scratch, filter_size(conv) + padded_outputs(conv), threads);
    } else {
        pack_bias(&job);
        kernel_pool_run(pool, blocks_of(&job) * conv->r, pack_row_of_filter, &job);
    }
    kernel_pool_run(pool, conv->tasks, convolve, &job);
}
