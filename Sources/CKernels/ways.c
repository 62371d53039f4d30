// Which way a product or a convolution goes. Whoever makes a plan asks once; the shape decides, and
// whether the machine has wide vectors.
#include "blocked_conv2d.h"
#include "conv2d.h"
#include "matmul.h"
#include "matmul_adam.h"
#include "winograd_products.h"

enum {
    FEW_ROWS = 24,             // of a product's a: then b is what takes the time, and is read once
    UNPACKED_ROWS = 64,        // of all terms of a gradient: beyond, it pays to pack them,
    MOST_UNPACKED_ROWS = 256,  // or beyond these, where a weight and its moments
    MOST_CACHED_VALUES = 699050,  // take more than 8 MB: they are read best as they lie
    FEW_OUTPUTS = 4,              // of a convolution, which leave most of a vector's lanes idle
    LEAST_IMAGES = 32,            // two blocks
    PRODUCTS_A_POINT = 8,         // which evaluating a filter's value at a point takes
    PRODUCTS_CHANNELS = 32,       // from which on both directions are worth transforming
    WINOGRAD_CHANNELS = 6,        // from which on the transforms are worth their time
};

// MARK: Products

kernel_matmul_way kernel_matmul_choose(const kernel_matmul_shape *shape) {
    const product of = matmul_product(NULL, NULL, NULL, shape);
    if (of.k <= 1) return KERNEL_MATMUL_OUTER;
    if (of.m > FEW_ROWS) return KERNEL_MATMUL_PACKED;
    return of.b_column == 1 ? KERNEL_MATMUL_STREAMED : KERNEL_MATMUL_DOTS;
}

kernel_matmul_adam_way kernel_matmul_adam_choose(
    size_t rows, size_t columns, const kernel_product *terms, size_t term_count) {
    size_t depth = 0;
    for (size_t t = 0; t < term_count; t++) depth += terms[t].k;
    const size_t most = rows * columns > MOST_CACHED_VALUES ? MOST_UNPACKED_ROWS : UNPACKED_ROWS;
    if (depth <= most) return KERNEL_MATMUL_ADAM_STREAMED;
    return has_wide_vectors() && rows >= PACKED_ROWS ? KERNEL_MATMUL_ADAM_PACKED
                                                     : KERNEL_MATMUL_ADAM_STORED;
}

// MARK: Convolutions

bool kernel_images_suit_blocks(size_t n, size_t c) {
    // A window of 2 × 2 pixels of a block is a tile's, at most; more channels fill vectors
    // themselves.
    return n >= LEAST_IMAGES && c <= KERNEL_TILE / (4 * KERNEL_BLOCK);
}

static kernel_conv2d_way way_in_rows(const convolution *conv) {
    // By the multiplications of whole vectors, and of half ones in the plain way.
    const size_t winograd = ceil_div(conv->k, WIDE_LANES) * WIDE_LANES * 2;
    const size_t taps = ceil_div(conv->k, LANES) * LANES * 3;
    if (has_wide_vectors() && winograd < taps && winograd_rows_can(conv))
        return KERNEL_CONV2D_WINOGRAD;
    return conv->k <= FEW_OUTPUTS && conv->run >= LANES ? KERNEL_CONV2D_RUNS : KERNEL_CONV2D_TAPS;
}

static kernel_conv2d_way way_in_blocks(const kernel_conv2d_shape *shape) {
    const bool winograd = has_wide_vectors() && smaller(shape->c, shape->k) >= WINOGRAD_CHANNELS
        && winograd_can(shape->r, shape->s, larger(shape->c, shape->k));
    return winograd ? KERNEL_CONV2D_WINOGRAD : KERNEL_CONV2D_TAPS;
}

/// Whether so many products are saved that it pays to transform images, and to evaluate the filter
/// at all points first: as long as so many products for each of its values there.
static bool winograd_products_pay(const kernel_conv2d_shape *shape, kernel_conv2d_part part) {
    winograd_shape of;
    if (!winograd_shape_of(&of, shape, part)) return false;
    const double points = (double)winograd_filter_values(&of);
    const double products = (double)(shape->n * shape->p * shape->q * shape->r * shape->s);
    const double share = winograd_share(&of) + PRODUCTS_A_POINT * points / products;
    if (part == KERNEL_CONV2D_FILTER_GRADIENT) return share <= 0.7;
    // Rows alone are transformed in less time.
    const bool in_rows = has_wide_vectors() && shape->s == 3 && shape->stride_h == 1
        && shape->stride_w == 1 && larger(shape->c, shape->k) < PRODUCTS_CHANNELS;
    return share <= 0.8 && !in_rows;
}

kernel_conv2d_way kernel_conv2d_choose(
    const kernel_conv2d_shape *shape, kernel_conv2d_part part, bool in_blocks) {
    if (in_blocks)
        return part == KERNEL_CONV2D_FILTER_GRADIENT ? KERNEL_CONV2D_TAPS : way_in_blocks(shape);
    if (winograd_products_pay(shape, part)) return KERNEL_CONV2D_WINOGRAD_PRODUCTS;
    if (part == KERNEL_CONV2D_FILTER_GRADIENT) return KERNEL_CONV2D_TAPS;
    if (part == KERNEL_CONV2D_FORWARD) {
        const convolution conv = convolution_forward(NULL, shape);
        return way_in_rows(&conv);
    }
    if (shape->stride_h * shape->stride_w > 1)
        return shape->c <= FEW_OUTPUTS && conv2d_spread_can(shape) ? KERNEL_CONV2D_SPREAD
                                                                   : KERNEL_CONV2D_TAPS;
    const convolution conv = convolution_backward(NULL, shape, 0, 0);
    return way_in_rows(&conv);
}
