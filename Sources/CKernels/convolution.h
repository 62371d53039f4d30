// What the convolution and its two gradients share: geometry, and images laid on planes of zeros.
//
// With padding made explicit every case is the same loop over a plane. In NHWC the taps (s, c) of
// one filter row touch S·C consecutive floats, a `run`, so an output pixel is R dot products of
// that length, for all K outputs at once.
//
// The gradient with respect to the input is made of convolutions, too, one for each of its phases.
// The pixels of dx whose row is a modulo the stride, and whose column is b, take part in the same
// filter taps: every stride_h-th row and stride_w-th column of the filter. So a phase is the
// convolution of dy, by a stride of 1, with these taps, turned by 180°, and with the channels
// exchanged. No zero between dy's pixels is ever multiplied.
#pragma once

#include "filter_layout.h"
#include "include/CKernels.h"
#include "vector.h"

enum {
    OWN = 16384,  // floats that a task has on its stack, which its thread's caches know
};

/// A convolution of images laid on planes of zeros. Filter rows and columns that meet nothing but
/// padding are left out.
typedef struct {
    const float *image;  // [n, h, w, c]
    size_t n, h, w, c;
    ptrdiff_t top, left;  // where its first pixel lies on the plane; what lies outside is cut off
    size_t first_r, first_s, r, s;  // the filter's rows and columns that meet the image
    size_t p, q, k;                 // output
    size_t stride_h, stride_w;
    // Output pixel (i, j) is y's (first_p + i · step_p, first_q + j · step_q), of rows × columns.
    size_t first_p, first_q, step_p, step_q, rows, columns;

    // A band is `band` output rows of an image; a task is some bands, which lie on its plane one
    // after another.
    size_t run;                 // s · c
    size_t band, bands, tasks;  // bands: of all images
    size_t plane_size;          // floats; reads may go LANES behind the plane
    size_t plane_row;           // floats from a row of the plane to the next
    // How far the windows of the next pixel, and of the next row of pixels, lie behind one.
    size_t pixel_step, row_step;
} convolution;

/// Some output rows of an image.
typedef struct {
    size_t n, p, rows;
} band;

/// Along one axis: the pixels of dx that meet the taps a, a + stride, … of a filter.
typedef struct {
    size_t taps;
    size_t first, count;  // of dx's pixels, a stride apart
    ptrdiff_t start;      // where dy begins on the plane
} stride_phase;

stride_phase stride_phase_of(
    size_t a, size_t stride, size_t padding, size_t filter_size, size_t size);

/// The convolution itself.
convolution convolution_forward(const float *x, const kernel_conv2d_shape *shape);
/// The convolution that gives a phase of dx, for a in 0..<stride_h and b in 0..<stride_w; and where
/// its first tap lies in w.
convolution convolution_backward(
    const float *dy, const kernel_conv2d_shape *shape, size_t a, size_t b);
filter_layout convolution_forward_filter(
    const convolution *conv, const float *w, const kernel_conv2d_shape *shape);
filter_layout convolution_backward_filter(
    const convolution *conv, const float *w, const kernel_conv2d_shape *shape, size_t a, size_t b);

/// Whether the outputs are all of y, one pixel after another.
INLINE bool is_dense(const convolution *conv) { return conv->step_p == 1 && conv->step_q == 1; }

/// Whether winograd_rows takes such a convolution.
bool winograd_rows_can(const convolution *conv);
/// Floats of scratch memory that it needs on so many threads.
size_t winograd_rows_scratch(const convolution *conv, int threads);
/// The whole convolution.
void winograd_rows(kernel_pool *pool, float *y, const convolution *conv, filter_layout w,
    const float *bias, float *scratch);

/// Floats of scratch memory that tasks need for `size` each, beyond their stacks.
INLINE size_t tasks_scratch(const convolution *conv, size_t size) {
    return size <= OWN ? 0 : conv->tasks * size;
}

INLINE band band_at(const convolution *conv, size_t index) {
    const size_t bands_an_image = ceil_div(conv->p, conv->band);
    const size_t first = index % bands_an_image * conv->band;
    return (band){index / bands_an_image, first, smaller(conv->band, conv->p - first)};
}

/// Copies floats inline: rows here are short.
INLINE void copy(float *to, const float *from, size_t count) {
    size_t i = 0;
    for (; i + LANES <= count; i += LANES) AT(to + i) = AT(from + i);
    for (; i < count; i++) to[i] = from[i];
}

INLINE void clear(float *to, size_t count) {
    const vector zero = 0.0f;
    size_t i = 0;
    for (; i + LANES <= count; i += LANES) AT(to + i) = zero;
    for (; i < count; i++) to[i] = 0.0f;
}

/// What of an image's row lies on a row of `columns` pixels: `count` pixels behind those that are
/// cut off, behind a margin.
typedef struct {
    size_t cut, margin, count;
} row_part;

INLINE row_part part_of_row(const convolution *conv, size_t columns) {
    const size_t cut = conv->left < 0 ? (size_t)-conv->left : 0;
    const size_t margin = conv->left > 0 ? (size_t)conv->left : 0;
    const size_t count =
        smaller(conv->w - smaller(cut, conv->w), columns - smaller(margin, columns));
    return (row_part){cut, margin, count};
}

/// Lays a row of image n on the plane: row `row` counts from the plane's top.
INLINE void lay_row_of_image(float *to, const convolution *conv, size_t n, size_t row) {
    const ptrdiff_t below = (ptrdiff_t)row - conv->top;
    if (below < 0 || (size_t)below >= conv->h) {
        clear(to, conv->plane_row);
        return;
    }
    const size_t columns = conv->plane_row / conv->c;
    const float *from = conv->image + (n * conv->h + (size_t)below) * conv->w * conv->c;
    const row_part laid = part_of_row(conv, columns);
    const size_t end = laid.margin + laid.count;
    clear(to, laid.margin * conv->c);
    copy(to + laid.margin * conv->c, from + laid.cut * conv->c, laid.count * conv->c);
    clear(to + end * conv->c, (columns - end) * conv->c);
}

/// Lays the part of the image that a band needs on the plane.
INLINE void lay_plane(float *plane, const convolution *conv, band b) {
    const size_t rows = (b.rows - 1) * conv->stride_h + conv->r;
    for (size_t i = 0; i < rows; i++, plane += conv->plane_row)
        lay_row_of_image(plane, conv, b.n, b.p * conv->stride_h + i);
}
