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

/// The values at points of a run of rows of tiles, [points][tiles]. Rows of tiles are counted over
/// all images.
typedef struct {
    const winograd_phase *shape;
    size_t first, end;
    size_t row_points, column_points;
    size_t tiles[POINTS];          // of a row, those that have the point
    size_t place[POINTS][POINTS];  // of a point's first tile
} tile_run;

/// A run, where no run is of more than `most` rows.
INLINE tile_run tile_run_of(const winograd_phase *shape, size_t first, size_t end, size_t most) {
    tile_run run = {.shape = shape,
        .first = first,
        .end = end,
        .row_points = row_points_of(shape),
        .column_points = column_points_of(shape)};
    size_t place = 0;
    for (size_t s = 0; s < POINTS; s++) run.tiles[s] = tiles_at(&shape->columns, shape->taps, s);
    for (size_t r = 0; r < run.row_points; r++) {
        for (size_t s = 0; s < run.column_points; s++) {
            run.place[r][s] = place;
            place += most * run.tiles[s];
        }
    }
    return run;
}

/// Whether the last row of tiles of an image lacks a point that the others have.
INLINE bool is_missing_in_last(const tile_run *run, size_t r) {
    return r >= run->shape->rows.last + run->shape->taps - 1;
}

/// The run's rows of tiles before one that have a point.
INLINE size_t rows_before(const tile_run *run, size_t row, size_t r) {
    const size_t tiles = run->shape->rows.tiles;
    return row - run->first - (is_missing_in_last(run, r) ? row / tiles - run->first / tiles : 0);
}

/// All of a point's tiles.
INLINE size_t tiles_of_point(const tile_run *run, size_t r, size_t s) {
    return rows_before(run, run->end, r) * run->tiles[s];
}

/// The rows of a run that are the same one of their images, and so have as many points.
typedef struct {
    size_t index;            // in the image
    size_t image, images;    // the first, and how many
    size_t outputs, points;  // of each tile, along this axis
} tile_rows;

INLINE tile_rows tile_rows_of(const tile_run *run, size_t index) {
    const winograd_axis *rows = &run->shape->rows;
    tile_rows at = {.index = index, .outputs = tile_outputs(rows, index)};
    at.points = at.outputs + run->shape->taps - 1;
    at.image = (run->first + rows->tiles - 1 - index) / rows->tiles;
    const size_t end = (run->end + rows->tiles - 1 - index) / rows->tiles;
    at.images = end - at.image;
    return at;
}

/// Addresses of what a tile has, [points] each way; and how far those of the next image are.
typedef struct {
    uintptr_t at[POINTS][POINTS], next[POINTS][POINTS];
} tile_addresses;

#define FLOATS_AT(addresses, i, j) ((float *)(addresses)->at[i][j])

/// Where the values of the first tile of such rows lie, `step` floats for a tile.
INLINE void find_values(
    tile_addresses *to, const tile_run *run, const tile_rows *rows, float *values, size_t step) {
    const size_t tiles = run->shape->rows.tiles, first = rows->image * tiles + rows->index;
    for (size_t r = 0; r < POINTS; r++) {
        const size_t before = rows_before(run, first, r);
        const size_t an_image = tiles - (is_missing_in_last(run, r) ? 1 : 0);
        for (size_t s = 0; s < POINTS; s++) {
            const size_t tile = run->place[r][s] + before * run->tiles[s];
            to->at[r][s] = (uintptr_t)(values + tile * step);
            to->next[r][s] = an_image * run->tiles[s] * step * sizeof(float);
        }
    }
}

/// Goes so many floats on.
INLINE void advance(tile_addresses *of, size_t step) {
    for (size_t i = 0; i < POINTS; i++) {
        for (size_t j = 0; j < POINTS; j++) of->at[i][j] += step * sizeof(float);
    }
}

INLINE void next_image(tile_addresses *of) {
    for (size_t i = 0; i < POINTS; i++) {
        for (size_t j = 0; j < POINTS; j++) of->at[i][j] += of->next[i][j];
    }
}

// MARK: Inputs

/// Images that are transformed: `channels` of the `c` that a pixel has; and a row of zeros.
typedef struct {
    const float *first, *zeros;
    size_t rows, columns, c, channels;
} tile_images;

/// Transforms a tile of each image.
INLINE void transform_tile_of(tile_addresses to, tile_addresses from, size_t images,
    size_t channels, size_t rows, size_t columns) {
    for (; images > 0; images--, next_image(&to), next_image(&from)) {
        for (size_t left = 0;;) {
            wide_vector v[POINTS][POINTS];
#pragma clang loop unroll(full)
            for (size_t i = 0; i < rows; i++) {
#pragma clang loop unroll(full)
                for (size_t j = 0; j < columns; j++)
                    v[i][j] = WIDE_AT(FLOATS_AT(&from, i, j) + left);
            }
            transform_input_tile(v, rows, columns);
#pragma clang loop unroll(full)
            for (size_t i = 0; i < rows; i++) {
#pragma clang loop unroll(full)
                for (size_t j = 0; j < columns; j++) WIDE_AT(FLOATS_AT(&to, i, j) + left) = v[i][j];
            }
            if (left + WIDE_LANES == channels) break;
            // A last vector begins with channels that the one before it has, too.
            left = smaller(left + WIDE_LANES, channels - WIDE_LANES);
        }
    }
}

/// The cases of a switch over `a * 4 + b`.
#define PAIR_CASE(a, b, CALL)                                                                      \
    case (a)*4 + (b): CALL(a, b); break;

INLINE void transform_tile(const tile_addresses *to, const tile_addresses *from, size_t images,
    size_t channels, size_t rows, size_t columns) {
#define TRANSFORM(rows, columns) transform_tile_of(*to, *from, images, channels, rows, columns)
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

/// Transforms what a pair of pieces meets in such rows of tiles, to `step` floats for a tile.
INLINE void transform_rows(float *values, size_t step, const tile_run *run,
    const tile_images *images, const tile_rows *at, size_t index) {
    const winograd_axis *rows = &run->shape->rows, *columns = &run->shape->columns;
    const filter_piece *of_rows = &rows->pieces[index / columns->piece_count];
    const filter_piece *of_columns = &columns->pieces[index % columns->piece_count];
    const size_t line_size = images->columns * images->c;
    const size_t image_size = images->rows * line_size;
    const float *line[POINTS];  // or NULL
    for (size_t i = 0; i < POINTS; i++) {
        const size_t h = input_at(rows, of_rows, at->index, i);
        line[i] = h < images->rows ? images->first + at->image * image_size + h * line_size : NULL;
    }
    tile_addresses to;
    find_values(&to, run, at, values, step);
    for (size_t tile = 0; tile < columns->tiles; tile++, advance(&to, step)) {
        tile_addresses from;
        for (size_t j = 0; j < POINTS; j++) {
            const size_t w = input_at(columns, of_columns, tile, j);
            for (size_t i = 0; i < POINTS; i++) {
                const bool inside = w < images->columns && line[i] != NULL;
                from.at[i][j] = (uintptr_t)(inside ? line[i] + w * images->c : images->zeros);
                from.next[i][j] = inside ? image_size * sizeof(float) : 0;
            }
        }
        const size_t points = tile_outputs(columns, tile) + run->shape->taps - 1;
        transform_tile(&to, &from, at->images, images->channels, at->points, points);
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
