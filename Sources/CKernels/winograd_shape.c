// The tiles and pieces of a convolution after Winograd.
#include "winograd_products.h"

/// Cuts the outputs of an axis into tiles, for pieces of at most so many taps.
static void cut_axis(winograd_axis *axis, size_t taps) {
    axis->tile = smaller(POINTS + 1 - taps, axis->count);
    axis->tiles = ceil_div(axis->count, axis->tile);
    axis->last = axis->count - (axis->tiles - 1) * axis->tile;
}

static size_t longest_piece(const winograd_axis *axis) {
    size_t longest = 0;
    for (size_t i = 0; i < axis->piece_count; i++) longest = larger(longest, axis->pieces[i].taps);
    return longest;
}

/// Adds `taps` taps that meet inputs one after another, `all` being what they are a part of: cut
/// into pieces of even sizes.
static bool add_pieces(winograd_axis *axis, filter_piece all) {
    const size_t pieces = ceil_div(all.taps, MOST_TAPS);
    if (axis->piece_count + pieces > MOST_PIECES) return false;
    for (size_t i = 0; i < pieces; i++) {
        const size_t first = part(all.taps, pieces, i);
        axis->pieces[axis->piece_count++] = (filter_piece){
            .start = all.start + (ptrdiff_t)first * all.step,
            .step = all.step,
            .tap = all.tap + (ptrdiff_t)first * all.tap_step,
            .tap_step = all.tap_step,
            .taps = part(all.taps, pieces, i + 1) - first,
        };
    }
    return true;
}

/// The axis of a convolution.
static bool forward_axis(
    winograd_axis *axis, size_t size, size_t filter, size_t count, size_t stride, size_t padding) {
    *axis = (winograd_axis){.size = size, .step = 1, .count = count};
    for (size_t a = 0; a < smaller(stride, filter); a++) {
        const filter_piece all = {
            .start = (ptrdiff_t)a - (ptrdiff_t)padding,
            .step = (ptrdiff_t)stride,
            .tap = (ptrdiff_t)a,
            .tap_step = (ptrdiff_t)stride,
            .taps = ceil_div(filter - a, stride),
        };
        if (!add_pieces(axis, all)) return false;
    }
    return true;
}

/// The axis of phase a of an input's gradient.
static bool backward_axis(winograd_axis *axis, size_t size, size_t filter, size_t dy_size,
    size_t stride, size_t padding, size_t a) {
    const stride_phase of = stride_phase_of(a, stride, padding, filter, size);
    *axis = (winograd_axis){.size = dy_size, .first = of.first, .step = stride, .count = of.count};
    if (of.taps == 0) return false;
    // Turned: the last of the phase's taps comes first.
    const filter_piece all = {
        .start = -of.start,
        .step = 1,
        .tap = (ptrdiff_t)(a + (of.taps - 1) * stride),
        .tap_step = -(ptrdiff_t)stride,
        .taps = of.taps,
    };
    return add_pieces(axis, all);
}

static bool complete_phase(winograd_phase *phase, size_t n, size_t c) {
    phase->taps = larger(longest_piece(&phase->rows), longest_piece(&phase->columns));
    if (phase->taps < 2 || phase->rows.count == 0 || phase->columns.count == 0) return false;
    cut_axis(&phase->rows, phase->taps);
    cut_axis(&phase->columns, phase->taps);
    phase->depth = piece_count(phase) * c;
    phase->units = n * phase->rows.tiles;
    return true;
}

bool winograd_shape_of(
    winograd_shape *of, const kernel_conv2d_shape *shape, kernel_conv2d_part part) {
    const kernel_conv2d_shape s = *shape;
    if (s.n == 0 || s.c < WIDE_LANES || s.k < WIDE_LANES) return false;
    if (part != KERNEL_CONV2D_INPUT_GRADIENT) {
        *of = (winograd_shape){s.n, s.c, s.k, s.h, s.w, s.p, s.q, .phase_count = 1};
        winograd_phase *phase = &of->phases[0];
        return forward_axis(&phase->rows, s.h, s.r, s.p, s.stride_h, s.pad_top)
            && forward_axis(&phase->columns, s.w, s.s, s.q, s.stride_w, s.pad_left)
            && complete_phase(phase, s.n, s.c);
    }
    *of =
        (winograd_shape){s.n, s.k, s.c, s.p, s.q, s.h, s.w, .phase_count = s.stride_h * s.stride_w};
    if (of->phase_count > MOST_PHASES) return false;
    for (size_t i = 0; i < of->phase_count; i++) {
        winograd_phase *phase = &of->phases[i];
        const size_t a = i / s.stride_w, b = i % s.stride_w;
        if (!backward_axis(&phase->rows, s.h, s.r, s.p, s.stride_h, s.pad_top, a)
            || !backward_axis(&phase->columns, s.w, s.s, s.q, s.stride_w, s.pad_left, b)
            || !complete_phase(phase, s.n, of->c))
            return false;
    }
    return true;
}

static size_t taps_along(const winograd_axis *axis) {
    size_t taps = 0;
    for (size_t i = 0; i < axis->piece_count; i++) taps += axis->pieces[i].taps;
    return taps;
}

double winograd_share(const winograd_shape *of) {
    size_t products = 0, plain = 0;
    for (size_t i = 0; i < of->phase_count; i++) {
        const winograd_phase *phase = &of->phases[i];
        const winograd_axis *rows = &phase->rows, *columns = &phase->columns;
        products += points_along(rows, phase->taps) * points_along(columns, phase->taps)
            * piece_count(phase);
        plain += rows->count * taps_along(rows) * columns->count * taps_along(columns);
    }
    return (double)products / (double)plain;
}

size_t winograd_filter_values(const winograd_shape *of) {
    size_t values = 0;
    for (size_t i = 0; i < of->phase_count; i++) {
        const winograd_phase *phase = &of->phases[i];
        values += (phase->rows.tile + phase->taps - 1) * (phase->columns.tile + phase->taps - 1)
            * piece_count(phase);
    }
    return values;
}
