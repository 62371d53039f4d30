// A tile of a filter's gradient: some taps times some outputs, which stay in registers while pixels
// pass: a load of a pixel's gradient, and for each tap one broadcast and a multiply-add a vector.
#pragma once

#include "vector.h"

enum {
    TAPS = 6,
    WIDE_TAPS = 12,
    MOST_ROWS = 128,  // on a plane
};

/// Rows that are laid on a plane, and the outputs of each.
typedef struct {
    const float *plane;
    size_t width;              // of a row of the plane
    size_t rows, filter_rows;  // of pixels, and rows of the plane for each
    size_t pixels, step;       // of a row
    const float *dy[MOST_ROWS];
    size_t dy_step;
} laid_rows;

/// to[i][0..<vectors · 16] += Σ over pixels of x[i] · dy, for taps i of some filter rows: `taps`
/// consecutive ones of each. Both numbers, and `vectors`, are constants where this is inlined.
INLINE void accumulate_tile_of(float *const to[], const laid_rows *laid, size_t first, size_t left,
    size_t filter_rows, size_t taps, size_t vectors) {
    wide_vector sum[WIDE_TAPS][2];
#pragma clang loop unroll(full)
    for (size_t j = 0; j < vectors; j++) {
#pragma clang loop unroll(full)
        for (size_t i = 0; i < filter_rows * taps; i++) sum[i][j] = 0.0f;
    }
    for (size_t row = 0; row < laid->rows; row++) {
        const float *x = laid->plane + row * filter_rows * laid->width + first;
        const float *dy = laid->dy[row] + left;
#pragma clang loop unroll(disable)
        for (size_t pixel = 0; pixel < laid->pixels;
             pixel++, x += laid->step, dy += laid->dy_step) {
            wide_vector gradient[2];
#pragma clang loop unroll(full)
            for (size_t j = 0; j < vectors; j++) gradient[j] = WIDE_AT(dy + j * WIDE_LANES);
#pragma clang loop unroll(full)
            for (size_t r = 0; r < filter_rows; r++) {
#pragma clang loop unroll(full)
                for (size_t t = 0; t < taps; t++) {
                    const wide_vector xi = x[r * laid->width + t];
#pragma clang loop unroll(full)
                    for (size_t j = 0; j < vectors; j++) sum[r * taps + t][j] += xi * gradient[j];
                }
            }
        }
    }
#pragma clang loop unroll(full)
    for (size_t j = 0; j < vectors; j++) {
#pragma clang loop unroll(full)
        for (size_t i = 0; i < filter_rows * taps; i++)
            WIDE_AT(to[i] + j * WIDE_LANES) += sum[i][j];
    }
}

INLINE void accumulate_tile(float *const to[], const laid_rows *laid, size_t first, size_t left,
    size_t taps, size_t vectors, bool wide) {
#define TAPS_CASE(filter_rows, count)                                                              \
    case (filter_rows - 1) * 16 + count:                                                           \
        if (wide && vectors == 2) {                                                                \
            accumulate_tile_of(to, laid, first, left, filter_rows, count, 2);                      \
        } else if (wide || filter_rows * count <= TAPS) {                                          \
            accumulate_tile_of(to, laid, first, left, filter_rows,                                 \
                wide || filter_rows * count <= TAPS ? count : 1, 1);                               \
        }                                                                                          \
        break;
    switch ((laid->filter_rows - 1) * 16 + taps) {
        TAPS_CASE(1, 12)
        TAPS_CASE(1, 11)
        TAPS_CASE(1, 10)
        TAPS_CASE(1, 9)
        TAPS_CASE(1, 8)
        TAPS_CASE(1, 7)
        TAPS_CASE(1, 6)
        TAPS_CASE(1, 5)
        TAPS_CASE(1, 4)
        TAPS_CASE(1, 3)
        TAPS_CASE(1, 2)
        TAPS_CASE(2, 2)
        TAPS_CASE(2, 3)
        TAPS_CASE(2, 4)
        TAPS_CASE(2, 5)
        TAPS_CASE(3, 3)
    default: TAPS_CASE(1, 1)
    }
#undef TAPS_CASE
}
