// One step of Adam on a vector of values; see adam.c.
#pragma once

#include "vector.h"

/// The arrays are fetched so many values before they are used: a page, and half of it is too late.
enum { ADAM_AHEAD = 1024 };

typedef struct {
    float lr, beta1, beta2, epsilon;
} adam_rates;

#define ADAM_UPDATE(name, vector_type)                                                            \
    INLINE void name(vector_type *var, vector_type *m, vector_type *v, const vector_type *g,      \
        const adam_rates *a) {                                                                    \
        *m += (*g - *m) * (1.0f - a->beta1);                                                      \
        *v += (*g * *g - *v) * (1.0f - a->beta2);                                                 \
        *var -= *m * a->lr / (__builtin_elementwise_sqrt(*v) + a->epsilon);                       \
    }

ADAM_UPDATE(adam_update, vector)
ADAM_UPDATE(adam_update_wide, wide_vector)
