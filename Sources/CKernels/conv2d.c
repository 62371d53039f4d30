// The convolution and its gradients, in the way that is asked for.
#include "conv2d.h"

static size_t scratch_of(const convolution *conv, kernel_conv2d_way way, int threads) {
    switch (way) {
    case KERNEL_CONV2D_RUNS: return conv2d_runs_scratch(conv, threads);
    case KERNEL_CONV2D_WINOGRAD: return winograd_rows_scratch(conv, threads);
    default: return conv2d_taps_scratch(conv, threads);
    }
}

static void convolve(kernel_pool *pool, kernel_conv2d_way way, float *y, const convolution *conv,
    filter_layout w, const float *bias, float *scratch) {
    switch (way) {
    case KERNEL_CONV2D_RUNS: conv2d_runs(pool, y, conv, w, bias, scratch); break;
    case KERNEL_CONV2D_WINOGRAD: winograd_rows(pool, y, conv, w, bias, scratch); break;
    default: conv2d_taps(pool, y, conv, w, bias, scratch);
    }
}

size_t kernel_conv2d_scratch(
    const kernel_conv2d_shape *shape, kernel_conv2d_part part, kernel_conv2d_way way, int threads) {
    if (way == KERNEL_CONV2D_WINOGRAD_PRODUCTS)
        return part == KERNEL_CONV2D_FILTER_GRADIENT
            ? winograd_filter_scratch(shape, threads)
            : winograd_products_scratch(shape, part, threads);
    if (part == KERNEL_CONV2D_FILTER_GRADIENT) return conv2d_filter_scratch(shape);
    if (way == KERNEL_CONV2D_SPREAD) return conv2d_spread_scratch(shape);
    if (part == KERNEL_CONV2D_FORWARD) {
        const convolution conv = convolution_forward(NULL, shape);
        return scratch_of(&conv, way, threads);
    }
    size_t most = 0;
    for (size_t a = 0; a < shape->stride_h; a++) {
        for (size_t b = 0; b < shape->stride_w; b++) {
            const convolution conv = convolution_backward(NULL, shape, a, b);
            most = larger(most, scratch_of(&conv, way, threads));
        }
    }
    return most;
}

/// Pixels that no tap meets.
static void fill_pixels(float *y, const float *bias, size_t pixels, size_t channels) {
    kernel_fill(y, 0.0f, pixels * channels);
    if (bias != NULL) kernel_repeat_row(y, bias, pixels, channels);
}

size_t kernel_conv2d_packed_filter(
    const kernel_conv2d_shape *shape, kernel_conv2d_part part, kernel_conv2d_way way) {
    return way == KERNEL_CONV2D_WINOGRAD_PRODUCTS && part != KERNEL_CONV2D_FILTER_GRADIENT
        ? winograd_products_packed(shape, part)
        : 0;
}

void kernel_conv2d_pack_filter(kernel_pool *pool, kernel_conv2d_way way, float *packed,
    const float *w, const kernel_conv2d_shape *shape, kernel_conv2d_part part) {
    if (kernel_conv2d_packed_filter(shape, part, way) > 0)
        winograd_products_pack(pool, packed, w, shape, part);
}

void kernel_conv2d(kernel_pool *pool, kernel_conv2d_way way, float *y, const float *x,
    const float *w, const float *bias, const kernel_conv2d_shape *shape, float *scratch) {
    if (way == KERNEL_CONV2D_WINOGRAD_PRODUCTS) {
        winograd_products(pool, y, x, w, bias, shape, KERNEL_CONV2D_FORWARD, scratch);
        return;
    }
    const convolution conv = convolution_forward(x, shape);
    if (conv.tasks > 0) {
        const filter_layout filter = convolution_forward_filter(&conv, w, shape);
        convolve(pool, way, y, &conv, filter, bias, scratch);
        return;
    }
    // No filter tap meets an image, or there is no output.
    fill_pixels(y, bias, conv.n * conv.p * conv.q, conv.k);
}

/// Whether there is a phase of dx whose pixels no tap meets.
static bool leaves_pixels(const kernel_conv2d_shape *shape) {
    for (size_t a = 0; a < shape->stride_h; a++) {
        for (size_t b = 0; b < shape->stride_w; b++) {
            const convolution conv = convolution_backward(NULL, shape, a, b);
            if (conv.tasks == 0 && conv.p * conv.q > 0) return true;
        }
    }
    return false;
}

void kernel_conv2d_input_gradient(kernel_pool *pool, kernel_conv2d_way way, float *dx,
    const float *dy, const float *w, const float *bias, const kernel_conv2d_shape *shape,
    float *scratch) {
    if (way == KERNEL_CONV2D_SPREAD) {
        conv2d_spread(pool, dx, dy, w, bias, shape, scratch);
        return;
    }
    if (way == KERNEL_CONV2D_WINOGRAD_PRODUCTS) {
        winograd_products(pool, dx, dy, w, bias, shape, KERNEL_CONV2D_INPUT_GRADIENT, scratch);
        return;
    }
    if (leaves_pixels(shape)) fill_pixels(dx, bias, shape->n * shape->h * shape->w, shape->c);
    for (size_t a = 0; a < shape->stride_h; a++) {
        for (size_t b = 0; b < shape->stride_w; b++) {
            const convolution conv = convolution_backward(dy, shape, a, b);
            if (conv.tasks == 0) continue;
            const filter_layout filter = convolution_backward_filter(&conv, w, shape, a, b);
            convolve(pool, way, dx, &conv, filter, bias, scratch);
        }
    }
}

void kernel_conv2d_filter_gradient(kernel_pool *pool, kernel_conv2d_way way, float *dw,
    const float *x, const float *dy, const kernel_conv2d_shape *shape, float *scratch) {
    if (way == KERNEL_CONV2D_WINOGRAD_PRODUCTS) {
        winograd_filter(pool, dw, x, dy, shape, scratch);
    } else {
        conv2d_filter(pool, dw, x, dy, shape, scratch);
    }
}
