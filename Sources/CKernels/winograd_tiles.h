// What is done with a tile's values at Winograd's points (winograd_products.h), for many channels or
// outputs, a vector of them at a time.
#pragma once

#include "winograd_products.h"

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

// MARK: Where the values are

/// The values at points of some rows of tiles, [points][tiles], as they are added row by row.
typedef struct {
    const winograd_phase *shape;
    size_t row_points, column_points;
    size_t first[POINTS][POINTS];  // of a point's tiles
    size_t rows[POINTS];           // of the rows of tiles so far, those that have the point
} tile_places;

/// The places of so many rows of tiles, before the first of them.
INLINE tile_places places_of(const winograd_phase *shape, size_t run) {
    tile_places at = {.shape = shape,
        .row_points = row_points_of(shape),
        .column_points = column_points_of(shape)};
    size_t first = 0;
    for (size_t r = 0; r < at.row_points; r++) {
        for (size_t s = 0; s < at.column_points; s++) {
            at.first[r][s] = first;
            first += run * tiles_at(&shape->columns, shape->taps, s);
        }
    }
    return at;
}

INLINE size_t tiles_so_far(const tile_places *at, size_t r, size_t s) {
    return at->rows[r] * tiles_at(&at->shape->columns, at->shape->taps, s);
}

/// Where the values of the next row of tiles lie, `step` floats for a tile.
INLINE void find_values(
    float *to[POINTS][POINTS], const tile_places *at, float *values, size_t step) {
    for (size_t r = 0; r < POINTS; r++) {
        for (size_t s = 0; s < POINTS; s++)
            to[r][s] = values + (at->first[r][s] + tiles_so_far(at, r, s)) * step;
    }
}

INLINE void next_tile(float *at[POINTS][POINTS], size_t step) {
    for (size_t i = 0; i < POINTS; i++) {
        for (size_t j = 0; j < POINTS; j++) at[i][j] += step;
    }
}

/// A row of tiles, of all images'.
typedef struct {
    size_t n, index;         // of the image, and among its rows of tiles
    size_t outputs, points;  // of each of its tiles, along this axis
} tile_row;

INLINE tile_row tile_row_at(const winograd_phase *shape, size_t unit) {
    tile_row row = {.n = unit / shape->rows.tiles, .index = unit % shape->rows.tiles};
    row.outputs = tile_outputs(&shape->rows, row.index);
    row.points = row.outputs + shape->taps - 1;
    return row;
}

INLINE void end_row(tile_places *at, tile_row row) {
    for (size_t i = 0; i < row.points; i++) at->rows[i] += 1;
}

// MARK: Inputs

/// Images that are transformed: `channels` of the `c` that a pixel has; and a row of zeros.
typedef struct {
    const float *first, *zeros;
    size_t rows, columns, c, channels;
} tile_images;

/// Addresses, so that all of a row are made at once.
typedef uintptr_t input_addresses[POINTS][POINTS];

INLINE void transform_tile_of(float *const to[POINTS][POINTS], input_addresses from,
    size_t channels, size_t rows, size_t columns) {
    for (size_t left = 0;;) {
        wide_vector v[POINTS][POINTS];
#pragma clang loop unroll(full)
        for (size_t i = 0; i < rows; i++) {
#pragma clang loop unroll(full)
            for (size_t j = 0; j < columns; j++)
                v[i][j] = WIDE_AT((const float *)from[i][j] + left);
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

/// The cases of a switch over `a * 4 + b`.
#define PAIR_CASE(a, b, CALL)                                                                      \
    case (a)*4 + (b): CALL(a, b); break;

INLINE void transform_tile(float *const to[POINTS][POINTS], input_addresses from, size_t channels,
    size_t rows, size_t columns) {
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

/// Where along an axis a tile's i-th input lies for a piece; beyond the axis if it meets nothing.
INLINE size_t input_at(
    const winograd_axis *axis, const filter_piece *piece, size_t tile, size_t i) {
    // Negative ones are large.
    return (size_t)(piece->start + (ptrdiff_t)(tile * axis->tile + i) * piece->step);
}

/// Transforms what a pair of pieces meets in the next row of tiles, to `step` floats for a tile.
INLINE void transform_row(float *values, size_t step, const tile_places *at,
    const tile_images *images, tile_row row, size_t index) {
    const winograd_axis *rows = &at->shape->rows, *columns = &at->shape->columns;
    const filter_piece *of_rows = &rows->pieces[index / columns->piece_count];
    const filter_piece *of_columns = &columns->pieces[index % columns->piece_count];
    const size_t c = images->c;
    uintptr_t line[POINTS];
    for (size_t i = 0; i < POINTS; i++) {
        const size_t h = input_at(rows, of_rows, row.index, i);
        line[i] = (uintptr_t)(h < images->rows
                ? images->first + (row.n * images->rows + h) * images->columns * c
                : images->zeros);
    }
    float *to[POINTS][POINTS];
    find_values(to, at, values, step);
    for (size_t tile = 0; tile < columns->tiles; tile++) {
        // A pixel's place on each line; or on none of them, and zeros instead.
        uintptr_t on_line[POINTS], place[POINTS];
        for (size_t j = 0; j < POINTS; j++) {
            const size_t w = input_at(columns, of_columns, tile, j);
            const bool inside = w < images->columns;
            on_line[j] = inside ? UINTPTR_MAX : 0;
            place[j] = inside ? w * c * sizeof(float) : (uintptr_t)images->zeros;
        }
        input_addresses from;
        for (size_t i = 0; i < POINTS; i++) {
            for (size_t j = 0; j < POINTS; j++) from[i][j] = (line[i] & on_line[j]) + place[j];
        }
        const size_t points = tile_outputs(columns, tile) + at->shape->taps - 1;
        transform_tile(to, from, images->channels, row.points, points);
        next_tile(to, step);
    }
}

// MARK: Outputs

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
