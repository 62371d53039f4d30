// Arrays that are broadcast, written out a tile at a time.
#pragma once

#include "include/CKernels.h"
#include "vector.h"

#include <string.h>

/// Every value of to[0..<count] = value; up to LANES - 1 values behind them are written, too.
INLINE void fill_run(float *to, float value, size_t count) {
    const vector filled = value;
    for (size_t i = 0; i < count; i += LANES) AT(to + i) = filled;
}

/// A run of the values at an address: one of them again and again, or `rows` times `run` of them.
/// `bytes` is a constant where this is inlined.
INLINE void write_run(
    void *to, const void *from, size_t count, size_t stride, size_t rows, size_t run, bool bytes) {
    if (stride == 0 && bytes) {
        memset(to, *(const unsigned char *)from, count);
    } else if (stride == 0) {
        fill_run(to, *(const float *)from, count);
    } else if (rows > 1) {
        kernel_repeat_row(to, from, rows, run);
    } else {
        memcpy(to, from, count * (bytes ? 1 : sizeof(float)));
    }
}

/// The values from `start` on of an array that is broadcast: floats, or, with `bytes`, bools. `to`
/// has room for LANES - 1 more.
INLINE void write_out_values(
    void *to, const kernel_broadcast *array, size_t start, size_t count, bool bytes) {
    const size_t last = array->rank - 1, run = array->sizes[last], stride = array->strides[last];
    const size_t size = bytes ? 1 : sizeof(float);
    size_t place[KERNEL_RANK], rest = start / run, inner = start % run;
    const char *from = (const char *)array->memory;
    const bool repeats = !bytes && last > 0 && stride == 1 && array->strides[last - 1] == 0;
    for (size_t i = last; i-- > 0; rest /= array->sizes[i]) {
        place[i] = rest % array->sizes[i];
        from += place[i] * array->strides[i] * size;
    }
    for (size_t done = 0; done < count; inner = 0) {
        const size_t left = repeats && inner == 0 ? array->sizes[last - 1] - place[last - 1] : 1;
        const size_t rows = smaller(left, (count - done) / run);
        const size_t n = rows > 1 ? rows * run : smaller(run - inner, count - done);
        write_run(
            (char *)to + done * size, from + inner * stride * size, n, stride, rows, run, bytes);
        if (rows > 1) place[last - 1] += rows - 1;
        done += n;
        for (size_t i = last; i-- > 0;) {
            from += array->strides[i] * size;
            if (++place[i] < array->sizes[i]) break;
            from -= array->strides[i] * array->sizes[i] * size;
            place[i] = 0;
        }
    }
}
