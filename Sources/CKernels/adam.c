// Adam, as TensorFlow 1 has it:
//
//   m ← m + (g - m)(1 - β₁)     v ← v + (g² - v)(1 - β₂)     var ← var - lr m / (√v + ε)
//
// Seven streams, four read and three written, and some ten operations a value: bound by memory from
// the second-level cache on.
#include "include/CKernels.h"
#include "adam.h"

enum { CHUNK = 8192 };  // values; 128 KiB of the four arrays

typedef struct {
    float *var, *m, *v;
    const float *g;
    size_t n, times;
    adam_rates rates;
} adam;

KERNEL_CLONES static void update_chunk(void *context, size_t chunk) {
    const adam a = *(const adam *)context;
    const size_t end = smaller(a.n, (chunk + 1) * CHUNK);
    vector var, m, v, g;
    size_t i = chunk * CHUNK;
    for (; i + LANES <= end; i += LANES) {
        FETCH(a.var + i + ADAM_AHEAD), FETCH(a.m + i + ADAM_AHEAD);
        FETCH(a.v + i + ADAM_AHEAD), FETCH(a.g + i + ADAM_AHEAD);
        var = AT(a.var + i), m = AT(a.m + i), v = AT(a.v + i), g = AT(a.g + i);
        for (size_t t = 0; t < a.times; t++) adam_update(&var, &m, &v, &g, &a.rates);
        AT(a.var + i) = var, AT(a.m + i) = m, AT(a.v + i) = v;
    }
    if (i < end) {
        load_partial(&var, a.var + i, end - i);
        load_partial(&m, a.m + i, end - i);
        load_partial(&v, a.v + i, end - i);
        load_partial(&g, a.g + i, end - i);
        for (size_t t = 0; t < a.times; t++) adam_update(&var, &m, &v, &g, &a.rates);
        store_partial(a.var + i, &var, end - i);
        store_partial(a.m + i, &m, end - i);
        store_partial(a.v + i, &v, end - i);
    }
}

void kernel_adam(kernel_pool *pool, float *var, float *m, float *v, const float *g, size_t n,
    size_t times, float lr, float beta1, float beta2, float epsilon) {
    adam a = {var, m, v, g, n, times, {lr, beta1, beta2, epsilon}};
    kernel_pool_run(pool, ceil_div(n, CHUNK), update_chunk, &a);
}
