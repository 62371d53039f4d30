// Windows of pools on images, and some channels of a pixel.
#pragma once

#include "vector.h"

/// The part of window `i` along an axis that lies on the image: first..<last.
typedef struct {
    size_t first, last;
} span;

INLINE span window(size_t i, size_t stride, size_t pad, size_t size, size_t length) {
    const size_t start = i * stride, end = start + size;
    const size_t last = end > pad ? smaller(length, end - pad) : 0;
    return (span){smaller(last, start > pad ? start - pad : 0), last};
}

/// `count` channels at p. `count` is a constant where it is LANES.
INLINE void load_channels(vector *v, const float *p, size_t count) {
    if (count == LANES) {
        *v = AT(p);
    } else {
        load_partial(v, p, count);
    }
}

INLINE void store_channels(float *p, const vector *v, size_t count) {
    if (count == LANES) {
        AT(p) = *v;
    } else {
        store_partial(p, v, count);
    }
}
