// What the convolution and its two gradients share: geometry, and images laid on planes of zeros.
//
// With padding made explicit every case is the same loop over a plane. In NHWC the taps (s, c) of
// one filter row touch S·C consecutive floats, a `run`, so an output pixel is R dot products of
// that length, for all K outputs at once. The gradient with respect to the input is a convolution,
// too: of the output's gradient, its pixels spread out by the stride, with the filter turned by
// 180° and its channels exchanged.
#pragma once

#include "filter_layout.h"
#include "include/CKernels.h"
#include "vector.h"

enum {
    OUTPUTS = 2 * LANES,  // filters are padded to a multiple of so many output channels
    OWN = 16384,          // floats that a task has on its stack, which its thread's caches know
};

/// A convolution of images laid on planes of zeros. Filter rows and columns that meet nothing but
/// padding are left out.
typedef struct {
    const float *image;  // [n, h, w, c]
    size_t n, h, w, c;
    // From one of its pixels to the next on the plane: 1, or a gradient's stride.
    size_t step_h, step_w;
    // Where its first pixel lies on the plane; what lies outside is cut off.
    ptrdiff_t top, left;
    size_t first_r, first_s, r, s;  // the filter's rows and columns that meet the image
    size_t p, q, k;                 // output
    size_t stride_h, stride_w;

    // A band is `band` output rows of an image; a task is some bands, which lie on its plane one
    // after another.
    size_t run, blocks;              // s · c; ⌈k / OUTPUTS⌉
    size_t band, bands, tasks;       // bands: of all images
    size_t plane_width, plane_size;  // floats; reads may go LANES behind the plane
} convolution;

/// Some output rows of an image.
typedef struct {
    size_t n, p, rows;
} band;

/// The convolution itself.
convolution convolution_forward(const float *x, const kernel_conv2d_shape *shape);
/// The convolution that gives dx.
convolution convolution_backward(const float *dy, const kernel_conv2d_shape *shape);

/// Whether winograd_rows takes such a convolution.
bool winograd_rows_can(const convolution *conv);
/// Floats of scratch memory that it needs.
size_t winograd_rows_scratch(const convolution *conv);
/// The whole convolution.
void winograd_rows(kernel_pool *pool, float *y, const convolution *conv, filter_layout w,
    const float *bias, float *scratch);

/// Floats that the filter's gradient needs.
size_t convolution_filter_scratch(const convolution *conv);

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

/// Lays the part of the image that a band needs on the plane.
INLINE void lay_plane(float *plane, const convolution *conv, band b) {
    const size_t columns = (conv->q - 1) * conv->stride_w + conv->s;
    const size_t rows = (b.rows - 1) * conv->stride_h + conv->r;
    for (size_t i = 0; i < rows; i++, plane += conv->plane_width) {
        const ptrdiff_t below = (ptrdiff_t)(b.p * conv->stride_h + i) - conv->top;
        if (below < 0 || (size_t)below % conv->step_h != 0
            || (size_t)below / conv->step_h >= conv->h) {
            clear(plane, conv->plane_width);
            continue;
        }
        const float *row =
            conv->image + (b.n * conv->h + (size_t)below / conv->step_h) * conv->w * conv->c;
        if (conv->step_w == 1) {
            const row_part laid = part_of_row(conv, columns);
            const size_t end = laid.margin + laid.count;
            clear(plane, laid.margin * conv->c);
            copy(plane + laid.margin * conv->c, row + laid.cut * conv->c, laid.count * conv->c);
            clear(plane + end * conv->c, (columns - end) * conv->c);
        } else {
            clear(plane, conv->plane_width);
            for (size_t j = 0; j < conv->w; j++) {
                const ptrdiff_t column = conv->left + (ptrdiff_t)(j * conv->step_w);
                if (column < 0) continue;
                if ((size_t)column >= columns) break;
                copy(plane + (size_t)column * conv->c, row + j * conv->c, conv->c);
            }
        }
    }
}
