// One step of Adam on a vector of values; see adam.c.
#pragma once

#include "vector.h"

/// The arrays are fetched so many values before they are used: a page, and half of it is too late.
enum { ADAM_AHEAD = 1024 };

typedef struct {
    float lr, beta1, beta2, epsilon;
} adam_rates;

#define ADAM_UPDATE(name, vector_type)                                                             \
    INLINE void name(vector_type *var, vector_type *m, vector_type *v, const vector_type *g,       \
        const adam_rates *a) {                                                                     \
        *m += (*g - *m) * (1.0f - a->beta1);                                                       \
        *v += (*g * *g - *v) * (1.0f - a->beta2);                                                  \
        *var -= *m * a->lr / (__builtin_elementwise_sqrt(*v) + a->epsilon);                        \
    }

ADAM_UPDATE(adam_update, vector)
ADAM_UPDATE(adam_update_wide, wide_vector)

/// Updates 1...LANES values, `times` times.
INLINE void adam_update_values(float *var, float *m, float *v, const float *g, size_t count,
    size_t times, const adam_rates *a) {
    vector var_i, m_i, v_i, g_i;
    if (count == LANES) {
        var_i = AT(var), m_i = AT(m), v_i = AT(v), g_i = AT(g);
    } else {
        load_partial(&var_i, var, count), load_partial(&m_i, m, count);
        load_partial(&v_i, v, count), load_partial(&g_i, g, count);
    }
#pragma clang loop unroll(disable)
    for (size_t i = 0; i < times; i++) adam_update(&var_i, &m_i, &v_i, &g_i, a);
    if (count == LANES) {
        AT(var) = var_i, AT(m) = m_i, AT(v) = v_i;
    } else {
        store_partial(var, &var_i, count), store_partial(m, &m_i, count);
        store_partial(v, &v_i, count);
    }
}
