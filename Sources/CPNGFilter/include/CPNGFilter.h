#ifndef CPNGFILTER_H
#define CPNGFILTER_H

#include <stddef.h>
#include <stdint.h>

/// What a row's length is filled up to a multiple of.
enum { PNG_FILTER_STEP = 16 };

/// Filters a row of bytes so that it deflates well, as PNG does it (ISO/IEC 15948, chapter 9): each
/// byte less a guess from its neighbours, by that one of five ways of guessing which comes closest.
///
/// `row` and the row `above` it start with `pixel_length` zeros, for what stands to the left of them,
/// and so many bytes of a pixel follow one another; `count` bytes come after the zeros, a multiple of
/// `PNG_FILTER_STEP`, the last ones zeros as well. Those count a little when the ways are compared.
/// `filtered` holds `count` bytes.
///
/// Returns the way's number, from 0 to 4.
uint8_t png_filter_row(
    const uint8_t *row, const uint8_t *above, size_t pixel_length, size_t count, uint8_t *filtered);

#endif
