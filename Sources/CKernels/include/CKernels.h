// The inner loops of a training step.
//
// Tensors are float32, row-major and contiguous; images are NHWC and filters HWIO, as TensorFlow
// has them. Legend of shapes:
//   N batch, H W height and width, C channels (of the input), K channels (of the output),
//   R S a filter's height and width.
// Pointers need no alignment. An output may not overlap an input except where a kernel says that it
// may be the same pointer. A kernel that takes a pool splits its work over it; the result's bits do
// not depend on the number of threads.
#pragma once

#include "kernel_threads.h"

// MARK: Element-wise, n values. `out` may be one of the inputs.

typedef void (*kernel_unary)(float *out, const float *x, size_t n);
void kernel_neg(float *out, const float *x, size_t n);
void kernel_exp(float *out, const float *x, size_t n);
void kernel_log(float *out, const float *x, size_t n);
void kernel_sqrt(float *out, const float *x, size_t n);
void kernel_rsqrt(float *out, const float *x, size_t n);  // 1 / sqrt(x)
void kernel_reciprocal(float *out, const float *x, size_t n);
void kernel_square(float *out, const float *x, size_t n);
void kernel_relu(float *out, const float *x, size_t n);  // NaN stays NaN
void kernel_sigmoid(float *out, const float *x, size_t n);
void kernel_softplus(float *out, const float *x, size_t n);  // log(1 + exp(x)), without overflow
void kernel_tanh(float *out, const float *x, size_t n);

typedef void (*kernel_unary_with)(float *out, const float *x, float parameter, size_t n);
void kernel_scale(float *out, const float *x, float factor, size_t n);  // x * factor
void kernel_leaky_relu(
    float *out, const float *x, float slope, size_t n);  // x > 0 ? x : slope * x; NaN stays NaN

typedef void (*kernel_binary)(float *out, const float *x, const float *y, size_t n);
typedef void (*kernel_binary_with)(
    float *out, const float *x, const float *y, float parameter, size_t n);
void kernel_leaky_relu_grad(
    float *out, const float *dy, const float *x, float slope, size_t n);  // x > 0 ? dy : slope * dy
void kernel_add(float *out, const float *x, const float *y, size_t n);
void kernel_sub(float *out, const float *x, const float *y, size_t n);
void kernel_mul(float *out, const float *x, const float *y, size_t n);
void kernel_div(float *out, const float *x, const float *y, size_t n);
void kernel_squared_difference(float *out, const float *x, const float *y, size_t n);
void kernel_relu_grad(float *out, const float *dy, const float *y, size_t n);  // y > 0 ? dy : 0
void kernel_sigmoid_grad(
    float *out, const float *y, const float *dy, size_t n);                     // dy * y * (1 - y)
void kernel_rsqrt_grad(float *out, const float *y, const float *dy, size_t n);  // dy * -0.5 * y^3
void kernel_tanh_grad(float *out, const float *y, const float *dy, size_t n);   // dy * (1 - y^2)
void kernel_max(float *out, const float *x, const float *y, size_t n);  // the larger; NaN wins
void kernel_min(float *out, const float *x, const float *y, size_t n);

void kernel_fill(float *out, float value, size_t n);

/// out[i, j] = x[i, j % period] style operands come up everywhere (a bias, a batch norm's scale),
/// so rows are repeated here once: out[r, :] = row for r in 0..<rows.
void kernel_repeat_row(float *out, const float *row, size_t rows, size_t columns);

// MARK: Runs of element-wise kernels

enum { KERNEL_BLOCK = 16 };  // images in a block

enum {
    KERNEL_TILE = 1024,     // values of a tile at the most
    KERNEL_REGISTERS = 16,  // tiles that a run can keep on the stack
};

enum { KERNEL_RANK = 16 };  // dimensions of an array that is broadcast, at the most

/// An array that is broadcast to the values of a run: for each of their dimensions, outermost
/// first, its size, and how far the array goes on along it; 0 where the array repeats. Along the
/// innermost that is 0 or 1.
typedef struct {
    const float *memory;
    size_t rank, sizes[KERNEL_RANK], strides[KERNEL_RANK];
} kernel_broadcast;

/// Where a step of a run reads or writes:
///
/// | memory | broadcast | what |
/// |---|---|---|
/// | n values | NULL | value i of the run at memory[i], with a stride of 1 |
/// | a tile | NULL | the same tile again and again, with a stride of 0 |
/// | NULL | NULL | the register of that index |
/// | NULL | an array | what that is for value i; only as an element-wise step's x or y |
typedef struct {
    float *memory;
    size_t stride, index;
    const kernel_broadcast *broadcast;
} kernel_operand;

/// What a run sums: each column of a matrix [n / columns, columns], or of the products of two,
/// divided by `divisor`. Rows are added as a tree, which keeps the rounding error of long columns
/// small. `partials` holds kernel_fused_tasks(…) · columns floats.
typedef struct {
    float *out, *partials;
    size_t columns;
    float divisor;
    /// Of images in blocks (`lanes` is KERNEL_BLOCK, else 1): each channel's lanes are columns,
    /// which are added in the end. From the value `last_block` on, only `last_lanes` of them hold
    /// images.
    size_t lanes, last_block, last_lanes;
} kernel_column_sums;

/// A pool of images of even height, `width` (even) and `channels` (at least 8) by windows of 2 × 2,
/// or its gradient, in a run whose tiles are whole pairs of rows. The images x are the step's first
/// operand; `y` is what they are pooled to, `dy` its gradient.
///
/// | given | what is pooled | its gradient |
/// |---|---|---|
/// | nothing | x | that of x |
/// | scale, shift [channels] | relu(x · scale + shift) | g, that of x · scale + shift |
/// | and factor, center [channels], slope | the same | g · factor + (x - center) · slope |
///
/// The slope is [channels], or, where it varies, of x's shape.
typedef struct {
    float *y;
    const float *dy;
    size_t width, channels;
    const float *scale, *shift;
    const float *factor, *center, *slope;
    bool slope_varies;
} kernel_pooling;

/// What a step does: which of its fields it reads, and what it makes.
typedef enum {
    KERNEL_COPY,               // out = x
    KERNEL_UNARY,              // out = unary(x)
    KERNEL_UNARY_WITH,         // out = unary_with(x, parameter)
    KERNEL_BINARY,             // out = binary(x, y)
    KERNEL_BINARY_WITH,        // out = binary_with(x, y, parameter)
    KERNEL_POOL,               // pooling->y = x, pooled
    KERNEL_POOL_GRADIENT,      // out = the pool's gradient
    KERNEL_SUM,                // sums->out = the sums of x's columns
    KERNEL_SUM_PRODUCTS,       // the same of x · y
    KERNEL_SUM_POOL_GRADIENT,  // the same of the gradient of a pool with scale and shift alone
    KERNEL_SUM_POOL_GRADIENT_PRODUCTS,  // the same of that · x
} kernel_step_kind;

typedef struct {
    kernel_step_kind kind;
    union {
        kernel_unary unary;
        kernel_unary_with unary_with;
        kernel_binary binary;
        kernel_binary_with binary_with;
    } function;
    float parameter;
    const kernel_column_sums *sums;
    const kernel_pooling *pooling;
    kernel_operand out, x, y;
} kernel_step;

/// A row that is repeated to fill a tile before the steps are run, each of its values for so many
/// lanes; `tile` has room for KERNEL_TILE values.
typedef struct {
    const float *row;
    float *tile;
    size_t columns, lanes;
} kernel_row;

/// Runs all steps over n values, `tile` values at a time: a multiple of every row's and every sum's
/// columns, at most KERNEL_TILE if there are rows, sums or results in registers.
void kernel_fused(kernel_pool *pool, const kernel_step *steps, size_t step_count,
    const kernel_row *rows, size_t row_count, size_t tile, size_t n);

/// The tile of a pool that has a run for itself and keeps nothing in registers: as many tiles as
/// still leave some for each thread.
size_t kernel_pool_tile(size_t tile, size_t n);

/// How many tasks a run is cut into.
size_t kernel_fused_tasks(size_t tile, size_t n);

// MARK: Reductions, summed in an order that depends on the shape alone

/// out[j] = sum over i of x[i, j]; x is [rows, columns].
void kernel_sum_rows(kernel_pool *pool, float *out, const float *x, size_t rows, size_t columns);
/// out[j] = sum over i of (x[i, j] - center[j])², for more than one column: the bits that
/// kernel_squared_difference and then kernel_sum_rows make.
void kernel_sum_rows_of_squares(kernel_pool *pool, float *out, const float *x, const float *center,
    size_t rows, size_t columns);
/// out[i] = sum over j of x[i, j], pairwise in blocks, so that the rounding error grows with
/// log columns; x is [rows, columns].
void kernel_sum_columns(kernel_pool *pool, float *out, const float *x, size_t rows, size_t columns);

// MARK: Products

/// c [m, n] = a [m, k] · b [k, n]; with transpose_a, a is stored [k, m]; with transpose_b, b is
/// stored [n, k].
typedef struct {
    size_t m, n, k;
    bool transpose_a, transpose_b;
} kernel_matmul_shape;

typedef enum {
    KERNEL_MATMUL_OUTER,     // k ≤ 1: each row of c is b, scaled
    KERNEL_MATMUL_STREAMED,  // few rows of a, b as it lies: b is read once, in order
    KERNEL_MATMUL_DOTS,      // few rows of a, b transposed: dot products along rows of b
    KERNEL_MATMUL_PACKED,    // by panels of a and packed tiles of b; takes every shape
} kernel_matmul_way;

/// The fastest way for a shape.
kernel_matmul_way kernel_matmul_choose(const kernel_matmul_shape *shape);
/// Floats of scratch memory that it needs on so many threads; if 0, `scratch` may be NULL.
size_t kernel_matmul_scratch(
    const kernel_matmul_shape *shape, kernel_matmul_way way, int threads);
/// `way`: what was chosen for the shape, or KERNEL_MATMUL_PACKED.
void kernel_matmul(kernel_pool *pool, kernel_matmul_way way, float *c, const float *a,
    const float *b, const kernel_matmul_shape *shape, float *scratch);

// MARK: Convolution and pooling

/// y [N, P, Q, K] from x [N, H, W, C] and w [R, S, C, K]; zero padding above and left, and as much
/// below and right as P and Q need.
typedef struct {
    size_t n, h, w, c;  // input
    size_t r, s;        // filter
    size_t p, q, k;     // output
    size_t stride_h, stride_w;
    size_t pad_top, pad_left;
} kernel_conv2d_shape;

typedef enum {
    KERNEL_CONV2D_FORWARD,
    KERNEL_CONV2D_INPUT_GRADIENT,
    KERNEL_CONV2D_FILTER_GRADIENT
} kernel_conv2d_part;

typedef enum {
    KERNEL_CONV2D_TAPS,      // tap by tap, a lane an output channel or an image; takes every shape
    KERNEL_CONV2D_RUNS,      // a lane an input along a filter's row, for few outputs
    KERNEL_CONV2D_WINOGRAD,  // Winograd's minimal filtering, for filters of three columns
    KERNEL_CONV2D_SPREAD,    // a lane a value of a filter's output, for a gradient of few channels
    KERNEL_CONV2D_WINOGRAD_PRODUCTS,  // after Winograd in both directions, for many channels
} kernel_conv2d_way;

/// The fastest way for a part of a convolution of images that lie as they are, or in blocks.
kernel_conv2d_way kernel_conv2d_choose(
    const kernel_conv2d_shape *shape, kernel_conv2d_part part, bool in_blocks);

/// Floats of scratch memory that a part needs on a pool of so many threads.
size_t kernel_conv2d_scratch(
    const kernel_conv2d_shape *shape, kernel_conv2d_part part, kernel_conv2d_way way, int threads);
/// Floats of the filter as a way takes it, if it is packed beforehand: once for as long as it stays
/// the same. 0 if the way takes it as it is.
size_t kernel_conv2d_packed_filter(
    const kernel_conv2d_shape *shape, kernel_conv2d_part part, kernel_conv2d_way way);
void kernel_conv2d_pack_filter(kernel_pool *pool, kernel_conv2d_way way, float *packed,
    const float *w, const kernel_conv2d_shape *shape, kernel_conv2d_part part);
/// `w`: packed, if the way takes it so. `bias`, a number for each channel of what is made, is added to each pixel unless it is NULL.
/// `way`: what was chosen for the part, or KERNEL_CONV2D_TAPS.
void kernel_conv2d(kernel_pool *pool, kernel_conv2d_way way, float *y, const float *x,
    const float *w, const float *bias, const kernel_conv2d_shape *shape, float *scratch);
void kernel_conv2d_input_gradient(kernel_pool *pool, kernel_conv2d_way way, float *dx,
    const float *dy, const float *w, const float *bias, const kernel_conv2d_shape *shape,
    float *scratch);
void kernel_conv2d_filter_gradient(kernel_pool *pool, kernel_conv2d_way way, float *dw,
    const float *x, const float *dy, const kernel_conv2d_shape *shape, float *scratch);

/// Max pooling over R × S windows (c == k). Padding never wins, NaN does. Windows keep the first of
/// equal maxima, in row-major order.
void kernel_max_pool(kernel_pool *pool, float *y, const float *x, const kernel_conv2d_shape *shape);
/// dx: each dy goes to the first place in its window where x equals y, or both are NaN.
void kernel_max_pool_gradient(kernel_pool *pool, float *dx, const float *x, const float *y,
    const float *dy, const kernel_conv2d_shape *shape);

// MARK: Training

/// TensorFlow 1's Adam: m += (g - m)(1 - beta1); v += (g² - v)(1 - beta2); var -= lr m / (sqrt(v) +
/// epsilon), with lr already corrected: lr · sqrt(1 - beta2^t) / (1 - beta1^t). `times` over, with
/// the same gradient.
void kernel_adam(kernel_pool *pool, float *var, float *m, float *v, const float *g, size_t n,
    size_t times, float lr, float beta1, float beta2, float epsilon);

/// What shards' numbers come to: levels[level_count - 1] + (… + (levels[0] + share · last)). The
/// levels are sums of shards before the last one.
typedef struct {
    const float *last;
    float share;
    const float *const *levels;
    size_t level_count;
} kernel_shard_sum;

/// The n sums; `out` may be `last`.
void kernel_sum_shards(kernel_pool *pool, float *out, const kernel_shard_sum *sum, size_t n);
/// kernel_adam of the n values from `first` on, with a gradient that is such a sum, which is not stored.
void kernel_adam_of_shards(kernel_pool *pool, float *var, float *m, float *v,
    const kernel_shard_sum *sum, size_t first, size_t n, size_t times, float lr, float beta1,
    float beta2, float epsilon);

/// aᵀ · b: a is [k, rows] and b [k, columns] of what they are a term of. a may be columns of a wider
/// matrix, whose rows have `a_row` floats; 0 for `rows`.
typedef struct {
    const float *a, *b;
    size_t k, a_row;
} kernel_product;

typedef enum {
    KERNEL_MATMUL_ADAM_STREAMED,  // for small batches: some rows of the gradient at a time
    KERNEL_MATMUL_ADAM_PACKED,    // for large ones: a packed product's tiles
    KERNEL_MATMUL_ADAM_STORED,    // the gradient is stored; takes every shape
} kernel_matmul_adam_way;

/// The fastest way for a gradient [rows, columns] that is a sum of the terms.
kernel_matmul_adam_way kernel_matmul_adam_choose(
    size_t rows, size_t columns, const kernel_product *terms, size_t term_count);
/// Floats of scratch memory that it needs on so many threads; if 0, `scratch` may be NULL.
size_t kernel_matmul_adam_scratch(kernel_matmul_adam_way way, size_t rows, size_t columns,
    const kernel_product *terms, size_t term_count, int threads);
/// kernel_adam, `times` times over, with a gradient [rows, columns] that is the sum of the terms.
/// `way`: what was chosen for the terms, or KERNEL_MATMUL_ADAM_STORED, which takes no wider a.
///
/// Some rows of a weight get the same bits as in an update of the whole weight in the same way; of the
/// packed way that takes kernel_matmul_adam_rows() of them.
void kernel_matmul_adam(kernel_pool *pool, kernel_matmul_adam_way way, float *var, float *m,
    float *v, size_t rows, size_t columns, const kernel_product *terms, size_t term_count,
    size_t times, float lr, float beta1, float beta2, float epsilon, float *scratch);

/// The fewest rows that the way updates.
size_t kernel_matmul_adam_rows(kernel_matmul_adam_way way);

/// Whether every value is finite.
bool kernel_all_finite(const float *x, size_t n);

// MARK: Images in blocks

/// The order of an image's pixels: row by row, or, for images of even height and width, by windows
/// of 2 × 2: first the window's rows, within it its upper left pixel, upper right, lower left,
/// lower right.
typedef enum { KERNEL_ROWS, KERNEL_WINDOWS } kernel_pixel_order;

/// Whether images [n, h, w, c] that are pooled by windows of 2 × 2 are better laid in blocks.
bool kernel_images_suit_blocks(size_t n, size_t c);

/// The same of images in blocks of so many: [⌈N / 16⌉, pixels, C, 16]; the lanes behind the last
/// image hold anything. For strides of 1, and r > pad_top, s > pad_left.
size_t kernel_blocked_conv2d_scratch(
    const kernel_conv2d_shape *shape, kernel_conv2d_part part, kernel_conv2d_way way);
void kernel_blocked_conv2d(kernel_pool *pool, kernel_conv2d_way way, float *y,
    kernel_pixel_order y_order, const float *x, kernel_pixel_order x_order, const float *w,
    const float *bias, const kernel_conv2d_shape *shape, float *scratch);
void kernel_blocked_conv2d_input_gradient(kernel_pool *pool, kernel_conv2d_way way, float *dx,
    kernel_pixel_order x_order, const float *dy, kernel_pixel_order y_order, const float *w,
    const float *bias, const kernel_conv2d_shape *shape, float *scratch);
void kernel_blocked_conv2d_filter_gradient(kernel_pool *pool, float *dw, const float *x,
    kernel_pixel_order x_order, const float *dy, kernel_pixel_order y_order,
    const kernel_conv2d_shape *shape, float *scratch);

/// to [⌈N / 16⌉, size, 16] from from [N, size], and back.
void kernel_block_images(kernel_pool *pool, float *to, const float *from, size_t n, size_t size);
void kernel_unblock_images(kernel_pool *pool, float *to, const float *from, size_t n, size_t size);

#include "kernel_arrays.h"
