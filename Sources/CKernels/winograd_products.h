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
    size_t n, c, k;  // of what is convolved, and what that makes
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

INLINE size_t row_points_of(const winograd_phase *phase) {
    return phase->rows.tile + phase->taps - 1;
}
INLINE size_t column_points_of(const winograd_phase *phase) {
    return phase->columns.tile + phase->taps - 1;
}

/// Values at points that a row of tiles has, at most.
INLINE size_t unit_points(const winograd_phase *phase) {
    return row_points_of(phase) * points_along(&phase->columns, phase->taps);
}

/// Zeros in place of pixels that lie outside of an image.
INLINE size_t zeros_of(const winograd_shape *of) {
    return ceil_div(of->c, WIDE_LANES) * WIDE_LANES;
}
