// One step of Adam on a vector of values; see adam.c.
#pragma once

#include "vector.h"

typedef struct {
    float lr, beta1, beta2, epsilon;
} adam_rates;

INLINE void adam_update(vector *var, vector *m, vector *v, const vector *g, const adam_rates *a) {
    *m += (*g - *m) * (1.0f - a->beta1);
    *v += (*g * *g - *v) * (1.0f - a->beta2);
    *var -= *m * a->lr / (__builtin_elementwise_sqrt(*v) + a->epsilon);
}
