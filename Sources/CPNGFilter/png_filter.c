#include "CPNGFilter.h"

#include <string.h>

typedef uint8_t bytes __attribute__((vector_size(PNG_FILTER_STEP)));
typedef uint16_t pairs __attribute__((vector_size(PNG_FILTER_STEP)));

enum {
    WAYS = 5,
    /// So many vectors' sums fit 16 bits: a pair of bytes adds 256 at the most.
    VECTORS_PER_SUM = 255,
};

static inline bytes load(const uint8_t *from) {
    bytes vector;
    memcpy(&vector, from, sizeof vector);
    return vector;
}

static inline bytes smaller(bytes a, bytes b) { return __builtin_elementwise_min(a, b); }
static inline bytes larger(bytes a, bytes b) { return __builtin_elementwise_max(a, b); }
static inline bytes choose(bytes mask, bytes a, bytes b) { return (mask & a) | (~mask & b); }

/// That of the three neighbours which is closest to left + up - up_left.
static inline bytes paeth(bytes left, bytes up, bytes up_left) {
    bytes from_left = larger(up, up_left) - smaller(up, up_left);
    bytes from_up = larger(left, up_left) - smaller(left, up_left);
    bytes farther = larger(from_left, from_up);
    // Where left and up lie on the same side of up_left, up_left is the farthest.
    bytes is_between = (bytes)((left < up_left) != (up < up_left));
    bytes from_up_left = choose(is_between, farther - smaller(from_left, from_up), farther);
    bytes up_or_up_left = choose((bytes)(from_up <= from_up_left), up, up_left);
    return choose((bytes)(from_left <= smaller(from_up, from_up_left)), left, up_or_up_left);
}

/// The row at an offset less what a way guesses. `way` is a constant.
static inline __attribute__((always_inline)) bytes difference(
    int way, const uint8_t *row, const uint8_t *above, size_t pixel_length, size_t offset) {
    bytes here = load(row + offset + pixel_length);
    bytes left = load(row + offset);
    bytes up = load(above + offset + pixel_length);
    switch (way) {
    case 1: return here - left;
    case 2: return here - up;
    case 3: return here - ((left & up) + ((left ^ up) >> 1));
    case 4: return here - paeth(left, up, load(above + offset));
    default: return here;
    }
}

static inline __attribute__((always_inline)) void store(int way, const uint8_t *row,
    const uint8_t *above, size_t pixel_length, size_t count, uint8_t *filtered) {
    for (size_t offset = 0; offset < count; offset += PNG_FILTER_STEP) {
        bytes vector = difference(way, row, above, pixel_length, offset);
        memcpy(filtered + offset, &vector, sizeof vector);
    }
}

uint8_t png_filter_row(const uint8_t *row, const uint8_t *above, size_t pixel_length, size_t count,
    uint8_t *filtered) {
    // How far off the guesses are altogether.
    size_t costs[WAYS] = {0};
    for (size_t start = 0; start < count;) {
        size_t end = start + VECTORS_PER_SUM * PNG_FILTER_STEP;
        if (end > count) end = count;
        pairs sums[WAYS] = {0};
        for (; start < end; start += PNG_FILTER_STEP) {
#pragma clang loop unroll(full)
            for (int way = 0; way < WAYS; way++) {
                bytes vector = difference(way, row, above, pixel_length, start);
                pairs distance = (pairs)smaller(vector, -vector);
                sums[way] += (distance & 0xff) + (distance >> 8);
            }
        }
        for (int way = 0; way < WAYS; way++) {
            for (int lane = 0; lane < PNG_FILTER_STEP / 2; lane++) costs[way] += sums[way][lane];
        }
    }
    uint8_t best = 0;
    for (int way = 1; way < WAYS; way++) {
        if (costs[way] < costs[best]) best = (uint8_t)way;
    }
    switch (best) {
    case 1: store(1, row, above, pixel_length, count, filtered); break;
    case 2: store(2, row, above, pixel_length, count, filtered); break;
    case 3: store(3, row, above, pixel_length, count, filtered); break;
    case 4: store(4, row, above, pixel_length, count, filtered); break;
    default: store(0, row, above, pixel_length, count, filtered);
    }
    return best;
}
