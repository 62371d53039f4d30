// A sum over shards, some of its numbers at a time; see shard_sum.c.
#pragma once

#include "include/CKernels.h"
#include "vector.h"

/// Sums so many numbers from a place on. A product is rounded before anything is added to it: it may
/// travel to another process first.
INLINE void shard_sum_values(float *out, const kernel_shard_sum *sum, size_t first, size_t count) {
    const float *last = sum->last + first;
    size_t i = 0;
    for (; i + LANES <= count; i += LANES) {
        vector x = AT(last + i) * sum->share;
        for (size_t level = 0; level < sum->level_count; level++) {
            const vector before = AT(sum->levels[level] + first + i);
            x = before + x;
        }
        AT(out + i) = x;
    }
    for (; i < count; i++) {
        float x = last[i] * sum->share;
        for (size_t level = 0; level < sum->level_count; level++) {
            const float before = sum->levels[level][first + i];
            x = before + x;
        }
        out[i] = x;
    }
}
