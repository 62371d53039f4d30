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

KERNEL_TASK(update_chunk, context, chunk) {
    const adam a = *(const adam *)context;
    const size_t end = smaller(a.n, (chunk + 1) * CHUNK);
    size_t i = chunk * CHUNK;
    for (; i + LANES <= end; i += LANES) {
        FETCH(a.var + i + ADAM_AHEAD), FETCH(a.m + i + ADAM_AHEAD);
        FETCH(a.v + i + ADAM_AHEAD), FETCH(a.g + i + ADAM_AHEAD);
        adam_update_values(a.var + i, a.m + i, a.v + i, a.g + i, LANES, a.times, &a.rates);
    }
    if (i < end)
        adam_update_values(a.var + i, a.m + i, a.v + i, a.g + i, end - i, a.times, &a.rates);
}

void kernel_adam(kernel_pool *pool, float *var, float *m, float *v, const float *g, size_t n,
    size_t times, float lr, float beta1, float beta2, float epsilon) {
    adam a = {var, m, v, g, n, times, {lr, beta1, beta2, epsilon}};
    kernel_pool_run(pool, ceil_div(n, CHUNK), update_chunk, &a);
}
