// Winograd's minimal filtering in two dimensions, for convolutions of many channels: a tile of
// outputs is a sum of products, one for each point at which polynomials are evaluated, and the
// products of all tiles at one point are a product of matrices, [tiles, C] · [C, K] (A. Lavin and S.
// Gray, Fast Algorithms for Convolutional Neural Networks, CVPR 2016).
//
// Along one axis m outputs y of a filter g of r taps take n = m + r - 1 inputs d and as many
// products, where the plain way takes m · r. Polynomials of n coefficients are evaluated at the
// first n of the points 0, ∞, 1 and -1 (Toom and Cook's way, transposed):
//
//   n = 4: D₀ = d₀ - d₂    D∞ = d₃ - d₁    D₁ = (d₁ + d₂) / 2    D₋₁ = (d₂ - d₁) / 2
//   n = 3: D₀ = d₀ - d₁    D∞ = d₂ - d₁    D₁ = d₁
//   n = 2: D₀ = d₀         D∞ = d₁
//
//   G₀ = g₀    G∞ = gᵣ₋₁    G₁ = Σ gⱼ    G₋₁ = Σ (-1)ʲ gⱼ
//
//   M = D · G at each point;  yᵢ = Σ pⁱ M_p over the finite points p;  and M∞ is added to yₘ₋₁
//
// So tiles of all sizes share a filter's values at the points. Filters of two taps make three
// outputs at a time, those of three taps two; the last tile along an axis is what is left. 7 × 7
// outputs of 2 × 2 taps are made by 100 products for 196.
//
// Longer filters are cut into pieces of at most three taps. A strided convolution is a sum of such
// pieces, too: the taps of a phase of the stride meet every stride-th pixel. The products of all
// pieces are summed at the points, as those of more channels: [tiles, pieces · C] · [pieces · C, K].
//
// Products are of sums of up to four values and nine weights: rounding errors are a few times those
// of the plain way.
#pragma once

#include "convolution.h"

enum {
    POINTS = 4,       // along an axis, in the order 0, ∞, 1, -1
    MOST_TAPS = 3,    // of a piece
    MOST_TILE = 3,    // outputs of a tile along an axis
    MOST_PIECES = 2,  // along an axis
    MOST_PHASES = 4,  // of an input's gradient
};

/// Some taps of a filter along an axis: output i is a sum over the taps j of
/// d[start + (i + j) · step] · w[tap + j · tap_step].
typedef struct {
    ptrdiff_t start, step, tap, tap_step;
    size_t taps;
} filter_piece;

/// An axis of a convolution: tiles of `tile` outputs, but the last one, which has `last`.
typedef struct {
    size_t size;                // of the input
    size_t first, step, count;  // the outputs, among those that lie in memory
    size_t piece_count;
    filter_piece pieces[MOST_PIECES];
    size_t tiles, tile, last;
} winograd_axis;

/// One of the convolutions that a convolution, or its input's gradient, is made of.
typedef struct {
    winograd_axis rows, columns;
    size_t taps;   // of the longest piece
    size_t depth;  // pieces · C
    size_t units;  // rows of tiles, of all images
} winograd_phase;

typedef struct {
    size_t n, c, k;
    size_t x_rows, x_columns, y_rows, y_columns;
    size_t phase_count;
    winograd_phase phases[MOST_PHASES];
} winograd_shape;

/// The phases of a part of a convolution; of its filter's gradient the convolution's one phase.
/// False if this way does not take it.
bool winograd_shape_of(
    winograd_shape *of, const kernel_conv2d_shape *shape, kernel_conv2d_part part);
/// The products that it takes beside those of the plain way.
double winograd_share(const winograd_shape *of);
/// The filter's values at points for each pair of channels.
size_t winograd_filter_values(const winograd_shape *of);

INLINE size_t piece_count(const winograd_phase *phase) {
    return phase->rows.piece_count * phase->columns.piece_count;
}

INLINE size_t tile_outputs(const winograd_axis *axis, size_t index) {
    return index + 1 == axis->tiles ? axis->last : axis->tile;
}

/// How many tiles have a point. The last one may have fewer points than the others.
INLINE size_t tiles_at(const winograd_axis *axis, size_t taps, size_t point) {
    const size_t others = point < axis->tile + taps - 1 ? axis->tiles - 1 : 0;
    return others + (point < axis->last + taps - 1 ? 1 : 0);
}

/// The points of all tiles along an axis.
INLINE size_t points_along(const winograd_axis *axis, size_t taps) {
    return (axis->tiles - 1) * (axis->tile + taps - 1) + axis->last + taps - 1;
}

// MARK: Along an axis. Sizes are constants where these are inlined.

/// to = D of n values of `from`, both `step` apart.
INLINE void transform_inputs(wide_vector *to, const wide_vector *from, size_t step, size_t n) {
    const wide_vector d0 = from[0], d1 = from[step];
    if (n == 2) {
        to[0] = d0, to[step] = d1;
        return;
    }
    const wide_vector d2 = from[2 * step];
    if (n == 3) {
        to[0] = d0 - d1, to[step] = d2 - d1, to[2 * step] = d1;
        return;
    }
    const wide_vector d3 = from[3 * step];
    to[0] = d0 - d2, to[step] = d3 - d1;
    to[2 * step] = (d1 + d2) * 0.5f, to[3 * step] = (d2 - d1) * 0.5f;
}

/// to = the values at all points of the polynomial whose coefficients are `count` values of `from`.
INLINE void evaluate(wide_vector *to, const wide_vector *from, size_t step, size_t count) {
    const wide_vector first = from[0], last = from[(count - 1) * step];
    wide_vector even = first, odd = 0.0f;
    if (count > 1) odd = from[step];
    if (count > 2) even += last;
    to[0] = first, to[step] = last;
    to[2 * step] = even + odd, to[3 * step] = even - odd;
}

/// The transpose of that: `count` values of n.
INLINE void combine(wide_vector *to, const wide_vector *from, size_t step, size_t count, size_t n) {
    const wide_vector zero = from[0], infinity = from[step];
    wide_vector even = 0.0f, odd = 0.0f;
    if (n > 2) even = odd = from[2 * step];
    if (n > 3) even += from[3 * step], odd -= from[3 * step];
    to[0] = zero + even;
    if (count > 1) to[step] = odd;
    if (count > 2) to[2 * step] = even;
    to[(count - 1) * step] += infinity;
}

// MARK: In both directions, in place: v[i][j] belongs to the i-th of the rows.

INLINE void transform_input_tile(wide_vector v[POINTS][POINTS], size_t rows, size_t columns) {
#pragma clang loop unroll(full)
    for (size_t j = 0; j < columns; j++) transform_inputs(&v[0][j], &v[0][j], POINTS, rows);
#pragma clang loop unroll(full)
    for (size_t i = 0; i < rows; i++) transform_inputs(v[i], v[i], 1, columns);
}

/// Of `rows` × `columns` coefficients; at all points, of which some may not be needed.
INLINE void evaluate_tile(wide_vector v[POINTS][POINTS], size_t rows, size_t columns) {
#pragma clang loop unroll(full)
    for (size_t j = 0; j < columns; j++) evaluate(&v[0][j], &v[0][j], POINTS, rows);
#pragma clang loop unroll(full)
    for (size_t i = 0; i < POINTS; i++) evaluate(v[i], v[i], 1, columns);
}

/// The transpose: `rows` × `columns` values of those at so many points.
INLINE void combine_tile(wide_vector v[POINTS][POINTS], size_t rows, size_t columns,
    size_t row_points, size_t column_points) {
#pragma clang loop unroll(full)
    for (size_t j = 0; j < column_points; j++)
        combine(&v[0][j], &v[0][j], POINTS, rows, row_points);
#pragma clang loop unroll(full)
    for (size_t i = 0; i < rows; i++) combine(v[i], v[i], 1, columns, column_points);
}

// MARK: Tiles of many channels

/// The cases of a switch over `a * 4 + b`.
#define PAIR_CASE(a, b, CALL)                                                                      \
    case (a)*4 + (b): CALL(a, b); break;

INLINE void transform_tile_of(float *const to[POINTS][POINTS],
    const float *const from[POINTS][POINTS], size_t channels, size_t rows, size_t columns) {
    for (size_t left = 0;;) {
        wide_vector v[POINTS][POINTS];
#pragma clang loop unroll(full)
        for (size_t i = 0; i < rows; i++) {
#pragma clang loop unroll(full)
            for (size_t j = 0; j < columns; j++) v[i][j] = WIDE_AT(from[i][j] + left);
        }
        transform_input_tile(v, rows, columns);
#pragma clang loop unroll(full)
        for (size_t i = 0; i < rows; i++) {
#pragma clang loop unroll(full)
            for (size_t j = 0; j < columns; j++) WIDE_AT(to[i][j] + left) = v[i][j];
        }
        if (left + WIDE_LANES == channels) return;
        // A last vector begins with channels that the one before it has, too.
        left = smaller(left + WIDE_LANES, channels - WIDE_LANES);
    }
}

INLINE void transform_tile(float *const to[POINTS][POINTS], const float *const from[POINTS][POINTS],
    size_t channels, size_t rows, size_t columns) {
#define TRANSFORM(rows, columns) transform_tile_of(to, from, channels, rows, columns)
    switch (rows * 4 + columns) {
        PAIR_CASE(2, 2, TRANSFORM)
        PAIR_CASE(2, 3, TRANSFORM)
        PAIR_CASE(2, 4, TRANSFORM)
        PAIR_CASE(3, 2, TRANSFORM)
        PAIR_CASE(3, 3, TRANSFORM)
        PAIR_CASE(3, 4, TRANSFORM)
        PAIR_CASE(4, 2, TRANSFORM)
        PAIR_CASE(4, 3, TRANSFORM)
    default: PAIR_CASE(4, 4, TRANSFORM)
    }
#undef TRANSFORM
}

/// CALL(rows, columns, taps) of a tile of so many outputs, with constants.
#define CALL_OF_TILE(CALL, rows, columns, taps)                                                    \
    switch ((taps)*16 + (rows)*4 + (columns)) {                                                    \
    case 37: CALL(1, 1, 2); break;                                                                 \
    case 38: CALL(1, 2, 2); break;                                                                 \
    case 39: CALL(1, 3, 2); break;                                                                 \
    case 41: CALL(2, 1, 2); break;                                                                 \
    case 42: CALL(2, 2, 2); break;                                                                 \
    case 43: CALL(2, 3, 2); break;                                                                 \
    case 45: CALL(3, 1, 2); break;                                                                 \
    case 46: CALL(3, 2, 2); break;                                                                 \
    case 47: CALL(3, 3, 2); break;                                                                 \
    case 53: CALL(1, 1, 3); break;                                                                 \
    case 54: CALL(1, 2, 3); break;                                                                 \
    case 57: CALL(2, 1, 3); break;                                                                 \
    default: CALL(2, 2, 3); break;                                                                 \
    }

/// Where along an axis a tile's i-th input lies for a piece; beyond the axis if it meets nothing.
INLINE size_t input_at(
    const winograd_axis *axis, const filter_piece *piece, size_t tile, size_t i) {
    // Negative ones are large.
    return (size_t)(piece->start + (ptrdiff_t)(tile * axis->tile + i) * piece->step);
}
