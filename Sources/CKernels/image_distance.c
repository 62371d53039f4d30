// How far an image of bytes is from another one.

#include "instruction_set.h"

KERNEL_CLONES(
    , int32_t, kernel_image_distance, (const int16_t *x, const uint8_t *y, size_t n), (x, y, n)) {
    int32_t sum = 0;
    for (size_t i = 0; i < n; ++i) {
        int32_t difference = x[i] - y[i];
        sum += difference * difference;
    }
    return sum;
}
