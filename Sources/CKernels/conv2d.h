// The ways of a convolution, each in the file of its name. `scratch` has as many floats as the way
// asks for. A convolution's outputs may be a phase of y (convolution.h).
#pragma once

#include "convolution.h"

size_t conv2d_taps_scratch(const convolution *conv);
void conv2d_taps(kernel_pool *pool, float *y, const convolution *conv, filter_layout w,
    const float *bias, float *scratch);

/// For outputs that are dense.
size_t conv2d_runs_scratch(const convolution *conv);
void conv2d_runs(kernel_pool *pool, float *y, const convolution *conv, filter_layout w,
    const float *bias, float *scratch);

/// The whole gradient of the input, for few values of a filter's output.
bool conv2d_spread_can(const kernel_conv2d_shape *shape);
size_t conv2d_spread_scratch(const kernel_conv2d_shape *shape);
void conv2d_spread(kernel_pool *pool, float *dx, const float *dy, const float *w,
    const kernel_conv2d_shape *shape, float *scratch);

/// The filter's gradient.
size_t conv2d_filter_scratch(const kernel_conv2d_shape *shape);
void conv2d_filter(kernel_pool *pool, float *dw, const float *x, const float *dy,
    const kernel_conv2d_shape *shape, float *scratch);
