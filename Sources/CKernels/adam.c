// Adam, as TensorFlow 1 has it:
//
//   m ← m + (g - m)(1 - β₁)     v ← v + (g² - v)(1 - β₂)     var ← var - lr m / (√v + ε)
//
// Seven streams, four read and three written, and some ten operations a value: bound by memory from
// the second-level cache on.
#include "include/CKernels.h"
#include "adam.h"
#include "shard_sum.h"

enum { CHUNK = 8192 };  // values; 128 KiB of the four arrays

/// A gradient that is a sum over shards is made so many values at a time.
enum { TILE = 1024 };

typedef struct {
    float *var, *m, *v;
    /// The gradient; NULL where it is a sum.
    const float *g;
    const kernel_shard_sum *sum;
    size_t first, end, times;
    adam_rates rates;
} adam;

/// Updates the values from `i` on, before `end`; g has the first one's gradient first.
INLINE void update_values(const adam *a, const float *g, size_t i, size_t end) {
    for (; i + LANES <= end; i += LANES, g += LANES) {
        FETCH(a->var + i + ADAM_AHEAD), FETCH(a->m + i + ADAM_AHEAD);
        FETCH(a->v + i + ADAM_AHEAD), FETCH(g + ADAM_AHEAD);
        adam_update_values(a->var + i, a->m + i, a->v + i, g, LANES, a->times, &a->rates);
    }
    if (i < end)
        adam_update_values(a->var + i, a->m + i, a->v + i, g, end - i, a->times, &a->rates);
}

KERNEL_TASK(update_chunk, context, chunk) {
    const adam a = *(const adam *)context;
    const size_t i = a.first + chunk * CHUNK;
    update_values(&a, a.g + i, i, smaller(a.end, i + CHUNK));
}

KERNEL_TASK(update_chunk_of_shards, context, chunk) {
    const adam a = *(const adam *)context;
    const size_t start = a.first + chunk * CHUNK, end = smaller(a.end, start + CHUNK);
    float g[TILE];
    for (size_t i = start; i < end; i += TILE) {
        const size_t count = smaller(TILE, end - i);
        shard_sum_values(g, a.sum, i, count);
        update_values(&a, g, i, i + count);
    }
}

void kernel_adam(kernel_pool *pool, float *var, float *m, float *v, const float *g, size_t n,
    size_t times, float lr, float beta1, float beta2, float epsilon) {
    adam a = {.var = var, .m = m, .v = v, .g = g, .end = n, .times = times,
        .rates = {lr, beta1, beta2, epsilon}};
    kernel_pool_run(pool, ceil_div(n, CHUNK), update_chunk, &a);
}

void kernel_adam_of_shards(kernel_pool *pool, float *var, float *m, float *v,
    const kernel_shard_sum *sum, size_t first, size_t n, size_t times, float lr, float beta1,
    float beta2, float epsilon) {
    adam a = {.var = var, .m = m, .v = v, .sum = sum, .first = first, .end = first + n,
        .times = times, .rates = {lr, beta1, beta2, epsilon}};
    kernel_pool_run(pool, ceil_div(n, CHUNK), update_chunk_of_shards, &a);
}
