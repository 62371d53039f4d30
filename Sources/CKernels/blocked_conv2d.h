// What the ways to convolve images in blocks share.
#pragma once

#include "blocked.h"
#include "filter_layout.h"

enum { WINOGRAD_TAPS = 16 };  // of a transformed filter

/// A convolution: of images, or of gradients.
typedef struct {
    float *y;
    const float *x, *bias;
    kernel_pixel_order x_order, y_order;
    size_t n, h, w, c, r, s, p, q, k;
    ptrdiff_t top, left;  // padding
    float *filter;        // [tiles][r, s, c, outputs of the tile], or as winograd.c has it
    float *zeros;         // [c, BLOCK]
    size_t tiles, bands;
} blocked_conv2d;

/// Whether winograd may be called, and is worth it.
bool winograd_is_faster(const blocked_conv2d *job);
/// The whole convolution. `filter` has room for WINOGRAD_TAPS · c · k values, `zeros` are set.
void winograd(kernel_pool *pool, blocked_conv2d job, filter_layout w);
