// A convolution's gradient with respect to its filter: dw[r, s, c, k] = Σ over output pixels of
// x[pixel, r, s, c] dy[pixel, k].
//
// A tile of TAPS taps (r, s, c) times OUTPUTS channels stays in registers while all pixels of a
// band pass. A task sums its bands into a partial dw of its own; these are added in their order at
// the end. Tasks depend on the shape alone, and so do the sums.
#include "convolution.h"

enum { TAPS = 6 };

typedef struct {
    convolution conv;
    const float *dy;
    float *partials;  // [tasks, partial_size]
    float *bands;     // [tasks, band_size]: a plane and a band of dy, if too large for a stack
} work;

/// [blocks, r, run, OUTPUTS].
static size_t partial_size(const convolution *conv) {
    return conv->blocks * conv->r * conv->run * OUTPUTS;
}

/// A band of dy, and as much as the reads of whole vectors at its end need.
static size_t gradient_size(const convolution *conv) {
    return conv->band * conv->q * conv->k + OUTPUTS;
}

static size_t band_size(const convolution *conv) { return conv->plane_size + gradient_size(conv); }

size_t convolution_filter_scratch(const convolution *conv) {
    return conv->tasks * partial_size(conv) + tasks_scratch(conv, band_size(conv));
}

/// partial[i] += Σ over the band's pixels of x[i] at the pixel times dy, for `taps` taps i.
INLINE void accumulate_tile(float *partial, size_t taps, const float *const x[TAPS],
    const float *dy, const convolution *conv, size_t rows) {
    vector sum[TAPS][2];
    for (size_t i = 0; i < taps; i++) sum[i][0] = sum[i][1] = 0.0f;
    const size_t step = conv->stride_w * conv->c, k = conv->k;
    for (size_t p = 0; p < rows; p++) {
        size_t pixel = p * conv->stride_h * conv->plane_width;
        for (const size_t end = pixel + conv->q * step; pixel < end; pixel += step, dy += k) {
            const vector dy0 = AT(dy), dy1 = AT(dy + LANES);
#pragma clang loop unroll(full)
            for (size_t i = 0; i < taps; i++) {
                const vector xi = x[i][pixel];
                sum[i][0] += xi * dy0;
                sum[i][1] += xi * dy1;
            }
        }
    }
#pragma clang loop unroll(full)
    for (size_t i = 0; i < taps; i++) {
        AT(partial + i * OUTPUTS) += sum[i][0];
        AT(partial + i * OUTPUTS + LANES) += sum[i][1];
    }
}

KERNEL_CLONES static void accumulate_bands(void *context, size_t task) {
    const work *job = context;
    const convolution *conv = &job->conv;
    _Alignas(64) float own[OWN];
    float *plane = band_size(conv) <= OWN ? own : job->bands + task * band_size(conv);
    float *dy = plane + conv->plane_size, *partial = job->partials + task * partial_size(conv);
    clear(partial, partial_size(conv));
    const size_t end = part(conv->bands, conv->tasks, task + 1), taps = conv->r * conv->run;
    const size_t tiles = ceil_div(taps, TAPS);
    for (size_t index = part(conv->bands, conv->tasks, task); index < end; index++) {
        const band b = band_at(conv, index);
        const size_t count = b.rows * conv->q * conv->k;
        lay_plane(plane, conv, b);
        copy(dy, job->dy + (b.n * conv->p + b.p) * conv->q * conv->k, count);
        clear(dy + count, OUTPUTS);
        for (size_t block = 0; block < conv->blocks; block++) {
            for (size_t tile = 0; tile < tiles; tile++) {
                const size_t first = part(taps, tiles, tile);
                const size_t tile_taps = part(taps, tiles, tile + 1) - first;
                const float *x[TAPS];
                for (size_t i = 0; i < tile_taps; i++) {
                    const size_t tap = first + i;
                    x[i] = plane + tap / conv->run * conv->plane_width + tap % conv->run;
                }
                float *sum = partial + (block * taps + first) * OUTPUTS;
                const float *outputs = dy + block * OUTPUTS;
                switch (tile_taps) {
                case 6: accumulate_tile(sum, 6, x, outputs, conv, b.rows); break;
                case 5: accumulate_tile(sum, 5, x, outputs, conv, b.rows); break;
                case 4: accumulate_tile(sum, 4, x, outputs, conv, b.rows); break;
                case 3: accumulate_tile(sum, 3, x, outputs, conv, b.rows); break;
                case 2: accumulate_tile(sum, 2, x, outputs, conv, b.rows); break;
                default: accumulate_tile(sum, 1, x, outputs, conv, b.rows); break;
                }
            }
        }
    }
}

void kernel_conv2d_filter_gradient(kernel_pool *pool, float *dw, const float *x, const float *dy,
    const kernel_conv2d_shape *shape, float *scratch) {
    work job = {convolution_forward(x, shape), dy, scratch, NULL};
    const convolution *conv = &job.conv;
    job.bands = scratch + conv->tasks * partial_size(conv);
    // Taps that meet nothing keep this.
    kernel_fill(dw, 0.0f, shape->r * shape->s * shape->c * shape->k);
    if (conv->tasks == 0) return;
    kernel_pool_run(pool, conv->tasks, accumulate_bands, &job);
    for (size_t task = 0; task < conv->tasks; task++) {
        const float *partial = scratch + task * partial_size(conv);
        for (size_t block = 0; block < conv->blocks; block++) {
            const size_t outputs = smaller(OUTPUTS, conv->k - block * OUTPUTS);
            for (size_t r = 0; r < conv->r; r++) {
                float *to = dw
                    + ((conv->first_r + r) * shape->s + conv->first_s) * shape->c * shape->k
                    + block * OUTPUTS;
                for (size_t t = 0; t < conv->run; t++, to += conv->k, partial += OUTPUTS) {
                    for (size_t k = 0; k < outputs; k++) to[k] += partial[k];
                }
            }
        }
    }
}
