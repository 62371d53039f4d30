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

/// Whether winograd takes filters of r × s and so many channels, of the input and of the output.
bool winograd_can(size_t r, size_t s, size_t channels);
/// The whole convolution. `filter` has room for WINOGRAD_TAPS · c · k values, `zeros` are set.
void winograd(kernel_pool *pool, blocked_conv2d job, filter_layout w);

/// Floats that the filter's gradient needs.
size_t blocked_conv2d_filter_scratch(const kernel_conv2d_shape *shape);
