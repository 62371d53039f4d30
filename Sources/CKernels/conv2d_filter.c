// A convolution's gradient with respect to its filter: dw[r, s, c, k] = Σ over output pixels of x[pixel, r, s, c] dy[pixel, k].
//
// A tile of TAPS taps (r, s, c) times OUTPUTS channels stays in registers while all pixels of a band pass. A task sums its bands into
// a partial dw of its own; these are added in their order at the end. Tasks depend on the shape alone, and so do the sums.
#include "convolution.h"

enum { TAPS = 6 };

typedef struct {
    convolution conv;
    const float *dy;
    float *slots;               // [tasks, slot_size]: a plane, a band of dy, a partial dw
} work;

/// [blocks, r, run, OUTPUTS].
static size_t partial_size(const convolution *conv) { return conv->blocks * conv->r * conv->run * OUTPUTS; }

/// A band of dy, and as much as the reads of whole vectors at its end need.
static size_t gradient_size(const convolution *conv) { return conv->band * conv->q * conv->k + OUTPUTS; }

static size_t slot_size(const convolution *conv) {
    return conv->plane_size + gradient_size(conv) + partial_size(conv);
}

size_t convolution_filter_scratch(const convolution *conv) { return conv->tasks * slot_size(conv); }

/// partial[taps, OUTPUTS] += Σ over the band's pixels of x[i] at the pixel times dy.
INLINE void accumulate_tile(
    float *partial, size_t taps, const float *const x[TAPS], const float *dy, const convolution *conv, size_t rows) {
    vector sum[TAPS][2];
    for (size_t i = 0; i < TAPS; i++) sum[i][0] = sum[i][1] = 0.0f;
    const size_t step = conv->stride_w * conv->c;
    for (size_t p = 0; p < rows; p++) {
        size_t pixel = p * conv->stride_h * conv->plane_width;
        for (size_t q = 0; q < conv->q; q++, pixel += step, dy += conv->k) {
            const vector dy0 = AT(dy), dy1 = AT(dy + LANES);
#pragma clang loop unroll(full)
            for (size_t i = 0; i < TAPS; i++) {
                const vector xi = x[i][pixel];
                sum[i][0] += xi * dy0;
                sum[i][1] += xi * dy1;
            }
        }
    }
#pragma clang loop unroll(full)
    for (size_t i = 0; i < TAPS; i++) {
        if (i >= taps) break;
        AT(partial + i * OUTPUTS) += sum[i][0];
        AT(partial + i * OUTPUTS + LANES) += sum[i][1];
    }
}

KERNEL_CLONES static void accumulate_bands(void *context, size_t task) {
    const work *job = context;
    const convolution *conv = &job->conv;
    float *plane = job->slots + task * slot_size(conv);
    float *dy = plane + conv->plane_size, *partial = dy + gradient_size(conv);
    clear(partial, partial_size(conv));
    const size_t end = part(conv->bands, conv->tasks, task + 1), taps = conv->r * conv->run;
    for (size_t index = part(conv->bands, conv->tasks, task); index < end; index++) {
        const band b = band_at(conv, index);
        const size_t count = b.rows * conv->q * conv->k;
        lay_plane(plane, conv, b);
        copy(dy, job->dy + (b.n * conv->p + b.p) * conv->q * conv->k, count);
        clear(dy + count, OUTPUTS);
        for (size_t block = 0; block < conv->blocks; block++) {
            for (size_t first = 0; first < taps; first += TAPS) {
                const size_t tile = smaller(TAPS, taps - first);
                const float *x[TAPS];
                for (size_t i = 0; i < TAPS; i++) {
                    const size_t tap = first + (i < tile ? i : 0);
                    x[i] = plane + tap / conv->run * conv->plane_width + tap % conv->run;
                }
                accumulate_tile(
                    partial + (block * taps + first) * OUTPUTS, tile, x, dy + block * OUTPUTS, conv, b.rows);
            }
        }
    }
}

void kernel_conv2d_filter_gradient(
    kernel_pool *pool, float *dw, const float *x, const float *dy, const kernel_conv2d_shape *shape, float *scratch) {
    work job = {convolution_forward(x, shape), dy, scratch};
    const convolution *conv = &job.conv;
    kernel_fill(dw, 0.0f, shape->r * shape->s * shape->c * shape->k);       // taps that meet nothing keep this
    if (conv->tasks == 0) return;
    kernel_pool_run(pool, conv->tasks, accumulate_bands, &job);
    for (size_t task = 0; task < conv->tasks; task++) {
        const float *partial = scratch + task * slot_size(conv) + conv->plane_size + gradient_size(conv);
        for (size_t block = 0; block < conv->blocks; block++) {
            const size_t outputs = smaller(OUTPUTS, conv->k - block * OUTPUTS);
            for (size_t r = 0; r < conv->r; r++) {
                float *to = dw + ((conv->first_r + r) * shape->s + conv->first_s) * shape->c * shape->k + block * OUTPUTS;
                for (size_t t = 0; t < conv->run; t++, to += conv->k, partial += OUTPUTS) {
                    for (size_t k = 0; k < outputs; k++) to[k] += partial[k];
                }
            }
        }
    }
}
