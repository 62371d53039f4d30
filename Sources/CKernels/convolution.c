// The geometry of convolutions: which taps meet the image, and how the work is cut.
#include "convolution.h"

enum {
    MAXIMUM_TASKS = 64,
    TASK = 131072,  // multiplications a task does, about
    BAND = 1024,    // output pixels in a band, about
};

/// The taps 0..<size of a filter along one axis whose `count` positions, `stride` apart, meet an
/// image of `length` pixels, `step` apart, that begins at `start`. Returns their number.
static size_t meeting_taps(size_t *first, size_t size, size_t count, size_t stride, ptrdiff_t start,
    size_t length, size_t step) {
    *first = 0;
    if (size == 0 || count == 0 || length == 0) return 0;
    const ptrdiff_t lowest = start - (ptrdiff_t)((count - 1) * stride);
    const ptrdiff_t highest = start + (ptrdiff_t)((length - 1) * step);
    if (lowest > 0) *first = (size_t)lowest;
    if (highest < 0 || *first >= size || (size_t)highest < *first) return 0;
    return smaller(size - 1, (size_t)highest) + 1 - *first;
}

/// Completes a convolution whose image, filter and output are set.
static void cut(convolution *conv, size_t filter_rows, size_t filter_columns) {
    conv->r = meeting_taps(
        &conv->first_r, filter_rows, conv->p, conv->stride_h, conv->top, conv->h, conv->step_h);
    conv->s = meeting_taps(
        &conv->first_s, filter_columns, conv->q, conv->stride_w, conv->left, conv->w, conv->step_w);
    if (conv->r == 0 || conv->s == 0 || conv->c == 0) conv->r = conv->s = 0;
    conv->top -= (ptrdiff_t)conv->first_r;
    conv->left -= (ptrdiff_t)conv->first_s;
    conv->run = conv->s * conv->c;
    conv->blocks = ceil_div(conv->k, OUTPUTS);
    if (conv->r == 0 || conv->n == 0 || conv->k == 0) return;

    conv->band = smaller(conv->p, larger(1, BAND / conv->q));
    conv->bands = conv->n * ceil_div(conv->p, conv->band);
    const size_t work = conv->n * conv->p * conv->q * conv->r * conv->run * conv->blocks * OUTPUTS;
    conv->tasks = larger(1, smaller(smaller(conv->bands, MAXIMUM_TASKS), work / TASK));
    conv->plane_width = ((conv->q - 1) * conv->stride_w + conv->s) * conv->c;
    conv->plane_size = ((conv->band - 1) * conv->stride_h + conv->r) * conv->plane_width + LANES;
}

convolution convolution_forward(const float *x, const kernel_conv2d_shape *shape) {
    convolution conv = {
        .image = x,
        .n = shape->n,
        .h = shape->h,
        .w = shape->w,
        .c = shape->c,
        .step_h = 1,
        .step_w = 1,
        .top = (ptrdiff_t)shape->pad_top,
        .left = (ptrdiff_t)shape->pad_left,
        .p = shape->p,
        .q = shape->q,
        .k = shape->k,
        .stride_h = shape->stride_h,
        .stride_w = shape->stride_w,
    };
    cut(&conv, shape->r, shape->s);
    return conv;
}

convolution convolution_backward(const float *dy, const kernel_conv2d_shape *shape) {
    convolution conv = {
        .image = dy,
        .n = shape->n,
        .h = shape->p,
        .w = shape->q,
        .c = shape->k,
        .step_h = shape->stride_h,
        .step_w = shape->stride_w,
        .top = (ptrdiff_t)shape->r - 1 - (ptrdiff_t)shape->pad_top,
        .left = (ptrdiff_t)shape->s - 1 - (ptrdiff_t)shape->pad_left,
        .p = shape->h,
        .q = shape->w,
        .k = shape->c,
        .stride_h = 1,
        .stride_w = 1,
    };
    cut(&conv, shape->r, shape->s);
    return conv;
}
