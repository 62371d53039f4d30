#pragma once

#include <stddef.h>

/// Where the weight of a tap (r, s, c) and an output k lies in the caller's filter.
typedef struct {
    const float *first;
    ptrdiff_t r, s, c, k;
} filter_layout;
