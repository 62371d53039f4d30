// The ways of a convolution, each in the file of its name. `scratch` has as many floats as the way
// asks for. A convolution's outputs may be a phase of y (convolution.h).
#pragma once

#include "convolution.h"

size_t conv2d_taps_scratch(const convolution *conv, int threads);
void conv2d_taps(kernel_pool *pool, float *y, const convolution *conv, filter_layout w,
    const float *bias, float *scratch);

/// For outputs that are dense.
size_t conv2d_runs_scratch(const convolution *conv, int threads);
void conv2d_runs(kernel_pool *pool, float *y, const convolution *conv, filter_layout w,
    const float *bias, float *scratch);

/// The whole gradient of the input, for few values of a filter's output.
bool conv2d_spread_can(const kernel_conv2d_shape *shape);
size_t conv2d_spread_scratch(const kernel_conv2d_shape *shape);
void conv2d_spread(kernel_pool *pool, float *dx, const float *dy, const float *w, const float *bias,
    const kernel_conv2d_shape *shape, float *scratch);

/// The filter's gradient.
size_t conv2d_filter_scratch(const kernel_conv2d_shape *shape);
void conv2d_filter(kernel_pool *pool, float *dw, const float *x, const float *dy,
    const kernel_conv2d_shape *shape, float *scratch);
/// dw += each of so many partial gradients of `size` values, in their order.
void conv2d_filter_add(
    kernel_pool *pool, float *dw, const float *partials, size_t count, size_t size);

/// A convolution or its input's gradient, `x` being what is convolved; and the filter's gradient.
size_t winograd_products_scratch(
    const kernel_conv2d_shape *shape, kernel_conv2d_part part, int threads);
size_t winograd_products_packed(const kernel_conv2d_shape *shape, kernel_conv2d_part part);
void winograd_products_pack(kernel_pool *pool, float *packed, const float *w,
    const kernel_conv2d_shape *shape, kernel_conv2d_part part);
void winograd_products(kernel_pool *pool, float *y, const float *x, const float *packed,
    const float *bias, const kernel_conv2d_shape *shape, kernel_conv2d_part part, float *scratch);
size_t winograd_filter_scratch(const kernel_conv2d_shape *shape, int threads);
void winograd_filter(kernel_pool *pool, float *dw, const float *x, const float *dy,
    const kernel_conv2d_shape *shape, float *scratch);
