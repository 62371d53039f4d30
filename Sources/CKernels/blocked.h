// Images in blocks of sixteen: [⌈N / 16⌉, pixels, C, 16], one lane an image.
//
// With few channels no vector along a pixel is full, but along the batch every one is, whatever the
// channels are; a convolution is then nothing but broadcast weights times whole vectors. Pixels lie
// row by row, or, where they are pooled by windows of 2 × 2, window by window, so that a window is
// one run of memory. The lanes behind the batch's end hold anything; no sum takes them.
#pragma once

#include "include/CKernels.h"
#include "vector.h"

enum { BLOCK = KERNEL_BLOCK };

/// Where a pixel's channels lie in an image of a given width: the number of pixels before it.
INLINE size_t pixel_row(kernel_pixel_order order, size_t width, size_t row) {
    return order == KERNEL_WINDOWS ? (row & ~(size_t)1) * width + (row & 1) * 2 : row * width;
}

INLINE size_t pixel_column(kernel_pixel_order order, size_t column) {
    return order == KERNEL_WINDOWS ? column + (column & ~(size_t)1) : column;
}

/// How many of a block's lanes are images.
INLINE size_t block_lanes(size_t n, size_t block) { return smaller(BLOCK, n - block * BLOCK); }
