// A tile of a convolution: some output pixels times some outputs, which stay in registers while the
// filter's taps pass. A tap is a load of its weights, and for each pixel one broadcast and a
// multiply-add a vector.
//
// Wide vectors are a register of AVX-512, where a tile is up to 12 pixels × 2 vectors; or two of
// AVX2, where it is up to 6 pixels × 1: 24 of 32 registers, or 12 of 16.
#pragma once

#include "vector.h"

enum {
    PIXELS = 6,
    WIDE_PIXELS = 12,
};

/// What a tile's pixels are sums over: r rows of `run` consecutive floats, `row` apart.
typedef struct {
    size_t r, run, row;
} window;

/// y[i] = outputs of pixel i, from the window at x[i], and the bias if there is one. The filter is
/// [r, run, vectors · 16]. `rows` and `vectors` are constants where this is inlined.
INLINE void convolve_tile_of(float *const y[], const float *const x[], const float *filter,
    const float *bias, window w, size_t rows, size_t vectors) {
    wide_vector sum[WIDE_PIXELS][2];
#pragma clang loop unroll(full)
    for (size_t j = 0; j < vectors; j++) {
#pragma clang loop unroll(full)
        for (size_t i = 0; i < rows; i++) sum[i][j] = 0.0f;
    }
    for (size_t r = 0; r < w.r; r++) {
        size_t t = r * w.row;
        const size_t end = t + w.run;
        // Without this the compiler makes pointers of all pixels anew for each row.
        __asm__("" : "+r"(t));
#pragma clang loop unroll(disable)
        for (; t < end; t++, filter += vectors * WIDE_LANES) {
            wide_vector weights[2];
#pragma clang loop unroll(full)
            for (size_t j = 0; j < vectors; j++) weights[j] = WIDE_AT(filter + j * WIDE_LANES);
#pragma clang loop unroll(full)
            for (size_t i = 0; i < rows; i++) {
                const wide_vector xi = x[i][t];
#pragma clang loop unroll(full)
                for (size_t j = 0; j < vectors; j++) sum[i][j] += xi * weights[j];
            }
        }
    }
    wide_vector added[2];
#pragma clang loop unroll(full)
    for (size_t j = 0; j < vectors; j++) {
        added[j] = 0.0f;
        if (bias != NULL) added[j] = WIDE_AT(bias + j * WIDE_LANES);
    }
    // Pixel by pixel: what is too much of one may be overwritten by the next.
#pragma clang loop unroll(full)
    for (size_t i = 0; i < rows; i++) {
#pragma clang loop unroll(full)
        for (size_t j = 0; j < vectors; j++) WIDE_AT(y[i] + j * WIDE_LANES) = sum[i][j] + added[j];
    }
}

/// The same of so many pixels, 1...12 if wide, else 1...6, and vectors, 1 or, if wide, 2.
INLINE void convolve_tile(float *const y[], const float *const x[], const float *filter,
    const float *bias, window w, size_t rows, size_t vectors, bool wide) {
#define ROWS_CASE(count)                                                                           \
    case count:                                                                                    \
        if (wide && vectors == 2) {                                                                \
            convolve_tile_of(y, x, filter, bias, w, count, 2);                                     \
        } else if (wide || count <= PIXELS) {                                                      \
            convolve_tile_of(y, x, filter, bias, w, smaller(count, wide ? count : PIXELS), 1);     \
        }                                                                                          \
        break;
    switch (rows) { CASES_OF_12(ROWS_CASE) }
#undef ROWS_CASE
}
