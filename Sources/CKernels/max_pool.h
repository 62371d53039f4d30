// Max pooling of 2 × 2 windows, two rows of images at a time, for loops that have the rows in a
// cache.
#pragma once

#include "include/CKernels.h"

/// y [pairs, w / 2, c] from x [pairs, 2, w, c], w even, c ≥ 8.
void max_pool_tile(float *y, const float *x, size_t pairs, size_t w, size_t c);
/// dx [pairs, 2, w, c] from x, y and dy; see kernel_max_pool_gradient.
void max_pool_gradient_tile(
    float *dx, const float *x, const float *y, const float *dy, size_t pairs, size_t w, size_t c);

/// The same of relu(x · scale + shift), with the relu's gradient. A product is rounded before it is
/// added to, as separate steps do: dx goes to where forward and gradient agree.
void max_pool_scaled_tile(float *y, const float *x, const float *scale, const float *shift,
    size_t pairs, size_t w, size_t c);
void max_pool_scaled_gradient_tile(float *dx, const float *x, const float *y, const float *dy,
    const float *scale, const float *shift, size_t pairs, size_t w, size_t c);
/// That dx times `factor`, and (x - center) · slope added, rounded as separate steps do. A slope
/// that varies begins where x does.
void max_pool_normed_gradient_tile(float *dx, const float *x, const float *y, const float *dy,
    const kernel_pooling *rows, const float *slope, size_t pairs, size_t w, size_t c);

/// sums [c] += the sums of max_pool_scaled_gradient_tile's dx, or, with x, of dx · x. y and dy are
/// [pairs, w / 2, c].
void max_pool_scaled_gradient_sums(float *sums, const float *x, const float *y, const float *dy,
    const float *scale, const float *shift, size_t pairs, size_t w, size_t c);
