// Convolution of images in blocks by filters of 3 × 3, after Winograd's minimal filtering F(2 × 2,
// 3 × 3): A. Lavin and S. Gray, Fast Algorithms for Convolutional Neural Networks, CVPR 2016.
//
//   Y = Aᵀ [ (G g Gᵀ) ⊙ (Bᵀ d B) ] A
//
//   Bᵀ = 1  0 -1  0      G = 1    0    0       Aᵀ = 1  1  1  0
//        0  1  1  0          1/2  1/2  1/2          0  1 -1 -1
//        0 -1  1  0          1/2 -1/2  1/2
//        0  1  0 -1          0    0    1
//
// A tile of 2 × 2 outputs is made of 4 × 4 inputs by 16 products for each pair of channels, where
// the plain way takes 36. The transforms are additions of whole vectors, of sixteen images each,
// and are worth their time from some channels on. Two tiles are made at a time, one row u of the 4
// × 4 after another, so that what a row takes stays in the first-level cache: a weight is then
// loaded for two products, a value for three.
//
// Products are of sums of four values and four weights: rounding errors are two to three times
// those of the plain way.
#include "blocked_conv2d.h"

enum {
    TILES = 2,           // at a time
    OUTPUTS = 3,         // with 4 × TILES products each in 24 of AVX-512's 32 registers
    MOST_CHANNELS = 32,  // of the input and the output, whose buffers are on the stack
    LINES = 6,           // of memory that are asked for while a group's row is made
    TASKS = 32,          // about, if there is enough to do
};

bool winograd_can(size_t r, size_t s, size_t channels) {
    return r == 3 && s == 3 && channels <= MOST_CHANNELS;
}

static size_t groups_of(const blocked_conv2d *job) { return ceil_div(job->k, OUTPUTS); }

// MARK: The filter

/// to = G · from, for a column of three values.
static void transform_three(float *to, size_t to_step, const float *from, size_t from_step) {
    const float a = from[0], b = from[from_step], c = from[2 * from_step];
    to[0] = a;
    to[to_step] = 0.5f * (a + b + c);
    to[2 * to_step] = 0.5f * (a - b + c);
    to[3 * to_step] = c;
}

/// filter[u][group][c, v, output of the group].
static void transform_filter(const blocked_conv2d *job, filter_layout w) {
    const size_t groups = groups_of(job);
    for (size_t c = 0; c < job->c; c++) {
        for (size_t group = 0; group < groups; group++) {
            const size_t first = part(job->k, groups, group);
            const size_t outputs = part(job->k, groups, group + 1) - first;
            for (size_t k = 0; k < outputs; k++) {
                const float *from = w.first + (ptrdiff_t)c * w.c + (ptrdiff_t)(first + k) * w.k;
                float g[9], columns[12], taps[WINOGRAD_TAPS];
                for (ptrdiff_t tap = 0; tap < 9; tap++)
                    g[tap] = from[tap / 3 * w.r + tap % 3 * w.s];
                for (size_t s = 0; s < 3; s++) transform_three(columns + s, 3, g + s, 3);
                for (size_t u = 0; u < 4; u++) transform_three(taps + 4 * u, 1, columns + 3 * u, 1);
                for (size_t u = 0; u < 4; u++) {
                    float *to =
                        job->filter + (u * job->k + first) * 4 * job->c + 4 * c * outputs + k;
                    for (size_t v = 0; v < 4; v++) to[v * outputs] = taps[4 * u + v];
                }
            }
        }
    }
}

// MARK: Tiles

/// Where a tile's inputs begin, pixel by pixel, and its outputs; NULL for outputs that are not
/// there.
typedef struct {
    const float *from[4][4];
    float *to[2][2];
} place;

INLINE void find(place *at, const blocked_conv2d *job, const float *x, float *y, size_t index) {
    const size_t width = ceil_div(job->q, 2), p = index / width * 2, q = index % width * 2;
    for (size_t i = 0; i < 4; i++) {
        const size_t row = p + i - (size_t)job->top;
        for (size_t j = 0; j < 4; j++) {
            const size_t column = q + j - (size_t)job->left;
            const bool inside = row < job->h && column < job->w;  // negative ones are large
            const size_t pixel =
                pixel_row(job->x_order, job->w, row) + pixel_column(job->x_order, column);
            at->from[i][j] = inside ? x + pixel * job->c * BLOCK : job->zeros;
        }
    }
    for (size_t i = 0; i < 2; i++) {
        for (size_t j = 0; j < 2; j++) {
            const bool inside = p + i < job->p && q + j < job->q;
            const size_t pixel =
                pixel_row(job->y_order, job->q, p + i) + pixel_column(job->y_order, q + j);
            at->to[i][j] = inside ? y + pixel * job->k * BLOCK : NULL;
        }
    }
}

/// values[c][v][tile] = row u of Bᵀ d B.
INLINE void transform_row(wide_vector values[MOST_CHANNELS][4][TILES], const place *at,
    const blocked_conv2d *job, size_t u) {
    // Bᵀ's rows have two values each.
    static const size_t first[4] = {0, 1, 2, 1}, second[4] = {2, 2, 1, 3};
    const wide_vector sign = u == 1 ? 1.0f : -1.0f;
    for (size_t tile = 0; tile < TILES; tile++) {
        const float *const *a = at[tile].from[first[u]], *const *b = at[tile].from[second[u]];
        for (size_t c = 0; c < job->c; c++) {
            wide_vector d[4];
#pragma clang loop unroll(full)
            for (size_t j = 0; j < 4; j++)
                d[j] = WIDE_AT(b[j] + c * BLOCK) * sign + WIDE_AT(a[j] + c * BLOCK);
            values[c][0][tile] = d[0] - d[2];
            values[c][1][tile] = d[1] + d[2];
            values[c][2][tile] = d[2] - d[1];
            values[c][3][tile] = d[1] - d[3];
        }
    }
}

/// Adds what row u of the products gives to the outputs from `first` on: Aᵀ's column u times the
/// row times A. `outputs` is a constant where this is inlined.
INLINE void multiply_row(wide_vector sums[MOST_CHANNELS][2][2][TILES],
    const wide_vector values[MOST_CHANNELS][4][TILES], const float *filter, size_t channels,
    size_t u, size_t first, size_t outputs) {
    wide_vector product[OUTPUTS][4][TILES];
#pragma clang loop unroll(full)
    for (size_t k = 0; k < outputs; k++) {
#pragma clang loop unroll(full)
        for (size_t i = 0; i < 4 * TILES; i++) product[k][i / TILES][i % TILES] = 0.0f;
    }
#pragma clang loop unroll(disable)
    for (size_t c = 0; c < channels; c++, filter += 4 * outputs) {
#pragma clang loop unroll(full)
        for (size_t v = 0; v < 4; v++) {
            wide_vector value[TILES];
#pragma clang loop unroll(full)
            for (size_t tile = 0; tile < TILES; tile++) value[tile] = values[c][v][tile];
#pragma clang loop unroll(full)
            for (size_t k = 0; k < outputs; k++) {
                const wide_vector weight = filter[v * outputs + k];
#pragma clang loop unroll(full)
                for (size_t tile = 0; tile < TILES; tile++)
                    product[k][v][tile] += value[tile] * weight;
            }
        }
    }
#pragma clang loop unroll(full)
    for (size_t k = 0; k < outputs; k++) {
        wide_vector(*sum)[2][TILES] = sums[first + k];
#pragma clang loop unroll(full)
        for (size_t tile = 0; tile < TILES; tile++) {
            const wide_vector left =
                product[k][0][tile] + product[k][1][tile] + product[k][2][tile];
            const wide_vector right =
                product[k][1][tile] - product[k][2][tile] - product[k][3][tile];
            if (u < 3) sum[0][0][tile] += left, sum[0][1][tile] += right;
            if (u == 1) sum[1][0][tile] += left, sum[1][1][tile] += right;
            if (u > 1) sum[1][0][tile] -= left, sum[1][1][tile] -= right;
        }
    }
}

INLINE void convolve_tiles(const blocked_conv2d *job, const place at[TILES]) {
    wide_vector values[MOST_CHANNELS][4][TILES], sums[MOST_CHANNELS][2][2][TILES];
    for (size_t k = 0; k < job->k; k++) {
        const wide_vector bias = job->bias == NULL ? 0.0f : job->bias[k];
#pragma clang loop unroll(full)
        for (size_t i = 0; i < 4 * TILES; i++)
            sums[k][i / TILES / 2][i / TILES % 2][i % TILES] = bias;
    }
    const size_t groups = groups_of(job);
    // The outputs of the next tiles, if pixels lie window by window.
    const float *later = at[0].to[0][0] + TILES * 4 * job->k * BLOCK;
    for (size_t u = 0; u < 4; u++) {
        transform_row(values, at, job, u);
        for (size_t group = 0; group < groups; group++) {
            const size_t first = part(job->k, groups, group);
            for (size_t i = 0; i < LINES; i++, later += BLOCK) __builtin_prefetch(later, 1);
            const float *filter = job->filter + (u * job->k + first) * 4 * job->c;
            switch (part(job->k, groups, group + 1) - first) {
            case 3: multiply_row(sums, values, filter, job->c, u, first, 3); break;
            case 2: multiply_row(sums, values, filter, job->c, u, first, 2); break;
            default: multiply_row(sums, values, filter, job->c, u, first, 1); break;
            }
        }
    }
    for (size_t tile = 0; tile < TILES; tile++) {
        for (size_t i = 0; i < 4; i++) {
            float *to = at[tile].to[i / 2][i % 2];
            if (to == NULL) continue;
            for (size_t k = 0; k < job->k; k++)
                WIDE_AT(to + k * BLOCK) = sums[k][i / 2][i % 2][tile];
        }
    }
}

/// Some rows of a block's tiles.
KERNEL_WIDE static void convolve_band(void *context, size_t task) {
    const blocked_conv2d copy = *(const blocked_conv2d *)context, *job = &copy;
    const size_t block = task / job->bands, band = task % job->bands;
    const float *x = job->x + block * job->h * job->w * job->c * BLOCK;
    float *y = job->y + block * job->p * job->q * job->k * BLOCK;
    const size_t rows = ceil_div(job->p, 2), width = ceil_div(job->q, 2);
    const size_t end = part(rows, job->bands, band + 1) * width;
    for (size_t tile = part(rows, job->bands, band) * width; tile < end; tile += TILES) {
        place at[TILES];
        // Behind the last one, it is made again.
        for (size_t i = 0; i < TILES; i++) find(&at[i], job, x, y, smaller(tile + i, end - 1));
        convolve_tiles(job, at);
    }
}

void winograd(kernel_pool *pool, blocked_conv2d job, filter_layout w) {
    transform_filter(&job, w);
    const size_t blocks = ceil_div(job.n, BLOCK);
    job.bands = larger(1, smaller(ceil_div(job.p, 2), TASKS / larger(1, blocks)));
    kernel_pool_run(pool, blocks * job.bands, convolve_band, &job);
}
