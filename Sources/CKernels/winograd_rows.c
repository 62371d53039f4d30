// Convolution by filters of three columns after Winograd's minimal filtering F(2, 3), which makes
// two neighbouring outputs of a row by four products where the plain way takes six (S. Winograd,
// Arithmetic Complexity of Computations, 1980; winograd.c has the form in two dimensions):
//
//   u₀ = (x₀ - x₂) w₀                      y₀ = u₀ + u₁ + u₂
//   u₁ = (x₁ + x₂) (w₀ + w₁ + w₂) / 2      y₁ = u₁ - u₂ - u₃
//   u₂ = (x₂ - x₁) (w₀ - w₁ + w₂) / 2
//   u₃ = (x₁ - x₃) w₂
//
// The products are summed over a filter's rows and channels before the outputs are made of them.
// What is made of x, a pair's four terms, is made once for all filter rows and outputs. Seven pairs
// times sixteen outputs have their sums in 28 of AVX-512's 32 registers; a weight is loaded for
// seven products.
//
// Terms are of two values and weights of three: rounding errors are up to twice those of the plain
// way.
#include "convolution.h"
#include "pool.h"

#include <string.h>

enum {
    PAIRS = 7,  // at a time
    TERMS = 4,  // of a pair
    WIDE_OUTPUTS = WIDE_LANES,
    MOST_ROWS = 8,  // of a filter
};

/// Terms lie pair by pair, [runs of 16 channels][pairs][TERMS][16]; of a single channel they lie
/// [TERMS][pairs].
typedef struct {
    const convolution *conv;
    float *y;  // [n, p, q, k]
    filter_layout w;
    const float *bias;
    float *copies;  // of the filter, [blocks][r, c, TERMS, WIDE_OUTPUTS], and of the bias behind it
    size_t blocks, pairs, tile_pairs, term_step, row_size;
} work;

static size_t blocks_of(const convolution *conv) { return ceil_div(conv->k, WIDE_OUTPUTS); }

static work plan(const convolution *conv) {
    work job = {.conv = conv, .blocks = blocks_of(conv), .pairs = ceil_div(conv->q, 2)};
    job.tile_pairs = ceil_div(job.pairs, larger(1, ceil_div(job.pairs, PAIRS)));
    job.term_step = conv->c == 1 ? ceil_div(job.pairs, WIDE_LANES) * WIDE_LANES : WIDE_LANES;
    job.row_size = conv->c == 1 ? TERMS * job.term_step
                                : ceil_div(conv->c, WIDE_LANES) * job.pairs * TERMS * WIDE_LANES;
    return job;
}

/// Floats of an image's row with its padding, and as many behind it as whole vectors reach.
static size_t padded_row(const work *job) {
    return (2 * job->pairs + 2) * job->conv->c + 3 * WIDE_LANES;
}

bool winograd_rows_can(const convolution *conv) {
    const work job = plan(conv);
    return conv->s == 3 && conv->r <= MOST_ROWS && conv->q > 1 && conv->stride_h == 1
        && conv->stride_w == 1 && is_dense(conv)
        && conv->r * job.row_size + padded_row(&job) <= OWN;
}

/// Floats of a copy of the filter and the bias.
static size_t copy_floats(const convolution *conv) {
    return blocks_of(conv) * WIDE_OUTPUTS * (conv->r * conv->c * TERMS + 1);
}

size_t winograd_rows_scratch(const convolution *conv, int threads) {
    return copies_size(copy_floats(conv), threads);
}

static void pack(const work *job, float *to) {
    const convolution *conv = job->conv;
    const filter_layout w = job->w;
    memset(to, 0, copy_floats(conv) * sizeof(float));
    for (size_t block = 0; block < job->blocks; block++) {
        const size_t first = block * WIDE_OUTPUTS, outputs = smaller(WIDE_OUTPUTS, conv->k - first);
        for (size_t r = 0; r < conv->r; r++) {
            for (size_t c = 0; c < conv->c; c++, to += TERMS * WIDE_OUTPUTS) {
                const float *from = w.first + (ptrdiff_t)r * w.r + (ptrdiff_t)c * w.c;
                for (size_t k = 0; k < outputs; k++) {
                    const float *tap = from + (ptrdiff_t)(first + k) * w.k;
                    const float w0 = tap[0], w1 = tap[w.s], w2 = tap[2 * w.s];
                    to[k] = w0;
                    to[k + WIDE_OUTPUTS] = 0.5f * (w0 + w1 + w2);
                    to[k + 2 * WIDE_OUTPUTS] = 0.5f * (w0 - w1 + w2);
                    to[k + 3 * WIDE_OUTPUTS] = w2;
                }
            }
        }
    }
    if (job->bias != NULL) memcpy(to, job->bias, conv->k * sizeof(float));
}

// MARK: Terms

/// Lays the row of an image that begins at `from`, of whose images there are `left` values from
/// there on, behind the padding that begins at `row`. Whole vectors are read and written, and
/// what is too much is cleared.
INLINE void lay_row(float *row, const work *job, const float *from, size_t left) {
    const convolution *conv = job->conv;
    const size_t columns = 2 * job->pairs + 2;
    const row_part laid = part_of_row(conv, columns);
    const size_t values = laid.count * conv->c;
    from += laid.cut * conv->c;
    row += laid.margin * conv->c;
    if (left >= laid.cut * conv->c + values + WIDE_LANES) {
        for (size_t i = 0; i < values; i += WIDE_LANES) WIDE_AT(row + i) = WIDE_AT(from + i);
    } else {
        copy(row, from, values);
    }
    const wide_vector zero = 0.0f;
    for (size_t i = values; i < (columns - laid.margin) * conv->c; i += WIDE_LANES)
        WIDE_AT(row + i) = zero;
}

INLINE void make_terms(wide_vector u[TERMS], const wide_vector x[4]) {
    u[0] = x[0] - x[2];
    u[1] = x[1] + x[2];
    u[2] = x[2] - x[1];
    u[3] = x[1] - x[3];
}

/// The terms of a row's pairs.
INLINE void transform_row(float *to, const float *row, const work *job) {
    const size_t c = job->conv->c;
    wide_vector x[4], u[TERMS];
    if (c == 1) {
        for (size_t i = 0; i < job->pairs; i += WIDE_LANES, row += 2 * WIDE_LANES) {
#pragma clang loop unroll(full)
            for (size_t j = 0; j < 4; j += 2) {
                const wide_vector a = WIDE_AT(row + j), b = WIDE_AT(row + j + WIDE_LANES);
                x[j] = __builtin_shufflevector(
                    a, b, 0, 2, 4, 6, 8, 10, 12, 14, 16, 18, 20, 22, 24, 26, 28, 30);
                x[j + 1] = __builtin_shufflevector(
                    a, b, 1, 3, 5, 7, 9, 11, 13, 15, 17, 19, 21, 23, 25, 27, 29, 31);
            }
            make_terms(u, x);
#pragma clang loop unroll(full)
            for (size_t v = 0; v < TERMS; v++) WIDE_AT(to + v * job->term_step + i) = u[v];
        }
        return;
    }
    for (size_t first = 0; first < c; first += WIDE_LANES) {
        const float *from = row + first;
        x[2] = WIDE_AT(from);
        x[3] = WIDE_AT(from + c);
        for (size_t i = 0; i < job->pairs; i++, to += TERMS * WIDE_LANES) {
            from += 2 * c;
            x[0] = x[2];
            x[1] = x[3];
            x[2] = WIDE_AT(from);
            x[3] = WIDE_AT(from + c);
            make_terms(u, x);
#pragma clang loop unroll(full)
            for (size_t v = 0; v < TERMS; v++) WIDE_AT(to + v * WIDE_LANES) = u[v];
        }
    }
}

// MARK: Outputs

/// A row of the image that a filter row meets.
typedef struct {
    const float *terms, *filter;
} meeting;

/// WIDE_OUTPUTS outputs of 2 · `pairs` pixels, `y_step` apart, whose terms begin at `place`.
/// `pairs`,
/// `pair_step`, and a `c` of 1 are constants where this is inlined.
INLINE void convolve_pairs(float *y, size_t y_step, const meeting *meetings, size_t rows,
    size_t place, size_t c, const float *bias, size_t pairs, size_t pair_step, size_t term_step,
    size_t run_step) {
    wide_vector sum[TERMS][PAIRS];
#pragma clang loop unroll(full)
    for (size_t v = 0; v < TERMS; v++) {
#pragma clang loop unroll(full)
        for (size_t i = 0; i < pairs; i++) sum[v][i] = 0.0f;
    }
    for (size_t r = 0; r < rows; r++) {
        const float *filter = meetings[r].filter, *run = meetings[r].terms + place;
        for (size_t first = 0; first < c; first += WIDE_LANES, run += run_step) {
            const float *terms = run;
            const float *end = terms + smaller(WIDE_LANES, c - first);
            for (; terms < end; terms++, filter += TERMS * WIDE_OUTPUTS) {
#pragma clang loop unroll(full)
                for (size_t v = 0; v < TERMS; v++) {
                    const wide_vector weight = WIDE_AT(filter + v * WIDE_OUTPUTS);
#pragma clang loop unroll(full)
                    for (size_t i = 0; i < pairs; i++)
                        sum[v][i] += terms[v * term_step + i * pair_step] * weight;
                }
            }
        }
    }
    const wide_vector b = bias == NULL ? 0.0f : WIDE_AT(bias);
#pragma clang loop unroll(full)
    for (size_t i = 0; i < pairs; i++) {
        WIDE_AT(y) = ((sum[0][i] + sum[1][i]) + sum[2][i]) + b;
        y += y_step;
        WIDE_AT(y) = ((sum[1][i] - sum[2][i]) - sum[3][i]) + b;
        y += y_step;
    }
}

/// A row of outputs at y, with room for `room` values.
///
/// Pixels are written as whole vectors, one after another, so that what is too much of one is
/// overwritten by the next; where nothing follows, by way of a buffer.
INLINE void convolve_row(float *y, size_t room, const work *job, const float *all_bias,
    const meeting *meetings, size_t rows, size_t block) {
    const convolution *conv = job->conv;
    const size_t first_output = block * WIDE_OUTPUTS;
    const size_t width = smaller(WIDE_OUTPUTS, conv->k - first_output);
    const float *bias = all_bias == NULL ? NULL : all_bias + first_output;
    const bool one = conv->c == 1;
    const size_t pair_step = one ? 1 : TERMS * WIDE_LANES, run_step = job->pairs * pair_step;
    for (size_t first = 0; first < job->pairs; first += job->tile_pairs) {
        const size_t pairs = smaller(job->tile_pairs, job->pairs - first);
        const size_t count = smaller(2 * pairs, conv->q - 2 * first);
        const size_t place = first * pair_step;
        const size_t start = 2 * first * conv->k + first_output;
        const size_t last = start + (2 * pairs - 1) * conv->k;
        const bool follows = width == WIDE_OUTPUTS ? count == 2 * pairs : job->blocks == 1;
        const bool direct = follows && last + WIDE_OUTPUTS <= room;
        float buffer[2 * PAIRS * WIDE_OUTPUTS], *to = direct ? y + start : buffer;
        const size_t step = direct ? conv->k : WIDE_OUTPUTS;
#define CASE(pairs)                                                                                \
    case pairs:                                                                                    \
        if (one) {                                                                                 \
            convolve_pairs(to, step, meetings, rows, place, 1, bias, pairs, 1, job->term_step, 0); \
        } else {                                                                                   \
            convolve_pairs(to, step, meetings, rows, place, conv->c, bias, pairs,                  \
                TERMS *WIDE_LANES, WIDE_LANES, run_step);                                          \
        }                                                                                          \
        break;
        switch (pairs) { CASE(1) CASE(2) CASE(3) CASE(4) CASE(5) CASE(6) CASE(7) }
#undef CASE
        for (size_t i = 0; !direct && i < count; i++)
            copy(y + start + i * conv->k, buffer + i * WIDE_OUTPUTS, width);
    }
}

/// Some bands of y.
KERNEL_WIDE static void convolve_bands(void *context, size_t task) {
    const work copy = *(const work *)context, *job = &copy;
    const convolution *conv = job->conv;
    bool is_new;
    float *filter = own_copy(job->copies, copy_floats(conv), &is_new);
    if (is_new) pack(job, filter);
    const float *bias =
        job->bias == NULL ? NULL : filter + job->blocks * WIDE_OUTPUTS * conv->r * conv->c * TERMS;
    _Alignas(64) float terms[OWN];
    float *padded = terms + conv->r * job->row_size;
    clear(padded, padded_row(job));
    const size_t row_values = conv->w * conv->c, image_size = conv->h * row_values;
    const size_t filter_row = conv->c * TERMS * WIDE_OUTPUTS, outputs = conv->q * conv->k;
    const size_t end = part(conv->bands, conv->tasks, task + 1);
    for (size_t index = part(conv->bands, conv->tasks, task); index < end; index++) {
        const band b = band_at(conv, index);
        float *y = job->y + (b.n * conv->p + b.p) * outputs;
        size_t slot = 0;  // of the first filter row's terms
        for (size_t i = 0; i < b.rows; i++, y += outputs) {
            meeting meetings[MOST_ROWS];
            size_t rows = 0;
            for (size_t r = 0; r < conv->r; r++) {
                const size_t row = b.p + i + r - (size_t)conv->top;
                if (row >= conv->h) continue;  // negative ones are large
                const size_t place = slot + r < conv->r ? slot + r : slot + r - conv->r;
                float *own = terms + place * job->row_size;
                // The others are still there from the outputs above.
                if (i == 0 || r + 1 == conv->r) {
                    const size_t before = b.n * image_size + row * row_values;
                    lay_row(padded, job, conv->image + before, conv->n * image_size - before);
                    transform_row(own, padded, job);
                }
                meetings[rows++] = (meeting){own, filter + r * filter_row};
            }
            slot = slot + 1 < conv->r ? slot + 1 : 0;
            for (size_t block = 0; block < job->blocks; block++) {
                convolve_row(y, (b.rows - i) * outputs, job, bias, meetings, rows, block);
                for (size_t r = 0; r < rows; r++) meetings[r].filter += conv->r * filter_row;
            }
        }
    }
}

void winograd_rows(kernel_pool *pool, float *y, const convolution *conv, filter_layout w,
    const float *bias, float *scratch) {
    work job = plan(conv);
    job.y = y, job.w = w, job.bias = bias, job.copies = scratch;
    forget_copies(scratch, copy_floats(conv), kernel_pool_threads(pool));
    kernel_pool_run(pool, conv->tasks, convolve_bands, &job);
}
