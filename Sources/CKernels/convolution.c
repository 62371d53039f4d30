// The geometry of convolutions: which taps meet the image, and how the work is cut.
#include "convolution.h"

enum {
    MAXIMUM_TASKS = 64,
    TASK = 131072,  // multiplications a task does, about
    BAND = 1024,    // output pixels in a band, about
    LANE = 16,      // outputs are made so many at a time
};

/// The taps 0..<size of a filter along one axis whose `count` positions, `stride` apart, meet an
/// image of `length` pixels that begins at `start`. Returns their number.
static size_t meeting_taps(
    size_t *first, size_t size, size_t count, size_t stride, ptrdiff_t start, size_t length) {
    *first = 0;
    if (size == 0 || count == 0 || length == 0) return 0;
    const ptrdiff_t lowest = start - (ptrdiff_t)((count - 1) * stride);
    const ptrdiff_t highest = start + (ptrdiff_t)(length - 1);
    if (lowest > 0) *first = (size_t)lowest;
    if (highest < 0 || *first >= size || (size_t)highest < *first) return 0;
    return smaller(size - 1, (size_t)highest) + 1 - *first;
}

/// The most rows of a band whose plane a task's stack holds; at least one.
static size_t rows_on_stack(const convolution *conv) {
    const size_t rows = (OWN - LANES) / conv->plane_row;
    return rows < conv->r ? 1 : (rows - conv->r) / conv->stride_h + 1;
}

/// Completes a convolution whose image, filter and output are set.
static void cut(convolution *conv, size_t filter_rows, size_t filter_columns) {
    conv->r =
        meeting_taps(&conv->first_r, filter_rows, conv->p, conv->stride_h, conv->top, conv->h);
    conv->s =
        meeting_taps(&conv->first_s, filter_columns, conv->q, conv->stride_w, conv->left, conv->w);
    if (conv->r == 0 || conv->s == 0 || conv->c == 0) conv->r = conv->s = 0;
    conv->top -= (ptrdiff_t)conv->first_r;
    conv->left -= (ptrdiff_t)conv->first_s;
    conv->run = conv->s * conv->c;
    if (conv->r == 0 || conv->n == 0 || conv->k == 0) return;

    conv->plane_row = ((conv->q - 1) * conv->stride_w + conv->s) * conv->c;
    conv->pixel_step = conv->stride_w * conv->c;
    conv->row_step = conv->stride_h * conv->plane_row;
    const size_t most = smaller(larger(1, BAND / conv->q), rows_on_stack(conv));
    // Bands of even sizes.
    conv->band = ceil_div(conv->p, ceil_div(conv->p, most));
    conv->bands = conv->n * ceil_div(conv->p, conv->band);
    conv->plane_size = ((conv->band - 1) * conv->stride_h + conv->r) * conv->plane_row + LANES;
    const size_t outputs = ceil_div(conv->k, LANE) * LANE;
    const size_t work = conv->n * conv->p * conv->q * conv->r * conv->run * outputs;
    conv->tasks = larger(1, smaller(smaller(conv->bands, MAXIMUM_TASKS), work / TASK));
}

convolution convolution_forward(const float *x, const kernel_conv2d_shape *shape) {
    convolution conv = {
        .image = x,
        .n = shape->n,
        .h = shape->h,
        .w = shape->w,
        .c = shape->c,
        .top = (ptrdiff_t)shape->pad_top,
        .left = (ptrdiff_t)shape->pad_left,
        .p = shape->p,
        .q = shape->q,
        .k = shape->k,
        .stride_h = shape->stride_h,
        .stride_w = shape->stride_w,
        .step_p = 1,
        .step_q = 1,
        .rows = shape->p,
        .columns = shape->q,
    };
    cut(&conv, shape->r, shape->s);
    return conv;
}

stride_phase stride_phase_of(
    size_t a, size_t stride, size_t padding, size_t filter_size, size_t size) {
    const size_t taps = a < filter_size ? ceil_div(filter_size - a, stride) : 0;
    const size_t first = (a + stride - padding % stride) % stride;
    // The pixel of dy that tap a brings to the first pixel of dx.
    const size_t from = (first + padding - a) / stride;
    const size_t count = size > first ? ceil_div(size - first, stride) : 0;
    return (stride_phase){taps, first, count, (ptrdiff_t)taps - 1 - (ptrdiff_t)from};
}

convolution convolution_backward(
    const float *dy, const kernel_conv2d_shape *shape, size_t a, size_t b) {
    const stride_phase rows =
        stride_phase_of(a, shape->stride_h, shape->pad_top, shape->r, shape->h);
    const stride_phase columns =
        stride_phase_of(b, shape->stride_w, shape->pad_left, shape->s, shape->w);
    convolution conv = {
        .image = dy,
        .n = shape->n,
        .h = shape->p,
        .w = shape->q,
        .c = shape->k,
        .top = rows.start,
        .left = columns.start,
        .p = rows.count,
        .q = columns.count,
        .k = shape->c,
        .stride_h = 1,
        .stride_w = 1,
        .first_p = rows.first,
        .first_q = columns.first,
        .step_p = shape->stride_h,
        .step_q = shape->stride_w,
        .rows = shape->h,
        .columns = shape->w,
    };
    cut(&conv, rows.taps, columns.taps);
    return conv;
}

filter_layout convolution_forward_filter(
    const convolution *conv, const float *w, const kernel_conv2d_shape *shape) {
    const ptrdiff_t k = (ptrdiff_t)shape->k, c = (ptrdiff_t)shape->c, s = (ptrdiff_t)shape->s;
    const size_t tap = conv->first_r * shape->s + conv->first_s;
    return (filter_layout){
        w + tap * shape->c * shape->k, .r = s * c * k, .s = c * k, .c = k, .k = 1};
}

filter_layout convolution_backward_filter(
    const convolution *conv, const float *w, const kernel_conv2d_shape *shape, size_t a, size_t b) {
    const ptrdiff_t k = (ptrdiff_t)shape->k, c = (ptrdiff_t)shape->c, s = (ptrdiff_t)shape->s;
    const ptrdiff_t step_r = (ptrdiff_t)shape->stride_h, step_s = (ptrdiff_t)shape->stride_w;
    if (conv->tasks == 0) return (filter_layout){0};
    // The last of the phase's taps comes first.
    const size_t last_r = (shape->r - 1 - a) / shape->stride_h - conv->first_r;
    const size_t last_s = (shape->s - 1 - b) / shape->stride_w - conv->first_s;
    const size_t tap = (a + last_r * shape->stride_h) * shape->s + b + last_s * shape->stride_w;
    return (filter_layout){w + tap * shape->c * shape->k, .r = -step_r * s * c * k,
        .s = -step_s * c * k, .c = 1, .k = k};
}
