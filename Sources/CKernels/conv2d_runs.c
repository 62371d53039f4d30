// Convolution with very few outputs (an image's single channel, in the gradient of a first layer),
// where lanes would idle if each were an output: a vector lies along a filter row's run of
// consecutive inputs, for eight pixels at once, whose sums over the lanes are taken together.
#include "conv2d.h"
#include "pool.h"

enum { NARROW_PIXELS = 8 };

typedef struct {
    const convolution *conv;
    float *y;  // [n, p, q, k]
    filter_layout w;
    const float *bias;  // [k], or NULL
    float *copies;      // of the filter, [k, r, run padded to LANES]
    float *planes;      // [tasks, plane_size], if too large for a stack
} work;

static size_t filter_size(const convolution *conv) {
    return conv->k * conv->r * ceil_div(conv->run, LANES) * LANES;
}

size_t conv2d_runs_scratch(const convolution *conv, int threads) {
    return copies_size(filter_size(conv), threads) + tasks_scratch(conv, conv->plane_size);
}

/// filter[k, r, (s, c)], each run padded with zeros to whole vectors.
static void pack_filter(float *filter, const convolution *conv, filter_layout w) {
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

/// *y = one output of each pixel.
INLINE void convolve_tile(
    vector *y, const float *const x[NARROW_PIXELS], const float *filter, const convolution *conv) {
    const ivector lane = {0, 1, 2, 3, 4, 5, 6, 7};
    const size_t whole = conv->run / LANES * LANES;
    // What lies behind the run may be NaN.
    const ivector inside = lane < (int32_t)(conv->run - whole);
    vector sum[NARROW_PIXELS];
    for (size_t i = 0; i < NARROW_PIXELS; i++) sum[i] = 0.0f;
    for (size_t r = 0; r < conv->r; r++) {
        const size_t row = r * conv->plane_row;
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
        const float *first = plane + at->row * conv->plane_row + at->column;
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
        x[i] = plane + at->row * conv->plane_row + at->column;
        at->column += step;
        if (at->column == conv->q * step) at->column = 0, at->row += conv->stride_h;
    }
}

INLINE void convolve_band(float *y, const float *plane, const float *filter, const float *bias,
    const convolution *conv, size_t pixels) {
    const size_t filter_size = conv->r * ceil_div(conv->run, LANES) * LANES;
    position at = {0, 0};
    for (size_t first = 0; first < pixels; first += NARROW_PIXELS, y += NARROW_PIXELS * conv->k) {
        const size_t count = smaller(NARROW_PIXELS, pixels - first);
        const float *x[NARROW_PIXELS];
        next_pixels(x, NARROW_PIXELS, count, &at, plane, conv);
        for (size_t k = 0; k < conv->k; k++) {
            vector tile;
            convolve_tile(&tile, x, filter + k * filter_size, conv);
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
KERNEL_TASK(convolve_bands, context, task) {
    const work *job = context;
    const convolution *conv = job->conv;
    bool is_new;
    float *filter = own_copy(job->copies, filter_size(conv), &is_new);
    if (is_new) pack_filter(filter, conv, job->w);
    _Alignas(64) float own[OWN];
    float *plane = conv->plane_size <= OWN ? own : job->planes + task * conv->plane_size;
    const size_t end = part(conv->bands, conv->tasks, task + 1);
    for (size_t index = part(conv->bands, conv->tasks, task); index < end; index++) {
        const band b = band_at(conv, index);
        const size_t pixels = b.rows * conv->q;
        float *y = job->y + (b.n * conv->p + b.p) * conv->q * conv->k;
        lay_plane(plane, conv, b);
        convolve_band(y, plane, filter, job->bias, conv, pixels);
    }
}

void conv2d_runs(kernel_pool *pool, float *y, const convolution *conv, filter_layout w,
    const float *bias, float *scratch) {
    const int threads = kernel_pool_threads(pool);
    work job = {conv, y, w, bias, scratch, scratch + copies_size(filter_size(conv), threads)};
    forget_copies(scratch, filter_size(conv), threads);
    kernel_pool_run(pool, conv->tasks, convolve_bands, &job);
}
